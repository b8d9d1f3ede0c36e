using CourseCompanion.Data.Sources;
using CourseCompanion.Models;

namespace CourseCompanion.Tests.Models;

public class PretrainedWeightsTests
{
    private const string Name = "small.safetensors";

    [Fact]
    public void Folders_are_searched_in_the_documented_order()
    {
        using var folder = new TemporaryFolder();
        var options = new DataOptions { Directory = Directory.CreateDirectory(folder["data"]).FullName, CacheDirectory = folder["cache"] };
        string[] inOrder = [folder["data/weights"], folder["weights"], folder["cache/weights"]];

        foreach (string place in inOrder.Reverse())
        {
            Directory.CreateDirectory(place);
            File.WriteAllText(Path.Combine(place, Name), "");
            Assert.Equal(Path.Combine(place, Name), PretrainedWeights.Find(Name, options).Path);
        }
    }

    [Fact]
    public void A_missing_file_is_said_to_be_missing_with_the_way_out_in_French()
    {
        using var folder = new TemporaryFolder();
        var options = new DataOptions { Directory = folder["data"], CacheDirectory = folder["cache"] };

        PretrainedWeights weights = PretrainedWeights.Find(Name, options);

        Assert.Null(weights.Path);
        Assert.Equal([folder["data/weights"], folder["weights"], folder["cache/weights"]], weights.Searched.TakeLast(3));
        Assert.Contains($"« {Name} » n’est pas sur cette machine", weights.HowToGet, StringComparison.Ordinal);
        Assert.Contains(folder["weights"], weights.HowToGet, StringComparison.Ordinal);
        Assert.Contains("COURSE_WEIGHTS", weights.HowToGet, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_with_a_folder_is_refused() =>
        Assert.Throws<ArgumentException>(() => PretrainedWeights.Find("../" + Name));
}
