using static TorchSharp.torch;

namespace CourseCompanion.Evaluation;

/// <summary>Predicted and true masks of the slices of some patients as plain bytes: what every metric of segmentation asks of its input, in one place.</summary>
internal sealed class MaskStack
{
    private readonly byte[] _predicted;
    private readonly byte[] _truth;

    /// <param name="predicted">[N, H, W] of zeros and ones, of any integer type or bool, on any device.</param>
    /// <param name="masks">[N, H, W] of zeros and ones, in the same order.</param>
    /// <param name="patients">int64 [N], numbers of patients from 0.</param>
    /// <exception cref="ArgumentException">Shapes, types or values do not fit.</exception>
    public MaskStack(Tensor predicted, Tensor masks, Tensor patients)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(masks);
        ArgumentNullException.ThrowIfNull(patients);
        if (masks.dim() != 3 || masks.shape[0] == 0 || !predicted.shape.SequenceEqual(masks.shape))
        {
            throw new ArgumentException(
                $"Predicted and true masks must be [N, H, W] alike, not [{string.Join(", ", predicted.shape)}] and [{string.Join(", ", masks.shape)}].", nameof(predicted));
        }

        Patients = Check.ToArray(patients);
        if (Patients.Length != masks.shape[0] || Patients.Min() < 0)
        {
            throw new ArgumentException($"There are {masks.shape[0]} slices but {Patients.Length} numbers of patients (from {Patients.DefaultIfEmpty().Min()}): give one from 0 up for each.", nameof(patients));
        }

        (Height, Width) = ((int)masks.shape[1], (int)masks.shape[2]);
        PatientCount = (int)Patients.Max() + 1;
        _predicted = ToBytes(predicted, nameof(predicted));
        _truth = ToBytes(masks, nameof(masks));
    }

    /// <summary>Number of each slice's patient.</summary>
    public long[] Patients { get; }

    public int PatientCount { get; }

    public int Height { get; }

    public int Width { get; }

    public int Count => Patients.Length;

    public ReadOnlySpan<byte> Predicted(int slice) => _predicted.AsSpan(slice * Height * Width, Height * Width);

    public ReadOnlySpan<byte> Truth(int slice) => _truth.AsSpan(slice * Height * Width, Height * Width);

    /// <summary>Whether a mask holds anything.</summary>
    public static bool Any(ReadOnlySpan<byte> mask) => mask.ContainsAnyExcept((byte)0);

    /// <summary>Refuses masks that do not have as many values as a slice has pixels.</summary>
    public static void CheckSize(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, int height, int width)
    {
        if (height < 1 || width < 1 || first.Length != height * width || second.Length != first.Length)
        {
            throw new ArgumentException($"Masks of {first.Length} and {second.Length} pixels were given for slices of {height} x {width}.");
        }
    }

    private static byte[] ToBytes(Tensor masks, string name)
    {
        if (masks.is_floating_point())
        {
            throw new ArgumentException($"Masks must hold 0 and 1, not {masks.dtype}: are these logits? Their masks are logits.argmax(1).", name);
        }

        using var scope = NewDisposeScope();
        var least = masks.min().to(ScalarType.Int64).item<long>();
        var most = masks.max().to(ScalarType.Int64).item<long>();
        if (least < 0 || most > 1)
        {
            throw new ArgumentException($"Masks must hold 0 and 1 only; these go from {least} to {most}.", name);
        }

        return masks.to(ScalarType.Byte).cpu().contiguous().bytes.ToArray();
    }
}
