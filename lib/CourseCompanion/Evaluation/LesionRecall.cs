using TorchSharp;

namespace CourseCompanion.Evaluation;

/// <summary>How large a lesion is in its slice.</summary>
public enum LesionSize
{
    /// <summary>Less than 0.5 % of the slice: fewer than 82 of 128 x 128 pixels, 21 of 64 x 64.</summary>
    Small,

    /// <summary>Up to 2.5 % of the slice.</summary>
    Medium,

    /// <summary>2.5 % of the slice and more.</summary>
    Large,
}

/// <summary>One true lesion: a part of a slice's mask that hangs together.</summary>
/// <param name="Slice">Number of the slice among those evaluated.</param>
/// <param name="Patient">Number of the patient.</param>
/// <param name="Pixels">Its pixels.</param>
/// <param name="Size">Its class of size.</param>
/// <param name="Covered">Share of its pixels that were predicted, in [0, 1].</param>
public sealed record Lesion(int Slice, int Patient, int Pixels, LesionSize Size, double Covered)
{
    /// <summary>A lesion counts as found when at least half of it was predicted.</summary>
    public bool IsFound => Covered >= 0.5;
}

/// <summary>
/// Which lesions were found, one by one: the Dice coefficient hardly notices a small tumour that was missed beside a large one that was not.
/// A lesion is a part of a slice's mask that hangs together over sides and corners; the cuts through one tumour in several slices count apart.
/// </summary>
public static class LesionRecall
{
    /// <summary>Up to this share of a slice a lesion is small.</summary>
    public const double SmallShare = 0.005;

    /// <summary>From this share of a slice on a lesion is large.</summary>
    public const double LargeShare = 0.025;

    /// <summary>All true lesions, with the share of each that was predicted.</summary>
    /// <param name="predicted">Predicted masks [N, H, W] of zeros and ones, of any integer type or bool.</param>
    /// <param name="masks">True masks [N, H, W] of zeros and ones, in the same order.</param>
    /// <param name="patients">int64 [N], each slice's patient, numbered from 0.</param>
    /// <exception cref="ArgumentException">Shapes, types or values do not fit.</exception>
    public static IReadOnlyList<Lesion> Lesions(torch.Tensor predicted, torch.Tensor masks, torch.Tensor patients) => Lesions(new MaskStack(predicted, masks, patients));

    /// <summary>Share of the lesions that were found.</summary>
    /// <param name="lesions">The lesions.</param>
    /// <param name="size">Those of one size only; all if null.</param>
    /// <returns>A value in [0, 1]; not-a-number if there is no such lesion.</returns>
    public static double Recall(IEnumerable<Lesion> lesions, LesionSize? size = null)
    {
        ArgumentNullException.ThrowIfNull(lesions);
        Lesion[] counted = [.. lesions.Where(lesion => size is null || lesion.Size == size)];
        return counted.Length == 0 ? double.NaN : counted.Count(lesion => lesion.IsFound) / (double)counted.Length;
    }

    /// <summary>Predicted parts that touch no true lesion at all, in each patient.</summary>
    /// <param name="predicted">Predicted masks [N, H, W] of zeros and ones, of any integer type or bool.</param>
    /// <param name="masks">True masks [N, H, W] of zeros and ones, in the same order.</param>
    /// <param name="patients">int64 [N], each slice's patient, numbered from 0 to P - 1.</param>
    /// <returns>P counts.</returns>
    /// <exception cref="ArgumentException">Shapes, types or values do not fit.</exception>
    public static int[] FalsePositives(torch.Tensor predicted, torch.Tensor masks, torch.Tensor patients) => FalsePositives(new MaskStack(predicted, masks, patients));

    /// <summary>The class of size of a lesion.</summary>
    /// <param name="pixels">Its pixels.</param>
    /// <param name="slicePixels">Pixels of a slice, H * W.</param>
    public static LesionSize SizeOf(int pixels, int slicePixels) =>
        pixels < SmallShare * slicePixels ? LesionSize.Small : pixels < LargeShare * slicePixels ? LesionSize.Medium : LesionSize.Large;

    internal static IReadOnlyList<Lesion> Lesions(MaskStack stack)
    {
        List<Lesion> lesions = [];
        for (int slice = 0; slice < stack.Count; slice++)
        {
            foreach (IReadOnlyList<int> part in ConnectedComponents.Find(stack.Truth(slice), stack.Height, stack.Width))
            {
                int covered = Shared(part, stack.Predicted(slice));
                lesions.Add(new Lesion(slice, (int)stack.Patients[slice], part.Count, SizeOf(part.Count, stack.Height * stack.Width), covered / (double)part.Count));
            }
        }

        return lesions;
    }

    internal static int[] FalsePositives(MaskStack stack)
    {
        var counts = new int[stack.PatientCount];
        for (int slice = 0; slice < stack.Count; slice++)
        {
            foreach (IReadOnlyList<int> part in ConnectedComponents.Find(stack.Predicted(slice), stack.Height, stack.Width))
            {
                counts[stack.Patients[slice]] += Shared(part, stack.Truth(slice)) == 0 ? 1 : 0;
            }
        }

        return counts;
    }

    private static int Shared(IReadOnlyList<int> part, ReadOnlySpan<byte> mask)
    {
        int shared = 0;
        foreach (int place in part)
        {
            shared += mask[place] != 0 ? 1 : 0;
        }

        return shared;
    }
}
