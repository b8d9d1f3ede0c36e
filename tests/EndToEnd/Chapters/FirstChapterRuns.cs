namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>The two runs of chapter 1.</summary>
public sealed class FirstChapterRuns() : ChapterRuns(Name)
{
    internal const string Name = "01-pseudo-labeling";
}
