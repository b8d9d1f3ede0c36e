using CourseCompanion.Cli.Bench;
using CourseCompanion.Results;

namespace CourseCompanion.Cli.Tests;

public sealed class FinishedRunsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("course-finished-").FullName;

    private string File => Path.Combine(_folder, "finished.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_finished_is_not_trained_again_and_has_the_same_figures_to_the_last_bit()
    {
        FinishedRuns.Open(File, Measured("a")).Get("fixmatch 0 seed 1", () => [0.1 + 0.2, double.NaN]);

        double[] found = FinishedRuns.Open(File, Measured("a")).Get("fixmatch 0 seed 1", () => throw new InvalidOperationException("trained again"));

        Assert.Equal([0.1 + 0.2, double.NaN], found);
    }

    [Fact]
    public void A_line_cut_by_a_crash_is_trained_again_and_those_before_it_stay()
    {
        FinishedRuns runs = FinishedRuns.Open(File, Measured("a"));
        runs.Get("one", () => [1]);
        runs.Get("two", () => [2]);
        string text = System.IO.File.ReadAllText(File);
        System.IO.File.WriteAllText(File, text[..^9]);

        FinishedRuns again = FinishedRuns.Open(File, Measured("a"));

        Assert.Equal([1], again.Get("one", () => [9]));
        Assert.Equal([3], again.Get("two", () => [3]));
        Assert.Equal([3], FinishedRuns.Open(File, Measured("a")).Get("two", () => [9]));
    }

    [Fact]
    public void A_file_of_another_commit_is_refused()
    {
        FinishedRuns.Open(File, Measured("a")).Get("one", () => [1]);

        UsageException refused = Assert.Throws<UsageException>(() => FinishedRuns.Open(File, Measured("b")));

        Assert.Contains(FinishedRuns.Variable, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_file_nothing_is_kept()
    {
        FinishedRuns.Open(null, Measured("a")).Get("one", () => [1]);

        Assert.Equal([2], FinishedRuns.Open(null, Measured("a")).Get("one", () => [2]));
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    private static Provenance Measured(string commit) => Provenance.OfRuns(null, [1]) with { Commit = commit };
}
