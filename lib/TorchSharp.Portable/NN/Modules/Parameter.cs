using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A tensor that belongs to a module and that an optimizer may change.</summary>
public class Parameter : Tensor
{
    /// <param name="data">The values, taken over: this tensor is empty afterwards.</param>
    /// <param name="requires_grad">Whether backward computes a gradient for it.</param>
    public Parameter(Tensor data, bool requires_grad = true)
        : base(data.with_requires_grad(requires_grad).MoveHandle())
    {
        data.Dispose();
    }
}
