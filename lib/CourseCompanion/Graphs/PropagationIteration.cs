using CourseCompanion.Teaching;
using CourseCompanion.Training;

namespace CourseCompanion.Graphs;

/// <summary>What spreading and propagation have in common: the same step again until hardly anything changes.</summary>
internal static class PropagationIteration
{
    /// <summary>Repeats a step on masses [N, K], starting from the known labels.</summary>
    /// <param name="title">What is being done, in French.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="known">Masses [N, K] of the known labels: 1 for the class of a labelled point.</param>
    /// <param name="classCount">Number of classes K.</param>
    /// <param name="maxIterations">Most iterations.</param>
    /// <param name="options">When to end, and what counts as an answer.</param>
    /// <param name="step">Computes the second masses from the first.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static PropagationResult Run(
        string title,
        NeighbourGraph graph,
        double[] known,
        int classCount,
        int maxIterations,
        PropagationOptions options,
        Action<double[], double[]> step,
        CancellationToken cancellation)
    {
        double[] current = [.. known];
        var next = new double[known.Length];
        int iteration = 0;
        double change = double.PositiveInfinity;
        string? warning = null;
        using IProgressTask? progress = options.ShowsProgress ? WorkContext.Progress.Start(title, maxIterations) : null;
        while (iteration < maxIterations && change >= options.Tolerance)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            step(current, next);
            change = TotalChange(current, next);
            (current, next) = (next, current);
            iteration++;
            options.OnIteration?.Invoke(new PropagationStep(iteration, change, current, classCount));
            progress?.Report(iteration, string.Create(FrenchNumbers.Format, $"variation {change:0.#####}"));
        }

        if (change >= options.Tolerance)
        {
            warning = string.Create(
                FrenchNumbers.Format,
                $"Pas encore convergé après {iteration} itérations : la variation ({change:0.#####}) dépasse la tolérance ({options.Tolerance:0.#####}). Augmentez MaxIterations.");
            progress?.Report(iteration, warning);
        }
        else
        {
            progress?.Report(maxIterations, string.Create(FrenchNumbers.Format, $"convergé après {iteration} itérations"));
        }

        return new PropagationResult(graph, current, classCount, options.MinimumMargin, iteration, change, warning);
    }

    /// <summary>Masses [N, K] of the known labels: 1 for the class of a labelled point, 0 elsewhere.</summary>
    public static double[] OneHot(IReadOnlyList<long> labels, int classCount)
    {
        var mass = new double[labels.Count * classCount];
        for (int point = 0; point < labels.Count; point++)
        {
            if (labels[point] != KnownLabels.Unknown)
            {
                mass[(point * classCount) + labels[point]] = 1;
            }
        }

        return mass;
    }

    private static double TotalChange(double[] before, double[] after)
    {
        double sum = 0;
        for (int i = 0; i < before.Length; i++)
        {
            sum += Math.Abs(after[i] - before[i]);
        }

        return sum;
    }
}
