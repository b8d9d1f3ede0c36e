using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using CourseCompanion.Files;
using CourseCompanion.French;

namespace CourseCompanion.Data.Sources;

/// <summary>
/// The datasets of the course, read from <c>datasets/catalog.json</c> (which is embedded in the library). Reading it checks
/// every entry: a mistake in the catalog shows at once, with its place, not when a chapter runs.
/// </summary>
public sealed class DatasetCatalog
{
    private const string ResourceName = "CourseCompanion.datasets.catalog.json";
    private static readonly Lazy<DatasetCatalog> LazyDefault = new(ReadEmbedded);
    private static readonly string[] KnownStyles = ["lesion", "cell", "tissue", "scan"];
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter<DatasetTask>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    private readonly List<DatasetInfo> _datasets;

    private DatasetCatalog(List<DatasetInfo> datasets) => _datasets = datasets;

    /// <summary>The catalog of the course.</summary>
    public static DatasetCatalog Default => LazyDefault.Value;

    /// <summary>Every dataset, in the order of the file.</summary>
    public IReadOnlyList<DatasetInfo> Datasets => _datasets;

    /// <summary>The dataset of that name; upper and lower case are the same.</summary>
    /// <param name="name">A name such as <c>dermamnist</c>.</param>
    /// <exception cref="DatasetException">No dataset has this name; the message lists those there are, and the nearest.</exception>
    public DatasetInfo this[string name] => TryGet(name, out DatasetInfo? info)
        ? info
        : throw new DatasetException(
            $"There is no dataset '{name}'.{NearestNames.Suggest(name, Names)} The catalog has: {string.Join(", ", Names)}.");

    private IEnumerable<string> Names => _datasets.Select(dataset => dataset.Name);

    /// <summary>Finds a dataset by its name.</summary>
    /// <param name="name">A name such as <c>dermamnist</c>.</param>
    /// <param name="info">The dataset, or null.</param>
    /// <returns>True when the catalog has it.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out DatasetInfo? info)
    {
        ArgumentNullException.ThrowIfNull(name);
        info = _datasets.Find(dataset => string.Equals(dataset.Name, name.Trim(), StringComparison.OrdinalIgnoreCase));
        return info is not null;
    }

    /// <summary>Reads and checks a catalog.</summary>
    /// <param name="json">The text of a <c>catalog.json</c>.</param>
    /// <returns>The catalog.</returns>
    /// <exception cref="DataFormatException">The text is no JSON, lacks something or contradicts itself.</exception>
    public static DatasetCatalog Parse(string json)
    {
        CatalogJson catalog;
        try
        {
            catalog = JsonSerializer.Deserialize<CatalogJson>(json, JsonOptions)
                ?? throw Wrong(null, "it is empty");
        }
        catch (JsonException exception)
        {
            throw Wrong(null, exception.Message.TrimEnd('.'), exception);
        }

        if (catalog.Version != 1)
        {
            throw Wrong(null, $"version {catalog.Version} is not known, only version 1 is");
        }

        List<DatasetInfo> datasets = [.. catalog.Datasets.Select(dataset => ToInfo(dataset, catalog.Citations))];
        foreach (DatasetInfo info in datasets)
        {
            Require(datasets.Count(other => other.Name == info.Name) == 1, info.Name, "the name is used twice");
            Require(
                info.VariantOf is null || datasets.Exists(other => other.Name == info.VariantOf),
                info.Name,
                $"it is a variant of '{info.VariantOf}', which the catalog does not have");
        }

        return new DatasetCatalog(datasets);
    }

