using static TorchSharp.torch;

namespace CourseCompanion.Graphs.Search;

/// <summary>
/// Coordinates [N, M] whose products bound the distances of points from below: the points themselves, moved so that their mean
/// is zero, or fewer coordinates that hold most of their variance.
/// </summary>
/// <remarks>
/// The fewer coordinates are the projection on an orthonormal basis and, as last one, the length r of what it leaves out:
/// |x - y|^2 = |Px - Py|^2 + |(x - Px) - (y - Py)|^2 >= |Px - Py|^2 + (r_x - r_y)^2. The features of images are so far from filling their
/// space that a sixth of the dimensions rules out all but some ten times k points. Whether it does is tried on a sample of the
/// points; if not, the points themselves are used.
/// </remarks>
internal sealed class ProductSpace
{
    /// <summary>Fewer points or features are compared as they are: there is little to gain.</summary>
    private const int LeastPoints = 2048, LeastFeatures = 96;

    /// <summary>Points the basis is made from.</summary>
    private const int BasisSample = 2048;

    /// <summary>How often the basis is turned further towards where the variance is.</summary>
    private const int BasisPowers = 2;

    /// <summary>Points that are tried before the projection is used.</summary>
    private const int TrialSample = 64;

    /// <summary>How many times longer an exact comparison takes per feature than a large product.</summary>
    private const double ExactCost = 8;

    /// <summary>A point of length zero stays at the origin when it is divided by this.</summary>
    private const float SmallestNormal = 1.17549435e-38f;

    private ProductSpace(Tensor coordinates, Tensor squares, float margin)
    {
        Coordinates = coordinates;
        Margin = margin;
        using Tensor offsets = squares.mul(1 - margin).cpu();
        Offsets = offsets.data<float>().ToArray();
    }

    /// <summary>The coordinates [N, M], float32.</summary>
    public Tensor Coordinates { get; }

    /// <summary>
    /// The c by which rounding may falsify a squared distance, as a share of the two squared lengths: a rounding (2^-24) for each
    /// of the features and coordinates that were multiplied and added, twice.
    /// </summary>
    public float Margin { get; }

    /// <summary>(1 - c) s of each point, s its squared length.</summary>
    public float[] Offsets { get; }

    /// <summary>The points as they are: centred, or scaled to length one where only the angle counts.</summary>
    public static ProductSpace Full(Tensor points, Tensor mean, DistanceMetric metric)
    {
        Tensor values = Prepare(points, mean, metric);

        // Where only the angle counts a point of length zero is at distance 1 from all: as if it were orthogonal to them.
        Tensor squares = metric == DistanceMetric.Cosine ? ones(values.shape[0]) : SquaredLengths(values);
        return new ProductSpace(values, squares, MarginOf(values.shape[1]));
    }

    /// <summary>Fewer coordinates for a search of points among themselves, if they have the structure that makes it worth while.</summary>
    public static ProductSpace Reduced(Tensor points, Tensor mean, DistanceMetric metric, int neighbours)
    {
        ProductSpace full = Full(points, mean, metric);
        long count = points.shape[0], features = points.shape[1];
        if (count < LeastPoints || features < LeastFeatures)
        {
            return full;
        }

        Tensor values = full.Coordinates, squares = SquaredLengths(values);
        if (squares.min().item<float>() == 0 && metric == DistanceMetric.Cosine)
        {
            return full;
        }

        Tensor projected = values.matmul(Basis(values));

        // Adding the same to all squares makes the differences of their roots smaller, never larger, and rounding harmless.
        Tensor left = squares.sub(SquaredLengths(projected)).clamp_min(0).add(squares.max().mul(0.01));
        Tensor coordinates = cat([projected, left.sqrt().unsqueeze(1)], 1);
        var reduced = new ProductSpace(coordinates, SquaredLengths(coordinates), MarginOf(features + coordinates.shape[1]));
        double perPoint = ExactComparisons(full, reduced, neighbours);
        bool pays = (count * coordinates.shape[1] / 2) + (perPoint * features * ExactCost) < 0.8 * count * features / 2;
        return pays ? reduced : full;
    }

    private static Tensor Prepare(Tensor points, Tensor mean, DistanceMetric metric)
    {
        Tensor values = points.detach().to(ScalarType.Float32);
        if (metric == DistanceMetric.Euclidean)
        {
            return values.sub(mean).contiguous();
        }

        // Divided by the largest number first, as squares of very small ones would vanish.
        Tensor scaled = values.div(values.abs().amax([1], keepdim: true).clamp_min(SmallestNormal));
        return scaled.div(linalg.vector_norm(scaled, 2, [1], keepdim: true).clamp_min(SmallestNormal));
    }

    /// <summary>An orthonormal basis [D, M] of where most of the variance is (Halko, Martinsson and Tropp, 2011), from a sample.</summary>
    private static Tensor Basis(Tensor values)
    {
        long features = values.shape[1];
        long width = ((features + 95) / 96 * 16) - 1;
        Tensor sample = values.shape[0] <= BasisSample ? values : values.index_select(0, Sample(values.shape[0], BasisSample));
        Tensor directions = randn([features, width], generator: new Generator(0));
        for (int power = 0; power < BasisPowers; power++)
        {
            directions = linalg.qr(sample.t().matmul(sample.matmul(directions))).Q;
        }

        return directions;
    }

    /// <summary>Mean number of points that the reduced coordinates cannot rule out as neighbours of a point.</summary>
    private static double ExactComparisons(ProductSpace full, ProductSpace reduced, int neighbours)
    {
        Tensor sample = Sample(full.Coordinates.shape[0], TrialSample);
        Tensor distances = SquaredDistances(full.Coordinates, sample);
        Tensor reach = distances.topk(neighbours + 1, 1, largest: false).values.amax([1], keepdim: true);
        return SquaredDistances(reduced.Coordinates, sample).le(reach).sum().item<long>() / (double)TrialSample;
    }

    private static Tensor SquaredDistances(Tensor values, Tensor sample)
    {
        Tensor squares = SquaredLengths(values), rows = values.index_select(0, sample);
        return squares.add(SquaredLengths(rows).unsqueeze(1)).sub(rows.matmul(values.t()).mul(2));
    }

    /// <summary>Numbers spread evenly over [0, count).</summary>
    private static Tensor Sample(long count, long size) => arange(size, ScalarType.Int64).mul(count / size);

    private static Tensor SquaredLengths(Tensor values) => linalg.vector_norm(values, 2, [1]).square();

    private static float MarginOf(long terms) => 2 * (terms + 16) * MathF.ScaleB(1, -24);
}
