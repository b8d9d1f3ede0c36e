namespace CourseCompanion.Graphs;

/// <summary>Work on a range of numbers, cut into one contiguous share per processor.</summary>
internal static class Shares
{
    // Below it, waking the other processors takes longer than the work, above all where they are busy.
    private const long FewestOperations = 100_000;

    /// <summary>Runs <paramref name="work"/>(start, end) for shares that make up [0, count).</summary>
    /// <param name="count">How many numbers.</param>
    /// <param name="work">What to do with a share.</param>
    /// <param name="operations">About how many additions and multiplications it all takes; little work is not shared out.</param>
    public static void Run(int count, Action<int, int> work, long operations = long.MaxValue)
    {
        int shares = operations < FewestOperations ? Math.Min(1, count) : Math.Min(Environment.ProcessorCount, count);
        Parallel.For(0, shares, share =>
            work((int)((long)count * share / shares), (int)((long)count * (share + 1) / shares)));
    }
}
