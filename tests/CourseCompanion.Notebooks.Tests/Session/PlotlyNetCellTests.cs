using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>Plotly.NET in cells, beside the course's own charts.</summary>
public sealed class PlotlyNetCellTests : IDisposable
{
    private const string Usings = "using Plotly.NET;\nusing Plotly.NET.CSharp;\nusing Chart = Plotly.NET.CSharp.Chart;\n";
    private const string Violin = "Chart.Violin<string, double, string>(Y: new[] { 1.0, 2, 3.5 }, Name: \"Essai\")";

    private readonly SessionHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Chart_displays_in_the_house_style_without_a_package_to_restore()
    {
        var result = await _host.RunAsync(Usings + Violin);

        Assert.Null(result.Error);
        var bundle = Assert.Single(_host.Outputs.OfType<ResultOutput>()).Bundle.Data;
        Assert.Equal(["application/vnd.plotly.v1+json", "text/html", "text/plain"], bundle.Select(entry => entry.Key));
        Assert.Equal("Diagramme en violons. 3\u00A0valeurs de 1 à 3,5, médiane 2.", bundle["text/plain"]!.GetValue<string>());
        Assert.Equal(",\u202F", bundle["application/vnd.plotly.v1+json"]!["layout"]!["separators"]!.GetValue<string>());
    }

    [Fact]
    public async Task Chart_means_what_the_last_alias_says_and_ours_without_one()
    {
        await _host.RunAsync(Usings + $"var theirs = {Violin};");
        await _host.RunAsync("using Chart = CourseCompanion.Charts.Chart;");

        Assert.StartsWith("Graphique en courbes", await _host.ValueAsync("""Chart.Line("Titre", "x", "y", new Series("a", [1, 2]))"""), StringComparison.Ordinal);
        Assert.StartsWith("Diagramme en violons «\u00A0Titre\u00A0»", await _host.ValueAsync("""theirs.HouseStyle("Titre")"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Our_figure_goes_on_as_one_of_theirs() =>
        Assert.Equal(
            "Graphique en points ou en courbes «\u00A0Titre\u00A0». Axe horizontal\u00A0: Autre. Axe vertical\u00A0: y. 2\u00A0valeurs, abscisses de 1 à 2, ordonnées de 1 à 2.",
            await _host.ValueAsync("""
                using Plotly.NET.CSharp;
                CourseCompanion.Charts.Chart.Line("Titre", "x", "y", new Series("a", [1, 2])).ToPlotlyNet()
                    .WithXAxisStyle<double, double, string>(TitleText: "Autre")
                """));
}
