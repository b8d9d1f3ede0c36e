using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// The update that Adam and AdamW share, in operators over all parameters at once: a handful of native calls per step, and
/// on a GPU a handful of kernels, whatever the number of layers.
/// </summary>
internal static class AdamUpdate
{
    internal static void Validate(double lr, double beta1, double beta2, double eps, double weight_decay)
    {
        Require(lr >= 0, $"Invalid learning rate: {lr}");
        Require(eps >= 0, $"Invalid epsilon: {eps}");
        Require(beta1 is >= 0 and < 1, $"Invalid beta1: {beta1}");
        Require(beta2 is >= 0 and < 1, $"Invalid beta2: {beta2}");
        Require(weight_decay >= 0, $"Invalid weight_decay value: {weight_decay}");
    }

    internal static Tensor Zeros(Parameter parameter)
    {
        using (no_grad())
        {
            return zeros_like(parameter).DetachFromDisposeScope();
        }
    }

    internal static void Apply(
        Tensor[] parameters, Tensor[] gradients, Tensor[] means, Tensor[] squares, Tensor[]? maximalSquares, long stepCount,
        double learningRate, double beta1, double beta2, double eps, double weightDecay, bool decoupledDecay, bool maximize)
    {
        if (maximize)
        {
            gradients = Op.CallList("_foreach_neg", [gradients]);
        }
        if (weightDecay != 0)
        {
            if (decoupledDecay)
            {
                Op.Run("_foreach_mul_.Scalar", parameters, 1 - (learningRate * weightDecay));
            }
            else
            {
                gradients = Op.CallList("_foreach_add.List", gradients, parameters, weightDecay);
            }
        }
        Op.Run("_foreach_mul_.Scalar", means, beta1);
        Op.Run("_foreach_add_.List", means, gradients, 1 - beta1);
        Op.Run("_foreach_mul_.Scalar", squares, beta2);
        Op.Run("_foreach_addcmul_.Scalar", squares, gradients, gradients, 1 - beta2);
        if (maximalSquares is not null)
        {
            foreach (var (maximum, square) in maximalSquares.Zip(squares))
            {
                using var larger = Op.Call("maximum", maximum, square);
                maximum.copy_(larger);
            }
        }
        // parameter -= rate * (mean / c1) / (sqrt(square / c2) + eps), with both corrections moved into the numbers.
        var correction1 = 1 - Math.Pow(beta1, stepCount);
        var correction2 = Math.Sqrt(1 - Math.Pow(beta2, stepCount));
        var denominators = Op.CallList("_foreach_sqrt", [maximalSquares ?? squares]);
        Op.Run("_foreach_add_.Scalar", denominators, eps * correction2);
        Op.Run("_foreach_addcdiv_.Scalar", parameters, means, denominators, -learningRate * correction2 / correction1);
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ArgumentException(message);
        }
    }
}
