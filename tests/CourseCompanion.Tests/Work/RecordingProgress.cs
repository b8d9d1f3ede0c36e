using CourseCompanion.Work;

namespace CourseCompanion.Tests.Work;

/// <summary>Keeps what was reported instead of showing it.</summary>
internal sealed class RecordingProgress : IProgressDisplay
{
    public List<(string Title, int Steps)> Started { get; } = [];

    public List<int> Reports { get; } = [];

    public string? LastDetail { get; private set; }

    public int Ended { get; private set; }

    public IProgressTask Start(string title, int steps)
    {
        Started.Add((title, steps));
        return new Recorder(this);
    }

    private sealed class Recorder(RecordingProgress owner) : IProgressTask
    {
        public void Report(int step, string? detail)
        {
            owner.Reports.Add(step);
            owner.LastDetail = detail;
        }

        public void Dispose() => owner.Ended++;
    }
}

/// <summary>Tests that replace the process-wide display or token run one after the other, and put things back.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WorkContextTests
{
    public const string Name = "WorkContext";
}
