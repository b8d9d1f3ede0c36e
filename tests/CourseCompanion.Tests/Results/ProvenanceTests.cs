using System.Text.Json;
using CourseCompanion.Data.Sources;
using CourseCompanion.Results;
using CourseCompanion.Work;

namespace CourseCompanion.Tests.Results;

public class ProvenanceTests
{
    private static readonly DataProvenance Generated = new()
    {
        Dataset = "dermamnist",
        Source = DataSource.Synthetic,
        Md5 = "0123456789abcdef0123456789abcdef",
        Seed = 42,
    };

    [Fact]
    public void Capture_says_which_code_data_and_machine_gave_the_figure()
    {
        Provenance provenance = Provenance.Capture(Generated, 7);

        Assert.Equal([7], provenance.Seeds);
        Assert.Equal("dermamnist", provenance.Dataset);
        Assert.Equal("Synthetic", provenance.DatasetSource);
        Assert.Equal("0123456789abcdef0123456789abcdef", provenance.DatasetMd5);
        Assert.True(provenance.Synthetic);
        Assert.Equal(Profile.Current.Name, provenance.Profile);
        Assert.Equal("cpu", provenance.Device);
        Assert.StartsWith(".NET 1", provenance.Runtime, StringComparison.Ordinal);
        Assert.EndsWith($" (libtorch {TensorEngine.LoadedVersion})", provenance.Engine, StringComparison.Ordinal);
        Assert.True(provenance.Threads >= 1);
        Assert.Matches("^([0-9a-f]{40}|unknown)$", provenance.Commit);
    }

    [Fact]
    public void OfRuns_lists_the_seed_of_each_run_and_names_no_profile()
    {
        Provenance provenance = Provenance.OfRuns(Generated, Enumerable.Range(1, 3));

        Assert.Equal([1, 2, 3], provenance.Seeds);
        Assert.Null(provenance.Profile);
    }

    [Fact]
    public void Capture_without_data_is_not_synthetic()
    {
        Provenance provenance = Provenance.Capture(null, 7);

        Assert.Null(provenance.Dataset);
        Assert.False(provenance.Synthetic);
    }

    [Fact]
    public void ToJson_names_its_members_in_snake_case()
    {
        JsonElement json = JsonDocument.Parse(Provenance.Capture(Generated, 7).ToJson()).RootElement;

        Assert.Equal(7, Assert.Single(json.GetProperty("seeds").EnumerateArray()).GetInt32());
        Assert.Equal("dermamnist", json.GetProperty("dataset").GetString());
        Assert.True(json.GetProperty("synthetic").GetBoolean());
        Assert.True(json.TryGetProperty("dataset_md5", out _));
    }
}
