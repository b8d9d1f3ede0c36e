namespace CourseCompanion.Projection;

/// <summary>Settings of t-SNE.</summary>
public sealed record TsneOptions
{
    /// <summary>About how many neighbours each point has, in [1, (N - 1) / 3]; lowered where there are fewer points.</summary>
    public double Perplexity { get; init; } = 30;

    /// <summary>Steps of gradient descent.</summary>
    public int Iterations { get; init; } = 500;

    /// <summary>Attraction is multiplied by this during the first quarter of the steps, so that clusters form early.</summary>
    public double EarlyExaggeration { get; init; } = 12;

    /// <summary>Step length; N / 48, but at least 50, if null (Belkina and others, 2019).</summary>
    public double? LearningRate { get; init; }

    /// <summary>Up to this many points repulsion is exact, between all pairs; beyond it is that of Barnes and Hut.</summary>
    public int ExactUpTo { get; init; } = 8000;

    /// <summary>
    /// How coarse the repulsion of Barnes and Hut is, in (0, 0.7]: a square full of points counts as one point where its width is
    /// at most this times its distance. 0.5 as is usual; the smaller, the more exact and the slower.
    /// </summary>
    public double Theta { get; init; } = 0.5;

    internal void Validate()
    {
        if (!(Perplexity >= 1 && double.IsFinite(Perplexity)))
        {
            throw new ArgumentOutOfRangeException(nameof(Perplexity), Perplexity, "Perplexity must be at least 1, for example 30.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(Iterations, 1, nameof(Iterations));
        if (!(EarlyExaggeration >= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(EarlyExaggeration), EarlyExaggeration, "Early exaggeration must be at least 1.");
        }

        if (!(Theta is > 0 and <= 0.7))
        {
            throw new ArgumentOutOfRangeException(nameof(Theta), Theta, "Theta must be in (0, 0.7], for example 0.5.");
        }

        if (LearningRate is { } rate && !(rate > 0 && double.IsFinite(rate)))
        {
            throw new ArgumentOutOfRangeException(nameof(LearningRate), rate, "The learning rate must be a positive number.");
        }
    }
}
