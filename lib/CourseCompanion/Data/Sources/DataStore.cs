using CourseCompanion.Files;

namespace CourseCompanion.Data.Sources;

/// <summary>What a file's checksum says.</summary>
public enum ChecksumState
{
    /// <summary>There is no file.</summary>
    Missing,

    /// <summary>It is the official file, byte for byte.</summary>
    Official,

    /// <summary>It is another file, for instance one rebuilt from the source images.</summary>
    NotOfficial,

    /// <summary>The dataset has no official file to compare with.</summary>
    NoOfficialFile,
}

/// <summary>What is here of one dataset.</summary>
/// <param name="Info">The dataset.</param>
/// <param name="Source">Where its file is, or null when it is nowhere.</param>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Md5">Its checksum.</param>
public sealed record DataEntry(DatasetInfo Info, DataSource? Source = null, string? Path = null, long? Bytes = null, string? Md5 = null)
{
    /// <summary>What the checksum says.</summary>
    public ChecksumState Checksum => Path is null ? ChecksumState.Missing
        : Info.File.Md5 is null ? ChecksumState.NoOfficialFile
        : Md5 == Info.File.Md5 ? ChecksumState.Official
        : ChecksumState.NotOfficial;
}

/// <summary>The outcome of checking one file.</summary>
/// <param name="Entry">The file.</param>
/// <param name="Problem">What is wrong with it and the way out, or null when it can be used.</param>
public sealed record DataVerification(DataEntry Entry, string? Problem);

/// <summary>
/// Finds and fetches the files of datasets: first the user's folder (with its subfolders, by official file name), then the
/// cache, then a download into the cache.
/// </summary>
public sealed class DataStore
{
    private static readonly EnumerationOptions Deep = new()
    {
        RecurseSubdirectories = true,
        MaxRecursionDepth = 8,
        IgnoreInaccessible = true,
        MatchCasing = MatchCasing.CaseInsensitive,
        AttributesToSkip = 0,
    };

    private readonly DataOptions _options;
    private readonly Lazy<ILookup<string, string>> _localFiles;

    /// <summary>Makes a store. It looks through the user's folder once, when first asked.</summary>
    /// <param name="options">Where to look and what may be done; null takes everything from the environment.</param>
    public DataStore(DataOptions? options = null)
    {
        _options = options ?? new DataOptions();
        _localFiles = new Lazy<ILookup<string, string>>(FindLocalFiles);
    }

    /// <summary>Tells what is here of every dataset of the catalog.</summary>
    /// <returns>One entry per dataset, in the order of the catalog.</returns>
    /// <exception cref="DatasetException">The named folder does not exist.</exception>
    public IReadOnlyList<DataEntry> List() => [.. _options.Catalog.Datasets.Select(Find)];

    /// <summary>Tells what is here of one dataset, without fetching anything.</summary>
    /// <param name="info">The dataset.</param>
    /// <returns>Its entry.</returns>
    /// <exception cref="DatasetException">The named folder does not exist.</exception>
    public DataEntry Find(DatasetInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return Locate(info.File.Name) is var (source, path) ? Describe(info, source, path) : new DataEntry(info);
    }

    /// <summary>Where a file of a name is: in the user's folder, else in the cache.</summary>
    /// <param name="fileName">The file's name, such as <c>dermamnist.npz</c>.</param>
    /// <returns>Null when it is nowhere.</returns>
    /// <exception cref="DatasetException">The named folder does not exist.</exception>
    internal (DataSource Source, string Path)? Locate(string fileName)
    {
        if (FindLocal(fileName) is { } local)
        {
            return (DataSource.LocalFile, local);
        }

        string cached = Path.Combine(_options.EffectiveCacheDirectory, fileName);
        return File.Exists(cached) ? (DataSource.Cache, cached) : null;
    }

