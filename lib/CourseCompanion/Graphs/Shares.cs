namespace CourseCompanion.Graphs;

/// <summary>Work on a range of numbers, cut into one contiguous share per processor.</summary>
internal static class Shares
{
    /// <summary>Runs <paramref name="work"/>(start, end) for shares that make up [0, count).</summary>
    public static void Run(int count, Action<int, int> work)
    {
        int shares = Math.Min(Environment.ProcessorCount, count);
        Parallel.For(0, shares, share =>
            work((int)((long)count * share / shares), (int)((long)count * (share + 1) / shares)));
    }
}
