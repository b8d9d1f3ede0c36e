using System.Text.Json;
using CourseCompanion.Display;
using CourseCompanion.Results;
using CourseCompanion.Work;

namespace CourseCompanion.Tests.Results;

public sealed class ResultTableTests
{
    private static Provenance Origin(bool synthetic) => new()
    {
        Commit = "unknown",
        Seeds = [42],
        Profile = "rapide",
        Dataset = "dermamnist",
        DatasetMd5 = null,
        DatasetSource = "Cache",
        Synthetic = synthetic,
        Device = "cpu",
        Threads = 2,
        Engine = "libtorch",
        Runtime = ".NET",
        Platform = "Linux",
    };

    private static ResultTable Sample(bool synthetic = false) =>
        new ResultTable("Scores sur le test", Metric.Standard, Origin(synthetic))
            .Baseline("Classe majoritaire", "majority", 0.5, 0.9, 0.115, 0.143)
            .Row("Supervisé", "supervised", 0.8612, 0.5701, 0.401, double.NaN)
            .Row("Pseudo-labels <5 tours>", "pseudo_labeling", 0.8839, 0.5698, 0.382, 0.52);

    [Fact]
    public void Text_is_aligned_and_French()
    {
        var lines = Sample().ToString().Split('\n');

        Assert.Equal("Scores sur le test", lines[0]);
        Assert.Contains("57,0\u00A0%", lines[3], StringComparison.Ordinal);
        Assert.Contains("n.\u00A0d.", lines[3], StringComparison.Ordinal);
        Assert.Contains("Classe majoritaire (référence)", lines[2], StringComparison.Ordinal);
        Assert.Single(lines[1..5].Select(line => line.Length).Distinct());
        Assert.Equal("Données\u00A0: dermamnist\u202F; graine 42\u202F; profil rapide\u202F; calcul sur cpu.", lines[5]);
    }

    [Fact]
    public void Figures_of_several_runs_list_their_seeds_and_name_no_profile()
    {
        var table = new ResultTable("Scores", Metric.Standard, Origin(false) with { Seeds = [1, 2, 3], Profile = null });

        Assert.EndsWith("graines 1, 2, 3\u202F; calcul sur cpu.", table.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_of_the_trial_profile_warn_that_they_mean_nothing()
    {
        var table = new ResultTable("Scores", Metric.Standard, Origin(false) with { Profile = Profile.Essai.Name });

        Assert.Contains("⚠️ Profil essai\u00A0: ces chiffres ne veulent rien dire.", table.ToString(), StringComparison.Ordinal);
        Assert.Contains("<strong>⚠️ Profil essai\u00A0: ces chiffres ne veulent rien dire.</strong>", table.ToMimeBundle()[MimeTypes.Html], StringComparison.Ordinal);
    }

    [Fact]
    public void Html_sets_the_best_in_bold_by_what_is_written_and_never_the_baseline()
    {
        var html = Sample().ToMimeBundle()[MimeTypes.Html];

        Assert.Contains("<strong>0,884</strong>", html, StringComparison.Ordinal);
        Assert.Contains("<strong>0,401</strong>", html, StringComparison.Ordinal);
        Assert.Equal(3, html.Split("<strong>57,0\u00A0%</strong>").Length);
        Assert.DoesNotContain("<strong>90,0", html, StringComparison.Ordinal);
        Assert.Contains("<em>Classe majoritaire (référence)</em>", html, StringComparison.Ordinal);
        Assert.Contains("Pseudo-labels &lt;5 tours&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_metric_where_less_is_better_sets_its_lowest_value_in_bold()
    {
        var table = new ResultTable("Durées", [new Metric("Durée", "seconds", MetricFormat.Seconds, Better: Better.Lower)])
            .Row("A", "a", 125).Row("B", "b", 12.3);

        Assert.Contains("<strong>12,3\u00A0s</strong>", table.ToMimeBundle()[MimeTypes.Html], StringComparison.Ordinal);
        Assert.DoesNotContain("<strong>2", table.ToMimeBundle()[MimeTypes.Html], StringComparison.Ordinal);
    }

    [Fact]
    public void Results_hold_flat_figures_and_provenance()
    {
        using var json = JsonDocument.Parse(Sample().ToMimeBundle()[MimeTypes.Results]);

        Assert.Equal("Scores sur le test", json.RootElement.GetProperty("title").GetString());
        var figures = json.RootElement.GetProperty("figures");
        Assert.Equal(0.8839, figures.GetProperty("pseudo_labeling.auc").GetDouble());
        Assert.False(figures.TryGetProperty("supervised.balanced_accuracy", out _));
        Assert.Equal(42, json.RootElement.GetProperty("provenance").GetProperty("seeds")[0].GetInt32());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Synthetic_data_are_told_in_text_and_html(bool synthetic)
    {
        var bundle = Sample(synthetic).ToMimeBundle();

        Assert.Equal(synthetic, bundle[MimeTypes.Html].Contains("Données synthétiques", StringComparison.Ordinal));
        Assert.Equal(synthetic, bundle[MimeTypes.PlainText].Contains("Données synthétiques", StringComparison.Ordinal));
    }

    [Fact]
    public void Row_returns_a_new_table()
    {
        var table = Sample();

        _ = table.Row("Autre", "other", 1, 1, 1, 1);

        Assert.Equal(3, table.Rows.Count);
    }

    [Fact]
    public void Row_refuses_a_wrong_count_and_keys_that_are_taken_or_no_identifiers()
    {
        Assert.Throws<ArgumentException>(() => Sample().Row("Autre", "other", 1, 2));
        Assert.Throws<ArgumentException>(() => Sample().Row("Autre", "supervised", 1, 1, 1, 1));
        Assert.Throws<ArgumentException>(() => Sample().Row("Autre", "Élève", 1, 1, 1, 1));
        Assert.Throws<ArgumentException>(() => new ResultTable("Vide", []));
        Assert.Throws<ArgumentException>(() => new ResultTable("Double", [Metric.Accuracy, Metric.Accuracy]));
    }
}
