using System.Globalization;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Data.Synthetic;

/// <summary>
/// Draws a set of FLAIR-like slices with tumour masks: many patients, several slices each, most without tumour; the scanner's gain, contrast,
/// field and noise differ from patient to patient, and one patient in twelve has no tumour.
/// </summary>
/// <param name="Patients">How many patients.</param>
/// <param name="SlicesPerPatient">How many slices each of them has.</param>
/// <param name="Side">Height and width in pixels.</param>
/// <param name="Seed">Other seeds give other patients.</param>
/// <remarks>Slices depend on patient, slice, side and seed alone: the same bytes on every processor, whatever the number of cores.</remarks>
public sealed record SyntheticFlair(int Patients = 110, int SlicesPerPatient = 24, int Side = 128, int Seed = 42)
{
    private const int PatientsPerHealthyOne = 12;

    private static readonly ulong Series = PortableRandom.Series("lgg-flair");

    /// <summary>The set of the current profile: 110 patients, or 40 with fewer slices in the trial profile.</summary>
    /// <param name="seed">The seed.</param>
    public static SyntheticFlair ForProfile(int seed) =>
        Profile.Select(new SyntheticFlair(40, 12, Seed: seed), new SyntheticFlair(Seed: seed), new SyntheticFlair(Seed: seed));

    /// <summary>Draws the set.</summary>
    /// <param name="cancellation">Stops the work; so does the notebook's stop button.</param>
    /// <returns>Images uint8 [N, 1, S, S] and masks uint8 [N, S, S] of zeros and ones, patient by patient from the lowest slice up; patients int64 [N], slices int64 [N] from 1.</returns>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    internal (Tensor Images, Tensor Masks, long[] Patients, long[] Slices, string[] Names) Draw(CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Patients, 1, nameof(Patients));
        ArgumentOutOfRangeException.ThrowIfLessThan(SlicesPerPatient, 1, nameof(SlicesPerPatient));
        ArgumentOutOfRangeException.ThrowIfLessThan(Side, 16, nameof(Side));
        int count = Patients * SlicesPerPatient, pixels = Side * Side;
        byte[] images = new byte[count * pixels], masks = new byte[count * pixels];
        FlairPatient[] patients = [.. Enumerable.Range(0, Patients).Select(patient =>
        {
            PortableRandom random = PortableRandom.For(Seed, Series, patient);
            return FlairPatient.Draw(hasTumour: (patient + 3) % PatientsPerHealthyOne != 0, ref random);
        })];
        using IProgressTask progress = WorkContext.Progress.Start("Dessin des coupes", count);
        int drawn = 0;
        Parallel.For(
            0,
            count,
            new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount },
            () => (Canvas: new Canvas(1, Side, Side), Painter: new FlairPainter()),
            (index, _, tools) =>
            {
                int patient = index / SlicesPerPatient, slice = index % SlicesPerPatient;
                PortableRandom head = PortableRandom.For(Seed, Series + 1, patient), random = PortableRandom.For(Seed, Series + 2, index);
                float height = (slice + 0.5f) / SlicesPerPatient;
                tools.Painter.Paint(tools.Canvas, patients[patient], height, head, ref random, images.AsSpan(index * pixels, pixels), masks.AsSpan(index * pixels, pixels));
                progress.Report(Interlocked.Increment(ref drawn));
                return tools;
            },
            _ => { });
        return (
            ToTensor(images, count, 1, Side, Side),
            ToTensor(masks, count, Side, Side),
            [.. Enumerable.Range(0, count).Select(index => (long)(index / SlicesPerPatient))],
            [.. Enumerable.Range(0, count).Select(index => (long)(index % SlicesPerPatient) + 1)],
            [.. Enumerable.Range(1, Patients).Select(patient => string.Create(CultureInfo.InvariantCulture, $"synthetique-{patient:000}"))]);
    }

    private static Tensor ToTensor(byte[] values, params long[] shape)
    {
        Tensor result = empty(shape, ScalarType.Byte);
        values.CopyTo(result.bytes);
        return result;
    }
}