    /// <summary>Files of the user's folder that are named almost like a dataset's: <c>dermamnist (1).npz</c>, <c>dermamnist_64.npz</c>.</summary>
    /// <param name="info">The dataset.</param>
    /// <returns>Their names, at most three.</returns>
    internal IReadOnlyList<string> NearMisses(DatasetInfo info)
    {
        HashSet<string> official = [.. _options.Catalog.Datasets.Select(dataset => dataset.File.Name.ToUpperInvariant())];
        return
        [
            .. _localFiles.Value.Select(files => files.Key)
                .Where(name => name.Contains(Path.GetFileNameWithoutExtension(info.File.Name), StringComparison.OrdinalIgnoreCase)
                    && !official.Contains(name.ToUpperInvariant()))
                .Order(StringComparer.Ordinal)
                .Take(3),
        ];
    }

    /// <summary>Gets a dataset's file: the one that is here, else by download. A damaged file in the cache is replaced.</summary>
    /// <param name="name">The dataset's name.</param>
    /// <param name="progress">Receives the progress of a download.</param>
    /// <param name="cancellation">Stops a download; what arrived is kept for the next try.</param>
    /// <returns>The file's entry; <see cref="DataEntry.Source"/> tells whether it was downloaded now.</returns>
    /// <exception cref="DatasetException">There is no such dataset, it has no download, or working offline was asked for.</exception>
    /// <exception cref="DownloadException">The download failed.</exception>
    public async Task<DataEntry> GetAsync(string name, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        DatasetInfo info = _options.Catalog[name];
        DataEntry entry = Find(info);
        if (entry.Source == DataSource.LocalFile || entry.Checksum == ChecksumState.Official)
        {
            return entry;
        }

        if (_options.EffectiveOffline)
        {
            throw new DatasetException($"{info.File.Name} is not here, and COURSE_OFFLINE=1 forbids downloads. Unset it, or put the file into a folder and name it with --data or COURSE_DATA.");
        }

        using DatasetDownloader downloader = new(_options.HttpHandler);
        string path = await downloader.DownloadAsync(info.File, _options.EffectiveCacheDirectory, progress ?? _options.Progress, cancellation).ConfigureAwait(false);
        return Describe(info, DataSource.Download, path);
    }

    /// <summary>Checks every file that is here: its structure, its labels, and in the cache its checksum too.</summary>
    /// <returns>One outcome per file.</returns>
    /// <exception cref="DatasetException">The named folder does not exist.</exception>
    public IReadOnlyList<DataVerification> Verify() =>
        [.. List().Where(entry => entry.Path is not null).Select(entry => new DataVerification(entry, FindProblem(entry)))];

    private static string? FindProblem(DataEntry entry)
    {
        if (entry is { Source: DataSource.Cache, Checksum: ChecksumState.NotOfficial })
        {
            return $"{entry.Path}: its md5 is {entry.Md5}, expected {entry.Info.File.Md5}. It is damaged: 'course data get {entry.Info.Name}' replaces it.";
        }

        try
        {
            (ImageSet train, ImageSet validation, ImageSet test) = MedMnistFile.Read(entry.Path!, entry.Info, TorchSharp.torch.CPU);
            train.Dispose();
            validation.Dispose();
            test.Dispose();
            return null;
        }
        catch (DataFormatException exception)
        {
            return exception.Message;
        }
    }

    private static DataEntry Describe(DatasetInfo info, DataSource source, string path) =>
        new(info, source, path, new FileInfo(path).Length, Md5.OfFile(path));

    /// <summary>The file of that name closest to the named folder; of several equally close ones, the first by name.</summary>
    private string? FindLocal(string fileName) => _localFiles.Value[fileName]
        .OrderBy(path => path.Count(letter => letter == Path.DirectorySeparatorChar))
        .ThenBy(path => path, StringComparer.Ordinal)
        .FirstOrDefault();

    private ILookup<string, string> FindLocalFiles()
    {
        IEnumerable<string> files = [];
        if (_options.EffectiveDirectory is { } folder)
        {
            files = Directory.Exists(folder)
                ? Directory.EnumerateFiles(folder, "*.npz", Deep)
                : throw new DatasetException($"The data folder '{folder}' (named by --data or COURSE_DATA) does not exist. Correct the name, or leave it out.");
        }

        return files.ToLookup(path => Path.GetFileName(path), StringComparer.OrdinalIgnoreCase);
    }
}
