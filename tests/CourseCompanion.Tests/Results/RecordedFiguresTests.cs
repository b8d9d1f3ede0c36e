using CourseCompanion.Evaluation;
using CourseCompanion.Files;
using CourseCompanion.Results;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Tests.Results;

public sealed class RecordedFiguresTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Figures_are_read_by_name_and_gains_with_their_interval()
    {
        Provenance provenance = Provenance.OfRuns(null, [1, 2]);
        File.WriteAllText(_file, $$"""
            { "auc_b_mean": 0.9, "auc_b_gain_mean": 0.02, "auc_b_gain_low": -0.01, "auc_b_gain_high": 0.05, "auc_c": 0.8, "auc_c_low": 0.7, "auc_c_high": 0.95, "seeds": 2, "provenance": {{provenance.ToJson()}} }
            """);

        RecordedFigures recorded = RecordedFigures.Load(_file);

        Assert.Equal(2, recorded["seeds"]);
        Assert.Equal(0.9, recorded.Mean("auc", "b"));
        Assert.Equal(new ConfidenceInterval(0.02, -0.01, 0.05, 0.95), recorded.Gain("auc", "b"));
        Assert.Equal(new ConfidenceInterval(0.8, 0.7, 0.95, 0.95), recorded.Interval("auc_c"));
        Assert.Equal(provenance.ToJson(), recorded.Provenance.ToJson());
        var exception = Assert.Throws<ArgumentException>(() => recorded.Mean("auc", "a"));
        Assert.Contains("Did you mean 'auc_b_mean'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_figure_that_could_not_be_measured_is_not_a_number()
    {
        string provenance = CourseCompanion.Results.Provenance.OfRuns(null, [1]).ToJson();
        File.WriteAllText(_file, $"{{ \"kept_mean\": null, \"provenance\": {provenance} }}");

        Assert.True(double.IsNaN(RecordedFigures.Load(_file)["kept_mean"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("{ \"seeds\": 2 }")]
    [InlineData("{ \"seeds\": 2, \"provenance\": {} }")]
    [InlineData("{ \"seeds\": 2, \"provenance\": null }")]
    public void What_is_no_such_file_is_refused(string text)
    {
        File.WriteAllText(_file, text);

        Assert.Throws<DataFormatException>(() => RecordedFigures.Load(_file));
    }

    [Fact]
    public void Committed_figures_are_such_files() => Assert.All(
        Directory.GetFiles(Path.Combine(Repository.Notebooks, "results"), "*.json"),
        file => Assert.NotEmpty(RecordedFigures.Load(file).Provenance.Seeds));
}
