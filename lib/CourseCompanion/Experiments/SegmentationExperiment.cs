using CourseCompanion.Augmentations;
using CourseCompanion.Data;
using CourseCompanion.Data.Sources;
using CourseCompanion.Evaluation;
using CourseCompanion.Models;
using CourseCompanion.Segmentation;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Training;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Experiments;

/// <summary>A part of a training.</summary>
/// <param name="Step">Steps done at its end.</param>
/// <param name="Losses">Mean of each part of the loss over this part, by name.</param>
/// <param name="Kept">Share of the pixels of slices without masks whose guess counted; NaN for a method that does not guess.</param>
public sealed record SegmentationPart(int Step, IReadOnlyDictionary<string, double> Losses, double Kept);

/// <summary>A network after a training.</summary>
/// <param name="Method">The name of the method.</param>
/// <param name="Model">The network, with the average of its weights over the last steps.</param>
/// <param name="Parts">How the training went, part by part.</param>
public sealed record SegmentationRun(string Method, UNet Model, IReadOnlyList<SegmentationPart> Parts) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();
}

/// <summary>
/// Chapter 7.1: a few patients have masks, the slices of the others come without, and one U-Net is trained with any method, from the same weights, for
/// the same number of steps. The notebook and <c>course bench segmentation-gain</c> train by the same method.
/// </summary>
/// <remarks>
/// <para>Everything is split by patient, and as many patients choose as have masks (or all there are, if fewer), for masks are what is scarce. The averaged weights of the last step are
/// judged, once, on the test patients.</para>
/// <para>Of the slices with masks, those with a tumour come round about as often as those without: too many batches without any, and the network may learn to paint
/// nothing, for good. Where there is no mask nobody knows which ones to repeat.</para>
/// </remarks>
public sealed class SegmentationExperiment : IDisposable
{
    /// <summary>In how many equal parts a training is looked at.</summary>
    public const int PartCount = 10;

    private readonly int _steps;
    private readonly int _width;
    private readonly int _depth;
    private readonly SegmentationSet _train;
    private readonly ResidentImages _images;
    private readonly Tensor _unlabelled;

    /// <param name="data">The slices, square with a side that can be halved <paramref name="depth"/> times; see <see cref="SegmentationSet.At"/>.</param>
    /// <param name="seed">Seed of the split, of the initial weights, of the order and of the views.</param>
    /// <param name="patients">How many patients have masks.</param>
    /// <param name="steps">Optimiser steps of each network, a multiple of <see cref="PartCount"/>.</param>
    /// <param name="width">Channels of the U-Net's first block.</param>
    /// <param name="depth">How many times the U-Net halves an image.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many patients, or the steps cannot be divided.</exception>
    public SegmentationExperiment(SegmentationSet data, int seed = 42, int patients = 5, int steps = 400, int width = 8, int depth = 3)
    {
        ArgumentNullException.ThrowIfNull(data);
        _steps = steps >= PartCount && steps % PartCount == 0 ? steps : throw new ArgumentOutOfRangeException(
            nameof(steps), steps, $"Networks are trained in {PartCount} equal parts: give a multiple of {PartCount}, for example 400.");
        (Data, Seed, _width, _depth) = (data, seed, width, depth);
        Split = PatientSplit.Draw(data, seed);
        HashSet<string> known = [.. Split.Labelled(patients).Select(patient => data.PatientNames[patient])];

        _train = data.Of(Split.Train);
        _images = new ResidentImages(_train.Images);
        using var scope = NewDisposeScope();
        long[] masked = RowsOf(_train, known.Contains);
        long[] tumour = [.. masked.Where(row => _train.TumourPixels[(int)row] > 0)];
        int times = tumour.Length == 0 ? 0 : Math.Max(1, (masked.Length - tumour.Length) / tumour.Length);
        LabelledCount = masked.Length;
        Tensor labelled = tensor([.. masked.Except(tumour), .. Enumerable.Repeat(tumour, times).SelectMany(rows => rows)], device: data.Device);
        Tensor unlabelled = tensor(RowsOf(_train, name => !known.Contains(name)), device: data.Device);
        Labelled = new LabelledImages(
            _images,
            labelled.DetachFromDisposeScope(),
            _train.Masks.index_select(0, labelled).to(ScalarType.Int64).DetachFromDisposeScope());
        _unlabelled = unlabelled.DetachFromDisposeScope();
        Validation = data.Of(Split.Validation.Take(patients));
        Test = data.Of(Split.Test);
    }

    /// <summary>All slices.</summary>
    public SegmentationSet Data { get; }

    /// <summary>Seed of the split, of the initial weights, of the order and of the views.</summary>
    public int Seed { get; }

    /// <summary>Who is on which side.</summary>
    public PatientSplit Split { get; }

    /// <summary>The slices with masks [L, H, W], those with a tumour several times.</summary>
    public LabelledImages Labelled { get; }

    /// <summary>How many slices have a mask.</summary>
    public int LabelledCount { get; }

    /// <summary>How many slices have no mask.</summary>
    public long UnlabelledCount => _unlabelled.shape[0];

    /// <summary>The few patients to choose by.</summary>
    public SegmentationSet Validation { get; }

    /// <summary>The patients to report on.</summary>
    public SegmentationSet Test { get; }

    /// <summary>
    /// Views of a slice: as <see cref="MedicalViews.BrainScans"/>, which move image and mask alike; what makes a view strong is colours and a covered
    /// square, and moves nothing.
    /// </summary>
    public static MedicalViews Views => MedicalViews.BrainScans;

