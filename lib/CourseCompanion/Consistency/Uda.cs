using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>How the ceiling of training signal annealing rises over the training, see <see cref="Uda.Ceiling"/>.</summary>
public enum TrainingSignalAnnealing
{
    /// <summary>No ceiling: every labelled image counts at every step.</summary>
    None,

    /// <summary>In a straight line.</summary>
    Linear,

    /// <summary>Fast at first: for many labels.</summary>
    Logarithmic,

    /// <summary>Fast at the end: for few labels, which are soon known by heart.</summary>
    Exponential,
}

/// <summary>
/// UDA (Xie and others, 2020, <i>Unsupervised Data Augmentation for Consistency Training</i>): the answer on the weak view, made surer, is
/// what the network should answer on the strong one.
/// </summary>
/// <remarks>
/// Labelled images, weak views and strong views go through the network as one batch, and share the statistics of batch normalisation.
/// </remarks>
public sealed class Uda : SemiSupervisedMethod
{
    private readonly double _temperature;
    private readonly double _threshold;
    private readonly double _weight;
    private readonly TrainingSignalAnnealing _annealing;
    private readonly DistributionAlignment? _alignment;

    /// <param name="temperature">Of the sharpened targets; 1 leaves them as they are.</param>
    /// <param name="threshold">A guess counts if its probability, before sharpening, is larger: in [0, 1], beta in the paper.</param>
    /// <param name="weight">What the unlabelled images weigh against the labelled ones: lambda in the paper.</param>
    /// <param name="annealing">Whether, and how, labelled images that are already learnt are left out.</param>
    /// <param name="alignment">Corrects the guesses towards a prior; not at all if null.</param>
    public Uda(
        double temperature = 0.4,
        double threshold = 0.8,
        double weight = 1,
        TrainingSignalAnnealing annealing = TrainingSignalAnnealing.None,
        DistributionAlignment? alignment = null)
    {
        (_temperature, _threshold, _weight) = (Setting.Positive(temperature), Setting.Share(threshold), Setting.NotNegative(weight));
        (_annealing, _alignment) = (annealing, alignment);
        if (alignment is not null)
        {
            Remember("answers", alignment.Mean);
        }
    }

    /// <inheritdoc/>
    public override string Name => "UDA";

    /// <summary>
    /// Kullback-Leibler divergence of the answers on the strong views from the sharpened answers on the weak ones. The sum over the sure ones is
    /// divided by the number of all.
    /// </summary>
    /// <param name="weak">Logits of the weak views [M, K]; no gradient goes through them.</param>
    /// <param name="strong">Logits of the strong views [M, K].</param>
    /// <param name="temperature">Of the targets.</param>
    /// <param name="threshold">A guess counts if its probability, before sharpening, is larger.</param>
    /// <returns>The loss, one number; the guesses [M], int64; 1 for each that counts and 0 for the others, [M], float.</returns>
    public static (Tensor Loss, Tensor Guesses, Tensor Trust) Loss(Tensor weak, Tensor strong, double temperature, double threshold)
    {
        ArgumentNullException.ThrowIfNull(weak);
        ArgumentNullException.ThrowIfNull(strong);
        (Tensor confidence, Tensor guesses) = weak.detach().softmax(1).max(1);                              // [M]
        Tensor trust = confidence.gt(threshold).to(ScalarType.Float32);                                     // [M]
        Tensor targets = weak.detach().div(temperature).log_softmax(1);                                     // [M, K], logarithms
        Tensor divergence = targets.exp().mul(targets - strong.log_softmax(1)).sum(dim: 1);                 // [M]
        return (divergence.mul(trust).mean(), guesses, trust);
    }

    /// <summary>
    /// Cross-entropy of the labelled images that are not learnt yet: those whose right class has a probability of at most
    /// <paramref name="ceiling"/>. The sum is divided by their number.
    /// </summary>
    /// <param name="logits">Logits [B, K].</param>
    /// <param name="labels">Labels [B], int64.</param>
    /// <param name="ceiling">1 keeps all.</param>
    /// <returns>One number; 0 if all are learnt.</returns>
    public static Tensor LabelledLoss(Tensor logits, Tensor labels, double ceiling)
    {
        Tensor losses = nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.None);  // [B], -log p of the right class
        Tensor kept = losses.detach().neg().exp().le(ceiling).to(losses.dtype);                     // [B]
        return losses.mul(kept).sum().div(kept.sum().clamp_min(1));
    }

    /// <summary>The ceiling: it rises from 1/K, what an answer at random has, to 1, by alpha (1 - 1/K) + 1/K.</summary>
    /// <param name="annealing">How alpha rises from 0 to 1: x in a straight line, 1 - exp(-5x) or exp(5 (x - 1)).</param>
    /// <param name="progress">The share x of the training that is done, in [0, 1].</param>
    /// <param name="classCount">Number K of classes.</param>
    public static double Ceiling(TrainingSignalAnnealing annealing, double progress, long classCount)
    {
        double alpha = annealing switch
        {
            TrainingSignalAnnealing.None => 1,
            TrainingSignalAnnealing.Linear => progress,
            TrainingSignalAnnealing.Logarithmic => 1 - Math.Exp(-5 * progress),
            TrainingSignalAnnealing.Exponential => Math.Exp(5 * (progress - 1)),
            _ => throw new ArgumentOutOfRangeException(nameof(annealing), annealing, "There is no such annealing."),
        };
        return (alpha * (1 - (1.0 / classCount))) + (1.0 / classCount);
    }

    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);

        // 1. One pass: labelled images, weak views and strong views.
        (Tensor labelled, Tensor weak, Tensor strong) = ThreeViews.Of(student, batch);

        // 2. The labelled images that are not learnt yet.
        Tensor known = LabelledLoss(labelled, batch.Labels, Ceiling(_annealing, batch.Progress, labelled.shape[1]));

        // 3. The strong views are to get the sharpened answers of the weak ones.
        (Tensor loss, Tensor guesses, Tensor trust) = Loss(_alignment?.Apply(weak) ?? weak, strong, _temperature, _threshold);
        return new StepLosses(new NamedLoss(StepLosses.Labelled, known), new NamedLoss(StepLosses.Unlabelled, loss, _weight))
        {
            Guesses = guesses,
            Trust = trust,
        };
    }
}
