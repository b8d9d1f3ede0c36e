using System.Diagnostics;
using System.Globalization;
using CourseCompanion.Data;
using CourseCompanion.French;
using CourseCompanion.Training;
using CourseCompanion.Work;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.Transfer;

/// <summary>
/// The two ways from an encoder to a classifier. Frozen: the encoder describes each image once, and only the head learns. End to
/// end: the encoder goes on learning, with the labels.
/// </summary>
/// <remarks>
/// The order of the images and their changes depend on the seed alone. Both leave the weights of the last step; a running average of them is
/// kept beside for whoever hands one over.
/// </remarks>
public static class TransferLearning
{
    /// <summary>Trains the head alone. Weights and batch-normalisation statistics of the encoder stay as they are.</summary>
    /// <param name="classifier">The encoder and its head.</param>
    /// <param name="train">Images to learn from, with their labels.</param>
    /// <param name="options">How to train; as in the thesis if null.</param>
    /// <param name="average">Updated after each step.</param>
    /// <param name="onEpoch">Told after each pass how it went.</param>
    /// <param name="cancellation">Stops the training, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <exception cref="InvalidOperationException">The loss is no longer a finite number.</exception>
    public static TrainingHistory Frozen(
        Classifier classifier,
        LabelledImages train,
        TransferOptions? options = null,
        WeightAverage? average = null,
        Action<EpochRecord>? onEpoch = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(train);
        using Tensor features = Predictor.Apply(                                  // [M, D]
            classifier.Encoder, classifier.Encoder.call, train.Images, train.Indices, cancellation: cancellation);
        return Train(
            classifier.Head, positions => features.index_select(0, positions), train, classifier.ClassCount,
            (options ?? new TransferOptions()) with { Views = null }, average, onEpoch, cancellation);
    }

    /// <summary>Trains the encoder and its head. From random weights, this is ordinary supervised learning.</summary>
    /// <inheritdoc cref="Frozen"/>
    public static TrainingHistory EndToEnd(
        Classifier classifier,
        LabelledImages train,
        TransferOptions? options = null,
        WeightAverage? average = null,
        Action<EpochRecord>? onEpoch = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(train);
        return Train(
            classifier, positions => train.Images.Batch(train.Indices.index_select(0, positions)), train, classifier.ClassCount,
            options ?? new TransferOptions(), average, onEpoch, cancellation);
    }

    /// <summary>The loop of both. <paramref name="input"/> gives the network's input for positions [B] in the list of labelled images.</summary>
    private static TrainingHistory Train(
        nn.Module<Tensor, Tensor> network,
        Func<Tensor, Tensor> input,
        LabelledImages train,
        int classCount,
        TransferOptions options,
        WeightAverage? average,
        Action<EpochRecord>? onEpoch,
        CancellationToken cancellation)
    {
        options.Validate();
        long started = Stopwatch.GetTimestamp();
        var sampler = new BatchSampler(
            train.Count, options.BatchSize, dropLast: train.Count >= options.BatchSize, seed: options.Seed, device: train.Labels.device);
        int steps = options.Steps ?? checked(options.Epochs * (int)sampler.BatchesPerEpoch);
        using var generator = new Generator((ulong)(uint)options.Seed);
        OptimizerHelper optimizer = null!;
        using var trainer = new Trainer(network, new TrainingOptions
        {
            LearningRate = options.LearningRate,
            Optimizer = (parameters, learningRate) => optimizer = options.Optimizer(parameters, learningRate),
            ClassWeights = options.WeighClasses ? WeightsOf(train.Labels, classCount) : null,
            Seed = options.Seed,
        });

        using IProgressTask progress = WorkContext.Progress.Start("Entraînement", steps);
        var epochs = new List<EpochRecord>();
        int done = 0;
        while (done < steps)
        {
            using var scope = NewDisposeScope();
            Tensor totalLoss = zeros(1, device: train.Labels.device), right = zeros(1, ScalarType.Int64, train.Labels.device);
            int before = done;
            network.train();
            foreach (Tensor positions in sampler.Epoch(epochs.Count).Take(steps - done))          // [B]
            {
                WorkContext.ThrowIfCancelled(cancellation);
                using var step = NewDisposeScope();
                foreach (optim.ILearningRateController group in optimizer.ParamGroups)
                {
                    group.LearningRate = options.LearningRate * options.Schedule((double)done / steps);
                }

                Tensor x = input(positions), labels = train.Labels.index_select(0, positions);    // [B, ...], [B]
                x = options.Views is { } views ? Preprocessing.ChannelsLast(views.Apply(x, generator)) : x;
                (Tensor loss, Tensor logits) = trainer.Step(x, labels);
                average?.Update();
                totalLoss.add_(loss);
                right.add_(logits.argmax(1).eq(labels).sum());
                progress.Report(++done, epochs.Count == 0 ? null : string.Create(FrenchNumbers.Format, $"perte {epochs[^1].Loss:0.000}"));
            }

            double meanLoss = totalLoss.item<float>() / (done - before), seen = (done - before) * Math.Min(options.BatchSize, train.Count);
            if (!double.IsFinite(meanLoss))
            {
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture, $"The loss of epoch {epochs.Count + 1} is {meanLoss}: lower the learning rate ({options.LearningRate})."));
            }

            epochs.Add(new EpochRecord(epochs.Count + 1, meanLoss, right.item<long>() / seen, null));
            onEpoch?.Invoke(epochs[^1]);
        }

        return new TrainingHistory(epochs, epochs.Count, Stopwatch.GetElapsedTime(started));
    }

    private static double[] WeightsOf(Tensor labels, int classCount)
    {
        using Tensor counts = labels.cpu().bincount(weights: null, minlength: classCount);        // [K]
        return ClassWeights.FromCounts(counts.data<long>());
    }
}
