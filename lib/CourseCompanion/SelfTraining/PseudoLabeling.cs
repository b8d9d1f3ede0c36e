using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.French;
using CourseCompanion.Training;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.SelfTraining;

/// <summary>
/// Pseudo-labeling (Lee, 2013, <i>Pseudo-Label: The Simple and Efficient Semi-Supervised Learning Method for Deep Neural
/// Networks</i>), in the rounds of the course: train on the labelled images; predict the unlabelled ones; give the reliable
/// predictions out as temporary labels; train on both; repeat.
/// </summary>
/// <remarks>
/// <para>Temporary labels are selected anew from all unlabelled images at the end of each round, so an early mistake can be
/// taken back. They live in a tensor of their own: the original labels are read once and never written.</para>
/// <para>Labelled and temporarily labelled images share the batches, hence the statistics of batch normalisation.</para>
/// <para>The hidden truth, where the caller knows it, only serves to count right and wrong temporary labels afterwards.
/// Nothing of it, nor of the evaluation, enters a selection.</para>
/// </remarks>
public static class PseudoLabeling
{
    /// <summary>Runs pseudo-labeling on a training set whose labels outside the labelled part are treated as hidden truth.</summary>
    /// <param name="model">Maps images [B, C, H, W] to logits [B, K]; trained in place.</param>
    /// <param name="train">All training images. Their labels are used for the labelled indices only, the others for counting.</param>
    /// <param name="split">Which images count as labelled.</param>
    /// <param name="options">Settings; the course's if null.</param>
    /// <param name="validation">Validation images for the calibration; see <see cref="PseudoLabelingOptions.Calibrate"/>.</param>
    /// <param name="evaluate">Called with the model at the end of each round, for example to measure it on the test set.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <returns>One record per round.</returns>
    public static IReadOnlyList<PseudoLabelingRound> Run(
        nn.Module<Tensor, Tensor> model,
        ImageSet train,
        LabelledSplit split,
        PseudoLabelingOptions? options = null,
        ImageSet? validation = null,
        Func<nn.Module<Tensor, Tensor>, ClassificationReport>? evaluate = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(split);
        using var scope = NewDisposeScope();
        using var images = new ResidentImages(train.Images);
        using ResidentImages? validationImages = validation is null ? null : new ResidentImages(validation.Images);
        var labelled = new LabelledImages(
            images, split.LabelledIndices, train.Labels.index_select(0, split.LabelledIndices));
        return Run(
            model,
            labelled,
            split.UnlabelledIndices,
            options,
            validationImages is null ? null : LabelledImages.All(validationImages, validation!.Labels),
            train.Labels.index_select(0, split.UnlabelledIndices),
            evaluate,
            cancellation);
    }

    /// <summary>Runs pseudo-labeling on labelled and unlabelled images.</summary>
    /// <param name="model">Maps images [B, C, H, W] to logits [B, K]; trained in place.</param>
    /// <param name="labelled">The labelled images.</param>
    /// <param name="unlabelled">Indices [U] of the unlabelled ones among the same <see cref="LabelledImages.Images"/>.</param>
    /// <param name="options">Settings; the course's if null.</param>
    /// <param name="validation">Validation images for the calibration; see <see cref="PseudoLabelingOptions.Calibrate"/>.</param>
    /// <param name="hiddenTruth">True classes [U] of the unlabelled images, for counting only; null where they are unknown.</param>
    /// <param name="evaluate">Called with the model at the end of each round, for example to measure it on the test set.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <returns>One record per round.</returns>
    /// <exception cref="ArgumentException">There are no labelled or no unlabelled images, or calibration without validation images.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped; the model keeps the weights of that moment.</exception>
    public static IReadOnlyList<PseudoLabelingRound> Run(
        nn.Module<Tensor, Tensor> model,
        LabelledImages labelled,
        Tensor unlabelled,
        PseudoLabelingOptions? options = null,
        LabelledImages? validation = null,
        Tensor? hiddenTruth = null,
        Func<nn.Module<Tensor, Tensor>, ClassificationReport>? evaluate = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(labelled);
        ArgumentNullException.ThrowIfNull(unlabelled);
        options ??= new PseudoLabelingOptions();
        Validate(options, labelled, unlabelled, validation, hiddenTruth);

        var training = new TrainingOptions
        {
            Epochs = options.EpochsPerRound,
            BatchSize = options.BatchSize,
            LearningRate = options.LearningRate,
            Seed = options.Seed,
        };
        var rounds = new List<PseudoLabelingRound>();
        using WeightSnapshot? initial = options.RestartEachRound ? WeightSnapshot.Take(model) : null;
        using IProgressTask progress = WorkContext.Progress.Start("Pseudo-étiquetage", options.Rounds * options.EpochsPerRound);
        var trainer = new Trainer(model, training);
        PseudoLabels? temporary = null;
        try
        {
            for (int round = 1; round <= options.Rounds; round++)
            {
                if (initial is not null && round > 1)
                {
                    initial.Restore(model);
                    trainer.Dispose();
                    trainer = new Trainer(model, training);
                }

                // 1. Train on the labelled images and, from the second round on, on those labelled temporarily.
                using var scope = NewDisposeScope();
                LabelledImages trainedOn = temporary is null ? labelled : Join(labelled, unlabelled, temporary);
                var epochs = new List<EpochRecord>();
                for (int epoch = 0; epoch < options.EpochsPerRound; epoch++)
                {
                    epochs.Add(trainer.RunEpoch(trainedOn, null, cancellation));
                    progress.Report(((round - 1) * options.EpochsPerRound) + epoch + 1, Describe(round, options.Rounds, epochs[^1]));
                }

                // 2. Predict the unlabelled images, calibrated if asked for.
                TemperatureScaling scaling = options.Calibrate ? FitTemperature(model, validation!, cancellation) : TemperatureScaling.None;
                Tensor logits = Predictor.Logits(model, labelled.Images, unlabelled, cancellation: cancellation);
                Tensor probabilities = scaling.Probabilities(logits);

                // 3. Keep the reliable predictions as temporary labels of the next round, and forget the previous ones.
                temporary?.Dispose();
                temporary = Detach(options.Selection.Select(probabilities));

                rounds.Add(new PseudoLabelingRound(
                    round,
                    trainedOn.Count,
                    epochs,
                    scaling.Temperature,
                    Count(temporary, (int)probabilities.shape[1], hiddenTruth),
                    evaluate?.Invoke(model)));
            }
        }
        finally
        {
            temporary?.Dispose();
            trainer.Dispose();
        }

        return rounds;
    }

