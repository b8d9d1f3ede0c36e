using TorchSharp;

namespace CourseCompanion.Evaluation;

/// <summary>
/// How far apart the outlines of a predicted and a true tumour are, in pixels of the plane: the 95th percentile of the distances from the
/// pixels of one outline to the nearest of the other, the worse of both directions (Huttenlocher, Klanderman and Rucklidge, IEEE PAMI, 1993,
/// with a percentile where they take a rank). The maximum itself would be decided by a single stray pixel.
/// </summary>
/// <remarks>
/// The outline is the tumour's pixels that have a neighbour outside at one of their sides, or lie at the edge of the slice. Distances lie within
/// a slice: how far slices are apart is not known here. Percentiles are interpolated between neighbours as NumPy does.
/// </remarks>
public static class HausdorffDistance
{
    private const double Share = 0.95;

    /// <summary>Distance between the outlines of two masks of one slice.</summary>
    /// <param name="first">[H, W] in row order; other than 0 inside.</param>
    /// <param name="second">[H, W] in row order; other than 0 inside.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <returns>Pixels; 0 for equal masks, the slice's diagonal if only one of them is empty, not-a-number if both are.</returns>
    /// <exception cref="ArgumentException">The number of pixels does not fit.</exception>
    internal static double Percentile95(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, int height, int width)
    {
        MaskStack.CheckSize(first, second, height, width);
        if (!MaskStack.Any(first) || !MaskStack.Any(second))
        {
            return MaskStack.Any(first) == MaskStack.Any(second) ? double.NaN : Diagonal(height, width);
        }

        List<double> there = [], back = [];
        Collect(first, second, height, width, there, back);
        return Worse(there, back);
    }

    /// <summary>
    /// Distance of each patient: over the outlines of all slices in which both masks have something. It says nothing of slices that only one
    /// of them marks: read it beside the recall of lesions.
    /// </summary>
    /// <param name="predicted">Predicted masks [N, H, W] of zeros and ones, of any integer type or bool.</param>
    /// <param name="masks">True masks [N, H, W] of zeros and ones, in the same order.</param>
    /// <param name="patients">int64 [N], each slice's patient, numbered from 0 to P - 1.</param>
    /// <returns>P values in pixels; the slice's diagonal where no slice of the tumour was painted at all, not-a-number for a patient who has no tumour.</returns>
    /// <exception cref="ArgumentException">Shapes, types or values do not fit.</exception>
    public static double[] Compute(torch.Tensor predicted, torch.Tensor masks, torch.Tensor patients) => Compute(new MaskStack(predicted, masks, patients));

    internal static double[] Compute(MaskStack stack)
    {
        List<double>[] there = [.. Enumerable.Range(0, stack.PatientCount).Select(_ => new List<double>())];
        List<double>[] back = [.. there.Select(_ => new List<double>())];
        var tumour = new bool[stack.PatientCount];
        for (int slice = 0; slice < stack.Count; slice++)
        {
            long patient = stack.Patients[slice];
            bool isTumour = MaskStack.Any(stack.Truth(slice));
            tumour[patient] |= isTumour;
            if (isTumour && MaskStack.Any(stack.Predicted(slice)))
            {
                Collect(stack.Predicted(slice), stack.Truth(slice), stack.Height, stack.Width, there[patient], back[patient]);
            }
        }

        return
        [
            .. Enumerable.Range(0, stack.PatientCount).Select(patient =>
                !tumour[patient] ? double.NaN : there[patient].Count == 0 ? Diagonal(stack.Height, stack.Width) : Worse(there[patient], back[patient])),
        ];
    }

    private static double Diagonal(int height, int width) => Math.Sqrt(((height - 1.0) * (height - 1)) + ((width - 1.0) * (width - 1)));

    private static double Worse(List<double> there, List<double> back)
    {
        there.Sort();
        back.Sort();
        return Math.Max(Bootstrap.Percentile(there, Share), Bootstrap.Percentile(back, Share));
    }

    private static void Collect(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, int height, int width, List<double> there, List<double> back)
    {
        byte[] firstOutline = Outline(first, height, width), secondOutline = Outline(second, height, width);
        Collect(firstOutline, new DistanceTransform(secondOutline, height, width), width, there);
        Collect(secondOutline, new DistanceTransform(firstOutline, height, width), width, back);
    }

    private static void Collect(byte[] outline, DistanceTransform other, int width, List<double> distances)
    {
        for (int place = 0; place < outline.Length; place++)
        {
            if (outline[place] != 0)
            {
                distances.Add(other.At(place / width, place % width));
            }
        }
    }

    /// <summary>Pixels of a mask with a side towards the outside.</summary>
    internal static byte[] Outline(ReadOnlySpan<byte> mask, int height, int width)
    {
        var outline = new byte[mask.Length];
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++)
            {
                int place = (row * width) + column;
                bool isInner = row > 0 && row < height - 1 && column > 0 && column < width - 1
                    && mask[place - width] != 0 && mask[place + width] != 0 && mask[place - 1] != 0 && mask[place + 1] != 0;
                outline[place] = mask[place] != 0 && !isInner ? (byte)1 : (byte)0;
            }
        }

        return outline;
    }
}
