using CourseCompanion.Data.Images;
using CourseCompanion.Data.Sources;
using CourseCompanion.Files;
using static TorchSharp.torch;

namespace CourseCompanion.BrainScan;

/// <summary>
/// The set of scans ready for work: quality controlled, copies removed, described by one encoder. Features are computed once and kept, so
/// that opening it again takes about a second.
/// </summary>
/// <example>
/// <code>
/// BrainScanMission mission = BrainScanMission.Open();
/// Console.WriteLine($"{mission.LabelledCount} of {mission.Scans.Count} scans are labelled.");
/// </code>
/// </example>
public sealed class BrainScanMission : IDisposable
{
    private readonly DataOptions? _options;

    private BrainScanMission(
        DataOptions? options,
        ScanFolder folder, QualityReport quality, FeatureStore store, IReadOnlyList<NearCopy> copies, string encoder, string? notice, Tensor labels, Tensor families, Tensor features)
    {
        _options = options;
        Folder = folder;
        Quality = quality;
        Store = store;
        NearCopies = copies;
        Encoder = encoder;
        Notice = notice;
        Labels = labels;
        Families = families;
        Features = features;
        Scans = [.. quality.Usable.Select(scan => scan.File)];
        LabelledCount = Scans.Count(scan => scan.Label != ScanClass.Unlabelled);
    }

    /// <summary>All files of the set, usable or not.</summary>
    public ScanFolder Folder { get; }

    /// <summary>What quality control found in it.</summary>
    public QualityReport Quality { get; }

    /// <summary>The manifest, to be asked with SQL, and the vectors.</summary>
    public FeatureStore Store { get; }

    /// <summary>Pairs of <see cref="Scans"/> that show the same slice, or nearly: by their hashes, and by SqueezeNet's features where its weights are here.</summary>
    public IReadOnlyList<NearCopy> NearCopies { get; }

    /// <summary>The name of the encoder whose features these are: <see cref="ScanEncoder.RandomName"/> where weights are absent.</summary>
    public string Encoder { get; }

    /// <summary>For the student, in French: that random weights replace absent ones; null when they do not.</summary>
    public string? Notice { get; }

    /// <summary>The N usable scans: the labelled first, then the unlabelled; exact copies once, none of the unlabelled a copy of a labelled one.</summary>
    public IReadOnlyList<ScanFile> Scans { get; }

    /// <summary>Number L of labelled scans: the first of <see cref="Scans"/>.</summary>
    public int LabelledCount { get; }

    /// <summary>Labels [N], int64: 0 normal, 1 cancer, -1 unlabelled.</summary>
    public Tensor Labels { get; }

    /// <summary>Families [N], int64: scans of one family are near copies of each other; a fair split never separates them.</summary>
    public Tensor Families { get; }

    /// <summary>Features [N, D], float32, on the CPU.</summary>
    public Tensor Features { get; }

    /// <summary>Which set a figure was obtained on.</summary>
    public DataProvenance Provenance => Folder.Provenance;

    /// <summary>What a student sees before any result.</summary>
    public ScanBanner Banner => Folder.Banner;

    /// <summary>Opens the set: finds it (or draws it), examines it, describes it by an encoder.</summary>
    /// <param name="encoder">One of <see cref="ScanEncoder.Names"/>.</param>
    /// <param name="options">Where data, weights and cache are; null takes everything from the environment.</param>
    /// <param name="cancellation">Stops the work; what has been computed is kept. So does the notebook's stop button.</param>
    /// <exception cref="DatasetException">The named folder does not exist, or no scan is usable.</exception>
    /// <exception cref="ArgumentException">There is no such encoder.</exception>
    /// <exception cref="FileNotFoundException">The encoder's weights are absent; the message says how to get them.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static BrainScanMission Open(string encoder = ScanEncoder.SqueezeNetName, DataOptions? options = null, CancellationToken cancellation = default)
    {
        var folder = ScanFolder.Find(options, cancellation);
        var store = FeatureStore.InCache(options);
        try
        {
            using var scope = NewDisposeScope();
            var quality = QualityControl.Examine(folder, store.Measured(), cancellation);
            ScanFile[] scans = [.. quality.Usable.Select(scan => scan.File)];
            if (scans.Length == 0)
            {
                throw new DatasetException($"'{folder.Root}' holds no usable scan: {quality.Quarantined.Count} files were kept apart.");
            }

            using var network = ScanEncoder.Load(encoder, options: options);
            Tensor features = store.Features(network, folder, scans, cancellation);       // [N, D]

            // Families are the same whatever the encoder; weights that have learnt nothing find every scan like every other.
            using var other = encoder == ScanEncoder.SqueezeNetName ? null : ScanEncoder.Load(options: options);
            var judge = other ?? network;
            Tensor? opinion = judge.Name == ScanEncoder.RandomName ? null : judge == network ? features : store.Features(judge, folder, scans, cancellation);
            var copies = BrainScan.NearCopies.Find([.. quality.Usable.Select(scan => scan.Measures!)], opinion);
            var families = BrainScan.NearCopies.Families(scans.Length, copies);
            store.Enter(quality, families);
            Tensor labels = tensor(scans.Select(scan => (long)scan.Label).ToArray());     // [N]
            return new BrainScanMission(
                options,
                folder,
                quality,
                store,
                copies,
                network.Name,
                network.Notice,
                labels.DetachFromDisposeScope(),
                tensor(families).DetachFromDisposeScope(),
                features.DetachFromDisposeScope());
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>The network whose features these are, for images of other sets.</summary>
    public ScanEncoder LoadEncoder() => ScanEncoder.Load(Encoder, options: _options);

    /// <summary>Features of another encoder, to compare it with; computed once and kept as well.</summary>
    /// <param name="encoder">One of <see cref="ScanEncoder.Names"/>.</param>
    /// <param name="count">For the first so many of <see cref="Scans"/>, such as <see cref="LabelledCount"/>; for all if null.</param>
    /// <param name="cancellation">Stops the work; what has been computed is kept.</param>
    /// <returns>Features [count, D], float32, on the CPU.</returns>
    /// <exception cref="ArgumentException">There is no such encoder.</exception>
    /// <exception cref="FileNotFoundException">The encoder's weights are absent; the message says how to get them.</exception>
    public Tensor FeaturesOf(string encoder, int? count = null, CancellationToken cancellation = default)
    {
        using var network = ScanEncoder.Load(encoder, options: _options);
        return Store.Features(network, Folder, [.. Scans.Take(count ?? Scans.Count)], cancellation);
    }

    /// <summary>The pixels of all scans, for a network to learn from or for thumbnails.</summary>
    /// <param name="size">Height and width wanted, in pixels.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>uint8 [N, 1, size, size] on the CPU, in the order of <see cref="Scans"/>.</returns>
    public Tensor LoadImages(int size, CancellationToken cancellation = default) =>
        ImageFile.Load([.. Scans.Select(Folder.PathOf)], channels: 1, (size, size), cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        Labels.Dispose();
        Families.Dispose();
        Features.Dispose();
        Store.Dispose();
    }
}
