namespace CourseCompanion.Notebooks.Grading;

/// <summary>What one submission may use.</summary>
public sealed record GradingLimits
{
    /// <summary>How long a cell of the course may run, in each of the two processes.</summary>
    public TimeSpan Cell { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the student's code of one exercise may run: its cell, then all calls of its checks together.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a submission may take in all.</summary>
    public TimeSpan Submission { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a cell that was interrupted may take to end before its process is killed.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Memory of each process, in MiB.</summary>
    public int MemoryMebibytes { get; init; } = 4096;

    /// <summary>The folder in memory that is all that a process may write to, in MiB; no file in it can be larger.</summary>
    public int ScratchMebibytes { get; init; } = 512;

    /// <summary>The largest notebook that is read, in bytes.</summary>
    public long NotebookBytes { get; init; } = 32L << 20;
}
