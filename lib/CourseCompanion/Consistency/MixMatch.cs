using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>
/// MixMatch (Berthelot and others, 2019, <i>MixMatch: A Holistic Approach to Semi-Supervised Learning</i>): the mean answer on two views of
/// an unlabelled image, made surer, is its label; then all images, labelled or not, are mixed with one another.
/// </summary>
/// <remarks>
/// Two passes in training mode. The one that guesses gets the labelled images too: batch normalisation then sees the same two kinds of
/// images in both passes, which decides between learning and collapse where the unlabelled classes are unbalanced. The other gets all mixtures as one
/// batch. Running statistics follow both passes.
/// </remarks>
/// <param name="weight">What the unlabelled images weigh once the rise is over; 75 to 100 in the paper, on natural images.</param>
/// <param name="temperature">Of the sharpened guesses; 1 leaves them as they are: T in the paper.</param>
/// <param name="alpha">Of the distribution of the mixtures, see <see cref="MixUp.Shares"/>.</param>
/// <param name="rise">Share of the training during which the weight rises, in a straight line.</param>
public sealed class MixMatch(double weight = 10, double temperature = 0.5, double alpha = 0.75, double rise = 0.4) : SemiSupervisedMethod
{
    private readonly double _weight = Setting.NotNegative(weight);
    private readonly double _temperature = Setting.Positive(temperature);
    private readonly double _alpha = Setting.Positive(alpha);
    private readonly double _rise = Setting.Share(rise);

    /// <inheritdoc/>
    public override string Name => "MixMatch";

    /// <summary>The label of an unlabelled image: the mean of the answers on two of its views, sharpened.</summary>
    /// <param name="first">Logits of one view [M, K].</param>
    /// <param name="second">Logits of the other [M, K].</param>
    /// <param name="temperature">1 leaves the mean as it is.</param>
    /// <returns>Probabilities [M, K], without gradient.</returns>
    public static Tensor Guess(Tensor first, Tensor second, double temperature)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return ConsistencyLosses.Sharpen((first.detach().softmax(1) + second.detach().softmax(1)) / 2, temperature);
    }

    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);
        long b = batch.Labelled.shape[0], m = batch.Unlabelled.shape[0];
        Tensor images = cat([batch.Weak(batch.Labelled), batch.Weak(batch.Unlabelled), batch.Weak(batch.Unlabelled)], 0);  // [B + 2M, C, H, W]

        // 1. Guess the labels of the unlabelled images.
        Tensor guesses, targets;
        using (no_grad())
        {
            Tensor logits = student.call(images);                                                                          // [B + 2M, K]
            guesses = Guess(logits.narrow(0, b, m), logits.narrow(0, b + m, m), _temperature);                             // [M, K]
            Tensor labels = nn.functional.one_hot(batch.Labels, logits.shape[1]).to(guesses.dtype);                        // [B, K]
            targets = cat([labels, guesses, guesses], 0);                                                                  // [B + 2M, K]
        }

        // 2. Mix every image with any other, and their labels alike.
        long n = b + (2 * m);
        Tensor shares = MixUp.Shares(n, _alpha, batch.Generator).to(images.device);                                        // [B + 2M]
        Tensor partners = randperm(n, device: batch.Generator.device, generator: batch.Generator).to(images.device);       // [B + 2M]
        Tensor answers = student.call(MixUp.Mix(images, partners, shares));                                                // [B + 2M, K]
        targets = MixUp.Mix(targets, partners, shares);                                                                    // [B + 2M, K]

        // 3. Cross-entropy where the label was known, squared difference, which a wrong guess cannot make large, where it was guessed.
        return new StepLosses(
            new NamedLoss(StepLosses.Labelled, ConsistencyLosses.SoftCrossEntropy(answers.narrow(0, 0, b), targets.narrow(0, 0, b))),
            new NamedLoss(
                StepLosses.Unlabelled,
                ConsistencyLosses.SquaredDifference(answers.narrow(0, b, 2 * m).softmax(1), targets.narrow(0, b, 2 * m)),
                _weight * ConsistencyLosses.LinearRise(batch.Progress, 0, _rise)))
        {
            Guesses = guesses.argmax(1),
        };
    }
}