    /// <summary>
    /// The methods of the chapter, each with its defaults: its name in results, and what makes it from the network that will learn. The first is the
    /// baseline, which sees the slices with masks alone.
    /// </summary>
    public IReadOnlyList<(string Name, Func<UNet, SemiSupervisedMethod> Build)> Methods =>
    [
        ("supervised", _ => new SupervisedSegmentation()),
        ("mean_teacher", student => new MeanTeacherSegmentation(student, NewModel())),
        ("pseudo_masks", _ => new PseudoMasks()),
        ("fixmatch", _ => new FixMatchSegmentation()),
        ("cross_pseudo", student => new CrossPseudoSupervision(student, NewModel(Seed + 1))),
    ];

    /// <summary>The slices as the chapter takes them: 64 x 64 pixels (128 x 128 in the profile <c>complet</c>), each patient's greys on one scale.</summary>
    /// <param name="options">Where to look; null takes everything from the environment.</param>
    /// <param name="side">Height and width in pixels; that of the profile if null.</param>
    public static SegmentationSet Load(DataOptions? options = null, int? side = null)
    {
        using SegmentationSet whole = SegmentationSet.Load(options);
        using SegmentationSet smaller = whole.At(side ?? Profile.Select(essai: 32, rapide: 64, complet: 128));
        return smaller.Standardised();
    }

    /// <summary>A U-Net with the initial weights of a seed, the experiment's own if null.</summary>
    public UNet NewModel(int? seed = null) => new(1, 2, _width, _depth, seed ?? Seed, Data.Device);

    /// <summary>Trains with a method.</summary>
    /// <param name="method">Makes the method, from the network that will learn; disposed of at the end.</param>
    /// <param name="cancellation">Stops the work.</param>
    public SegmentationRun Train(Func<UNet, SemiSupervisedMethod> method, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(method);
        using UNet model = NewModel();
        UNet averaged = NewModel();
        using SemiSupervisedMethod learning = method(model);
        var options = new SemiSupervisedOptions
        {
            Steps = _steps,
            BatchSize = 8,
            UnlabelledRatio = 1,
            LearningRate = 0.003,
            Optimizer = (parameters, learningRate) => optim.Adam(parameters, learningRate),
            Averaging = 0.97,
            Weak = Views.Weak,
            Strong = Views.Appearance,
            Seed = Seed,
        };
        using var trainer = new SemiSupervisedTrainer(model, averaged, learning, Labelled, _unlabelled, options);
        try
        {
            return new SegmentationRun(learning.Name, averaged, Run(trainer, learning, cancellation));
        }
        catch
        {
            averaged.Dispose();
            throw;
        }
    }

    /// <summary>Probabilities of tumour [N, H, W] on a set's slices.</summary>
    /// <param name="run">The network.</param>
    /// <param name="on">The slices.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static Tensor Probabilities(SegmentationRun run, SegmentationSet on, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(on);
        using var images = new ResidentImages(on.Images);
        return MaskPredictor.Probabilities(run.Model, images, cancellation: cancellation);
    }

    /// <summary>What a network is worth on patients; a pixel belongs to the tumour from one half on.</summary>
    /// <param name="run">The network.</param>
    /// <param name="on">The slices: <see cref="Test"/> once, at the end.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static SegmentationReport Judge(SegmentationRun run, SegmentationSet on, CancellationToken cancellation = default)
    {
        using Tensor probabilities = Probabilities(run, on, cancellation);
        return Judge(probabilities, on);
    }

    /// <summary>The same, of answers that are there already.</summary>
    /// <param name="probabilities">What <see cref="Probabilities"/> made of the slices: [N, H, W].</param>
    /// <param name="on">The slices.</param>
    public static SegmentationReport Judge(Tensor probabilities, SegmentationSet on)
    {
        ArgumentNullException.ThrowIfNull(on);
        using Tensor masks = MaskPredictor.Masks(probabilities);
        return SegmentationReport.Compute(masks, on.Masks, on.Patients, on.PatientNames);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _train.Dispose();
        _images.Dispose();
        _unlabelled.Dispose();
        Labelled.Indices.Dispose();
        Labelled.Labels.Dispose();
        Validation.Dispose();
        Test.Dispose();
    }

    private List<SegmentationPart> Run(SemiSupervisedTrainer trainer, SemiSupervisedMethod learning, CancellationToken cancellation)
    {
        using IProgressTask progress = WorkContext.Progress.Start(learning.UsesUnlabelled ? learning.Name : "Entraînement", _steps);
        var parts = new List<SegmentationPart>();
        while (trainer.StepsDone < _steps)
        {
            using var scope = NewDisposeScope();
            Tensor kept = zeros(1, device: Data.Device);
            bool guesses = false;
            IReadOnlyDictionary<string, double> losses = trainer.Run(
                _steps / PartCount,
                (_, found) =>
                {
                    if (found.Trust is { } trust)
                    {
                        kept.add_(trust.gt(0).to(ScalarType.Float32).mean());
                        guesses = true;
                    }

                    progress.Report(trainer.StepsDone);
                },
                cancellation);
            parts.Add(new SegmentationPart(trainer.StepsDone, losses, guesses ? kept.item<float>() * PartCount / _steps : double.NaN));
        }

        return parts;
    }

    /// <summary>Rows of the slices of some patients.</summary>
    private static long[] RowsOf(SegmentationSet set, Func<string, bool> wanted) =>
    [
        .. set.Patients.cpu().data<long>().ToArray().Index().Where(slice => wanted(set.PatientNames[(int)slice.Item])).Select(slice => (long)slice.Index),
    ];
}
