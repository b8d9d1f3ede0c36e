using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>The pieces that the losses of several methods are made of.</summary>
public static class ConsistencyLosses
{
    /// <summary>Cross-entropy of each row, times its trust, divided by the number of all rows, trusted or not.</summary>
    /// <param name="logits">Logits [M, K].</param>
    /// <param name="labels">Classes [M], int64.</param>
    /// <param name="trust">What each row counts, [M], float.</param>
    public static Tensor CrossEntropy(Tensor logits, Tensor labels, Tensor trust) =>
        nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.None).mul(trust).mean();

    /// <summary>Mean squared difference of probabilities, over images and classes.</summary>
    /// <param name="probabilities">Probabilities [M, K].</param>
    /// <param name="targets">Probabilities [M, K]; no gradient goes through them.</param>
    public static Tensor SquaredDifference(Tensor probabilities, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        return nn.functional.mse_loss(probabilities, targets.detach());
    }

    /// <summary>Surer probabilities of the same order: p^(1/T), scaled to sum 1.</summary>
    /// <param name="probabilities">Probabilities [M, K].</param>
    /// <param name="temperature">1 leaves them; towards 0 the most likely class takes all.</param>
    public static Tensor Sharpen(Tensor probabilities, double temperature)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        Tensor powers = probabilities.pow(1 / temperature);
        return powers.div(powers.sum(1, keepdim: true));
    }

    /// <summary>A weight that rises smoothly to 1: exp(-5 (1 - x)^2), with x the share of the rise that is done (Laine and Aila, 2017).</summary>
    /// <param name="progress">Share of the training that is done, in [0, 1].</param>
    /// <param name="rise">Share of the training that the rise takes, in (0, 1].</param>
    public static double RampUp(double progress, double rise = 0.4)
    {
        double left = 1 - Math.Clamp(progress / rise, 0, 1);
        return Math.Exp(-5 * left * left);
    }
}
