using CourseCompanion.Display;

namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 6.2 from the command to the figures, on drawn slices.</summary>
public sealed class ClusteringChapterTests(ClusteringChapterRuns runs)
    : ChapterRunTests(runs, exercises: 3, fewestCharts: 8), IClassFixture<ClusteringChapterRuns>
{
    private static readonly string[] Methods = ["kmeans", "ward", "average", "dbscan", "mixture", "spectral"];

    [Fact]
    public void Maps_carry_their_pictures_into_the_page()
    {
        var maps = Runs.Committed.Charts.Count(chart => chart.JsonData(MimeTypes.Plotly)!["layout"]!["meta"]?["thumbnails"]?["uri"] is not null);
        var page = File.ReadAllText(Path.Combine(Runs.Committed.Folder, Runs.Name + ".html"));

        Assert.True(maps >= 4, $"{maps} maps");
        Assert.Contains("plotly_hover", page, StringComparison.Ordinal);
        Assert.Contains("data:image/jpeg;base64,", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_are_within_their_bounds_and_the_views_agree_with_themselves()
    {
        var figures = AllFigures(Runs.Committed);

        Assert.Equal(1, figures["view.ari_view"], 1e-9);
        Assert.Equal(0, figures["majority.ari"], 1e-9);
        Assert.All(Methods, method =>
        {
            Assert.InRange(figures[method + ".purity"], figures["majority.purity"], 1);
            Assert.InRange(figures[method + ".ari"], -0.5, 1);
            Assert.InRange(figures["inner_" + method + ".noise"], 0, 1);
        });
        Assert.All(Methods.Where(method => method != "dbscan"), method =>
        {
            Assert.Equal(3, figures["inner_" + method + ".groups"]);
            Assert.Equal(0, figures["inner_" + method + ".noise"]);
        });
    }
}
