using System.Text;
using CourseCompanion.Data.Images;
using CourseCompanion.Data.Sources;
using CourseCompanion.Files;
using CourseCompanion.Work;

namespace CourseCompanion.BrainScan;

/// <summary>
/// All files of the mission's set: the real folder <c>brain-mri</c> where it is, else slices drawn by a program, which
/// <see cref="Provenance"/> and <see cref="Banner"/> then say loudly. Nothing in the folder is ever changed or deleted.
/// </summary>
/// <remarks>
/// Labelled images lie in <c>avec_labels/normal</c> and <c>avec_labels/cancer</c>, the others in <c>sans_label</c>. Files are listed by
/// their extension, readable or not: what is wrong with one is for <see cref="QualityControl"/> to say.
/// </remarks>
/// <example>
/// <code>
/// ScanFolder folder = ScanFolder.Find();
/// Console.WriteLine(folder.Files.Count(file => file.Label == ScanClass.Cancer));
/// </code>
/// </example>
public sealed class ScanFolder
{
    /// <summary>Name of the set and of its folder.</summary>
    public const string SetName = "brain-mri";

    /// <summary>What <see cref="Fingerprint"/> gives for the 1,506 files as they are published.</summary>
    internal const string PublishedFingerprint = "0f0d36268d0a6f16832a9444953d0ab1";

    private const string Labelled = "avec_labels";
    private const string Unlabelled = "sans_label";

    private static readonly EnumerationOptions Deep = new() { RecurseSubdirectories = true, MaxRecursionDepth = 4, IgnoreInaccessible = true };

    private ScanFolder(string root, IReadOnlyList<ScanFile> files, DataProvenance provenance, int count)
    {
        Root = root;
        Files = files;
        Provenance = provenance;
        Count = count;
    }

    /// <summary>The folder.</summary>
    public string Root { get; }

    /// <summary>Its files: labelled ones first (normal, then cancer), then the others; by name within each part.</summary>
    public IReadOnlyList<ScanFile> Files { get; }

    /// <summary>Files of the whole set; more than <see cref="Files"/> where the trial profile takes a sample.</summary>
    public int Count { get; }

    /// <summary>Where the set came from; its checksum is that of all names and contents.</summary>
    public DataProvenance Provenance { get; }

    /// <summary>What a student sees of it before any result.</summary>
    public ScanBanner Banner => new(this);

    /// <summary>
    /// Finds the set: a folder <c>brain-mri</c> in the data folder (<c>--data</c>, <c>COURSE_DATA</c>), else in the cache, else slices drawn
    /// into the cache. The profile <c>essai</c> takes a sample of 40 labelled and 120 unlabelled files, copies of the labelled ones included.
    /// </summary>
    /// <param name="options">Where to look; null takes everything from the environment.</param>
    /// <param name="cancellation">Stops the work; so does the notebook's stop button.</param>
    /// <exception cref="DatasetException">The named folder does not exist, or nothing real was found and look-alikes are not allowed.</exception>
    /// <exception cref="IOException">A file cannot be read, or the cache cannot be written.</exception>
    public static ScanFolder Find(DataOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new DataOptions();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(options.Cancellation, cancellation, WorkContext.Cancellation);
        List<MissingSource> tried = [];
        if (FindReal(options, tried) is var (root, source))
        {
            return Open(root, source, null, tried, Profile.Select(SampleSizes, null, null), stop.Token);
        }

        if (!options.AllowSynthetic)
        {
            throw new DatasetException(
                $"The folder '{SetName}' is not here: {string.Join("; ", tried.Select(step => $"{step.Source}: {step.Reason}{(step.Detail is null ? "" : $" ({step.Detail})")}"))}. "
                + $"Put the set into a folder '{SetName}' and name the folder above it with --data or COURSE_DATA.");
        }

        var wanted = SyntheticScans.ForProfile(options.SyntheticSeed);
        var drawn = Path.Combine(options.EffectiveCacheDirectory, "synthetic", wanted.FolderName);
        SyntheticScans.Write(drawn, wanted, stop.Token);
        return Open(drawn, DataSource.Synthetic, options.SyntheticSeed, tried, null, stop.Token);
    }

