using System.Diagnostics;
using System.Globalization;
using CourseCompanion.Data;
using CourseCompanion.French;
using CourseCompanion.Training;
using CourseCompanion.Work;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>
/// The one loop that trains an encoder with any <see cref="PretextMethod"/>: take images, ask the method for its loss, move the
/// weights against the gradient. It is given images only: no label can reach it.
/// </summary>
/// <remarks>
/// All chance of a step depends on the seed and on the number of the step: a training that is resumed goes on exactly as if it had never
/// stopped. The host waits for a number once per epoch only.
/// </remarks>
public sealed class Pretrainer : IDisposable
{
    // Images that the collapse monitor looks at: enough for a spectrum of 512 features, and always the same.
    private const int Watched = 512;

    private readonly PretextMethod _method;
    private readonly ResidentImages _images;
    private readonly PretrainingOptions _options;
    private readonly BatchSampler _sampler;
    private readonly OptimizerHelper _optimizer;
    private readonly Generator _generator = new();

    /// <summary>Prepares a training.</summary>
    /// <param name="method">What is asked of the images. Not disposed of with the trainer.</param>
    /// <param name="images">All images, labelled or not. Not disposed of with the trainer.</param>
    /// <param name="options">Settings; those of the thesis for tasks that compare views if null.</param>
    /// <exception cref="ArgumentException">There are fewer images than a batch has.</exception>
    public Pretrainer(PretextMethod method, ResidentImages images, PretrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(images);
        (_method, _images, _options) = (method, images, options ?? PretrainingOptions.Contrastive);
        _options.Validate();
        _sampler = new BatchSampler(images.Count, _options.BatchSize, dropLast: true, seed: _options.Seed, device: images.Device);
        _optimizer = _options.Optimizer(method.parameters().Where(parameter => parameter.requires_grad), _options.LearningRate);
    }

    /// <summary>Steps of one pass over the images.</summary>
    public int StepsPerEpoch => (int)Math.Min(_sampler.BatchesPerEpoch, _options.StepsPerEpoch ?? long.MaxValue);

    /// <summary>Steps done so far.</summary>
    public int StepsDone { get; private set; }

    /// <summary>Passes done so far.</summary>
    public int EpochsDone => StepsDone / StepsPerEpoch;

    private int Steps => _options.Epochs * StepsPerEpoch;

    private string Description => string.Create(
        CultureInfo.InvariantCulture,
        $"{_method.Name} ({SavedTraining.SettingsOf(_method)}), seed {_options.Seed}, {_options.Epochs} epochs of {StepsPerEpoch} steps of {_options.BatchSize} images out of {_images.Count}, learning rate {_options.LearningRate}, warm-up {_options.WarmUp}");

    /// <summary>Trains for a number of passes over the images.</summary>
    /// <param name="epochs">How many; all that are left if null.</param>
    /// <param name="onEpoch">Told after each pass how it went: a chart that grows, a file that is saved.</param>
    /// <param name="cancellation">Stops the training, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <returns>How each of these passes went.</returns>
    /// <exception cref="InvalidOperationException">The loss is no longer a finite number.</exception>
    public IReadOnlyList<PretrainingEpoch> Run(int? epochs = null, Action<PretrainingEpoch>? onEpoch = null, CancellationToken cancellation = default)
    {
        int last = Math.Min(_options.Epochs, EpochsDone + (epochs ?? _options.Epochs));
        using IProgressTask progress = WorkContext.Progress.Start(_method.Name, Steps);
        var done = new List<PretrainingEpoch>();
        while (EpochsDone < last)
        {
            PretrainingEpoch epoch = RunEpoch(progress, done.LastOrDefault(), cancellation);
            done.Add(epoch);
            onEpoch?.Invoke(epoch);
        }

        return done;
    }

    /// <summary>Saves everything that the next step depends on, in one safetensors file that is written whole or not at all.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <exception cref="IOException">The disk is full or read-only; the old file is untouched.</exception>
    public void Save(string path) => SavedTraining.Save(path, Description, StepsDone, _method.state_dict(), _optimizer);

    /// <summary>Goes on from where a training was saved: the steps that follow are those that would have followed.</summary>
    /// <param name="path">A file that <see cref="Save"/> wrote, of a training with the same method and settings. The views and the images are taken for the same without a check.</param>
    /// <exception cref="InvalidDataException">The file is of another training, or damaged; the method has not changed.</exception>
    public void Resume(string path) => StepsDone = SavedTraining.Resume(path, Description, _method.state_dict(), _optimizer);

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _generator.Dispose();
    }

    private PretrainingEpoch RunEpoch(IProgressTask progress, PretrainingEpoch? before, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        using var scope = NewDisposeScope();
        Tensor total = zeros(1, device: _images.Device);
        _method.train();
        int epoch = EpochsDone;
        foreach (Tensor positions in _sampler.Epoch(epoch).Take(StepsPerEpoch))    // [B]
        {
            WorkContext.ThrowIfCancelled(cancellation);
            using var stepScope = NewDisposeScope();
            var batch = new PretextBatch(_images.Batch(positions), _generator)     // [B, C, H, W]
            {
                Views = _options.Views,
                Progress = (double)StepsDone / Steps,
            };
            _generator.manual_seed(SeedOf(StepsDone));
            foreach (optim.ILearningRateController group in _optimizer.ParamGroups)
            {
                group.LearningRate = _options.LearningRateAt(batch.Progress);
            }

            _optimizer.zero_grad();
            Tensor loss = _method.Loss(batch);
            loss.backward();
            _optimizer.step();
            _method.AfterStep(batch);
            StepsDone++;

            total.add_(loss.detach());
            progress.Report(StepsDone, before is null ? null : string.Create(FrenchNumbers.Format, $"époque {epoch}/{_options.Epochs}, perte {before.Loss:0.000}"));
        }

        double mean = total.item<float>() / StepsPerEpoch;
        if (!double.IsFinite(mean))
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"The loss of {_method.Name} is no longer a finite number in epoch {epoch + 1}: lower its learning rate ({_options.LearningRate})."));
        }

        using Tensor features = FeaturesOf(_images.Batch(0, Math.Min(Watched, _images.Count)));
        return new PretrainingEpoch(
            epoch + 1, mean, CollapseMonitor.Spread(features), CollapseMonitor.EffectiveRank(features), Stopwatch.GetElapsedTime(started));
    }

    private Tensor FeaturesOf(Tensor images)
    {
        using var noGradient = no_grad();
        _method.Encoder.eval();
        return _method.Encoder.call(images);
    }

    private int SeedOf(int step) => (int)(PortableRandom.For(_options.Seed, PortableRandom.Series("pretraining"), step).NextBits() >> 33);
}
