using CourseCompanion.Graphs;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Projection;

/// <summary>
/// t-SNE (van der Maaten and Hinton, 2008, <i>Visualizing Data using t-SNE</i>): a map in which points that are neighbours stay
/// neighbours. Distances between clusters, and their sizes, mean little.
/// </summary>
/// <remarks>
/// Attraction acts between the 3 * perplexity nearest neighbours, as in the usual fast variants (van der Maaten, 2014,
/// <i>Accelerating t-SNE using Tree-Based Algorithms</i>). Repulsion is exact, between all pairs, up to
/// <see cref="TsneOptions.ExactUpTo"/> points, where time grows with N^2; beyond, far-away points are felt in groups
/// (<see cref="BarnesHutTree"/>) and time grows with N log N. Memory grows with N. It starts from the first two principal
/// components, so the same points give the same map every time.
/// </remarks>
public static class Tsne
{
    /// <summary>Lays points out in the plane.</summary>
    /// <param name="points">Points [N, D], at least 4.</param>
    /// <param name="options">Settings; the usual ones if null.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <returns>Coordinates [N, 2], float32, on the CPU, centred at the origin.</returns>
    /// <exception cref="ArgumentException">The shape is not [N, D], there are fewer than 4 points, or a feature is not finite.</exception>
    public static Tensor Embed(Tensor points, TsneOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(points);
        options ??= new TsneOptions();
        options.Validate();
        if (points.dim() != 2 || points.shape[0] < 4)
        {
            throw new ArgumentException($"t-SNE needs points [N, D], at least 4; got [{string.Join(", ", points.shape)}].", nameof(points));
        }

        int count = (int)points.shape[0];
        double perplexity = Math.Min(options.Perplexity, (count - 1) / 3.0);
        using var scope = NewDisposeScope();
        Neighbours neighbours = NearestNeighbours.Find(
            points, Math.Min((int)Math.Ceiling(3 * perplexity), count - 1), cancellation: cancellation);
        Affinities affinities = TsneAffinities.Joint(neighbours, perplexity);
        var layout = new TsneLayout(affinities, Start(points), count > options.ExactUpTo ? options.Theta : 0);

        double learningRate = options.LearningRate ?? Math.Max(count / 48.0, 50);
        int early = options.Iterations / 4;
        using IProgressTask progress = WorkContext.Progress.Start("Carte t-SNE", options.Iterations);
        for (int iteration = 0; iteration < options.Iterations; iteration++)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            bool isEarly = iteration < early;
            layout.Step(learningRate, momentum: isEarly ? 0.5 : 0.8, isEarly ? options.EarlyExaggeration : 1);
            progress.Report(iteration + 1);
        }

        return layout.Coordinates().MoveToOuterDisposeScope();
    }

    /// <summary>The first two principal components, shrunk until the first has a standard deviation of 0.0001.</summary>
    private static float[] Start(Tensor points)
    {
        using var scope = NewDisposeScope();
        using Pca pca = Pca.Fit(points, (int)Math.Min(2, points.shape[1]));
        float[] coordinates = pca.Transform(points).cpu().contiguous().data<float>().ToArray();
        int dimensions = (int)Math.Min(2, points.shape[1]);
        double deviation = Math.Sqrt(pca.ExplainedVariance[0]);
        float scale = (float)(1e-4 / (deviation > 0 ? deviation : 1));
        var start = new float[points.shape[0] * 2];
        for (int point = 0; point < points.shape[0]; point++)
        {
            for (int dimension = 0; dimension < 2; dimension++)
            {
                // Copies of a point would never part, nor points on a line leave it: each gets a tiny place of its own.
                float own = 1e-6f * MathF.Sin((point * 12.9898f) + (dimension * 78.233f));
                float component = dimension < dimensions ? coordinates[(point * dimensions) + dimension] * scale : 0;
                start[(point * 2) + dimension] = component + own;
            }
        }

        return start;
    }
}
