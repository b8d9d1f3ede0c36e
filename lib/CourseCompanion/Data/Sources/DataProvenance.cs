namespace CourseCompanion.Data.Sources;

/// <summary>Where data came from.</summary>
public enum DataSource
{
    /// <summary>A folder that the user named.</summary>
    LocalFile,

    /// <summary>The cache of earlier downloads.</summary>
    Cache,

    /// <summary>Downloaded just now.</summary>
    Download,

    /// <summary>Drawn by the generator.</summary>
    Synthetic,
}

/// <summary>Why a source that comes first in order gave nothing.</summary>
public enum MissingReason
{
    /// <summary>No folder was named.</summary>
    NotConfigured,

    /// <summary>The file is not there.</summary>
    NotFound,

    /// <summary>Working offline was asked for.</summary>
    Offline,

    /// <summary>The dataset has no download.</summary>
    NoDownload,

    /// <summary>The server could not be reached or did not have the file.</summary>
    Unreachable,
}

/// <summary>A source that was tried before the one that served.</summary>
/// <param name="Source">The source.</param>
/// <param name="Reason">Why it gave nothing.</param>
/// <param name="Detail">The folder or the error, for those who look into it.</param>
/// <param name="NearMisses">Names of files that look like the one wanted: a second download, another size of image.</param>
public sealed record MissingSource(DataSource Source, MissingReason Reason, string? Detail = null, IReadOnlyList<string>? NearMisses = null);

/// <summary>Which data a result was obtained on: enough to tell whether two results are about the same images.</summary>
public sealed record DataProvenance
{
    /// <summary>What the banner of real images begins with.</summary>
    public const string RealTitle = "Données réelles";

    /// <summary>What the banner of generated images begins with.</summary>
    public const string SyntheticTitle = "DONNÉES SYNTHÉTIQUES";

    /// <summary>The dataset's name in the catalog.</summary>
    public required string Dataset { get; init; }

    /// <summary>Where the data came from.</summary>
    public required DataSource Source { get; init; }

    /// <summary>The file read, or null when the data were generated.</summary>
    public string? Path { get; init; }

    /// <summary>The file's checksum; of generated data, the checksum of all images drawn.</summary>
    public required string Md5 { get; init; }

    /// <summary>The checksum of the official file, or null where there is none.</summary>
    public string? OfficialMd5 { get; init; }

    /// <summary>The seed of generated data, or null for real ones.</summary>
    public int? Seed { get; init; }

    /// <summary>The sources tried before, in order, and why they gave nothing.</summary>
    public IReadOnlyList<MissingSource> Tried { get; init; } = [];

    /// <summary>True when the file is, byte for byte, the official one.</summary>
    public bool IsOfficial => !IsSynthetic && Md5 == OfficialMd5;

    /// <summary>True when the images were drawn by the generator: figures obtained on them say nothing about medicine.</summary>
    public bool IsSynthetic => Source == DataSource.Synthetic;
}
