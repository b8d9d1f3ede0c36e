using static TorchSharp.torch;

namespace CourseCompanion.Data.Sources;

/// <summary>Where to look for data and what may be done to get it. What is left null is taken from the environment.</summary>
public sealed record DataOptions
{
    /// <summary>A folder searched first, with its subfolders, by official file name. Default: <c>COURSE_DATA</c>.</summary>
    public string? Directory { get; init; }

    /// <summary>The folder that keeps downloads. Default: <c>COURSE_CACHE</c>, else <c>~/.cache/course-companion</c>.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>True forbids downloads. Default: true when <c>COURSE_OFFLINE</c> is 1.</summary>
    public bool? Offline { get; init; }

    /// <summary>False makes missing data an error instead of drawing look-alikes.</summary>
    public bool AllowSynthetic { get; init; } = true;

    /// <summary>The seed of the look-alikes.</summary>
    public int SyntheticSeed { get; init; } = 42;

    /// <summary>Where the tensors are to live. Default: the CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>Receives the progress of a download.</summary>
    public IProgress<DownloadProgress>? Progress { get; init; }

    /// <summary>Stops downloads and drawing.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Answers HTTP requests instead of the network, in tests.</summary>
    internal HttpMessageHandler? HttpHandler { get; init; }

    /// <summary>The datasets to choose from; another catalog in tests.</summary>
    internal DatasetCatalog Catalog { get; init; } = DatasetCatalog.Default;

    internal string? EffectiveDirectory => NullIfBlank(Directory) ?? NullIfBlank(Environment.GetEnvironmentVariable("COURSE_DATA"));

    internal string EffectiveCacheDirectory =>
        NullIfBlank(CacheDirectory)
        ?? NullIfBlank(Environment.GetEnvironmentVariable("COURSE_CACHE"))
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache", "course-companion");

    internal bool EffectiveOffline => Offline ?? Environment.GetEnvironmentVariable("COURSE_OFFLINE") == "1";

    private static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
