namespace CourseCompanion.Data.Sources;

/// <summary>What is to be predicted from an image.</summary>
public enum DatasetTask
{
    /// <summary>One of several classes.</summary>
    MultiClass,

    /// <summary>One of two classes.</summary>
    BinaryClass,

    /// <summary>One of several grades, whose order means something.</summary>
    OrdinalRegression,

    /// <summary>Any number of findings at once: labels are a row of zeros and ones.</summary>
    MultiLabel,
}

/// <summary>One class of a dataset.</summary>
/// <param name="Index">Its number, from zero, as in the label files.</param>
/// <param name="English">The name in the dataset's own words.</param>
/// <param name="French">The name a student reads.</param>
/// <param name="ShortName">The French name, short enough for the axis of a chart.</param>
public sealed record ClassInfo(int Index, string English, string French, string ShortName);

/// <summary>The size of one split.</summary>
/// <param name="Count">How many images.</param>
/// <param name="ClassCounts">How many images of each class, or null where this is not published.</param>
public sealed record SplitInfo(long Count, IReadOnlyList<long>? ClassCounts = null);

/// <summary>The file that holds a dataset.</summary>
/// <param name="Name">The official file name, by which it is searched for.</param>
/// <param name="Format">How it is laid out; today always <c>medmnist-npz</c>.</param>
/// <param name="Url">Where it can be downloaded, or null for a file that exists only locally.</param>
/// <param name="Md5">The official checksum in lower-case hexadecimal, or null where there is no official file.</param>
public sealed record DatasetFile(string Name, string Format, Uri? Url = null, string? Md5 = null);

/// <summary>Under which terms a dataset may be used.</summary>
/// <param name="Name">The licence's usual short name.</param>
/// <param name="Url">Its text.</param>
/// <param name="NonCommercial">True when commercial use is excluded.</param>
public sealed record DatasetLicence(string Name, Uri Url, bool NonCommercial);

/// <summary>A publication to cite when a dataset is used.</summary>
/// <param name="Key">Its key in the catalog.</param>
/// <param name="Text">Authors, title, journal, year.</param>
/// <param name="Url">Its DOI.</param>
public sealed record DatasetCitation(string Key, string Text, Uri Url);

/// <summary>Everything the catalog knows about one dataset: what it shows, its classes, splits, file, licence and citations.</summary>
public sealed record DatasetInfo
{
    /// <summary>The name it is loaded by, lower case (<c>dermamnist</c>).</summary>
    public required string Name { get; init; }

    /// <summary>The name for titles (<c>DermaMNIST</c>).</summary>
    public required string Title { get; init; }

    /// <summary>What the images show, in English.</summary>
    public required string EnglishDescription { get; init; }

    /// <summary>What the images show, in French.</summary>
    public required string FrenchDescription { get; init; }

    /// <summary>What is to be predicted.</summary>
    public required DatasetTask Task { get; init; }

    /// <summary>Channels per image: 1 (grey) or 3 (red, green, blue).</summary>
    public required int Channels { get; init; }

    /// <summary>Height of an image in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Width of an image in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>The classes, ordered by index.</summary>
    public required IReadOnlyList<ClassInfo> Classes { get; init; }

    /// <summary>The images to learn from.</summary>
    public required SplitInfo Train { get; init; }

    /// <summary>The images to choose by.</summary>
    public required SplitInfo Validation { get; init; }

    /// <summary>The images to report on, once.</summary>
    public required SplitInfo Test { get; init; }

    /// <summary>The file that holds the dataset.</summary>
    public required DatasetFile File { get; init; }

    /// <summary>Under which terms it may be used.</summary>
    public required DatasetLicence Licence { get; init; }

    /// <summary>What to cite.</summary>
    public required IReadOnlyList<DatasetCitation> Citations { get; init; }

    /// <summary>Which painter draws its look-alikes: <c>lesion</c>, <c>cell</c>, <c>tissue</c> or <c>scan</c>.</summary>
    public required string SyntheticStyle { get; init; }

    /// <summary>The dataset of which this one is another split, or null.</summary>
    public string? VariantOf { get; init; }

    /// <summary>How many classes there are.</summary>
    public int ClassCount => Classes.Count;
}
