namespace CourseCompanion.Projection;

/// <summary>Symmetric affinities [N, N] of which most are zero: the others, row after row.</summary>
/// <param name="Starts">Where each row starts in the other arrays [N + 1].</param>
/// <param name="Columns">Column of each affinity.</param>
/// <param name="Values">Each affinity.</param>
internal sealed record Affinities(long[] Starts, long[] Columns, double[] Values)
{
    public int Count => Starts.Length - 1;

    public ReadOnlySpan<long> ColumnsOf(int row) => Columns.AsSpan((int)Starts[row]..(int)Starts[row + 1]);

    public ReadOnlySpan<double> ValuesOf(int row) => Values.AsSpan((int)Starts[row]..(int)Starts[row + 1]);
}
