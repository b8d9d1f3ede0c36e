using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Normalises every channel of every image by itself; <c>[N, C, H, W]</c> or <c>[C, H, W]</c>.</summary>
public sealed class InstanceNorm2d : NormBase
{
    internal InstanceNorm2d(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(InstanceNorm2d))
    {
    }

    public override Tensor forward(Tensor input)
    {
        ValidateInputDimensions(input);
        if (input.ndim == 4)
        {
            return Normalize(input);
        }
        using var batch = input.unsqueeze(0);
        using var normalized = Normalize(batch);
        return normalized.squeeze(0);
    }

    protected override void ValidateInputDimensions(Tensor input)
    {
        if (input.ndim is not (3 or 4))
        {
            throw new ArgumentException($"expected 3D or 4D input, but got {input.ndim}D input.", nameof(input));
        }
        if (input.shape[^3] != num_features)
        {
            throw new ArgumentException($"expected {num_features} channels, but got {input.shape[^3]}.", nameof(input));
        }
    }

    private Tensor Normalize(Tensor input) =>
        nn.functional.instance_norm(input, running_mean, running_var, weight, bias, training || !track_running_stats, momentum ?? 0.1, eps);
}
