using static TorchSharp.torch;

namespace CourseCompanion.Charts;

/// <summary>
/// Evenly spaced points that cover a rectangle of the plane: a classifier is asked about each, and
/// <see cref="Chart.DecisionRegions"/> draws its answers.
/// </summary>
public sealed record PlaneGrid
{
    private const double Margin = 0.06;

    /// <summary>Covers a rectangle.</summary>
    /// <param name="left">Lowest first coordinate.</param>
    /// <param name="right">Highest first coordinate.</param>
    /// <param name="bottom">Lowest second coordinate.</param>
    /// <param name="top">Highest second coordinate.</param>
    /// <param name="columns">Points per row, 2 or more.</param>
    /// <param name="rows">Rows, 2 or more.</param>
    /// <exception cref="ArgumentException">The rectangle has no surface, or there are fewer than 2 columns or rows.</exception>
    public PlaneGrid(double left, double right, double bottom, double top, int columns = 120, int rows = 90)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 2);
        if (!(left < right && bottom < top && double.IsFinite(right - left) && double.IsFinite(top - bottom)))
        {
            throw new ArgumentException($"The rectangle from ({left}, {bottom}) to ({right}, {top}) has no surface.", nameof(right));
        }

        X = [.. Enumerable.Range(0, columns).Select(i => left + (right - left) * i / (columns - 1))];
        Y = [.. Enumerable.Range(0, rows).Select(i => bottom + (top - bottom) * i / (rows - 1))];
    }

    /// <summary>First coordinate of each column, ascending.</summary>
    public IReadOnlyList<double> X { get; }

    /// <summary>Second coordinate of each row, ascending.</summary>
    public IReadOnlyList<double> Y { get; }

    /// <summary>Covers the rectangle around some points, with a margin.</summary>
    /// <param name="points">Coordinates [N, 2], of any floating type, not all on one line along an axis.</param>
    /// <param name="columns">Grid points per row, 2 or more.</param>
    /// <param name="rows">Rows, 2 or more.</param>
    /// <returns>The grid.</returns>
    /// <exception cref="ArgumentException">The shape is not [N, 2], or the points span no surface.</exception>
    public static PlaneGrid Around(Tensor points, int columns = 120, int rows = 90)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.dim() != 2 || points.shape[0] == 0 || points.shape[1] != 2)
        {
            throw new ArgumentException($"Points of the plane are [N, 2], not [{string.Join(", ", points.shape)}].", nameof(points));
        }

        using var scope = NewDisposeScope();
        float[] values = points.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        var (left, right) = Ends(values.Where((_, i) => i % 2 == 0));
        var (bottom, top) = Ends(values.Where((_, i) => i % 2 == 1));
        return new PlaneGrid(left, right, bottom, top, columns, rows);
    }

    /// <summary>The points, row by row from the bottom, each row from the left: what to ask the classifier.</summary>
    /// <returns>float32 [rows * columns, 2] on the CPU.</returns>
    public Tensor ToTensor()
    {
        var coordinates = new float[X.Count * Y.Count, 2];
        for (var i = 0; i < X.Count * Y.Count; i++)
        {
            (coordinates[i, 0], coordinates[i, 1]) = ((float)X[i % X.Count], (float)Y[i / X.Count]);
        }

        return tensor(coordinates);
    }

    private static (double Low, double High) Ends(IEnumerable<float> values)
    {
        double[] list = [.. values.Select(value => (double)value)];
        var (low, high) = (list.Min(), list.Max());
        var margin = Margin * (high - low);
        return (low - margin, high + margin);
    }
}