    /// <summary>A folder that is laid out as the set is.</summary>
    /// <param name="root">The folder, with <c>avec_labels</c> and <c>sans_label</c> in it.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="DatasetException">It is not laid out so.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ScanFolder Open(string root, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        return IsSet(root)
            ? Open(Path.GetFullPath(root), DataSource.LocalFile, null, [], null, cancellation)
            : throw new DatasetException($"'{root}' is not laid out as the set: it needs the folders '{Labelled}' and '{Unlabelled}'.");
    }

    /// <summary>The full path of a file of the set.</summary>
    /// <param name="file">The file.</param>
    public string PathOf(ScanFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Path.Combine(Root, file.Path.Replace('/', Path.DirectorySeparatorChar));
    }

    private static (int PerClass, int Unlabelled)? SampleSizes => (SyntheticScans.TrialPerClass, SyntheticScans.TrialUnlabelled);

    private static bool IsSet(string folder) => Directory.Exists(Path.Combine(folder, Labelled)) && Directory.Exists(Path.Combine(folder, Unlabelled));

    private static (string Root, DataSource Source)? FindReal(DataOptions options, List<MissingSource> tried)
    {
        if (options.EffectiveDirectory is { } data)
        {
            if (!Directory.Exists(data))
            {
                throw new DatasetException($"The data folder '{data}' (named by --data or COURSE_DATA) does not exist. Correct the name, or leave it out.");
            }

            var found = Directory.EnumerateDirectories(data, SetName, Deep).Prepend(data).Where(IsSet)
                .OrderBy(path => path.Count(letter => letter == Path.DirectorySeparatorChar)).ThenBy(path => path, StringComparer.Ordinal).FirstOrDefault();
            if (found is not null)
            {
                return (Path.GetFullPath(found), DataSource.LocalFile);
            }

            tried.Add(new MissingSource(DataSource.LocalFile, MissingReason.NotFound, data));
        }
        else
        {
            tried.Add(new MissingSource(DataSource.LocalFile, MissingReason.NotConfigured));
        }

        var cached = Path.Combine(options.EffectiveCacheDirectory, SetName);
        if (IsSet(cached))
        {
            return (cached, DataSource.Cache);
        }

        tried.Add(new MissingSource(DataSource.Cache, MissingReason.NotFound, options.EffectiveCacheDirectory));
        tried.Add(new MissingSource(DataSource.Download, MissingReason.NoDownload));
        return null;
    }

    private static ScanFolder Open(
        string root, DataSource source, int? seed, IReadOnlyList<MissingSource> tried, (int PerClass, int Unlabelled)? sample, CancellationToken cancellation)
    {
        (string Folder, int Label)[] parts =
        [
            ($"{Labelled}/{ScanClass.Names[ScanClass.Normal]}", ScanClass.Normal),
            ($"{Labelled}/{ScanClass.Names[ScanClass.Cancer]}", ScanClass.Cancer),
            (Unlabelled, ScanClass.Unlabelled),
        ];
        List<(string Path, int Label)> names = [];
        foreach (var (folder, label) in parts)
        {
            var full = Path.Combine(root, folder.Replace('/', Path.DirectorySeparatorChar));
            names.AddRange(Directory.Exists(full) ? ImageFile.Files(full).Select(path => ($"{folder}/{Path.GetFileName(path)}", label)) : []);
        }

        if (names.Count == 0)
        {
            throw new DatasetException($"'{root}' holds no image (.jpg, .jpeg or .png).");
        }

        var files = new ScanFile[names.Count];
        Parallel.For(0, files.Length, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            var (path, label) = names[i];
            try
            {
                using FileStream stream = new(Path.Combine(root, path.Replace('/', Path.DirectorySeparatorChar)), FileMode.Open, FileAccess.Read, FileShare.Read);
                files[i] = new ScanFile(path, label, stream.Length, Sha256.OfStream(stream));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // One file that cannot be opened must not stop the others: quality control says what is wrong with it.
                files[i] = new ScanFile(path, label, 0, "");
            }
        });
        var taken = sample is var (perClass, unlabelled) ? Sample(files, perClass, unlabelled) : files;
        return new ScanFolder(root, taken, new DataProvenance
        {
            Dataset = SetName,
            Source = source,
            Path = source == DataSource.Synthetic ? null : root,
            Md5 = Fingerprint(taken),
            OfficialMd5 = PublishedFingerprint,
            Seed = seed,
            Tried = tried,
        }, files.Length);
    }

    /// <summary>The first files of each part; of the unlabelled ones, copies of the labelled ones taken come first.</summary>
    private static ScanFile[] Sample(ScanFile[] files, int perClass, int unlabelled)
    {
        ScanFile[] labelled = [.. ScanClass.Names.SelectMany((_, label) => files.Where(file => file.Label == label).Take(perClass))];
        HashSet<string> known = [.. labelled.Select(file => file.Sha256)];
        var others = files.Where(file => file.Label == ScanClass.Unlabelled).OrderByDescending(file => known.Contains(file.Sha256)).Take(unlabelled);
        return [.. labelled, .. others.OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    /// <summary>One checksum for all names and contents.</summary>
    private static string Fingerprint(IEnumerable<ScanFile> files) =>
        Md5.Of(Encoding.UTF8.GetBytes(string.Concat(files.Select(file => $"{file.Sha256}  {file.Path}\n"))));
}
