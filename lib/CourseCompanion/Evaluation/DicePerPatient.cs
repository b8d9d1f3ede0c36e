using TorchSharp;

namespace CourseCompanion.Evaluation;

/// <summary>
/// Dice coefficient (Dice, Ecology, 1945) of predicted and true tumours: 2 |P and T| / (|P| + |T|), in [0, 1].
/// </summary>
/// <remarks>
/// Per patient, over the pixels of all slices at once, not per slice and then averaged: a slice without tumour has Dice 0 as soon as one
/// pixel is painted and is undefined otherwise; a slice that shows the tip of a tumour, some pixels, counts as much as one through its middle;
/// and the slices of one patient are no independent cases. What matters to a patient is his tumour.
/// </remarks>
public static class DicePerPatient
{
    /// <summary>Dice of each patient, over all slices.</summary>
    /// <param name="predicted">Predicted masks [N, H, W] of zeros and ones, of any integer type or bool.</param>
    /// <param name="masks">True masks [N, H, W] of zeros and ones, in the same order.</param>
    /// <param name="patients">int64 [N], each slice's patient, numbered from 0 to P - 1.</param>
    /// <returns>P values in [0, 1]; 0 where nothing of a tumour was found; not-a-number for a patient who has no tumour: <see cref="EmptySlices"/> is for him.</returns>
    /// <exception cref="ArgumentException">Shapes, types or values do not fit.</exception>
    public static double[] Compute(torch.Tensor predicted, torch.Tensor masks, torch.Tensor patients) => Compute(new MaskStack(predicted, masks, patients));

    /// <summary>Dice of two masks.</summary>
    /// <param name="predicted">Other than 0 inside.</param>
    /// <param name="truth">Other than 0 inside; as long.</param>
    /// <returns>A value in [0, 1]; 0 if only one of them is empty, not-a-number if both are.</returns>
    /// <exception cref="ArgumentException">They are not of one length.</exception>
    public static double Coefficient(ReadOnlySpan<byte> predicted, ReadOnlySpan<byte> truth)
    {
        (long both, long sum) = Count(predicted, truth);
        return 2.0 * both / sum;
    }

    internal static double[] Compute(MaskStack stack)
    {
        var (both, sum, tumour) = (new long[stack.PatientCount], new long[stack.PatientCount], new bool[stack.PatientCount]);
        for (int slice = 0; slice < stack.Count; slice++)
        {
            long patient = stack.Patients[slice];
            (long shared, long inEither) = Count(stack.Predicted(slice), stack.Truth(slice));
            both[patient] += shared;
            sum[patient] += inEither;
            tumour[patient] |= MaskStack.Any(stack.Truth(slice));
        }

        return [.. Enumerable.Range(0, stack.PatientCount).Select(patient => tumour[patient] ? 2.0 * both[patient] / sum[patient] : double.NaN)];
    }

    private static (long Both, long Sum) Count(ReadOnlySpan<byte> predicted, ReadOnlySpan<byte> truth)
    {
        MaskStack.CheckSize(predicted, truth, 1, Math.Max(1, truth.Length));
        long both = 0, sum = 0;
        for (int pixel = 0; pixel < truth.Length; pixel++)
        {
            int first = predicted[pixel] != 0 ? 1 : 0, second = truth[pixel] != 0 ? 1 : 0;
            both += first & second;
            sum += first + second;
        }

        return (both, sum);
    }
}