    /// <summary>The labelled images under their own labels, followed by the selected ones under their temporary labels.</summary>
    private static LabelledImages Join(LabelledImages labelled, Tensor unlabelled, PseudoLabels temporary) => new(
        labelled.Images,
        cat([labelled.Indices, unlabelled.index_select(0, temporary.Rows)], 0),
        cat([labelled.Labels, temporary.Labels], 0));

    private static TemperatureScaling FitTemperature(
        nn.Module<Tensor, Tensor> model, LabelledImages validation, CancellationToken cancellation)
    {
        using Tensor logits = Predictor.Logits(model, validation.Images, validation.Indices, cancellation: cancellation);
        return TemperatureScaling.Fit(logits, validation.Labels);
    }

    /// <summary>Temporary labels by class, and how many of them agree with the truth.</summary>
    private static PseudoLabelCount[] Count(PseudoLabels selected, int classCount, Tensor? hiddenTruth)
    {
        using var scope = NewDisposeScope();
        var added = new long[classCount];
        var right = new long[classCount];
        long[] labels = selected.Labels.cpu().data<long>().ToArray();
        long[]? truth = hiddenTruth?.index_select(0, selected.Rows).cpu().data<long>().ToArray();
        for (int i = 0; i < labels.Length; i++)
        {
            added[labels[i]]++;
            right[labels[i]] += truth?[i] == labels[i] ? 1 : 0;
        }

        return [.. added.Select((count, label) => new PseudoLabelCount(label, count, truth is null ? null : right[label]))];
    }

    private static PseudoLabels Detach(PseudoLabels selected)
    {
        selected.Rows.DetachFromDisposeScope();
        selected.Labels.DetachFromDisposeScope();
        return selected;
    }

    private static string Describe(int round, int rounds, EpochRecord epoch) =>
        string.Create(FrenchNumbers.Format, $"tour {round}/{rounds}, perte {epoch.Loss:0.000}");

    private static void Validate(
        PseudoLabelingOptions options, LabelledImages labelled, Tensor unlabelled, LabelledImages? validation, Tensor? hiddenTruth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Rounds, 1, nameof(options.Rounds));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.EpochsPerRound, 1, nameof(options.EpochsPerRound));
        if (labelled.Count == 0)
        {
            throw new ArgumentException("Pseudo-labeling starts from labelled images, and there is none.", nameof(labelled));
        }

        if (unlabelled.shape[0] == 0)
        {
            throw new ArgumentException("There is no unlabelled image: train with Trainer.Fit instead.", nameof(unlabelled));
        }

        if (options.Calibrate && validation is null)
        {
            throw new ArgumentException(
                "Calibration fits its temperature on validation images: give some, or set Calibrate to false.", nameof(validation));
        }

        if (hiddenTruth is not null && hiddenTruth.shape[0] != unlabelled.shape[0])
        {
            throw new ArgumentException(
                $"{unlabelled.shape[0]} unlabelled images but {hiddenTruth.shape[0]} hidden labels.", nameof(hiddenTruth));
        }
    }
}
