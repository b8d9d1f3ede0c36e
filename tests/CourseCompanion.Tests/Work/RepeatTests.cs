using CourseCompanion.Work;

namespace CourseCompanion.Tests.Work;

[Collection(WorkContextTests.Name)]
public sealed class RepeatTests
{
    [Fact]
    public void WithSeeds_gives_each_seed_in_order_and_shows_one_bar()
    {
        var recorded = new RecordingProgress();
        IProgressDisplay before = WorkContext.Progress;
        WorkContext.Progress = recorded;
        try
        {
            int[] seeds = Repeat.WithSeeds("Dix tirages", first: 40, count: 3, seed =>
            {
                using IProgressTask inner = WorkContext.Progress.Start("À l'intérieur", 5);
                inner.Report(5);
                return seed;
            });

            Assert.Equal([40, 41, 42], seeds);
            Assert.Equal([("Dix tirages", 3)], recorded.Started);
            Assert.Equal([1, 2, 3], recorded.Reports);
            Assert.Equal(1, recorded.Ended);
            Assert.Same(recorded, WorkContext.Progress);
        }
        finally
        {
            WorkContext.Progress = before;
        }
    }

    [Fact]
    public void Display_comes_back_after_a_failure()
    {
        IProgressDisplay before = WorkContext.Progress;

        Assert.Throws<InvalidOperationException>(() => WorkContext.Quietly<int>(() => throw new InvalidOperationException()));

        Assert.Same(before, WorkContext.Progress);
    }

    [Fact]
    public void Cancelling_stops_before_the_next_experiment()
    {
        using var source = new CancellationTokenSource();
        int done = 0;

        Assert.Throws<OperationCanceledException>(() => Repeat.WithSeeds("Tirages", 0, 10, seed =>
        {
            source.Cancel();
            return ++done;
        }, source.Token));

        Assert.Equal(1, done);
    }

    [Fact]
    public void No_seed_at_all_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Repeat.WithSeeds("Tirages", 0, 0, seed => seed));
}
