using CourseCompanion.Data.Sources;
using CourseCompanion.Data.Synthetic;
using CourseCompanion.Files;
using CourseCompanion.Work;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Data;

/// <summary>
/// A dataset in memory: three sets of images, what they are (<see cref="Info"/>) and where they came from
/// (<see cref="Provenance"/>). Show <see cref="Banner"/> before any result.
/// </summary>
/// <example>
/// <code>
/// MedicalDataset data = MedicalDataset.Load("dermamnist");
/// Console.WriteLine(data.Train.Count);   // 7007
/// </code>
/// </example>
public sealed class MedicalDataset : IDisposable
{
    private MedicalDataset(DatasetInfo info, ImageSet train, ImageSet validation, ImageSet test, DataProvenance provenance)
    {
        Info = info;
        Train = train;
        Validation = validation;
        Test = test;
        Provenance = provenance;
    }

    /// <summary>What the catalog knows about the dataset.</summary>
    public DatasetInfo Info { get; }

    /// <summary>The images to learn from.</summary>
    public ImageSet Train { get; }

    /// <summary>The images to choose by: thresholds, epochs, models.</summary>
    public ImageSet Validation { get; }

    /// <summary>The images to report on, once.</summary>
    public ImageSet Test { get; }

    /// <summary>Where the data came from.</summary>
    public DataProvenance Provenance { get; }

    /// <summary>What a student sees of it: which data is in use, its size, licence and citation.</summary>
    public DataBanner Banner => new(this);

    /// <summary>
    /// Loads a dataset: from the user's folder, else from the cache, else by download, else drawn by the generator, which
    /// <see cref="Provenance"/> and <see cref="Banner"/> then say loudly.
    /// </summary>
    /// <param name="name">The dataset's name, such as <c>dermamnist</c>.</param>
    /// <param name="options">Where to look and what may be done; null takes everything from the environment.</param>
    /// <returns>The dataset, with its tensors on the device asked for.</returns>
    /// <exception cref="DatasetException">There is no such dataset, the named folder does not exist, or nothing real was found and look-alikes are not allowed.</exception>
    /// <exception cref="DataFormatException">The file found is not what it should be.</exception>
    /// <exception cref="DownloadException">The download broke its rules or could not be stored.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static MedicalDataset Load(string name, DataOptions? options = null)
    {
        options ??= new DataOptions();
        DatasetInfo info = options.Catalog[name];
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(options.Cancellation, WorkContext.Cancellation);
        options = options with { Cancellation = stop.Token };
        List<MissingSource> tried = [];
        DataEntry? entry = FindFile(info, options, tried);
        return entry is null ? Draw(info, options, tried) : Read(entry, options, tried);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Train.Dispose();
        Validation.Dispose();
        Test.Dispose();
    }

    /// <summary>Goes through the sources in order, and writes down why each gave nothing.</summary>
    private static DataEntry? FindFile(DatasetInfo info, DataOptions options, List<MissingSource> tried)
    {
        DataStore store = new(options);
        DataEntry entry = store.Find(info);
        if (entry.Source == DataSource.LocalFile)
        {
            return entry;
        }

        tried.Add(options.EffectiveDirectory is { } folder
            ? new MissingSource(DataSource.LocalFile, MissingReason.NotFound, folder, store.NearMisses(info))
            : new MissingSource(DataSource.LocalFile, MissingReason.NotConfigured));
        if (entry.Checksum is ChecksumState.Official or ChecksumState.NoOfficialFile)
        {
            return entry;
        }

        tried.Add(new MissingSource(DataSource.Cache, MissingReason.NotFound, options.EffectiveCacheDirectory));
        if (info.File.Url is null || options.EffectiveOffline)
        {
            tried.Add(new MissingSource(DataSource.Download, info.File.Url is null ? MissingReason.NoDownload : MissingReason.Offline));
            return null;
        }

        try
        {
            using DownloadProgressDisplay display = new();
            return Task.Run(() => store.GetAsync(info.Name, options.Progress ?? display, options.Cancellation), options.Cancellation).GetAwaiter().GetResult();
        }
        catch (DownloadException exception) when (exception.Failure is DownloadFailure.Unreachable or DownloadFailure.Refused)
        {
            tried.Add(new MissingSource(DataSource.Download, MissingReason.Unreachable, exception.Message));
            return null;
        }
    }

    private static MedicalDataset Read(DataEntry entry, DataOptions options, List<MissingSource> tried)
    {
        (ImageSet train, ImageSet validation, ImageSet test) = MedMnistFile.Read(entry.Path!, entry.Info, options.Device ?? CPU);
        return new MedicalDataset(entry.Info, train, validation, test, new DataProvenance
        {
            Dataset = entry.Info.Name,
            Source = entry.Source!.Value,
            Path = entry.Path,
            Md5 = entry.Md5!,
            OfficialMd5 = entry.Info.File.Md5,
            Tried = tried,
        });
    }

    private static MedicalDataset Draw(DatasetInfo info, DataOptions options, List<MissingSource> tried)
    {
        if (!options.AllowSynthetic)
        {
            throw new DatasetException(
                $"{info.Title} is not here: {string.Join("; ", tried.Select(step => $"{step.Source}: {step.Reason}{(step.Detail is null ? "" : $" ({step.Detail})")}"))}. "
                + $"Get it with 'course data get {info.Name}', or put {info.File.Name} into a folder and name it with --data or COURSE_DATA.");
        }

        SyntheticSplit[] splits = [.. ((string[])["train", "val", "test"]).Select(split => SyntheticDatasets.Generate(info, split, options.SyntheticSeed, options.Cancellation))];
        ImageSet[] sets = [.. splits.Select(split => ToImageSet(split, info, options.Device ?? CPU))];
        return new MedicalDataset(info, sets[0], sets[1], sets[2], new DataProvenance
        {
            Dataset = info.Name,
            Source = DataSource.Synthetic,
            Md5 = Md5.Of(System.Text.Encoding.ASCII.GetBytes(string.Concat(splits.Select(split => Md5.Of(split.Images))))),
            OfficialMd5 = info.File.Md5,
            Seed = options.SyntheticSeed,
            Tried = tried,
        });
    }

    private static ImageSet ToImageSet(SyntheticSplit split, DatasetInfo info, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = empty([split.Images.Length / (info.Channels * info.Height * info.Width), info.Channels, info.Height, info.Width], ScalarType.Byte);
        split.Images.CopyTo(images.bytes);
        return new ImageSet(images.to(device), MedMnistFile.ToTensor(split.Labels, info).to(device), info.ClassCount);
    }
}
