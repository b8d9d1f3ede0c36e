namespace CourseCompanion.Projection;

/// <summary>Work on a range of numbers, cut into one contiguous range per processor.</summary>
internal static class ParallelRanges
{
    /// <summary>Runs <paramref name="work"/>(start, end) for ranges that make up [0, count).</summary>
    public static void Run(int count, Action<int, int> work)
    {
        int ranges = Math.Min(Environment.ProcessorCount, count);
        Parallel.For(0, ranges, range => work((int)((long)count * range / ranges), (int)((long)count * (range + 1) / ranges)));
    }
}