    private static DatasetCatalog ReadEmbedded()
    {
        using Stream stream = typeof(DatasetCatalog).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"The library was built without {ResourceName}.");
        using StreamReader reader = new(stream);
        return Parse(reader.ReadToEnd());
    }

    private static DatasetInfo ToInfo(DatasetJson dataset, Dictionary<string, CitationJson> citations)
    {
        string name = dataset.Name;
        Require(name.Length > 0 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'), name, "its name is not made of lower-case letters, digits and hyphens");
        Require(dataset.Channels is 1 or 3, name, $"it has {dataset.Channels} channels instead of 1 or 3");
        Require(dataset.Height > 0 && dataset.Width > 0, name, $"its images are {dataset.Height} x {dataset.Width}");
        Require(dataset.Classes.Count >= 2, name, $"it has {dataset.Classes.Count} classes instead of two or more");
        Require(dataset.Task != DatasetTask.BinaryClass || dataset.Classes.Count == 2, name, "a binary task has two classes");
        Require(KnownStyles.Contains(dataset.Synthetic), name, $"no painter is called '{dataset.Synthetic}'");
        CheckFile(name, dataset.File);
        return new DatasetInfo
        {
            Name = name,
            Title = dataset.Title,
            EnglishDescription = dataset.Description.English,
            FrenchDescription = dataset.Description.French,
            Task = dataset.Task,
            Channels = dataset.Channels,
            Height = dataset.Height,
            Width = dataset.Width,
            Classes = [.. dataset.Classes.Select((c, index) => new ClassInfo(index, c.English, c.French, c.Short ?? c.French))],
            Train = ToSplit(dataset, "train"),
            Validation = ToSplit(dataset, "val"),
            Test = ToSplit(dataset, "test"),
            File = dataset.File,
            Licence = dataset.Licence,
            Citations = [.. dataset.Citations.Select(key => citations.TryGetValue(key, out CitationJson? citation)
                ? new DatasetCitation(key, citation.Text, citation.Url)
                : throw Wrong(name, $"it cites '{key}', which is not among the citations"))],
            SyntheticStyle = dataset.Synthetic,
            VariantOf = dataset.VariantOf,
        };
    }

    private static SplitInfo ToSplit(DatasetJson dataset, string split)
    {
        if (!dataset.Splits.TryGetValue(split, out SplitInfo? info))
        {
            throw Wrong(dataset.Name, $"it has no split '{split}'");
        }

        Require(info.Count > 0, dataset.Name, $"its split '{split}' has {info.Count} images");
        if (info.ClassCounts is { } counts)
        {
            Require(counts.Count == dataset.Classes.Count, dataset.Name, $"its split '{split}' counts {counts.Count} classes instead of {dataset.Classes.Count}");
            Require(counts.All(count => count >= 0) && counts.Sum() == info.Count, dataset.Name, $"the class counts of its split '{split}' do not add up to {info.Count}");
        }

        return info;
    }

    private static void CheckFile(string name, DatasetFile file)
    {
        Require(file.Name.Length > 0 && file.Name == Path.GetFileName(file.Name), name, $"its file name '{file.Name}' is no plain file name");
        Require(file.Format == "medmnist-npz", name, $"its file format '{file.Format}' is not known");
        Require(file.Url is null || file.Url is { IsAbsoluteUri: true, Scheme: "https" }, name, $"its URL '{file.Url}' does not start with https://");
        Require(file.Md5 is null || (file.Md5.Length == 32 && file.Md5.All(char.IsAsciiHexDigitLower)), name, $"its md5 '{file.Md5}' is not 32 lower-case hexadecimal digits");
        Require(file.Url is null || file.Md5 is not null, name, "a file that can be downloaded needs an md5");
    }

    private static void Require(bool condition, string dataset, string problem)
    {
        if (!condition)
        {
            throw Wrong(dataset, problem);
        }
    }

    private static DataFormatException Wrong(string? dataset, string problem, Exception? inner = null) =>
        new("catalog.json", dataset, problem, "Correct the catalog and build again.", inner);

    private sealed record CatalogJson(int Version, List<DatasetJson> Datasets, Dictionary<string, CitationJson> Citations);

    private sealed record DatasetJson(
        string Name,
        string Title,
        TextJson Description,
        DatasetTask Task,
        int Channels,
        int Height,
        int Width,
        List<ClassJson> Classes,
        Dictionary<string, SplitInfo> Splits,
        DatasetFile File,
        DatasetLicence Licence,
        List<string> Citations,
        string Synthetic,
        string? VariantOf = null);

    private sealed record TextJson(string English, string French);

    private sealed record ClassJson(string English, string French, string? Short = null);

    private sealed record CitationJson(string Text, Uri Url);
}
