using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests.Gradients;

/// <summary>
/// One differentiable operation and inputs at which it is smooth. The gradient of a fixed random weighting of its
/// result is compared with central differences, in double precision.
/// </summary>
public sealed record GradientCase(string Name, Func<Tensor[], Tensor> Operation, Func<Tensor[]> Inputs)
{
    private const double Step = 1e-6;

    /// <summary>The largest difference between the two gradients, relative to the size of the gradient.</summary>
    public double Error()
    {
        manual_seed(7);
        using var scope = NewDisposeScope();
        var inputs = Inputs();
        foreach (var input in inputs.Where(input => input.is_floating_point()))
        {
            input.requires_grad = true;
        }
        var output = Operation(inputs);
        Assert.True(output.requires_grad, $"{Name} does not carry gradients");
        var weights = randn(output.shape, dtype: ScalarType.Float64);
        (output * weights).sum().backward();
        var worst = 0.0;
        foreach (var input in inputs.Where(input => input.requires_grad))
        {
            var analytic = input.grad ?? zeros_like(input);
            var numeric = Numeric(inputs, input, weights);
            var scale = Math.Max(1, analytic.abs().max().item<double>());
            worst = Math.Max(worst, (analytic - numeric).abs().max().item<double>() / scale);
        }
        return worst;
    }

    private Tensor Numeric(Tensor[] inputs, Tensor varied, Tensor weights)
    {
        using var quiet = no_grad();
        var numeric = zeros(varied.shape, dtype: ScalarType.Float64);
        var values = varied.detach().data<double>();
        var slopes = numeric.data<double>();
        for (long i = 0; i < values.Count; i++)
        {
            using var scope = NewDisposeScope();
            var original = values[i];
            values[i] = original + Step;
            var above = (Operation(inputs) * weights).sum().item<double>();
            values[i] = original - Step;
            var below = (Operation(inputs) * weights).sum().item<double>();
            values[i] = original;
            slopes[i] = (above - below) / (2 * Step);
        }
        return numeric;
    }
}
