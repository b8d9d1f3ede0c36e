using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.Segmentation;

/// <summary>
/// Cross pseudo supervision (Chen and others, 2021, <i>Semi-Supervised Semantic Segmentation with Cross Pseudo Supervision</i>): two networks that began
/// with different weights learn together, and what one says of an image is the mask from which the other learns. Where they err differently, they correct
/// each other.
/// </summary>
/// <remarks>
/// <para>Both see the same weak views of all images, in one batch each. As in the paper they teach each other on the images with masks, too, and every
/// pixel counts, however unsure; unlike there, by Dice and cross-entropy, and with a weight that rises: at first both guess.</para>
/// <para>The trainer's optimiser moves both networks (<see cref="SemiSupervisedMethod.Parameters"/>). A step costs twice as much as with one.</para>
/// </remarks>
public sealed class CrossPseudoSupervision : SemiSupervisedMethod
{
    /// <summary>The part of the second network on the images with masks.</summary>
    public const string LabelledSecond = "labelled, second network";

    private readonly nn.Module<Tensor, Tensor> _second;
    private readonly double _weight;
    private readonly double _rise;

    /// <param name="student">The network that the trainer trains.</param>
    /// <param name="second">Another one, with other weights to begin with; disposed of with the method.</param>
    /// <param name="weight">What the masks from each other weigh once the rise is over: lambda in the paper.</param>
    /// <param name="rise">Share of the training during which that weight rises, see <see cref="ConsistencyLosses.RampUp"/>; 0 as in the paper.</param>
    /// <exception cref="ArgumentException">Both begin with the same weights: they would never disagree.</exception>
    public CrossPseudoSupervision(nn.Module<Tensor, Tensor> student, nn.Module<Tensor, Tensor> second, double weight = 1, double rise = 0.4)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(second);
        if (Same(student, second))
        {
            throw new ArgumentException(
                "Both networks begin with the same weights: they would never disagree, and learn nothing from each other. Make the second one with another seed.",
                nameof(second));
        }

        (_second, _weight, _rise) = (second, Setting.NotNegative(weight), Setting.Share(rise));
        _second.train();
    }

    /// <inheritdoc/>
    public override string Name => "cross pseudo supervision";

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => _second.parameters();

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State => _second.state_dict();

    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);
        long b = batch.Labelled.shape[0], m = batch.Unlabelled.shape[0];

        // 1. Both networks look at the same views.
        (Tensor labelled, Tensor masks) = batch.Weak(batch.Labelled, batch.Labels);                         // [B, C, H, W], [B, H, W]
        Tensor views = cat([labelled, batch.Weak(batch.Unlabelled)], 0);                                    // [B + M, C, H, W]
        Tensor first = student.call(views), second = _second.call(views);                                   // [B + M, K, H, W]

        // 2. What the one says is the mask of the other.
        Tensor ofFirst = first.detach().argmax(1), ofSecond = second.detach().argmax(1);                    // [B + M, H, W]
        Tensor cross = SegmentationLosses.DiceAndCrossEntropy(first, ofSecond) + SegmentationLosses.DiceAndCrossEntropy(second, ofFirst);
        return new StepLosses(
            new NamedLoss(StepLosses.Labelled, SegmentationLosses.DiceAndCrossEntropy(first.narrow(0, 0, b), masks)),
            new NamedLoss(LabelledSecond, SegmentationLosses.DiceAndCrossEntropy(second.narrow(0, 0, b), masks)),
            new NamedLoss(StepLosses.Unlabelled, cross, _weight * ConsistencyLosses.RampUp(batch.Progress, _rise)))
        {
            Guesses = ofSecond.narrow(0, b, m),
        };
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _second.Dispose();
        }

        base.Dispose(disposing);
    }

    private static bool Same(nn.Module first, nn.Module second)
    {
        Tensor[] own = [.. first.parameters()], other = [.. second.parameters()];
        using var scope = NewDisposeScope();
        return own.Length == other.Length && own.Zip(other).All(pair => pair.First.shape.SequenceEqual(pair.Second.shape) && pair.First.equal(pair.Second).all().item<bool>());
    }
}
