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

    /// <summary>Cross-entropy under labels that are themselves probabilities: the mean over images of -sum q log p.</summary>
    /// <param name="logits">Logits [M, K].</param>
    /// <param name="targets">Probabilities q [M, K]; no gradient goes through them.</param>
    public static Tensor SoftCrossEntropy(Tensor logits, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(targets);
        return logits.log_softmax(1).mul(targets.detach()).sum(dim: 1).mean().neg();
    }

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
        // By logarithms: 0.001^(1/T) is 0 in float32 from T = 0.06 downwards, and rows of zeros have no sum to be divided by.
        return probabilities.log().div(Setting.Positive(temperature)).softmax(1);
    }

    /// <summary>A weight that rises smoothly to 1: exp(-5 (1 - x)^2), with x the share of the rise that is done (Laine and Aila, 2017).</summary>
    /// <param name="progress">Share of the training that is done, in [0, 1].</param>
    /// <param name="rise">Share of the training that the rise takes, in [0, 1]; 0 for a weight of 1 from the first step on.</param>
    public static double RampUp(double progress, double rise = 0.4)
    {
        double left = 1 - LinearRise(progress, 0, rise);
        return Math.Exp(-5 * left * left);
    }

    /// <summary>A weight that is 0 until <paramref name="begin"/>, rises in a straight line, and is 1 from <paramref name="end"/> on.</summary>
    /// <param name="progress">Share of the training that is done, in [0, 1].</param>
    /// <param name="begin">Where the rise begins, in [0, 1).</param>
    /// <param name="end">Where it ends; a jump at <paramref name="begin"/> if it is not after it.</param>
    public static double LinearRise(double progress, double begin, double end) =>
        end > begin ? Math.Clamp((progress - begin) / (end - begin), 0, 1) : progress >= begin ? 1 : 0;
}
