using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>
/// Distribution alignment (Berthelot and others, 2020, <i>ReMixMatch: Semi-Supervised Learning with Distribution Alignment and Augmentation
/// Anchoring</i>): corrects guesses so that, on average, they share the classes out as a prior says. Methods that take one go without unless it is given.
/// </summary>
/// <remarks>
/// The prior must be that of the unlabelled images: known, or estimated without their classes. A wrong one harms: with a uniform prior on images of which
/// one class is two thirds, guesses of that class are talked down until other classes win.
/// </remarks>
public sealed class DistributionAlignment
{
    private readonly float[] _prior;
    private readonly double _decay;

    /// <summary>An alignment, for one training of one method: the mean answer that it remembers becomes a part of the method's state.</summary>
    /// <param name="prior">How frequent each of the K classes is among the unlabelled images; scaled to sum 1.</param>
    /// <param name="decay">How much of the mean answer stays at each step. It begins as the prior, which corrects nothing.</param>
    /// <param name="device">Where the training takes place; the default device if null.</param>
    /// <exception cref="ArgumentException">There are fewer than two classes, or one whose share is not positive.</exception>
    public DistributionAlignment(IReadOnlyList<double> prior, double decay = 0.99, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(prior);
        if (prior.Count < 2 || !prior.All(share => share > 0 && double.IsFinite(share)))
        {
            throw new ArgumentException("A prior has two classes or more, each with a positive share; give a class that seems absent a small one.", nameof(prior));
        }

        double total = prior.Sum();
        _prior = [.. prior.Select(share => (float)(share / total))];
        _decay = Setting.Decay(decay);
        Mean = tensor(_prior, device: device);
    }

    /// <summary>The running mean of the answers: [K].</summary>
    internal Tensor Mean { get; }

    /// <summary>Logits whose probabilities are those of the given ones times prior / mean, scaled to sum 1.</summary>
    /// <param name="logits">Logits [M, K].</param>
    /// <param name="prior">How frequent each class is: [K].</param>
    /// <param name="mean">The mean answer: [K].</param>
    /// <returns>[M, K].</returns>
    public static Tensor Align(Tensor logits, Tensor prior, Tensor mean)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(prior);
        ArgumentNullException.ThrowIfNull(mean);
        return logits + (prior / mean.clamp_min(1e-6)).log();
    }

    /// <summary>Takes the answers of a batch into the mean, and corrects them by it.</summary>
    /// <param name="logits">Logits [M, K]; no gradient goes through them.</param>
    /// <returns>[M, K], without gradient.</returns>
    internal Tensor Apply(Tensor logits)
    {
        Tensor answers = logits.detach();
        RunningMean.Update(Mean, answers.softmax(1).mean([0L]), _decay);
        return Align(answers, tensor(_prior, device: Mean.device), Mean);
    }
}
