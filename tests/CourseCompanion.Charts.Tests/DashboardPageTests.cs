using System.Text.RegularExpressions;

namespace CourseCompanion.Charts.Tests;

public sealed partial class DashboardPageTests
{
    private static DashboardPage Page => new DashboardPage("Suivi <b>", "Aide à la décision")
        .Warn("Données synthétiques")
        .Add(new Kpi("Rappel", "96 %", "objectif : 95 %", KpiState.Good))
        .Add(new Kpi("Dérive", "ALERTE", "p = 0,001", KpiState.Bad))
        .Add(Chart.Line("Courbe", "x", "y", new Series("a", [1, 2])), "Elle monte.");

    [Fact]
    public void Page_carries_its_library_once_and_asks_no_server_for_anything()
    {
        string html = Page.ToHtml();

        Assert.Equal(2, html.Split($"plotly.js v{PlotlyLibrary.Version}\n").Length);
        Assert.DoesNotMatch(RemoteElement(), html);
        Assert.Contains("Elle monte.", html, StringComparison.Ordinal);
    }

    [Fact]
    public void State_of_a_figure_is_told_by_words_too()
    {
        string html = Page.ToHtml();

        Assert.Contains("✔️ objectif atteint", html, StringComparison.Ordinal);
        Assert.Contains("✖️ objectif manqué", html, StringComparison.Ordinal);
        Assert.Contains("Données synthétiques", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_are_no_markup() => Assert.DoesNotContain("Suivi <b>", Page.ToHtml(), StringComparison.Ordinal);

    [Fact]
    public void Page_is_written_whole()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("course-dashboard-").FullName, "page.html");
        try
        {
            Assert.Equal(path, Page.Save(path));
            Assert.EndsWith("</html>\n", File.ReadAllText(path), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [GeneratedRegex("<(script|img|link|iframe)[^>]+(src|href)=")]
    private static partial Regex RemoteElement();
}
