using System.Numerics;
using System.Runtime.InteropServices;

namespace CourseCompanion.Graphs.Search;

/// <summary>
/// For each query, its k nearest points so far, and those that wait to be compared exactly because a cheap lower bound of
/// their distance does not rule them out.
/// </summary>
/// <remarks>
/// <para>With s = |x|^2 the squared distance of i and j is s_i + s_j - 2 x_i.x_j; computed in single precision it is wrong by
/// less than c (s_i + s_j) (<see cref="ProductSpace.Margin"/>). So (1 - c)(s_i + s_j) - 2 x_i.x_j is a lower bound of it. A pair
/// waits while that does not exceed the distance of the k-th nearest point known: no true neighbour is ever lost.</para>
/// <para>Almost all pairs fail this one comparison, made for eight of them at a time. When the waiting room of a query is full
/// its most promising members are compared exactly; the others wait on, as nearer points may yet rule them out.</para>
/// </remarks>
internal sealed class CandidateLists
{
    private readonly PointCloud _queries;
    private readonly PointCloud _points;
    private readonly bool _isSelfSearch;
    private readonly float[] _queryOffsets;
    private readonly float[] _pointOffsets;
    private readonly float[] _thresholds;

    private readonly int _room;
    private readonly int[] _waitingCounts;
    private readonly int[] _waiting;
    private readonly float[] _waitingBounds;

    private readonly int _perPoint;
    private readonly int[] _nearest;
    private readonly double[] _nearestKeys;

    /// <param name="queries">The points whose neighbours are wanted.</param>
    /// <param name="points">The points among which they are looked for; the same object to look for other points.</param>
    /// <param name="perPoint">Number of neighbours k.</param>
    /// <param name="queryProducts">What the queries' products are made of.</param>
    /// <param name="pointProducts">What the points' products are made of.</param>
    public CandidateLists(PointCloud queries, PointCloud points, int perPoint, ProductSpace queryProducts, ProductSpace pointProducts)
    {
        _queries = queries;
        _points = points;
        _isSelfSearch = ReferenceEquals(queries, points);
        _queryOffsets = queryProducts.Offsets;
        _pointOffsets = pointProducts.Offsets;
        _thresholds = new float[queries.Count];
        Array.Fill(_thresholds, float.PositiveInfinity);

        _room = Math.Max(64, perPoint);
        _waitingCounts = new int[queries.Count];
        _waiting = new int[queries.Count * _room];
        _waitingBounds = new float[_waiting.Length];

        _perPoint = perPoint;
        _nearest = new int[queries.Count * perPoint];
        _nearestKeys = new double[_nearest.Length];
        Array.Fill(_nearest, int.MaxValue);
        Array.Fill(_nearestKeys, double.PositiveInfinity);
    }

    /// <summary>Looks through the products of one query with consecutive points.</summary>
    public void ScanRow(int query, ReadOnlySpan<float> products, int firstPoint)
    {
        ReadOnlySpan<float> offsets = _pointOffsets.AsSpan(firstPoint, products.Length);
        ReadOnlySpan<Vector<float>> productVectors = MemoryMarshal.Cast<float, Vector<float>>(products);
        ReadOnlySpan<Vector<float>> offsetVectors = MemoryMarshal.Cast<float, Vector<float>>(offsets);
        var threshold = new Vector<float>(_thresholds[query]);
        for (int block = 0; block < productVectors.Length; block++)
        {
            Vector<float> product = productVectors[block];
            if (Vector.LessThanOrEqualAny(offsetVectors[block] - (product + product), threshold))
            {
                int start = block * Vector<float>.Count;
                OfferEach(query, products.Slice(start, Vector<float>.Count), firstPoint + start);
                threshold = new Vector<float>(_thresholds[query]);
            }
        }

        int rest = productVectors.Length * Vector<float>.Count;
        OfferEach(query, products[rest..], firstPoint + rest);
    }

    /// <summary>
    /// Looks through the products of one point with consecutive queries: the same products seen from the other side, where
    /// queries and points are the same.
    /// </summary>
    public void ScanColumn(int point, ReadOnlySpan<float> products, int firstQuery)
    {
        float offset = _pointOffsets[point];
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

    /// <summary>Writes the k nearest of one query, nearest first, the lowest number first among equals.</summary>
    public void Finish(int query, Span<int> indices, Span<float> distances)
    {
        CompareWaiting(query, keep: 0);
        for (int rank = 0; rank < _perPoint; rank++)
        {
            indices[rank] = _nearest[(query * _perPoint) + rank];
            distances[rank] = (float)_points.Distance(_nearestKeys[(query * _perPoint) + rank]);
        }
    }

    private void OfferEach(int query, ReadOnlySpan<float> products, int firstPoint)
    {
        for (int i = 0; i < products.Length; i++)
        {
            Offer(query, firstPoint + i, _pointOffsets[firstPoint + i] - (products[i] + products[i]));
        }
    }

    private void Offer(int query, int point, float bound)
    {
        if (bound > _thresholds[query] || (_isSelfSearch && point == query))
        {
            return;
        }

        if (_waitingCounts[query] == _room)
        {
            CompareWaiting(query, keep: _room / 2);
        }

        int slot = (query * _room) + _waitingCounts[query]++;
        _waiting[slot] = point;
        _waitingBounds[slot] = bound;
    }

    /// <summary>
    /// Compares the most promising of those that wait for a query, until at most <paramref name="keep"/> still wait. Each
    /// comparison may bring the k-th nearest closer, which rules out the least promising without comparing them.
    /// </summary>
    private void CompareWaiting(int query, int keep)
    {
        int end = _waitingCounts[query];
        Span<int> points = _waiting.AsSpan(query * _room, end);
        Span<float> bounds = _waitingBounds.AsSpan(query * _room, end);
        bounds.Sort(points);
        int next = 0;
        while (end - next > keep)
        {
            Compare(query, points[next++]);
            while (end > next && bounds[end - 1] > _thresholds[query])
            {
                end--;
            }
        }

        points[next..end].CopyTo(points);
        bounds[next..end].CopyTo(bounds);
        _waitingCounts[query] = end - next;
    }

    /// <summary>Compares a pair in single precision, which rules out most, then in double precision.</summary>
    private void Compare(int query, int point)
    {
        if (_queries.KeyBound(query, _points, point) <= _nearestKeys[(query * _perPoint) + _perPoint - 1])
        {
            Insert(query, point, _queries.Key(query, _points, point));
        }
    }

    private void Insert(int query, int point, double key)
    {
        Span<double> keys = _nearestKeys.AsSpan(query * _perPoint, _perPoint);
        Span<int> nearest = _nearest.AsSpan(query * _perPoint, _perPoint);
        int rank = _perPoint - 1;
        if (key > keys[rank] || (key == keys[rank] && point > nearest[rank]))
        {
            return;
        }

        for (; rank > 0 && (key < keys[rank - 1] || (key == keys[rank - 1] && point < nearest[rank - 1])); rank--)
        {
            (keys[rank], nearest[rank]) = (keys[rank - 1], nearest[rank - 1]);
        }

        (keys[rank], nearest[rank]) = (key, point);
        _thresholds[query] = MathF.BitIncrement((float)(_points.SquaredDistance(keys[^1]) - _queryOffsets[query]));
    }
}
