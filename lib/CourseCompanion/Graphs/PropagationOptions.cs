namespace CourseCompanion.Graphs;

/// <summary>When an iteration over the graph ends, and what counts as an answer.</summary>
public sealed record PropagationOptions
{
    /// <summary>Most iterations; null for the method's usual number, 30 for spreading and 1,000 for propagation.</summary>
    public int? MaxIterations { get; init; }

    /// <summary>The iteration ends when the sum of all absolute changes is below this.</summary>
    public double Tolerance { get; init; } = 1e-3;

    /// <summary>
    /// Least lead of the best class over the second, in [0, 1): where it is not reached the point gets no label. With 0 only
    /// points that no label reaches get none.
    /// </summary>
    public double MinimumMargin { get; init; }

    /// <summary>Number of classes K; the highest known label plus one if null.</summary>
    public int? ClassCount { get; init; }

    /// <summary>Called after each iteration, for example to draw how far labels have come.</summary>
    public Action<PropagationStep>? OnIteration { get; init; }

    /// <summary>Whether progress is shown. Where many small graphs follow each other, a line for each says little.</summary>
    public bool ShowsProgress { get; init; } = true;

    internal void Validate()
    {
        if (MaxIterations is { } most)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(MaxIterations));
        }

        if (!(Tolerance >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, "The tolerance must be 0 or a positive number, for example 0.001.");
        }

        if (!(MinimumMargin is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(MinimumMargin), MinimumMargin, "The least margin must be in [0, 1), for example 0.1.");
        }

        if (ClassCount is { } classes)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1, nameof(ClassCount));
        }
    }
}

/// <summary>Where the labels are after one iteration.</summary>
public sealed class PropagationStep
{
    private readonly double[] _mass;
    private readonly int _classCount;

    internal PropagationStep(int iteration, double change, double[] mass, int classCount)
    {
        Iteration = iteration;
        Change = change;
        _mass = mass;
        _classCount = classCount;
    }

    /// <summary>Iterations done, from 1.</summary>
    public int Iteration { get; }

    /// <summary>Sum of all absolute changes of this iteration.</summary>
    public double Change { get; }

    /// <summary>The label of each point at this moment; <see cref="KnownLabels.Unknown"/> where none has arrived yet.</summary>
    public long[] Labels() => new ClassDistributions(_mass, _classCount).Labels(0);
}
