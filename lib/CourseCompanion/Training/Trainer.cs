using System.Diagnostics;
using System.Globalization;
using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.French;
using CourseCompanion.Work;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.Training;

/// <summary>
/// The training loop of the course: shuffle the images, take a batch, compute the cross-entropy and its gradient, move the
/// weights, repeat. Everything stays on the device; the host waits for a number once per epoch only.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _model;
    private readonly TrainingOptions _options;
    private readonly optim.Optimizer _optimizer;
    private readonly optim.lr_scheduler.LRScheduler? _schedule;
    private readonly Tensor? _classWeights;
    private readonly Generator _generator;
    private int _epochsDone;  // orders of the images used up: the next one is another
    private int _passes;      // calls of RunEpoch and RunSteps

    /// <summary>
    /// Prepares the training of a model: optimiser and random order. It seeds the global generator, from which dropout draws: creating a second trainer
    /// changes the dropout of a first that is not finished.
    /// </summary>
    /// <param name="model">Maps images [B, C, H, W] to logits [B, K].</param>
    /// <param name="options">How to train; the course's settings if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option no training can work with.</exception>
    public Trainer(nn.Module<Tensor, Tensor> model, TrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _options = options ?? new TrainingOptions();
        _options.Validate();
        // Dropout draws from the global generator, and libtorch gives it no other.
        random.manual_seed(_options.Seed);
        _generator = new Generator((ulong)(uint)_options.Seed);
        _optimizer = _options.Optimizer(model.parameters(), _options.LearningRate);
        _schedule = _options.Schedule?.Invoke(_optimizer);
        if (_options.ClassWeights is { } weights)
        {
            Parameter first = model.parameters().First();
            _classWeights = tensor(weights.ToArray(), first.dtype, first.device).DetachFromDisposeScope();
        }
    }

    /// <summary>Trains a model on a set of images and leaves it with the weights of the best epoch on validation.</summary>
    /// <param name="model">Maps images [B, C, H, W] to logits [B, K].</param>
    /// <param name="train">Images to learn from, with their labels.</param>
    /// <param name="options">How to train; the course's settings if null.</param>
    /// <param name="validation">Images that choose the epoch; without them the last epoch stays. Never the test set.</param>
    /// <param name="cancellation">Stops the training, besides <see cref="WorkContext.Cancellation"/>.</param>
    public static TrainingHistory Fit(
        nn.Module<Tensor, Tensor> model,
        ImageSet train,
        TrainingOptions? options = null,
        ImageSet? validation = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        using var scope = NewDisposeScope();
        using var trainImages = new ResidentImages(train.Images);
        using ResidentImages? validationImages = validation is null ? null : new ResidentImages(validation.Images);
        using var trainer = new Trainer(model, options);
        return trainer.Fit(
            LabelledImages.All(trainImages, train.Labels),
            validationImages is null ? null : LabelledImages.All(validationImages, validation!.Labels),
            cancellation);
    }

    /// <summary>Trains for the epochs of the options and leaves the model with the weights of the best one on validation.</summary>
    /// <param name="train">Images to learn from, with their labels.</param>
    /// <param name="validation">Images that choose the epoch; without them the last epoch stays. Never the test set.</param>
    /// <param name="cancellation">Stops the training, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <exception cref="OperationCanceledException">The work was stopped; the model keeps the weights of that moment.</exception>
    public TrainingHistory Fit(LabelledImages train, LabelledImages? validation = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        long started = Stopwatch.GetTimestamp();
        int steps = (int)((train.Count + _options.BatchSize - 1) / _options.BatchSize);
        using IProgressTask progress = WorkContext.Progress.Start("Entraînement", steps * _options.Epochs);
        var epochs = new List<EpochRecord>();
        WeightSnapshot? best = null;
        int bestEpoch = _options.Epochs;
        double bestFigure = double.NegativeInfinity;
        try
        {
            for (int epoch = 1; epoch <= _options.Epochs; epoch++)
            {
                int done = steps * (epoch - 1);
                EpochRecord record = RunEpoch(train, ReportStep, cancellation) with { Epoch = epoch };
                if (validation is not null)
                {
                    record = record with { Validation = Evaluate(validation, cancellation) };
                    if (_options.KeepBest?.Invoke(record.Validation) is { } figure && figure > bestFigure)
                    {
                        (bestFigure, bestEpoch) = (figure, epoch);
                        best?.Dispose();
                        best = WeightSnapshot.Take(_model);
                    }
                }

                epochs.Add(record);
                progress.Report(done + steps, Describe(epochs));

                // The last step of an epoch is reported above, with the figures of that epoch.
                void ReportStep(int step)
                {
                    if (step < steps)
                    {
                        progress.Report(done + step, Describe(epochs));
                    }
                }
            }

            best?.Restore(_model);
        }
        finally
        {
            best?.Dispose();
        }

        return new TrainingHistory(epochs, bestEpoch, Stopwatch.GetElapsedTime(started));

        string? Describe(List<EpochRecord> past) => past.Count == 0 ? null : string.Create(
            FrenchNumbers.Format, $"époque {past.Count}/{_options.Epochs}, perte {past[^1].Loss:0.000}");
    }

    /// <summary>One pass over the training images, in a new random order.</summary>
    /// <param name="train">Images to learn from, with their labels.</param>
    /// <param name="onStep">Told the number of steps done, after each one.</param>
    /// <param name="cancellation">Stops the training, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <exception cref="InvalidOperationException">The loss is no longer a finite number.</exception>
    public EpochRecord RunEpoch(LabelledImages train, Action<int>? onStep = null, CancellationToken cancellation = default)
    {
        BatchSampler sampler = SamplerOf(train);
        return Run(train, sampler.Epoch(_epochsDone++), onStep, cancellation);
    }

    /// <summary>
    /// A number of steps, however many images there are: what makes methods comparable that train on more or on fewer of them. Images
    /// come in a new random order, one pass after the other.
    /// </summary>
    /// <param name="train">Images to learn from, with their labels.</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="onStep">Told the number of steps done, after each one.</param>
    /// <param name="cancellation">Stops the training, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <exception cref="InvalidOperationException">The loss is no longer a finite number.</exception>
    public EpochRecord RunSteps(LabelledImages train, int steps, Action<int>? onStep = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        BatchSampler sampler = SamplerOf(train);
        int firstEpoch = _epochsDone;
        _epochsDone += (int)((steps + sampler.BatchesPerEpoch - 1) / sampler.BatchesPerEpoch);
        return Run(train, sampler.Endless(firstEpoch).Take(steps), onStep, cancellation);
    }

    /// <summary>One step: the loss of a batch, its gradient, and a move of the weights against it.</summary>
    /// <param name="images">Images [B, C, H, W], float.</param>
    /// <param name="labels">Labels [B], int64.</param>
    /// <returns>The mean cross-entropy (one number; weighted where the options weigh classes) and the logits [B, K], both before the move.</returns>
    public (Tensor Loss, Tensor Logits) Step(Tensor images, Tensor labels)
    {
        _optimizer.zero_grad();
        Tensor logits = _model.call(images);
        Tensor loss = nn.functional.cross_entropy(logits, labels, _classWeights);
        loss.backward();
        _optimizer.step();
        return (loss.detach(), logits.detach());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _generator.Dispose();
        _classWeights?.Dispose();
    }

    private BatchSampler SamplerOf(LabelledImages train)
    {
        ArgumentNullException.ThrowIfNull(train);
        if (train.HasMasks)
        {
            throw new ArgumentException("This loop learns one label of each image; a SemiSupervisedTrainer learns masks.", nameof(train));
        }

        return train.Count > 0
            ? new BatchSampler(train.Count, _options.BatchSize, seed: _options.Seed, device: train.Images.Device)
            : throw new ArgumentException("There is no image to train on.", nameof(train));
    }

    /// <summary>The training loop.</summary>
    private EpochRecord Run(LabelledImages train, IEnumerable<Tensor> batches, Action<int>? onStep, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        Tensor totalLoss = zeros(1, device: train.Images.Device);
        Tensor right = zeros(1, dtype: ScalarType.Int64, device: train.Images.Device);
        _model.train();
        long seen = 0;
        int step = 0;
        foreach (Tensor positions in batches)                                           // [B]
        {
            WorkContext.ThrowIfCancelled(cancellation);
            using var stepScope = NewDisposeScope();
            Tensor labels = train.Labels.index_select(0, positions);                    // [B]
            Tensor images = train.Images.Batch(train.Indices.index_select(0, positions));  // [B, C, H, W]
            if (_options.Augmentation is { } augmentation)
            {
                images = Preprocessing.ChannelsLast(augmentation.Apply(images, _generator));
            }

            (Tensor loss, Tensor logits) = Step(images, labels);

            totalLoss.add_(loss.mul(labels.shape[0]));
            right.add_(logits.argmax(1).eq(labels).sum());
            seen += labels.shape[0];
            onStep?.Invoke(++step);
        }

        _passes++;
        _schedule?.step();
        double meanLoss = totalLoss.item<float>() / seen;
        if (!double.IsFinite(meanLoss))
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"The loss of epoch {_passes} is {meanLoss}: the network has diverged. Lower its learning rate ({_options.LearningRate}), or check its input."));
        }

        return new EpochRecord(_passes, meanLoss, right.item<long>() / (double)seen, null);
    }

    private ClassificationReport Evaluate(LabelledImages data, CancellationToken cancellation)
    {
        using Tensor scores = Predictor.Probabilities(_model, data.Images, data.Indices, cancellation: cancellation);
        return ClassificationReport.Compute(scores, data.Labels);
    }
}
