using System.Globalization;
using CourseCompanion.Data;
using CourseCompanion.Training;
using CourseCompanion.Work;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.SemiSupervised;

/// <summary>
/// The one loop that trains a network with any <see cref="SemiSupervisedMethod"/>: take a labelled and an unlabelled batch, ask the
/// method for its loss, move the weights against the gradient, let the average of the weights follow.
/// </summary>
/// <remarks>
/// The labelled and the unlabelled images go round independently and without end, each in an order of its own. All chance of a step depends
/// on the seed and on the number of the step: a training that is resumed goes on exactly as if it had never stopped.
/// </remarks>
public sealed class SemiSupervisedTrainer : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _model;
    private readonly nn.Module<Tensor, Tensor> _averaged;
    private readonly SemiSupervisedMethod _method;
    private readonly LabelledImages _labelled;
    private readonly Tensor _unlabelled;
    private readonly SemiSupervisedOptions _options;
    private readonly OptimizerHelper _optimizer;
    private readonly WeightAverage _average;
    private readonly Generator _generator = new();

    /// <summary>Prepares a training.</summary>
    /// <param name="model">The network that learns: images [N, C, H, W] to logits [N, K]; to logits [N, K, H, W] where the labels are masks.</param>
    /// <param name="averaged">A second network of the same shape, which becomes the average of the weights: the one to judge at the end.</param>
    /// <param name="method">How it learns. Not disposed of with the trainer.</param>
    /// <param name="labelled">The labelled images, or images with masks.</param>
    /// <param name="unlabelled">Indices [U] of the unlabelled ones among the same <see cref="LabelledImages.Images"/>, int64.</param>
    /// <param name="options">Settings; the course's if null.</param>
    /// <exception cref="ArgumentException">There are no labelled or no unlabelled images, or the networks are not alike.</exception>
    public SemiSupervisedTrainer(
        nn.Module<Tensor, Tensor> model,
        nn.Module<Tensor, Tensor> averaged,
        SemiSupervisedMethod method,
        LabelledImages labelled,
        Tensor unlabelled,
        SemiSupervisedOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(averaged);
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(labelled);
        ArgumentNullException.ThrowIfNull(unlabelled);
        if (labelled.Count == 0)
        {
            throw new ArgumentException("There is no labelled image.", nameof(labelled));
        }

        if (method.UsesUnlabelled && unlabelled.shape[0] == 0)
        {
            throw new ArgumentException($"{method.Name} learns from unlabelled images, and there is none.", nameof(unlabelled));
        }

        _options = options ?? new SemiSupervisedOptions();
        _options.Validate();
        (_model, _averaged, _method, _labelled, _unlabelled) = (model, averaged, method, labelled, unlabelled);
        _average = new WeightAverage(model, averaged, _options.Averaging);
        _optimizer = _options.Optimizer(model.parameters().Concat(method.Parameters), _options.LearningRate);
    }

    /// <summary>What tells this training from another: a saved one is resumed with the same settings only.</summary>
    private string Description => string.Create(
        CultureInfo.InvariantCulture,
        $"{_method.Name} ({_method.Settings}), seed {_options.Seed}, averaging {_options.Averaging}, {_options.Steps} steps of {_options.BatchSize} and {_options.BatchSize * _options.UnlabelledRatio} images out of {_labelled.Count} and {_unlabelled.shape[0]}, learning rate {_options.LearningRate}");

    /// <summary>Steps done so far.</summary>
    public int StepsDone { get; private set; }

    /// <summary>Trains for a number of steps.</summary>
    /// <param name="steps">How many; all that are left if null.</param>
    /// <param name="onStep">Told after each step what was seen and what became of it; both are disposed of afterwards.</param>
    /// <param name="cancellation">Stops the training, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <returns>The mean of each part of the loss over these steps.</returns>
    /// <exception cref="InvalidOperationException">The loss is no longer a finite number.</exception>
    public IReadOnlyDictionary<string, double> Run(
        int? steps = null, Action<SemiSupervisedBatch, StepLosses>? onStep = null, CancellationToken cancellation = default)
    {
        int last = Math.Min(_options.Steps, StepsDone + (steps ?? _options.Steps));
        int first = StepsDone;
        var totals = new Dictionary<string, Tensor>();
        using var scope = NewDisposeScope();
        using IEnumerator<Tensor> labelled = Positions(_labelled.Count, _options.BatchSize, "labelled").GetEnumerator();
        using IEnumerator<Tensor> unlabelled = Positions(_unlabelled.shape[0], _options.BatchSize * _options.UnlabelledRatio, "unlabelled").GetEnumerator();
        _model.train();
        while (StepsDone < last)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            using var stepScope = NewDisposeScope();
            SemiSupervisedBatch batch = Next(labelled, unlabelled);
            foreach (optim.ILearningRateController group in _optimizer.ParamGroups)
            {
                group.LearningRate = _options.LearningRateAt(batch.Progress);
            }

            _optimizer.zero_grad();
            StepLosses losses = _method.Losses(_model, batch);
            losses.Total.backward();
            _optimizer.step();
            _average.Update();
            _method.AfterStep(_model, batch);
            StepsDone++;

            foreach (NamedLoss part in losses.Parts)
            {
                Tensor total = totals.TryGetValue(part.Name, out Tensor? sum) ? sum + part.Value.detach() : part.Value.detach().clone();
                sum?.Dispose();
                totals[part.Name] = total.MoveToOuterDisposeScope();
            }

            onStep?.Invoke(batch, losses);
        }

        var means = totals.ToDictionary(total => total.Key, total => total.Value.item<float>() / (double)(last - first));
        return means.Values.All(double.IsFinite)
            ? means
            : throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"The loss of {_method.Name} is no longer a finite number by step {StepsDone}: lower its learning rate ({_options.LearningRate})."));
    }

    /// <summary>Saves everything that the next step depends on, in one safetensors file that is written whole or not at all.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <exception cref="IOException">The disk is full or read-only; the old file is untouched.</exception>
    public void Save(string path) => SavedTraining.Save(path, Description, StepsDone, State(), _optimizer);

    /// <summary>Goes on from where a training was saved: the steps that follow are those that would have followed.</summary>
    /// <param name="path">A file that <see cref="Save"/> wrote, of a training with the same method and settings. The views and the images are taken for the same without a check.</param>
    /// <exception cref="InvalidDataException">The file is of another training, or damaged; the networks have not changed.</exception>
    public void Resume(string path) => StepsDone = SavedTraining.Resume(path, Description, State(), _optimizer);

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _average.Dispose();
        _generator.Dispose();
    }

    /// <summary>All that changes from step to step but the optimiser's own memory: the tensors themselves, by name.</summary>
    private Dictionary<string, Tensor> State() =>
        _model.state_dict().Select(entry => (Name: "model." + entry.Key, entry.Value))
            .Concat(_averaged.state_dict().Select(entry => (Name: "average." + entry.Key, entry.Value)))
            .Concat(_method.State.Select(entry => (Name: "method." + entry.Key, entry.Value)))
            .Append((Name: "updates", Value: _average.Updates))
            .ToDictionary(entry => entry.Name, entry => entry.Value);

    /// <summary>Positions of one batch after the other, from the step that comes next on.</summary>
    private IEnumerable<Tensor> Positions(long count, int batchSize, string series)
    {
        if (count == 0)
        {
            return [];
        }

        // Fewer images than a batch: the batch is all of them.
        int size = (int)Math.Min(batchSize, count);
        var sampler = new BatchSampler(count, size, dropLast: true, seed: SeedOf(series), device: _labelled.Images.Device);
        int epoch = (int)(StepsDone / sampler.BatchesPerEpoch);
        return sampler.Endless(epoch).Skip((int)(StepsDone % sampler.BatchesPerEpoch));
    }

    private SemiSupervisedBatch Next(IEnumerator<Tensor> labelled, IEnumerator<Tensor> unlabelled)
    {
        labelled.MoveNext();
        Tensor positions = labelled.Current;                                                    // [B]
        Tensor images = _labelled.Images.Batch(_labelled.Indices.index_select(0, positions));   // [B, C, H, W]
        Tensor rows = _unlabelled.narrow(0, 0, 0);
        Tensor others = images.narrow(0, 0, 0);
        if (_method.UsesUnlabelled)
        {
            unlabelled.MoveNext();
            rows = unlabelled.Current;                                                          // [M]
            others = _labelled.Images.Batch(_unlabelled.index_select(0, rows));                 // [M, C, H, W]
        }

        _generator.manual_seed(SeedOf($"step {StepsDone}"));
        return new SemiSupervisedBatch(images, _labelled.Labels.index_select(0, positions), others, rows, _generator)
        {
            WeakAugmentation = _options.Weak,
            StrongAugmentation = _options.Strong,
            Progress = (double)StepsDone / _options.Steps,
        };
    }

    private int SeedOf(string series) => (int)(PortableRandom.For(_options.Seed, PortableRandom.Series(series), 0).NextBits() >> 33);
}
