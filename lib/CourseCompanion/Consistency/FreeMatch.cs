using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>
/// FreeMatch (Wang and others, 2023, <i>FreeMatch: Self-adaptive Thresholding for Semi-supervised Learning</i>): FixMatch whose threshold is
/// the mean confidence so far, lower for classes that the network answers less; and a small term for the variety of the answers.
/// </summary>
/// <remarks>
/// All running means begin at 1/K, what an answer at random has. The term for variety ("fairness") assumes that classes are about as frequent
/// as one another; keep it small, or 0, where they are not.
/// <para>Labelled images, weak views and strong views go through the network as one batch, and share the statistics of batch normalisation.</para>
/// </remarks>
public sealed class FreeMatch : SemiSupervisedMethod
{
    private readonly double _decay;
    private readonly double _weight;
    private readonly double _fairness;
    private readonly Tensor _confidence;  // [1]: running mean of the largest probability
    private readonly Tensor _means;       // [K]: running mean of each class's probability
    private readonly Tensor _histogram;   // [K]: running share of the guesses that each class gets

    /// <param name="classCount">Number K of classes.</param>
    /// <param name="decay">How much of the running means stays at each step; the paper's 0.999 is for much longer trainings.</param>
    /// <param name="weight">What the unlabelled images weigh against the labelled ones.</param>
    /// <param name="fairness">What the variety of the answers weighs: 0.001 to 0.01 in the paper.</param>
    /// <param name="device">Where the training takes place; the default device if null.</param>
    public FreeMatch(int classCount, double decay = 0.999, double weight = 1, double fairness = 0.01, Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        (_decay, _weight, _fairness) = (Setting.Decay(decay), Setting.NotNegative(weight), Setting.NotNegative(fairness));
        _confidence = Remember("confidence", full(1, 1f / classCount, device: device));
        _means = Remember("means", full(classCount, 1f / classCount, device: device));
        _histogram = Remember("histogram", full(classCount, 1f / classCount, device: device));
    }

    /// <inheritdoc/>
    public override string Name => "FreeMatch";

    /// <summary>The threshold of each class: the mean confidence, times the class's mean probability over the largest of them.</summary>
    /// <param name="confidence">Running mean of the largest probability: [1].</param>
    /// <param name="means">Running mean of each class's probability: [K].</param>
    /// <returns>[K].</returns>
    public static Tensor Thresholds(Tensor confidence, Tensor means)
    {
        ArgumentNullException.ThrowIfNull(means);
        return means.div(means.max()).mul(confidence);
    }

    /// <summary>
    /// The term for variety: sum over classes of a log b. a is the network's running mean answer and b its mean answer on the strong
    /// views that count, each divided by how often the class is guessed and scaled to sum 1.
    /// </summary>
    /// <remarks>
    /// It is the paper's equation 11, sign included, which its readers have questioned: for a fixed a, less of it means that b goes away from a. Its authors take
    /// it for an entropy of the answers that is to be large. Classes that no strong view is taken for are left out of the sum; they have no gradient.
    /// </remarks>
    /// <param name="strong">Logits of the strong views [M, K].</param>
    /// <param name="trust">1 for each that counts and 0 for the others: [M].</param>
    /// <param name="means">Running mean answer: [K], no gradient.</param>
    /// <param name="histogram">Running share of the guesses that each class gets: [K], no gradient.</param>
    /// <returns>One number, 0 or less; 0 if none counts.</returns>
    public static Tensor Fairness(Tensor strong, Tensor trust, Tensor means, Tensor histogram)
    {
        ArgumentNullException.ThrowIfNull(strong);
        ArgumentNullException.ThrowIfNull(trust);
        ArgumentNullException.ThrowIfNull(means);
        ArgumentNullException.ThrowIfNull(histogram);
        Tensor answers = strong.softmax(1);                                                                             // [M, K]
        Tensor weight = trust.unsqueeze(1);                                                                             // [M, 1]
        Tensor guessed = nn.functional.one_hot(answers.detach().argmax(1), answers.shape[1]).mul(weight).sum(dim: 0);  // [K]
        Tensor present = guessed.gt(0);                                                                                 // [K]
        Tensor a = means / histogram;
        a = a / a.sum();
        Tensor ratios = where(present, answers.mul(weight).sum(dim: 0) / guessed.clamp_min(1), zeros_like(guessed));   // [K]
        Tensor b = where(present, ratios / ratios.sum().clamp_min(1e-12), ones_like(guessed));                          // [K]
        return a.detach().mul(b.log()).sum();
    }

    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);

        // 1. One pass: labelled images, weak views and strong views.
        (Tensor labelled, Tensor weak, Tensor strong) = ThreeViews.Of(student, batch);

        // 2. The running means take in the answers on the weak views...
        Tensor answers = weak.detach().softmax(1);                                                     // [M, K]
        (Tensor largest, Tensor taken) = answers.max(1);                                               // [M]
        Tensor shares = nn.functional.one_hot(taken, answers.shape[1]).to(answers.dtype).mean([0L]);  // [K]
        RunningMean.Update(_confidence, largest.mean(), _decay);
        RunningMean.Update(_means, answers.mean([0L]), _decay);
        RunningMean.Update(_histogram, shares, _decay);

        // 3. ...and say which guesses count.
        Tensor thresholds = Thresholds(_confidence, _means);  // [K]
        (Tensor loss, Tensor guesses, Tensor trust) = FlexMatch.Loss(weak, strong, thresholds);
        return new StepLosses(
            new NamedLoss(StepLosses.Labelled, nn.functional.cross_entropy(labelled, batch.Labels)),
            new NamedLoss(StepLosses.Unlabelled, loss, _weight),
            new NamedLoss("fairness", Fairness(strong, trust, _means, _histogram), _fairness))
        {
            Guesses = guesses,
            Trust = trust,
            Thresholds = thresholds,
        };
    }
}
