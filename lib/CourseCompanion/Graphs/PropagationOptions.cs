using static TorchSharp.torch;

namespace CourseCompanion.Graphs;

/// <summary>When an iteration over the graph stops, and what counts as an answer.</summary>
public sealed record PropagationOptions
{
    /// <summary>Maximum number of iterations; 1,000 if null.</summary>
    public int? MaxIterations { get; init; }

    /// <summary>The iteration stops when the sum of all absolute changes is below this.</summary>
    public double Tolerance { get; init; } = 1e-3;

    /// <summary>
    /// Minimum lead of the best class over the second, in [0, 1); below it the point gets no label. With 0 only
    /// points that no label reaches get none.
    /// </summary>
    public double MinimumMargin { get; init; }

    /// <summary>Number of classes K; the highest known label plus one if null.</summary>
    public int? ClassCount { get; init; }

    /// <summary>Called after each iteration, for example to draw how far the labels have spread.</summary>
    public Action<PropagationStep>? OnIteration { get; init; }

    /// <summary>Whether progress is shown; a run over many small graphs is easier to read without.</summary>
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
            throw new ArgumentOutOfRangeException(nameof(MinimumMargin), MinimumMargin, "The minimum margin must be in [0, 1), for example 0.1.");
        }

        if (ClassCount is { } classes)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1, nameof(ClassCount));
        }
    }
}

/// <summary>Where the labels are after one iteration.</summary>
/// <param name="Iteration">Iterations done, from 1.</param>
/// <param name="Change">Sum of all absolute changes of this iteration.</param>
/// <param name="Labels">
/// The label [N] of each point at this moment, int64; <see cref="KnownLabels.Unknown"/> where none has arrived yet. Disposed after
/// the callback: clone it, or copy its numbers, to keep it.
/// </param>
public sealed record PropagationStep(int Iteration, double Change, Tensor Labels);
