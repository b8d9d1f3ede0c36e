using CourseCompanion.Display;

namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 4.2, the three silent bugs, from the command to what the liveness checks say.</summary>
public sealed class SilentBugsChapterTests(SilentBugsChapterRuns runs)
    : ChapterRunTests(runs, exercises: 3, fewestCharts: 0), IClassFixture<SilentBugsChapterRuns>
{
    [Theory]
    [InlineData("Mean Teacher, réglage weight", "n’atteint pas l’élève")]
    [InlineData("UDA, réglage temperature", "la perte ne change pas")]
    [InlineData("Les poids gardés restent ce qu’ils étaient", "non")]
    public void Each_planted_bug_is_found(string about, string finding) => Assert.Contains(
        Runs.Committed.Outputs.Select(output => output.TextData(MimeTypes.PlainText) ?? output.Text ?? ""),
        text => text.Contains(about, StringComparison.Ordinal) && text.Contains(finding, StringComparison.Ordinal));
}
