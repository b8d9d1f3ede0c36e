using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>
/// Distribution alignment (Berthelot and others, 2020, <i>ReMixMatch</i>): corrects answers so that, on average, they share the classes out
/// as a prior says.
/// </summary>
public static class DistributionAlignment
{
    /// <summary>Each answer times prior / mean answer, scaled to sum 1.</summary>
    /// <remarks>
    /// The prior must be that of the images at hand. A uniform one on images of which one class is two thirds makes every other class's mistakes
    /// look sure.
    /// </remarks>
    /// <param name="probabilities">Answers [M, K].</param>
    /// <param name="prior">How frequent each class is: [K].</param>
    /// <param name="mean">The mean answer so far: [K].</param>
    /// <returns>[M, K].</returns>
    public static Tensor Align(Tensor probabilities, Tensor prior, Tensor mean)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(prior);
        ArgumentNullException.ThrowIfNull(mean);
        Tensor aligned = probabilities.mul(prior / mean.clamp_min(1e-6));
        return aligned.div(aligned.sum(1, keepdim: true));
    }
}
