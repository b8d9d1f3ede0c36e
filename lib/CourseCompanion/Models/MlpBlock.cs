using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>
/// Half a block of a transformer: each token by itself goes through two linear layers, with four times as many numbers and GELU in between, and
/// what comes out is added to it. The layer normalisation comes first.
/// </summary>
public sealed class MlpBlock : Module<Tensor, Tensor>
{
    private readonly LayerNorm _norm;
    private readonly Linear _wide;
    private readonly Linear _narrow;

    /// <summary>A block with random weights.</summary>
    /// <param name="width">Numbers D of a token.</param>
    /// <param name="device">Where the weights live; the default device if null.</param>
    public MlpBlock(int width, Device? device = null)
        : base(nameof(MlpBlock))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        _norm = LayerNorm(width, eps: 1e-6, device: device);
        _wide = TransformerBlock.Layer(width, 4 * width, device);
        _narrow = TransformerBlock.Layer(4 * width, width, device);
        register_module("norm", _norm);
        register_module("wide", _wide);
        register_module("narrow", _narrow);
    }

    /// <summary>Tokens [N, L, D] after the block, of tokens [N, L, D].</summary>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = functional.gelu(_wide.call(_norm.call(input)));                     // [N, L, 4D]
        return (input + _narrow.call(hidden)).MoveToOuterDisposeScope();
    }

    // TorchSharp would register every field once more, under the field's name, when the module becomes a part of another.
    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _norm.Dispose();
            _wide.Dispose();
            _narrow.Dispose();
        }

        base.Dispose(disposing);
    }
}
