namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>The two runs of chapter 2: the first finds no model of chapter 1 and trains it on the spot, the second finds that one.</summary>
public sealed class SecondChapterRuns() : ChapterRuns(Name, Expert)
{
    internal const string Name = "02-graph-propagation";
    internal const string Expert = "01-simplecnn.safetensors";
}
