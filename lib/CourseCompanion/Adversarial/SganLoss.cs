using static TorchSharp.torch;

namespace CourseCompanion.Adversarial;

/// <summary>
/// The losses of the SGAN (Salimans and others, 2016, <i>Improved Techniques for Training GANs</i>): a classifier with K logits that
/// is at the same time the discriminator of a generative adversarial network.
/// </summary>
/// <remarks>
/// <para>The paper has K + 1 classes, the last one "generated". A softmax does not change if one number is added to all its logits, so
/// the logit of that class may be fixed at 0 and K remain. With Z(x) = log(exp l_1(x) + ... + exp l_K(x)) the probability that an
/// image is real is D(x) = sigmoid(Z(x)), and -log D = softplus(-Z), -log(1 - D) = softplus(Z).</para>
/// <para>Means over the images of a batch; natural logarithms throughout.</para>
/// </remarks>
public static class SganLoss
{
    /// <summary>The probability D(x) = sigmoid(Z(x)) that each image is real.</summary>
    /// <param name="logits">Logits [B, K].</param>
    /// <returns>Probabilities [B], in (0, 1).</returns>
    public static Tensor RealProbability(Tensor logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        using Tensor Z = logits.logsumexp(1);                                      // [B]
        return Z.sigmoid();
    }

    /// <summary>Labelled images: -l_y(x) + Z(x), the cross-entropy among the K real classes.</summary>
    /// <param name="logits">Logits [B, K].</param>
    /// <param name="labels">Classes [B], int64.</param>
    /// <returns>One number, 0 or more.</returns>
    public static Tensor Labelled(Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        using var scope = NewDisposeScope();
        Tensor own = logits.gather(1, labels.unsqueeze(1)).squeeze(1);             // [B]
        Tensor Z = logits.logsumexp(1);                                            // [B]
        return (Z - own).mean().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Images without labels: 1/2 E[softplus(-Z(x))] + 1/2 E[softplus(Z(G(z)))]: say "real" of the real ones, whichever class it
    /// may be, and "generated" of the generated ones.
    /// </summary>
    /// <param name="real">Logits [U, K] of real images.</param>
    /// <param name="generated">Logits [V, K] of generated images.</param>
    /// <returns>One number, 0 or more.</returns>
    public static Tensor Unlabelled(Tensor real, Tensor generated)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(generated);
        using var scope = NewDisposeScope();
        Tensor calledGenerated = nn.functional.softplus(real.logsumexp(1).neg()).mean();    // -log D(x)
        Tensor calledReal = nn.functional.softplus(generated.logsumexp(1)).mean();          // -log(1 - D(G(z)))
        return ((calledGenerated + calledReal) * 0.5).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The generator's loss by feature matching: || E f(x) - E f(G(z)) ||^2, the squared distance between the mean features of real and
    /// of generated images. Only averages have to agree: no single image has to pass for real.
    /// </summary>
    /// <param name="real">Features [U, D] of real images; no gradient goes there.</param>
    /// <param name="generated">Features [V, D] of generated images.</param>
    /// <returns>One number, 0 or more.</returns>
    public static Tensor FeatureMatching(Tensor real, Tensor generated)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(generated);
        using var scope = NewDisposeScope();
        Tensor difference = real.detach().mean([0L]) - generated.mean([0L]);       // [D]
        return difference.square().sum().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The generator's usual loss, E[-log D(G(z))] = E[softplus(-Z(G(z)))]: each image has to pass for real. It is called
    /// non-saturating because its gradient stays large while the discriminator still sees through everything (Goodfellow and
    /// others, 2014, <i>Generative Adversarial Nets</i>).
    /// </summary>
    /// <param name="generated">Logits [V, K] of generated images.</param>
    /// <returns>One number, 0 or more.</returns>
    public static Tensor NonSaturating(Tensor generated)
    {
        ArgumentNullException.ThrowIfNull(generated);
        using var scope = NewDisposeScope();
        return nn.functional.softplus(generated.logsumexp(1).neg()).mean().MoveToOuterDisposeScope();
    }
}
