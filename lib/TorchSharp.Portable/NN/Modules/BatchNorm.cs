using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// Normalises with the statistics of the batch while training and with the running ones in evaluation mode, or always with
/// those of the batch when there are no running ones.
/// </summary>
public abstract class BatchNorm : NormBase
{
    private protected BatchNorm(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
        : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, name)
    {
    }

    public override Tensor forward(Tensor input)
    {
        ValidateInputDimensions(input);
        if (training && input.numel() == input.shape[1])
        {
            throw new ArgumentException(
                $"Expected more than 1 value per channel when training, got input size [{string.Join(", ", input.shape)}]: give more than one example.",
                nameof(input));
        }
        var newest = momentum ?? 0;
        if (training && num_batches_tracked is { } seen)
        {
            seen.add_(1);
            newest = momentum ?? (1.0 / seen.item<long>());
        }
        return nn.functional.batch_norm(input, running_mean, running_var, weight, bias, training || running_mean is null, newest, eps);
    }
}

public sealed class BatchNorm1d : BatchNorm
{
    internal BatchNorm1d(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(BatchNorm1d))
    {
    }

    protected override void ValidateInputDimensions(Tensor input)
    {
        if (input.ndim is not (2 or 3))
        {
            throw new ArgumentException($"expected 2D or 3D input, but got {input.ndim}D input.", nameof(input));
        }
    }
}

public sealed class BatchNorm2d : BatchNorm
{
    internal BatchNorm2d(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(BatchNorm2d))
    {
    }

    protected override void ValidateInputDimensions(Tensor input)
    {
        if (input.ndim != 4)
        {
            throw new ArgumentException($"expected 4D input, but got {input.ndim}D input.", nameof(input));
        }
    }
}
