using CourseCompanion.Adversarial;
using CourseCompanion.Augmentations;
using CourseCompanion.Consistency;
using CourseCompanion.Data;
using CourseCompanion.Models;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Experiments;

/// <summary>An SGAN at one moment of its training.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Losses">Mean of each loss since the moment before, by name; the generator's is <see cref="SganExperiment.GeneratorLoss"/>.</param>
/// <param name="RealCalledReal">Mean probability that the discriminator gives unlabelled images of being real.</param>
/// <param name="GeneratedCalledReal">The same of generated images.</param>
/// <param name="Diversity">Diversity of generated images as a share of that of real ones: near 0 is a collapse.</param>
/// <param name="Samples">Generated images [S, C, 28, 28], uint8, of the same random numbers at each moment.</param>
public sealed record SganMoment(
    int Step, IReadOnlyDictionary<string, double> Losses, double RealCalledReal, double GeneratedCalledReal, double Diversity, Tensor Samples);

/// <summary>A network after one training of chapter 3.</summary>
/// <param name="Model">The classifier: the average of the weights over the last steps.</param>
/// <param name="Moments">How the training went, part by part; without a generator none.</param>
public sealed record SganRun(SimpleCnn Model, IReadOnlyList<SganMoment> Moments) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        foreach (SganMoment moment in Moments)
        {
            moment.Samples.Dispose();
        }
    }
}

/// <summary>
/// Chapter 3: the same network as classifier alone and as discriminator of an SGAN. The notebook and <c>course bench sgan-gain</c> train
/// by the same methods.
/// </summary>
/// <remarks>
/// All trainings have the same first weights, steps, labelled batches, kind of optimiser and averaging. The learning rate is each method's own:
/// the paper's for the SGAN, the course's for the classifier alone, which learns too slowly with the other.
/// </remarks>
/// <param name="scenario">The images and the protocol.</param>
/// <param name="steps">Optimiser steps of each network, a multiple of <see cref="Parts"/>.</param>
public sealed class SganExperiment(FewLabels scenario, int steps = 1000)
{
    /// <summary>The generator's loss among <see cref="SganMoment.Losses"/>.</summary>
    public const string GeneratorLoss = "generator";

    /// <summary>In how many equal parts a training is looked at.</summary>
    public const int Parts = 10;

    /// <summary>Random numbers of one generated image.</summary>
    public const int LatentSize = 100;

    /// <summary>Learning rate of the discriminator: that of the paper, as is the generator's.</summary>
    public const double SganLearningRate = 3e-4;

    private const int ShownImages = 12;
    private const int MeasuredImages = 200;

    private readonly int _steps = steps >= Parts && steps % Parts == 0 ? steps : throw new ArgumentOutOfRangeException(
        nameof(steps), steps, $"Networks are trained in {Parts} equal parts: give a multiple of {Parts}, for example 1000.");

    /// <summary>The labelled images alone.</summary>
    /// <param name="augmentation">A random change of each batch; none if null.</param>
    /// <param name="learningRate">Learning rate at the beginning.</param>
    /// <param name="cancellation">Stops the work.</param>
    public SganRun TrainAlone(
        Augmentation? augmentation = null,
        double learningRate = PseudoLabelingExperiment.DefaultLearningRate,
        CancellationToken cancellation = default)
    {
        using var method = new SupervisedOnly();
        SimpleCnn averaged = scenario.NewModel();
        using SemiSupervisedTrainer trainer = Trainer(method, averaged, learningRate, augmentation, out SimpleCnn model);
        using (model)
        {
            using IProgressTask progress = WorkContext.Progress.Start("Entraînement", _steps);
            trainer.Run(onStep: (_, _) => progress.Report(trainer.StepsDone), cancellation: cancellation);
        }

        return new SganRun(averaged, []);
    }

    /// <summary>The labelled images, the unlabelled ones and a generator.</summary>
    /// <param name="options">Settings; the course's if null.</param>
    /// <param name="augmentation">A random change of each batch of real images; none if null.</param>
    /// <param name="cancellation">Stops the work.</param>
    public SganRun Train(SganOptions? options = null, Augmentation? augmentation = null, CancellationToken cancellation = default)
    {
        SimpleCnn averaged = scenario.NewModel();
        using var method = new Sgan(
            new DcganGenerator((int)scenario.Data.Train.Images.shape[1], LatentSize, channels: 16, scenario.Images.Device), LatentSize, options);
        using SemiSupervisedTrainer trainer = Trainer(method, averaged, SganLearningRate, augmentation, out SimpleCnn model);
        using (model)
        {
            using var scope = NewDisposeScope();
            using var random = new Generator((ulong)scenario.Seed);
            Tensor z = randn(MeasuredImages, LatentSize, generator: random).to(scenario.Images.Device);                  // [200, latent]
            Tensor real = scenario.Images.Batch(scenario.Unlabelled.narrow(0, 0, Math.Min(MeasuredImages, scenario.Unlabelled.shape[0])));
            using IProgressTask progress = WorkContext.Progress.Start("SGAN", _steps);
            var moments = new List<SganMoment>();
            for (int part = 0; part < Parts; part++)
            {
                double generatorLoss = 0;
                IReadOnlyDictionary<string, double> losses = trainer.Run(
                    _steps / Parts,
                    (_, _) =>
                    {
                        generatorLoss += method.GeneratorLoss;
                        progress.Report(trainer.StepsDone);
                    },
                    cancellation);
                using var partScope = NewDisposeScope();
                Tensor generated = method.Sample(z);                                                                     // [200, C, 28, 28]
                moments.Add(new SganMoment(
                    trainer.StepsDone,
                    losses.Append(new(GeneratorLoss, generatorLoss / (_steps / Parts))).ToDictionary(),
                    CalledReal(averaged, real),
                    CalledReal(averaged, generated),
                    Diversity.Ratio(generated, real),
                    Preprocessing.ToPixels(generated.narrow(0, 0, ShownImages)).DetachFromDisposeScope()));
            }

            return new SganRun(averaged, moments);
        }
    }

    private static double CalledReal(SimpleCnn model, Tensor images)
    {
        using var noGradient = no_grad();
        model.eval();
        return SganLoss.RealProbability(model.call(images)).mean().item<float>();
    }

    private SemiSupervisedTrainer Trainer(SemiSupervisedMethod method, SimpleCnn averaged, double learningRate, Augmentation? augmentation, out SimpleCnn model)
    {
        model = scenario.NewModel();
        return new SemiSupervisedTrainer(model, averaged, method, scenario.Labelled, scenario.Unlabelled, new SemiSupervisedOptions
        {
            Steps = _steps,
            BatchSize = 32,
            UnlabelledRatio = 1,
            LearningRate = learningRate,
            Optimizer = Sgan.DiscriminatorOptimizer,
            Weak = augmentation,
            Seed = scenario.Seed,
        });
    }
}
