using CourseCompanion.Evaluation;
using CourseCompanion.Models;
using CourseCompanion.SelfSupervised;
using CourseCompanion.Training;
using CourseCompanion.Transfer;
using static TorchSharp.torch;

namespace CourseCompanion.Experiments;

/// <summary>
/// Chapter 5: an encoder learns from all training images without a label; then the few labels there are show what it is worth, by probes that
/// leave it alone, and by classifiers that begin with it.
/// </summary>
/// <remarks>
/// A pretext task sees images only. Labels serve afterwards: those of the scenario to learn from, the validation images to draw a curve by, the test
/// images to judge once.
/// </remarks>
/// <param name="scenario">The images, and the few labels.</param>
public sealed class PretrainingExperiment(FewLabels scenario)
{
    private const double EncoderWidth = 0.5;
    private const int TransformerWidth = 64, TransformerDepth = 3, TransformerHeads = 4;

    /// <summary>The scenario.</summary>
    public FewLabels Scenario => scenario;

    /// <summary>A small residual network with the initial weights of the seed: one block a stage, half of the channels, 256 features.</summary>
    public ResNet NewResNet()
    {
        random.manual_seed(scenario.Seed);
        return new ResNet([1, 1, 1, 1], Channels, EncoderWidth, ResNetStem.Large, scenario.Images.Device);
    }

    /// <summary>A small vision transformer with the initial weights of the seed: 49 patches of 4 x 4 pixels, 64 features.</summary>
    public VisionTransformer NewTransformer()
    {
        random.manual_seed(scenario.Seed);
        return new VisionTransformer(Channels, TransformerWidth, TransformerDepth, TransformerHeads, device: scenario.Images.Device);
    }

    private int Channels => (int)scenario.Data.Train.Images.shape[1];

    private int ClassCount => scenario.Data.Train.ClassCount;

    /// <summary>Trains an encoder with a pretext task, on all training images.</summary>
    /// <param name="method">The task; not disposed of here.</param>
    /// <param name="options">How to train.</param>
    /// <param name="cancellation">Stops the work.</param>
    public PretrainingRun Pretrain(PretextMethod method, PretrainingOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(options);
        using var trainer = new Pretrainer(method, scenario.Images, options with { Seed = scenario.Seed });
        double before = Neighbours(method.Encoder, scenario.WholeValidation, cancellation).BalancedAccuracy;
        var moments = new List<PretrainingMoment>();
        trainer.Run(
            onEpoch: epoch => moments.Add(
                new PretrainingMoment(epoch, Neighbours(method.Encoder, scenario.WholeValidation, cancellation).BalancedAccuracy)),
            cancellation: cancellation);
        return new PretrainingRun(method.Name, method.Encoder, before, moments);
    }

    /// <summary>What the features say of images by their nearest labelled neighbours (<see cref="KnnProbe"/>).</summary>
    /// <param name="encoder">The encoder; left as it is.</param>
    /// <param name="on">The images that judge it.</param>
    /// <param name="cancellation">Stops the work.</param>
    public ClassificationReport Neighbours(Encoder encoder, LabelledImages on, CancellationToken cancellation = default) =>
        Probe(encoder, on, (bank, queries) => KnnProbe.Probabilities(bank, scenario.Labelled.Labels, queries, ClassCount), cancellation);

    /// <summary>What the features say of images by a linear classifier that the labelled ones have taught (<see cref="LinearProbe"/>).</summary>
    /// <param name="encoder">The encoder; left as it is.</param>
    /// <param name="on">The images that judge it.</param>
    /// <param name="cancellation">Stops the work.</param>
    public ClassificationReport Linear(Encoder encoder, LabelledImages on, CancellationToken cancellation = default) =>
        Probe(encoder, on, (bank, queries) => LinearProbe.Probabilities(bank, scenario.Labelled.Labels, queries, ClassCount), cancellation);

    /// <summary>Puts a classifier on a copy of an encoder and trains it with the few labels.</summary>
    /// <param name="encoder">What it begins with; left as it is.</param>
    /// <param name="copy">A second encoder of the same shape, which takes its weights: a new one each time.</param>
    /// <param name="frozen">Whether only the head learns.</param>
    /// <param name="options">How to train.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The classifier: images [N, C, H, W] to logits [N, K].</returns>
    public Classifier Classify(Encoder encoder, Encoder copy, bool frozen, TransferOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        using (WeightSnapshot weights = WeightSnapshot.Take(encoder))
        {
            weights.Restore(copy);
        }

        random.manual_seed(scenario.Seed);
        var classifier = new Classifier(copy, ClassCount, device: scenario.Images.Device);
        options = options with { Seed = scenario.Seed };
        if (frozen)
        {
            TransferLearning.Frozen(classifier, scenario.Labelled, options, cancellation: cancellation);
        }
        else
        {
            TransferLearning.EndToEnd(classifier, scenario.Labelled, options, cancellation: cancellation);
        }

        return classifier;
    }

    private static Tensor Features(Encoder encoder, LabelledImages images, CancellationToken cancellation) =>
        Predictor.Apply(encoder, encoder.call, images.Images, images.Indices, cancellation: cancellation);

    private ClassificationReport Probe(Encoder encoder, LabelledImages on, Func<Tensor, Tensor, Tensor> probe, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(on);
        using var scope = NewDisposeScope();
        Tensor bank = Features(encoder, scenario.Labelled, cancellation);                 // [L, D]
        Tensor queries = Features(encoder, on, cancellation);                             // [M, D]
        return ClassificationReport.Compute(probe(bank, queries), on.Labels);
    }
}
