using System.Text.Json.Nodes;
using CourseCompanion.Data.Sources;
using CourseCompanion.Files;

namespace CourseCompanion.Tests.Data.Sources;

public class DatasetCatalogTests
{
    private static readonly string Json = File.ReadAllText(Path.Combine(RepositoryRoot(), "datasets", "catalog.json"));

    [Fact]
    public void Default_HoldsAllTwoDimensionalMedMnistSets()
    {
        string[] expected =
        [
            "bloodmnist", "breastmnist", "chestmnist", "dermamnist", "dermamnist-lesion-disjoint", "octmnist", "organamnist", "organcmnist",
            "organsmnist", "pathmnist", "pneumoniamnist", "retinamnist", "tissuemnist",
        ];

        Assert.Equal(expected, DatasetCatalog.Default.Datasets.Select(info => info.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Default_DermaMnist_IsTheCoursesRunningExample()
    {
        DatasetInfo info = DatasetCatalog.Default["DermaMNIST"];

        Assert.Equal([228, 359, 769, 80, 779, 4693, 99], info.Train.ClassCounts!);
        Assert.Equal((7007, 1003, 2005), (info.Train.Count, info.Validation.Count, info.Test.Count));
        Assert.Equal("mélanome", info.Classes[4].French);
        Assert.Equal("nævus", info.Classes[5].ShortName);
        Assert.Equal("0744692d530f8e62ec473284d019b0c7", info.File.Md5);
        Assert.True(info.Licence.NonCommercial);
        Assert.Contains(info.Citations, citation => citation.Key == "tschandl-2018");
    }

    [Fact]
    public void Default_EveryClassHasTwoLanguagesAndAShortNameForCharts()
    {
        Assert.All(DatasetCatalog.Default.Datasets.SelectMany(info => info.Classes), c =>
        {
            Assert.NotEmpty(c.English);
            Assert.NotEmpty(c.French);
            Assert.InRange(c.ShortName.Length, 1, 24);
        });
    }

    [Fact]
    public void Default_LesionDisjointVariant_HasNoDownload()
    {
        DatasetInfo info = DatasetCatalog.Default["dermamnist-lesion-disjoint"];

        Assert.Equal("dermamnist", info.VariantOf);
        Assert.Null(info.File.Url);
        Assert.Null(info.File.Md5);
    }

    [Fact]
    public void Indexer_UnknownName_NamesThoseThereAre()
    {
        DatasetException exception = Assert.Throws<DatasetException>(() => DatasetCatalog.Default["catmnist"]);

        Assert.Contains("'catmnist'", exception.Message);
        Assert.Contains("dermamnist, ", exception.Message);
    }

    [Theory]
    [InlineData("channels", "2", "2 channels")]
    [InlineData("name", "\"Derma MNIST\"", "lower-case")]
    [InlineData("task", "\"guessing\"", "].task")]
    [InlineData("task", "\"binary-class\"", "two classes")]
    [InlineData("citations", "[\"nobody\"]", "cites 'nobody'")]
    [InlineData("synthetic", "\"oil\"", "no painter")]
    [InlineData("title", "null", "title")]
    [InlineData("variantOf", "\"catmnist\"", "variant of 'catmnist'")]
    [InlineData("surprise", "1", "surprise")]
    [InlineData("file", """{"name":"../x.npz","format":"medmnist-npz"}""", "no plain file name")]
    [InlineData("file", """{"name":"x.npz","format":"parquet"}""", "file format 'parquet'")]
    [InlineData("file", """{"name":"x.npz","format":"medmnist-npz","url":"http://a.org/x.npz","md5":"0744692d530f8e62ec473284d019b0c7"}""", "https://")]
    [InlineData("file", """{"name":"x.npz","format":"medmnist-npz","md5":"xyz"}""", "32 lower-case")]
    [InlineData("file", """{"name":"x.npz","format":"medmnist-npz","url":"https://a.org/x.npz"}""", "needs an md5")]
    [InlineData("splits", """{"train":{"count":7007}}""", "no split 'val'")]
    [InlineData("splits", """{"train":{"count":9,"classCounts":[1,1,1,1,1,1,1]},"val":{"count":1},"test":{"count":1}}""", "do not add up to 9")]
    public void Parse_MistakeInAnEntry_IsNamed(string property, string value, string expected)
    {
        JsonNode catalog = JsonNode.Parse(Json)!;
        JsonNode derma = catalog["datasets"]!.AsArray().Single(entry => (string?)entry!["name"] == "dermamnist")!;
        derma[property] = JsonNode.Parse(value);

        DataFormatException exception = Assert.Throws<DataFormatException>(() => DatasetCatalog.Parse(catalog.ToJsonString()));

        Assert.Contains("catalog.json", exception.Message);
        Assert.Contains(expected, exception.Message);
    }

    [Fact]
    public void Parse_SameNameTwice_IsRefused()
    {
        JsonNode catalog = JsonNode.Parse(Json)!;
        catalog["datasets"]!.AsArray().Add(catalog["datasets"]![0]!.DeepClone());

        Assert.Contains("used twice", Assert.Throws<DataFormatException>(() => DatasetCatalog.Parse(catalog.ToJsonString())).Message);
    }

    [Fact]
    public void Parse_NoJson_IsRefused() =>
        Assert.Throws<DataFormatException>(() => DatasetCatalog.Parse("<html>"));

    private static string RepositoryRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CourseCompanion.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
