using CourseCompanion.Experiments;
using CourseCompanion.Results;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Tests.Experiments;

public class CourseMapTests
{
    [Fact]
    public void Every_method_of_the_committed_figures_is_on_the_map()
    {
        CourseMap map = CourseMap.Read(Path.Combine(Repository.Notebooks, "results"));

        Assert.Equal(CourseMap.Sources.Sum(source => source.Methods.Count), map.Methods.Count);
        Assert.All(map.Methods, method => Assert.True(method.Gain.Lower <= method.Gain.Estimate && method.Gain.Estimate <= method.Gain.Upper));
        Assert.Contains(map.Methods, method => method is { Key: "pseudo_labels", Chapter: "1", Seeds: 20, IsSettled: true });
        Assert.DoesNotContain(map.Methods, method => method.Chapter == "4" && method.IsSettled && method.Seeds < CourseMap.EnoughSeeds);
    }

    [Fact]
    public void What_no_file_says_is_named_and_not_guessed()
    {
        using var folder = new TemporaryFolder();
        string provenance = Provenance.OfRuns(null, [1, 2]).ToJson();
        File.WriteAllText(Path.Combine(folder.Path, "03-sgan-gain.json"), $$"""
            { "balanced_accuracy_sgan_gain_mean": 0.1, "balanced_accuracy_sgan_gain_low": 0.05, "balanced_accuracy_sgan_gain_high": 0.2,
              "balanced_accuracy_non_saturating_gain_mean": -0.1, "balanced_accuracy_non_saturating_gain_low": -0.3, "balanced_accuracy_non_saturating_gain_high": 0.2,
              "provenance": {{provenance}} }
            """);

        CourseMap map = CourseMap.Read(folder.Path);

        Assert.Equal(["sgan", "non_saturating"], map.Methods.Select(method => method.Key));
        Assert.All(map.Methods, method => Assert.True(double.IsNaN(method.Cost) && !method.IsSettled));
        Assert.Contains(map.Missing, line => line.StartsWith("01-pseudo-labeling-gain.json", StringComparison.Ordinal));
        Assert.Contains(map.Missing, line => line.StartsWith(CourseMap.CostFile, StringComparison.Ordinal));

        File.WriteAllText(Path.Combine(folder.Path, CourseMap.CostFile), $$"""{ "cost_sgan": 2.5, "provenance": {{provenance}} }""");
        Assert.Equal(2.5, CourseMap.Read(folder.Path).Methods[0].Cost);
    }
}
