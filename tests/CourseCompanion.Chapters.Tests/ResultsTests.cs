using System.Text.Json.Nodes;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Chapters.Tests;

/// <summary>The committed figures that chapters quote.</summary>
public sealed class ResultsTests
{
    public static TheoryData<string> Files =>
        new(Directory.GetFiles(Path.Combine(Repository.Notebooks, "results"), "*.json").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Files))]
    public void Figures_come_from_real_images_of_a_known_version(string file)
    {
        var content = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Notebooks, "results", file)))!.AsObject();
        var provenance = content["provenance"]!;

        Assert.False(provenance["synthetic"]!.GetValue<bool>());
        Assert.Matches("^[0-9a-f]{40}$", provenance["commit"]!.GetValue<string>());
        Assert.Matches("^[0-9a-f]{32}$", provenance["dataset_md5"]!.GetValue<string>());
        Assert.All(
            (string[])["seeds", "dataset", "dataset_source", "device", "engine", "runtime", "platform"],
            name => Assert.NotNull(provenance[name]));
        var figures = content.Where(property => property.Key != "provenance").ToList();
        Assert.NotEmpty(figures);
        Assert.All(figures, figure => Assert.True(double.IsFinite(figure.Value!.GetValue<double>()), figure.Key));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void File_belongs_to_a_chapter(string file) =>
        Assert.Contains(Chapter.Names, chapter => file.StartsWith(chapter, StringComparison.Ordinal));
}
