namespace CourseCompanion.Graphs;

/// <summary>
/// A matrix that is mostly zeros, stored row after row (compressed sparse rows): the columns and values of row i are at
/// positions <c>RowStarts[i]</c> to <c>RowStarts[i + 1] - 1</c>, columns in increasing order.
/// </summary>
public sealed class SparseMatrix
{
    private readonly int[] _rowStarts;
    private readonly int[] _columns;
    private readonly double[] _values;

    /// <summary>A matrix from its three arrays, which are kept, not copied.</summary>
    /// <param name="columnCount">Number of columns.</param>
    /// <param name="rowStarts">Where each row starts, and at the end the number of stored values.</param>
    /// <param name="columns">Column of each stored value, increasing within a row.</param>
    /// <param name="values">The stored values.</param>
    /// <exception cref="ArgumentException">The arrays do not describe a matrix.</exception>
    public SparseMatrix(int columnCount, int[] rowStarts, int[] columns, double[] values)
    {
        ArgumentNullException.ThrowIfNull(rowStarts);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(values);
        if (rowStarts.Length == 0 || rowStarts[0] != 0 || rowStarts[^1] != columns.Length || columns.Length != values.Length)
        {
            throw new ArgumentException("Row starts must begin with 0 and end with the number of values, one column per value.", nameof(rowStarts));
        }

        for (int row = 0; row < rowStarts.Length - 1; row++)
        {
            if (rowStarts[row + 1] < rowStarts[row] || rowStarts[row + 1] > columns.Length)
            {
                throw new ArgumentException($"Row {row} ends at {rowStarts[row + 1]}, before its start or beyond the values.", nameof(rowStarts));
            }

            for (int at = rowStarts[row]; at < rowStarts[row + 1]; at++)
            {
                if (columns[at] < 0 || columns[at] >= columnCount || (at > rowStarts[row] && columns[at] <= columns[at - 1]))
                {
                    throw new ArgumentException($"Columns of row {row} must increase and lie in [0, {columnCount}).", nameof(columns));
                }
            }
        }

        ColumnCount = columnCount;
        _rowStarts = rowStarts;
        _columns = columns;
        _values = values;
    }

    /// <summary>Number of rows.</summary>
    public int RowCount => _rowStarts.Length - 1;

    /// <summary>Number of columns.</summary>
    public int ColumnCount { get; }

    /// <summary>Number of stored values.</summary>
    public int StoredCount => _values.Length;

    /// <summary>Columns of the stored values of a row, increasing.</summary>
    public ReadOnlySpan<int> ColumnsOf(int row) => _columns.AsSpan(_rowStarts[row].._rowStarts[row + 1]);

    /// <summary>Stored values of a row.</summary>
    public ReadOnlySpan<double> ValuesOf(int row) => _values.AsSpan(_rowStarts[row].._rowStarts[row + 1]);

    /// <summary>The sum of each column.</summary>
    public double[] ColumnSums()
    {
        var sums = new double[ColumnCount];
        for (int at = 0; at < _values.Length; at++)
        {
            sums[_columns[at]] += _values[at];
        }

        return sums;
    }

    /// <summary>The same columns with other values: <paramref name="change"/>(row, column, value).</summary>
    public SparseMatrix Map(Func<int, int, double, double> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var values = new double[_values.Length];
        for (int row = 0; row < RowCount; row++)
        {
            for (int at = _rowStarts[row]; at < _rowStarts[row + 1]; at++)
            {
                values[at] = change(row, _columns[at], _values[at]);
            }
        }

        return new SparseMatrix(ColumnCount, _rowStarts, _columns, values);
    }

    /// <summary>Rows become columns.</summary>
    public SparseMatrix Transpose()
    {
        var starts = new int[ColumnCount + 1];
        foreach (int column in _columns)
        {
            starts[column + 1]++;
        }

        for (int column = 0; column < ColumnCount; column++)
        {
            starts[column + 1] += starts[column];
        }

        int[] next = starts[..^1];
        var columns = new int[_columns.Length];
        var values = new double[_values.Length];
        for (int row = 0; row < RowCount; row++)
        {
            for (int at = _rowStarts[row]; at < _rowStarts[row + 1]; at++)
            {
                int slot = next[_columns[at]]++;
                columns[slot] = row;
                values[slot] = _values[at];
            }
        }

        return new SparseMatrix(RowCount, starts, columns, values);
    }

    /// <summary>Places stored in this matrix or in another of the same size, with the larger of the two values.</summary>
    public SparseMatrix Union(SparseMatrix other) => Merge(other, keepSingles: true);

    /// <summary>Places stored in both matrices, with the larger of the two values.</summary>
    public SparseMatrix Intersection(SparseMatrix other) => Merge(other, keepSingles: false);

    /// <summary>The product with a dense matrix, the rows of which are shared out between the processors.</summary>
    /// <param name="dense">Matrix [ColumnCount, width], row after row.</param>
    /// <param name="width">Number of its columns.</param>
    /// <param name="product">Receives [RowCount, width], row after row.</param>
    /// <exception cref="ArgumentException">Sizes that do not fit.</exception>
    public void Multiply(double[] dense, int width, double[] product)
    {
        ArgumentNullException.ThrowIfNull(dense);
        ArgumentNullException.ThrowIfNull(product);
        if (dense.LongLength != (long)ColumnCount * width || product.LongLength != (long)RowCount * width || ReferenceEquals(dense, product))
        {
            throw new ArgumentException(
                $"[{RowCount}, {ColumnCount}] times [{ColumnCount}, {width}] needs {ColumnCount * width} numbers and another array of {RowCount * width}.",
                nameof(dense));
        }

        Shares.Run(RowCount, (start, end) =>
        {
            for (int row = start; row < end; row++)
            {
                Span<double> target = product.AsSpan(row * width, width);
                target.Clear();
                for (int at = _rowStarts[row]; at < _rowStarts[row + 1]; at++)
                {
                    double value = _values[at];
                    ReadOnlySpan<double> source = dense.AsSpan(_columns[at] * width, width);
                    for (int column = 0; column < source.Length; column++)
                    {
                        target[column] += value * source[column];
                    }
                }
            }
        }, operations: (long)_values.Length * width);
    }

    private SparseMatrix Merge(SparseMatrix other, bool keepSingles)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.RowCount != RowCount || other.ColumnCount != ColumnCount)
        {
            throw new ArgumentException("Matrices of different sizes cannot be merged.", nameof(other));
        }

        var starts = new int[RowCount + 1];
        var columns = new List<int>(StoredCount);
        var values = new List<double>(StoredCount);
        for (int row = 0; row < RowCount; row++)
        {
            int left = _rowStarts[row], right = other._rowStarts[row];
            while (left < _rowStarts[row + 1] || right < other._rowStarts[row + 1])
            {
                int leftColumn = left < _rowStarts[row + 1] ? _columns[left] : int.MaxValue;
                int rightColumn = right < other._rowStarts[row + 1] ? other._columns[right] : int.MaxValue;
                if (keepSingles || leftColumn == rightColumn)
                {
                    columns.Add(Math.Min(leftColumn, rightColumn));
                    values.Add(Math.Max(
                        leftColumn <= rightColumn ? _values[left] : double.NegativeInfinity,
                        rightColumn <= leftColumn ? other._values[right] : double.NegativeInfinity));
                }

                left += leftColumn <= rightColumn ? 1 : 0;
                right += rightColumn <= leftColumn ? 1 : 0;
            }

            starts[row + 1] = columns.Count;
        }

        return new SparseMatrix(ColumnCount, starts, [.. columns], [.. values]);
    }
}
