namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 6.1 from the command to the figures, on generated slices, in the trial profile.</summary>
public sealed class ExplorationChapterTests(ExplorationChapterRuns runs)
    : ChapterRunTests(runs, exercises: 3, fewestCharts: 1), IClassFixture<ExplorationChapterRuns>
{
    [Fact]
    public void Quality_control_finds_the_planted_faults_and_a_broken_file_stops_nothing()
    {
        var text = string.Join('\n', Runs.Committed.Outputs.Select(output => output.Node["text"] is null ? output.TextData("text/plain") : output.Text));

        Assert.Matches(@"illisible +[1-9]", text);
        Assert.Matches("coupee.png\u00A0: tronqué", text);
        Assert.Matches("texte.png\u00A0: illisible", text);
        Assert.Matches("bonne.png\u00A0: utilisable", text);
    }

    [Fact]
    public void Figures_of_scanner_and_encoder_stand_beside_the_baseline()
    {
        var figures = AllFigures(Runs.Committed);

        Assert.Equal(0.5, figures["majority.balanced_accuracy"], 3);

        // Forty slices in the trial profile: figures that mean nothing, and are there.
        Assert.InRange(figures["acquisition.balanced_accuracy"], 0, 1);
        Assert.InRange(figures["random.balanced_accuracy"], 0, 1);
    }
}
