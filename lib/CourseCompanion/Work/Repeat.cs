namespace CourseCompanion.Work;

/// <summary>
/// Does an experiment again with other seeds: what one draw shows may be luck, what ten draws show is less so.
/// </summary>
/// <example>
/// <code>
/// double[] gains = Repeat.WithSeeds("Dix tirages", first: 42, count: 10, seed => Gain(seed));
/// Console.WriteLine($"{gains.Average()}, from {gains.Min()} to {gains.Max()}");
/// </code>
/// </example>
public static class Repeat
{
    /// <summary>Runs an experiment once per seed: one bar for all, nothing from the work inside.</summary>
    /// <typeparam name="T">What an experiment gives.</typeparam>
    /// <param name="title">What is being done, in French.</param>
    /// <param name="first">The first seed; the others follow one by one.</param>
    /// <param name="count">How many seeds, 1 or more.</param>
    /// <param name="experiment">The experiment, which draws all its randomness from the seed it is given.</param>
    /// <param name="cancellation">Stops between two experiments, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <returns>What each experiment gave, in the order of the seeds.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not positive.</exception>
    public static T[] WithSeeds<T>(string title, int first, int count, Func<int, T> experiment, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var results = new T[count];
        using IProgressTask bar = WorkContext.Progress.Start(title, count);
        for (int i = 0; i < count; i++)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            results[i] = WorkContext.Quietly(() => experiment(first + i));
            bar.Report(i + 1);
        }

        return results;
    }
}
