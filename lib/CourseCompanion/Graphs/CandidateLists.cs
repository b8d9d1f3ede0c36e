using System.Numerics;
using System.Runtime.InteropServices;

namespace CourseCompanion.Graphs;

/// <summary>
/// For each of N points, the others that may still be among its k nearest, found from products in single precision.
/// </summary>
/// <remarks>
/// <para>With s = |x|^2, the squared distance of points i and j is s_i + s_j - 2 x_i.x_j, and single precision computes it
/// with an error of at most c (s_i + s_j), c proportional to the number of features. So a_j - 2 x_i.x_j with
/// a_j = (1 - c) s_j is, up to a term of i alone, a lower bound of it, and an upper bound is 2c (s_i + s_j) higher.</para>
/// <para>A pair is kept while its lower bound does not exceed the k-th smallest upper bound: no true neighbour is ever lost.
/// Almost all pairs fail this one comparison, made for eight or sixteen of them at a time; exact distances are computed for
/// the few that remain.</para>
/// </remarks>
internal sealed class CandidateLists
{
    private readonly PointCloud _queries;
    private readonly PointCloud _points;
    private readonly bool _isSelfSearch;
    private readonly int _perPoint;
    private readonly int _capacity;
    private readonly int[] _counts;
    private readonly int[] _indices;
    private readonly float[] _bounds;
    private readonly float[] _thresholds;
    private readonly float[] _querySlack;
    private readonly float[] _pointSlack;
    private readonly float[] _pointOffset;

    /// <param name="queries">The points whose neighbours are wanted.</param>
    /// <param name="points">The points among which they are looked for.</param>
    /// <param name="perPoint">Number of neighbours k.</param>
    /// <param name="querySquares">Squared lengths of the (shifted or normalised) queries that the products are made of.</param>
    /// <param name="pointSquares">The same for the points.</param>
    public CandidateLists(PointCloud queries, PointCloud points, int perPoint, float[] querySquares, float[] pointSquares)
    {
        _queries = queries;
        _points = points;
        _isSelfSearch = ReferenceEquals(queries, points);
        _perPoint = perPoint;
        _capacity = (2 * perPoint) + 44;
        _counts = new int[queries.Count];
        _indices = new int[(long)queries.Count * _capacity];
        _bounds = new float[_indices.Length];
        _thresholds = new float[queries.Count];
        Array.Fill(_thresholds, float.PositiveInfinity);

        // One rounding (2^-24) per feature of the product, doubled as it enters twice, and a few for squares and shifts.
        float c = 2 * (points.Dimension + 16) * MathF.ScaleB(1, -24);
        _querySlack = [.. querySquares.Select(square => 2 * c * square)];
        _pointSlack = [.. pointSquares.Select(square => 2 * c * square)];
        _pointOffset = [.. pointSquares.Select(square => (1 - c) * square)];
    }

    /// <summary>Looks through the products of one query with consecutive points.</summary>
    public void ScanRow(int query, ReadOnlySpan<float> products, int firstPoint)
    {
        ReadOnlySpan<float> offsets = _pointOffset.AsSpan(firstPoint, products.Length);
        ReadOnlySpan<Vector<float>> productVectors = MemoryMarshal.Cast<float, Vector<float>>(products);
        ReadOnlySpan<Vector<float>> offsetVectors = MemoryMarshal.Cast<float, Vector<float>>(offsets);
        var threshold = new Vector<float>(_thresholds[query]);
        for (int block = 0; block < productVectors.Length; block++)
        {
            Vector<float> product = productVectors[block];
            if (Vector.LessThanOrEqualAny(offsetVectors[block] - (product + product), threshold))
            {
                int start = block * Vector<float>.Count;
                ScanSlowly(query, products.Slice(start, Vector<float>.Count), firstPoint + start);
                threshold = new Vector<float>(_thresholds[query]);
            }
        }

        int rest = productVectors.Length * Vector<float>.Count;
        ScanSlowly(query, products[rest..], firstPoint + rest);
    }

