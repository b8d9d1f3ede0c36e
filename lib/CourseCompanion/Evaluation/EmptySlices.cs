using TorchSharp;

namespace CourseCompanion.Evaluation;

/// <summary>
/// Slices without tumour, scored apart: of those of one patient, how many were left without paint? No overlap can be measured there, and as
/// most slices are empty, a mean over all would hardly see the others.
/// </summary>
public static class EmptySlices
{
    /// <summary>Counts the empty slices of each patient, and those in which nothing was predicted.</summary>
    /// <param name="predicted">Predicted masks [N, H, W] of zeros and ones, of any integer type or bool.</param>
    /// <param name="masks">True masks [N, H, W] of zeros and ones, in the same order.</param>
    /// <param name="patients">int64 [N], each slice's patient, numbered from 0 to P - 1.</param>
    /// <returns>P pairs: slices without tumour, and those of them where not one pixel is painted.</returns>
    /// <exception cref="ArgumentException">Shapes, types or values do not fit.</exception>
    public static (int Empty, int Clean)[] Count(torch.Tensor predicted, torch.Tensor masks, torch.Tensor patients) => Count(new MaskStack(predicted, masks, patients));

    /// <summary>Share of all empty slices in which nothing was predicted.</summary>
    /// <param name="counts">What <see cref="Count(torch.Tensor, torch.Tensor, torch.Tensor)"/> gives.</param>
    /// <returns>A value in [0, 1]; not-a-number if no slice is empty.</returns>
    public static double CleanShare(IEnumerable<(int Empty, int Clean)> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        (int Empty, int Clean)[] all = [.. counts];
        return all.Sum(patient => patient.Clean) / (double)all.Sum(patient => patient.Empty);
    }

    internal static (int Empty, int Clean)[] Count(MaskStack stack)
    {
        var counts = new (int Empty, int Clean)[stack.PatientCount];
        for (int slice = 0; slice < stack.Count; slice++)
        {
            if (!MaskStack.Any(stack.Truth(slice)))
            {
                ref (int Empty, int Clean) patient = ref counts[stack.Patients[slice]];
                patient = (patient.Empty + 1, patient.Clean + (MaskStack.Any(stack.Predicted(slice)) ? 0 : 1));
            }
        }

        return counts;
    }
}
