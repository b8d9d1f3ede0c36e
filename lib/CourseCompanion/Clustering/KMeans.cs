using CourseCompanion.Work;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using static TorchSharp.torch;

namespace CourseCompanion.Clustering;

/// <summary>What k-means found.</summary>
/// <param name="Assignments">The nearest centre of each point [N], int64, in [0, K).</param>
/// <param name="Centres">The centres [K, D], float32.</param>
/// <param name="Inertia">Sum of the squared distances from the points to their centres: what k-means makes small.</param>
public sealed record KMeansResult(Tensor Assignments, Tensor Centres, double Inertia);

/// <summary>
/// k-means (Lloyd, 1982) from far-apart starts (k-means++: Arthur and Vassilvitskii, 2007, <i>The Advantages of Careful
/// Seeding</i>), as Microsoft.ML computes it. One thread: the same seed gives the same clusters.
/// </summary>
/// <remarks>Clusters are balls of similar size in features of similar scale; long, nested or unequal shapes are cut through.</remarks>
public static class KMeans
{
    /// <summary>Finds K centres.</summary>
    /// <param name="points">Points [N, D], of any floating type.</param>
    /// <param name="clusters">Number K of clusters, in [1, N].</param>
    /// <param name="seed">Chooses the starts.</param>
    /// <param name="restarts">Number of starts, of which the one of least inertia is kept.</param>
    /// <param name="cancellation">Stops between two starts, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <exception cref="ArgumentException">The shape is not [N, D], or a feature is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of clusters is not in [1, N], or there is no start.</exception>
    public static KMeansResult Fit(Tensor points, int clusters, int seed = 0, int restarts = 10, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(restarts, 1);
        using var scope = NewDisposeScope();
        Tensor x = Points.Checked(points);                                    // [N, D]
        Points.RequireClusters(clusters, x.shape[0]);
        Row[] rows = Rows(x);
        KMeansResult? best = null;
        for (int restart = 0; restart < restarts; restart++)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            KMeansResult result = Finish(x, Centres(rows, clusters, seed + restart));
            best = best is null || result.Inertia < best.Inertia ? result : best;
        }

        best!.Assignments.MoveToOuterDisposeScope();
        best.Centres.MoveToOuterDisposeScope();
        return best;
    }

    /// <summary>Number [N] of the centre that is nearest to each point, int64: for points that came later.</summary>
    /// <param name="points">Points [N, D].</param>
    /// <param name="centres">Centres [K, D].</param>
    /// <exception cref="ArgumentException">Shapes that do not match, or a feature that is not finite.</exception>
    public static Tensor Assign(Tensor points, Tensor centres)
    {
        using var scope = NewDisposeScope();
        (Tensor x, Tensor c) = (Points.Checked(points), Points.Checked(centres));
        return x.shape[1] == c.shape[1]
            ? cdist(x, c).argmin(1).MoveToOuterDisposeScope()
            : throw new ArgumentException($"Points have {x.shape[1]} features but centres {c.shape[1]}.", nameof(centres));
    }

    private static Tensor Centres(Row[] rows, int clusters, int seed)
    {
        var context = new MLContext(seed);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Features.Length);
        var trainer = context.Clustering.Trainers.KMeans(new KMeansTrainer.Options
        {
            FeatureColumnName = nameof(Row.Features),
            NumberOfClusters = clusters,
            InitializationAlgorithm = KMeansTrainer.InitializationAlgorithm.KMeansPlusPlus,
            NumberOfThreads = 1,
        });
        VBuffer<float>[] centres = [];
        trainer.Fit(context.Data.LoadFromEnumerable(rows, schema)).Model.GetClusterCentroids(ref centres, out _);
        return tensor(centres.SelectMany(centre => centre.DenseValues()).ToArray(), [clusters, rows[0].Features.Length]).to(ScalarType.Float64);
    }

    // Microsoft.ML stops when inertia hardly falls any more. Lloyd's two steps go on until no point changes its centre.
    private static KMeansResult Finish(Tensor x, Tensor centres)
    {
        using var scope = NewDisposeScope();
        Tensor nearest = cdist(x, centres).argmin(1);                         // [N]
        for (int iteration = 0; iteration < 300; iteration++)
        {
            Tensor counts = nearest.bincount(null, (int)centres.shape[0]).to(ScalarType.Float64).unsqueeze(1);         // [K, 1]
            Tensor means = zeros_like(centres).index_add_(0, nearest, x, 1) / counts.clamp(min: 1);  // [K, D]
            centres = where(counts > 0, means, centres);                      // a centre without points stays where it is
            Tensor next = cdist(x, centres).argmin(1);
            bool isStable = next.eq(nearest).all().item<bool>();
            nearest = next;
            if (isStable)
            {
                break;
            }
        }

        double inertia = (x - centres.index_select(0, nearest)).square().sum().item<double>();
        return new KMeansResult(nearest.MoveToOuterDisposeScope(), centres.to(ScalarType.Float32).MoveToOuterDisposeScope(), inertia);
    }

    private static Row[] Rows(Tensor x)
    {
        using Tensor single = x.to(ScalarType.Float32);
        return [.. single.data<float>().ToArray().Chunk((int)x.shape[1]).Select(features => new Row { Features = features })];
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];
    }
}
