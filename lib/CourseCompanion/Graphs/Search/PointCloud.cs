using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace CourseCompanion.Graphs.Search;

/// <summary>
/// Points [N, D] in main memory with their exact distances: computed in double precision from the given numbers, hence the
/// same whatever blocks, threads or library found the pair.
/// </summary>
internal sealed class PointCloud
{
    /// <summary>Beyond it the square of a distance does not fit in single precision.</summary>
    private const double LongestPoint = 1e18;

    /// <summary>Below it products of features may vanish in single precision.</summary>
    private const double ShortestProduct = 1e-27;

    private readonly float[] _values;
    private readonly double[] _lengths;

    public PointCloud(Tensor points, DistanceMetric metric)
    {
        using var scope = NewDisposeScope();
        Tensor host = Check(points).detach().to(ScalarType.Float32).cpu().contiguous();
        _values = host.data<float>().ToArray();
        Count = (int)host.shape[0];
        Dimension = (int)host.shape[1];
        Metric = metric;
        _lengths = new double[Count];
        Parallel.For(0, Count, point => _lengths[point] = Math.Sqrt(Dot(Row(point), Row(point))));
        int wrong = Array.FindIndex(_lengths, length => !(length <= LongestPoint));
        if (wrong >= 0)
        {
            throw new ArgumentException(
                $"Point {wrong} has a feature that is not a finite number, or beyond 1e18: the network that computed it has diverged, or was given such pixels.",
                nameof(points));
        }
    }

    public int Count { get; }

    public int Dimension { get; }

    public DistanceMetric Metric { get; }

    public ReadOnlySpan<float> Row(int point) => _values.AsSpan(point * Dimension, Dimension);

    /// <summary>
    /// What orders pairs: the square of the Euclidean distance, or the cosine distance. <see cref="Distance"/> turns it into
    /// the distance.
    /// </summary>
    public double Key(int point, PointCloud others, int other)
    {
        if (Metric == DistanceMetric.Euclidean)
        {
            return SquaredDistance(Row(point), others.Row(other));
        }

        double lengths = _lengths[point] * others._lengths[other];
        return lengths == 0 ? 1 : Math.Max(0, 1 - (Dot(Row(point), others.Row(other)) / lengths));
    }

    /// <summary>At most <see cref="Key"/>, and hardly less: computed in single precision, less what rounding can add to it.</summary>
    public double KeyBound(int point, PointCloud others, int other)
    {
        ReadOnlySpan<float> left = Row(point), right = others.Row(other);

        // Each of the D terms is rounded three times, their sum at most D times, and its square root, squared again, three times.
        double rounding = (Dimension + 12) * Math.ScaleB(1, -24);
        if (Metric == DistanceMetric.Euclidean)
        {
            double distance = TensorPrimitives.Distance(left, right);
            return distance * distance * (1 - rounding);
        }

        double lengths = _lengths[point] * others._lengths[other];
        return lengths < ShortestProduct ? 0 : 1 - (TensorPrimitives.Dot(left, right) / lengths) - rounding;
    }

    public double Distance(double key) => Metric == DistanceMetric.Euclidean ? Math.Sqrt(key) : key;

    /// <summary>The squared Euclidean distance that a key stands for; under cosine, that of the points scaled to length one.</summary>
    public double SquaredDistance(double key) => Metric == DistanceMetric.Euclidean ? key : 2 * key;

    private static Tensor Check(Tensor points)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.dim() != 2 || points.shape[0] == 0 || points.shape[1] == 0)
        {
            throw new ArgumentException(
                $"Points must be [N, D], one row of features per point; got [{string.Join(", ", points.shape)}].", nameof(points));
        }

        if (points.numel() > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{points.shape[0]} points of {points.shape[1]} features exceed {Array.MaxLength} numbers: reduce them by PCA first.",
                nameof(points));
        }

        return points;
    }

    private static double SquaredDistance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ReadOnlySpan<Vector<float>> lefts = MemoryMarshal.Cast<float, Vector<float>>(left);
        ReadOnlySpan<Vector<float>> rights = MemoryMarshal.Cast<float, Vector<float>>(right);
        Vector<double> low = default, high = default;
        for (int i = 0; i < lefts.Length; i++)
        {
            Vector.Widen(lefts[i], out Vector<double> leftLow, out Vector<double> leftHigh);
            Vector.Widen(rights[i], out Vector<double> rightLow, out Vector<double> rightHigh);
            leftLow -= rightLow;
            leftHigh -= rightHigh;
            low += leftLow * leftLow;
            high += leftHigh * leftHigh;
        }

        double sum = Vector.Sum(low + high);
        for (int i = lefts.Length * Vector<float>.Count; i < left.Length; i++)
        {
            double difference = (double)left[i] - right[i];
            sum += difference * difference;
        }

        return sum;
    }

    private static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ReadOnlySpan<Vector<float>> lefts = MemoryMarshal.Cast<float, Vector<float>>(left);
        ReadOnlySpan<Vector<float>> rights = MemoryMarshal.Cast<float, Vector<float>>(right);
        Vector<double> low = default, high = default;
        for (int i = 0; i < lefts.Length; i++)
        {
            Vector.Widen(lefts[i], out Vector<double> leftLow, out Vector<double> leftHigh);
            Vector.Widen(rights[i], out Vector<double> rightLow, out Vector<double> rightHigh);
            low += leftLow * rightLow;
            high += leftHigh * rightHigh;
        }

        double sum = Vector.Sum(low + high);
        for (int i = lefts.Length * Vector<float>.Count; i < left.Length; i++)
        {
            sum += (double)left[i] * right[i];
        }

        return sum;
    }
}