    /// <summary>
    /// Looks through the products of one point with consecutive queries: the same products seen from the other side, where
    /// queries and points are the same.
    /// </summary>
    public void ScanColumn(int point, ReadOnlySpan<float> products, int firstQuery)
    {
        float offset = _pointOffset[point];
        var offsets = new Vector<float>(offset);
        ReadOnlySpan<Vector<float>> productVectors = MemoryMarshal.Cast<float, Vector<float>>(products);
        ReadOnlySpan<Vector<float>> thresholds = MemoryMarshal.Cast<float, Vector<float>>(_thresholds.AsSpan(firstQuery, products.Length));
        for (int block = 0; block < productVectors.Length; block++)
        {
            Vector<float> product = productVectors[block];
            if (Vector.LessThanOrEqualAny(offsets - (product + product), thresholds[block]))
            {
                int start = block * Vector<float>.Count;
                for (int i = start; i < start + Vector<float>.Count; i++)
                {
                    Offer(firstQuery + i, point, offset - (products[i] + products[i]));
                }
            }
        }

        for (int i = productVectors.Length * Vector<float>.Count; i < products.Length; i++)
        {
            Offer(firstQuery + i, point, offset - (products[i] + products[i]));
        }
    }

    /// <summary>Writes the exact nearest k of one query, nearest first, the lowest number first among equals.</summary>
    public void Resolve(int query, Span<int> indices, Span<float> distances)
    {
        DropHopeless(query);
        (double Key, int Index)[] best = Nearest(query);
        for (int rank = 0; rank < _perPoint; rank++)
        {
            indices[rank] = best[rank].Index;
            distances[rank] = (float)_points.Distance(best[rank].Key);
        }
    }

    private void ScanSlowly(int query, ReadOnlySpan<float> products, int firstPoint)
    {
        for (int i = 0; i < products.Length; i++)
        {
            Offer(query, firstPoint + i, _pointOffset[firstPoint + i] - (products[i] + products[i]));
        }
    }

    private void Offer(int query, int point, float lowerBound)
    {
        if (lowerBound > _thresholds[query] || (_isSelfSearch && point == query))
        {
            return;
        }

        if (_counts[query] == _capacity)
        {
            DropHopeless(query);
            if (_counts[query] > _capacity * 3 / 4)
            {
                KeepNearest(query);
            }
        }

        int slot = (query * _capacity) + _counts[query]++;
        _indices[slot] = point;
        _bounds[slot] = lowerBound;
    }

    /// <summary>Lowers the threshold to the k-th smallest upper bound and drops what lies above it.</summary>
    private void DropHopeless(int query)
    {
        int count = _counts[query];
        if (count < _perPoint)
        {
            return;
        }

        int start = query * _capacity;
        Span<float> upper = stackalloc float[0];
        upper = count <= 512 ? stackalloc float[count] : new float[count];
        for (int i = 0; i < count; i++)
        {
            upper[i] = _bounds[start + i] + _pointSlack[_indices[start + i]];
        }

        upper.Sort();
        _thresholds[query] = Math.Min(_thresholds[query], upper[_perPoint - 1] + _querySlack[query]);
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            if (_bounds[start + i] <= _thresholds[query])
            {
                _bounds[start + kept] = _bounds[start + i];
                _indices[start + kept++] = _indices[start + i];
            }
        }

        _counts[query] = kept;
    }

    /// <summary>
    /// Keeps the exact nearest k only. Needed where bounds cannot tell many candidates apart, for example among copies of
    /// one image; without it the lists would grow with their number.
    /// </summary>
    private void KeepNearest(int query)
    {
        int start = query * _capacity;
        int[] bySlot = _indices.AsSpan(start, _counts[query]).ToArray();
        float[] bounds = _bounds.AsSpan(start, _counts[query]).ToArray();
        (double Key, int Index)[] best = Nearest(query);
        for (int rank = 0; rank < _perPoint; rank++)
        {
            _indices[start + rank] = best[rank].Index;
            _bounds[start + rank] = bounds[Array.IndexOf(bySlot, best[rank].Index)];
        }

        _counts[query] = _perPoint;
    }

    private (double Key, int Index)[] Nearest(int query)
    {
        var candidates = new (double Key, int Index)[_counts[query]];
        for (int i = 0; i < candidates.Length; i++)
        {
            int point = _indices[(query * _capacity) + i];
            candidates[i] = (_queries.Key(query, _points, point), point);
        }

        Array.Sort(candidates);
        return candidates;
    }
}
