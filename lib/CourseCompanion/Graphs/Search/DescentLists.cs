using CourseCompanion.Data;

namespace CourseCompanion.Graphs.Search;

/// <summary>
/// The lists that NN-descent improves: for each point the nearest found so far, nearest first, and which of them are new. Each
/// round reads the lists as the last one left them, so that points improve in parallel and the result depends on the seed only.
/// </summary>
internal sealed class DescentLists
{
    /// <summary>Most points of those that list a point that it looks at in a round.</summary>
    private const int MostReverse = 10;

    private readonly PointCloud _cloud;
    private readonly int _length;
    private readonly int[] _indices;
    private readonly double[] _keys;
    private readonly bool[] _isNew;

    /// <summary>Random lists.</summary>
    /// <param name="cloud">The points.</param>
    /// <param name="length">Length of the lists, less than the number of points.</param>
    /// <param name="seed">Seed of the lists.</param>
    public DescentLists(PointCloud cloud, int length, int seed)
    {
        _cloud = cloud;
        _length = length;
        _indices = new int[cloud.Count * length];
        _keys = new double[_indices.Length];
        _isNew = new bool[_indices.Length];
        Array.Fill(_indices, -1);
        Array.Fill(_keys, double.PositiveInfinity);
        Shares.Run(cloud.Count, (start, end) =>
        {
            for (int point = start; point < end; point++)
            {
                PortableRandom random = PortableRandom.For(seed, series: 0, point);
                for (int found = 0; found < length;)
                {
                    int other = random.NextIndex(cloud.Count);
                    found += other != point && Insert(point, other) ? 1 : 0;
                }
            }
        });
    }

    /// <summary>Compares each point with the neighbours of its neighbours.</summary>
    /// <returns>Share of the places in the lists that changed.</returns>
    public double Improve()
    {
        int[] indices = [.. _indices];
        bool[] isNew = [.. _isNew];
        Array.Clear(_isNew);
        (int Point, bool IsNew)[][] around = Around(indices, isNew);
        long changed = 0;
        Shares.Run(_cloud.Count, (start, end) =>
        {
            var lastAsked = new int[_cloud.Count];
            long changes = 0;
            for (int point = start; point < end; point++)
            {
                int asker = point + 1;
                lastAsked[point] = asker;
                foreach ((int near, _) in around[point])
                {
                    lastAsked[near] = asker;
                    changes += IsListed(point, near) || !Insert(point, near) ? 0 : 1;
                }

                foreach ((int near, bool isNearNew) in around[point])
                {
                    foreach ((int far, bool isFarNew) in around[near])
                    {
                        // Two old ties were followed in an earlier round.
                        if ((isNearNew || isFarNew) && lastAsked[far] != asker)
                        {
                            lastAsked[far] = asker;
                            changes += Insert(point, far) ? 1 : 0;
                        }
                    }
                }
            }

            Interlocked.Add(ref changed, changes);
        });
        return changed / (double)_indices.Length;
    }

    /// <summary>The k nearest of each list, compared once more.</summary>
    /// <param name="k">How many, at most the length of the lists.</param>
    /// <param name="exact">The same points with all their coordinates.</param>
    public Neighbours Nearest(int k, PointCloud exact)
    {
        var indices = new int[_cloud.Count * k];
        var distances = new float[indices.Length];
        Shares.Run(_cloud.Count, (start, end) =>
        {
            for (int point = start; point < end; point++)
            {
                (double Key, int Index)[] nearest = [.. _indices.AsSpan(point * _length, _length).ToArray()
                    .Select(other => (exact.Key(point, exact, other), other))
                    .Order()
                    .Take(k)];
                for (int rank = 0; rank < k; rank++)
                {
                    indices[(point * k) + rank] = nearest[rank].Index;
                    distances[(point * k) + rank] = (float)exact.Distance(nearest[rank].Key);
                }
            }
        });
        return new Neighbours(k, indices, distances);
    }

    /// <summary>Those that a point lists and some of those that list it.</summary>
    private (int Point, bool IsNew)[][] Around(int[] indices, bool[] isNew)
    {
        var around = new List<(int, bool)>[_cloud.Count];
        for (int point = 0; point < around.Length; point++)
        {
            around[point] = new List<(int, bool)>(_length + MostReverse);
            for (int rank = 0; rank < _length; rank++)
            {
                around[point].Add((indices[(point * _length) + rank], isNew[(point * _length) + rank]));
            }
        }

        // Rank by rank, so that the nearest of those that list a point come first.
        for (int rank = 0; rank < _length; rank++)
        {
            for (int point = 0; point < around.Length; point++)
            {
                List<(int, bool)> others = around[indices[(point * _length) + rank]];
                if (others.Count < _length + MostReverse)
                {
                    others.Add((point, isNew[(point * _length) + rank]));
                }
            }
        }

        return [.. around.Select(list => list.ToArray())];
    }

    private bool IsListed(int point, int other) => _indices.AsSpan(point * _length, _length).Contains(other);

    /// <summary>Puts a point into a list if it is nearer than the last one there and not there yet.</summary>
    private bool Insert(int point, int other)
    {
        Span<double> keys = _keys.AsSpan(point * _length, _length);
        Span<int> indices = _indices.AsSpan(point * _length, _length);
        int rank = _length - 1;

        // Most are too far, which single precision shows.
        if (_cloud.KeyBound(point, _cloud, other) >= keys[rank] || indices.Contains(other))
        {
            return false;
        }

        double key = _cloud.Key(point, _cloud, other);
        if (key >= keys[rank])
        {
            return false;
        }

        Span<bool> isNew = _isNew.AsSpan(point * _length, _length);
        for (; rank > 0 && key < keys[rank - 1]; rank--)
        {
            (keys[rank], indices[rank], isNew[rank]) = (keys[rank - 1], indices[rank - 1], isNew[rank - 1]);
        }

        (keys[rank], indices[rank], isNew[rank]) = (key, other, true);
        return true;
    }
}
