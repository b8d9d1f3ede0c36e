using System.Text;
using CourseCompanion.Data.Sources;
using CourseCompanion.Data.Synthetic;
using CourseCompanion.Files;
using CourseCompanion.Work;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Data;

/// <summary>
/// FLAIR slices of many patients with the masks of their tumours, in memory: the real set <c>lgg-flair</c> (110 patients with a lower-grade
/// glioma) where its file is, else slices drawn by a program, which <see cref="Provenance"/> and <see cref="Banner"/> then say loudly.
/// Slices lie patient by patient, from the lowest slice number up. Owns its tensors (no dispose scope touches them).
/// </summary>
/// <example>
/// <code>
/// var slices = SegmentationSet.Load().At(64);
/// var patients = PatientSplit.Draw(slices);
/// var (withMasks, toJudge) = (slices.Of(patients.Labelled(5)), slices.Of(patients.Test));
/// </code>
/// </example>
public sealed class SegmentationSet : IDisposable
{
    /// <summary>The set's name.</summary>
    public const string SetName = "lgg-flair";

    /// <summary>The file that holds it.</summary>
    public const string FileName = "lgg128_flair.npz";

    internal const string Licence = "CC BY-NC-SA 4.0";

    internal const int PublishedCount = 3929;

    // A twentieth of the scale: what is darker is the air around the head.
    private const int Air = 12;

    // The trial profile takes so many patients of the real set, and every third of their slices.
    private const int TrialPatients = 40;
    private const int TrialStep = 3;

    private readonly Lazy<long[]> _tumourPixels;

    /// <summary>Makes a set of its parts, and becomes their owner.</summary>
    /// <param name="images">uint8 [N, 1, H, W], values 0 to 255.</param>
    /// <param name="masks">uint8 [N, H, W]: 1 where the tumour is, else 0.</param>
    /// <param name="patients">int64 [N], numbers of patients from 0; each has at least one slice.</param>
    /// <param name="slices">int64 [N], the slices' numbers within their patient.</param>
    /// <param name="patientNames">The patients' names, by number.</param>
    /// <param name="provenance">Where the set came from.</param>
    /// <exception cref="ArgumentException">Types, shapes or numbers do not fit each other.</exception>
    public SegmentationSet(Tensor images, Tensor masks, Tensor patients, Tensor slices, IReadOnlyList<string> patientNames, DataProvenance provenance)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(masks);
        ArgumentNullException.ThrowIfNull(patients);
        ArgumentNullException.ThrowIfNull(slices);
        ArgumentNullException.ThrowIfNull(patientNames);
        ArgumentNullException.ThrowIfNull(provenance);
        if (images.dtype != ScalarType.Byte || images.dim() != 4 || images.shape[1] != 1 || images.shape[0] == 0)
        {
            throw new ArgumentException($"Images must be uint8 [N, 1, H, W], not {Describe(images)}.", nameof(images));
        }

        if (masks.dtype != ScalarType.Byte || !masks.shape.SequenceEqual([images.shape[0], images.shape[2], images.shape[3]]))
        {
            throw new ArgumentException($"Masks must be uint8 [N, H, W], one for each image {Describe(images)}, not {Describe(masks)}.", nameof(masks));
        }

        if (masks.max().item<byte>() > 1)
        {
            throw new ArgumentException($"Masks must hold 0 and 1 only; one holds {masks.max().item<byte>()}.", nameof(masks));
        }

        foreach (Tensor numbers in (Tensor[])[patients, slices])
        {
            if (numbers.dtype != ScalarType.Int64 || !numbers.shape.SequenceEqual([images.shape[0]]))
            {
                throw new ArgumentException($"Patients and slices must be int64 [N], one for each image {Describe(images)}, not {Describe(numbers)}.", nameof(patients));
            }
        }

        long[] present = [.. patients.cpu().data<long>().ToArray().Distinct().Order()];
        if (!present.SequenceEqual(Enumerable.Range(0, patientNames.Count).Select(patient => (long)patient)))
        {
            throw new ArgumentException($"Patients must be numbered from 0 to {patientNames.Count - 1}, as many as there are names, and each needs a slice.", nameof(patients));
        }

        Images = images.DetachFromDisposeScope();
        Masks = masks.DetachFromDisposeScope();
        Patients = patients.DetachFromDisposeScope();
        Slices = slices.DetachFromDisposeScope();
        PatientNames = patientNames;
        Provenance = provenance;
        _tumourPixels = new(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            return Masks.sum([1L, 2L], type: ScalarType.Int64).cpu().data<long>().ToArray();
        });
    }

    /// <summary>The slices: uint8 [N, 1, H, W], 0 to 255.</summary>
    public Tensor Images { get; }

    /// <summary>The tumours: uint8 [N, H, W] of zeros and ones. Losses want int64: <c>Masks.to(ScalarType.Int64)</c>.</summary>
    public Tensor Masks { get; }

    /// <summary>Whose slices they are: int64 [N], 0 to <see cref="PatientCount"/> - 1.</summary>
    public Tensor Patients { get; }

    /// <summary>The slices' numbers within their patient: int64 [N], ascending within each.</summary>
    public Tensor Slices { get; }

    /// <summary>The patients' names, by number; parts of a set number their patients anew, the names stay.</summary>
    public IReadOnlyList<string> PatientNames { get; }

    /// <summary>Where the set came from.</summary>
    public DataProvenance Provenance { get; }

    /// <summary>How many slices there are.</summary>
    public int Count => (int)Images.shape[0];

    /// <summary>How many patients there are.</summary>
    public int PatientCount => PatientNames.Count;

    /// <summary>Height of a slice in pixels; its width is the same in the course's set.</summary>
    public int Side => (int)Images.shape[2];

    /// <summary>Pixels of tumour in each slice [N].</summary>
    public IReadOnlyList<long> TumourPixels => _tumourPixels.Value;

    /// <summary>Slices in which there is tumour.</summary>
    public int TumourSliceCount => TumourPixels.Count(pixels => pixels > 0);

    /// <summary>Where the tensors live.</summary>
    public Device Device => Images.device;

    /// <summary>What a student sees of it before any result.</summary>
    public SegmentationBanner Banner => new(this);

    /// <summary>
    /// Finds the set: its file in the data folder (<c>--data</c>, <c>COURSE_DATA</c>) or a folder below, else in the cache, else slices drawn by
    /// <see cref="SyntheticFlair"/>. It is never downloaded: this file is at no public address. The profile <c>essai</c> takes 40 patients and a
    /// third of their slices.
    /// </summary>
    /// <param name="options">Where to look; null takes everything from the environment.</param>
    /// <param name="cancellation">Stops the drawing; so does the notebook's stop button.</param>
    /// <exception cref="DatasetException">The named folder does not exist, or nothing real was found and look-alikes are not allowed.</exception>
    /// <exception cref="DataFormatException">The file found is not what it should be.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static SegmentationSet Load(DataOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new DataOptions();
        List<MissingSource> tried = [];
        if (Locate(options, tried) is not var (source, path))
        {
            return Draw(options, tried, cancellation);
        }

        SegmentationSet whole = Read(path, source, tried);
        if (Profile.Current != Profile.Essai || whole.PatientCount <= TrialPatients)
        {
            return On(options.Device, whole);
        }

        using (whole)
        {
            return On(options.Device, whole.Sample());
        }
    }

    /// <summary>Reads a file laid out as the set's: <c>images</c> and <c>masks</c> uint8 (n, s, s), masks of 0 and 1 or 0 and 255; <c>patient</c> and <c>slice</c>, texts or whole numbers (n,).</summary>
    /// <param name="path">The <c>.npz</c> file.</param>
    /// <exception cref="DataFormatException">It is truncated, or not laid out so; the message names the value and the way out.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static SegmentationSet Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Read(path, DataSource.LocalFile, []);
    }

    /// <summary>Where the set's file is.</summary>
    /// <param name="options">Where to look; null takes everything from the environment.</param>
    /// <returns>The source and the file; null when it is neither in the data folder nor in the cache.</returns>
    /// <exception cref="DatasetException">The named folder does not exist.</exception>
    public static (DataSource Source, string Path)? Locate(DataOptions? options = null) => Locate(options ?? new DataOptions(), []);

    /// <summary>The set at a smaller size: images averaged over blocks of pixels, masks by majority (half a block counts as tumour).</summary>
    /// <param name="side">Height and width wanted; a divisor of <see cref="Side"/>.</param>
    /// <returns>A new set; this one stays as it is.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is no divisor of the present one.</exception>
    public SegmentationSet At(int side)
    {
        if (side < 1 || Side % side != 0 || Images.shape[3] != Side)
        {
            throw new ArgumentOutOfRangeException(nameof(side), side, $"Slices of {Side} x {Images.shape[3]} pixels are averaged over whole blocks: choose a divisor of {Side}, such as {Side / 2}.");
        }

        using DisposeScope scope = NewDisposeScope();
        int block = Side / side;
        Tensor Pool(Tensor chunk) => nn.functional.avg_pool2d(chunk.to(ScalarType.Float32), block);

        // By parts: the whole set in floating point takes four times its memory.
        Tensor images = cat([.. Images.split(500).Select(part => (Pool(part) + 0.5).floor().to(ScalarType.Byte))], 0);             // [N, 1, side, side]
        Tensor masks = cat([.. Masks.split(500).Select(part => (Pool(part.unsqueeze(1)) >= 0.5).to(ScalarType.Byte).squeeze(1))], 0); // [N, side, side]
        return new SegmentationSet(images, masks, Patients.clone(), Slices.clone(), PatientNames, Provenance);
    }

    /// <summary>
    /// The set with each patient's greys on one scale: the brain's mean becomes the middle grey, three standard deviations the ends. The greys of magnetic
    /// resonance have no unit: they differ between scanners, and even between two scans of one patient.
    /// </summary>
    /// <remarks>A scale is found from all slices of its patient, without a look at the masks; a pixel above a twentieth of the whole scale is brain.</remarks>
    /// <returns>A new set; this one stays as it is.</returns>
    public SegmentationSet Standardised()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = Images.clone();
        for (int patient = 0; patient < PatientCount; patient++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor rows = Patients.eq(patient).nonzero().flatten();                        // [M]
            Tensor slices = Images.index_select(0, rows).to(ScalarType.Float32);           // [M, 1, S, S]
            Tensor brain = slices.masked_select(slices.gt(Air));
            if (brain.shape[0] > 1)
            {
                Tensor spread = brain.std().clamp_min(1);
                images.index_copy_(0, rows, ((slices - brain.mean()) / spread).mul(127.5 / 3).add(128).clamp(0, 255).to(ScalarType.Byte));
            }
        }

        return new SegmentationSet(images, Masks.clone(), Patients.clone(), Slices.clone(), PatientNames, Provenance);
    }

    /// <summary>All slices of some patients, in the order of this set. Patients are numbered anew from 0; their names stay.</summary>
    /// <param name="patients">Numbers of patients, each once, in any order.</param>
    /// <returns>A new set; this one stays as it is.</returns>
    /// <exception cref="ArgumentException">There is no patient of that number, or none was named.</exception>
    public SegmentationSet Of(IEnumerable<int> patients)
    {
        ArgumentNullException.ThrowIfNull(patients);
        HashSet<int> wanted = [.. patients];
        if (wanted.Count == 0 || wanted.Min() < 0 || wanted.Max() >= PatientCount)
        {
            throw new ArgumentException($"Patients are numbered from 0 to {PatientCount - 1}; asked for {(wanted.Count == 0 ? "none" : string.Join(", ", wanted))}.", nameof(patients));
        }

        long[] patientOf = Patients.cpu().data<long>().ToArray();
        return Take([.. Enumerable.Range(0, Count).Where(slice => wanted.Contains((int)patientOf[slice])).Select(slice => (long)slice)]);
    }

    /// <summary>Some slices, in a given order. Patients are numbered anew from 0; their names stay.</summary>
    /// <param name="indices">int64 [M], each from 0 to N - 1, on any device; at least one.</param>
    /// <returns>A new set; this one stays as it is.</returns>
    public SegmentationSet Select(Tensor indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        return Take(indices.cpu().data<long>().ToArray());
    }

    /// <summary>The rows of one patient's slices, from the lowest slice up.</summary>
    /// <param name="patient">The patient's number.</param>
    public IReadOnlyList<int> SlicesOf(int patient)
    {
        long[] patientOf = Patients.cpu().data<long>().ToArray(), numbers = Slices.cpu().data<long>().ToArray();
        return [.. Enumerable.Range(0, Count).Where(slice => patientOf[slice] == patient).OrderBy(slice => numbers[slice])];
    }

    /// <summary>Names of the patients that two sets share: none, if one is to be judged by the other.</summary>
    /// <param name="first">A set, such as the one to learn from.</param>
    /// <param name="second">Another one, such as the one to report on.</param>
    public static IReadOnlyList<string> SharedPatients(SegmentationSet first, SegmentationSet second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return [.. first.PatientNames.Intersect(second.PatientNames, StringComparer.Ordinal)];
    }

    /// <summary>The same set on a device.</summary>
    /// <param name="device">The device.</param>
    /// <returns>A new set; this one stays as it is.</returns>
    public SegmentationSet To(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        using DisposeScope scope = NewDisposeScope();
        return new SegmentationSet(Images.to(device, copy: true), Masks.to(device, copy: true), Patients.to(device, copy: true), Slices.to(device, copy: true), PatientNames, Provenance);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Masks.Dispose();
        Patients.Dispose();
        Slices.Dispose();
    }

    private static (DataSource Source, string Path)? Locate(DataOptions options, List<MissingSource> tried)
    {
        if (new DataStore(options).Locate(FileName) is { } found)
        {
            return found;
        }

        tried.Add(options.EffectiveDirectory is { } folder
            ? new MissingSource(DataSource.LocalFile, MissingReason.NotFound, folder)
            : new MissingSource(DataSource.LocalFile, MissingReason.NotConfigured));
        tried.Add(new MissingSource(DataSource.Cache, MissingReason.NotFound, options.EffectiveCacheDirectory));
        tried.Add(new MissingSource(DataSource.Download, MissingReason.NoDownload));
        return null;
    }

    private static SegmentationSet Read(string path, DataSource source, IReadOnlyList<MissingSource> tried)
    {
        (Tensor images, Tensor masks, long[] patients, long[] slices, string[] names) = SegmentationFile.Read(path);
        using DisposeScope scope = NewDisposeScope();
        return new SegmentationSet(images, masks, tensor(patients), tensor(slices), names, new DataProvenance
        {
            Dataset = SetName,
            Source = source,
            Path = path,
            Md5 = Md5.OfFile(path),
            Tried = tried,
        });
    }

    private static SegmentationSet Draw(DataOptions options, List<MissingSource> tried, CancellationToken cancellation)
    {
        if (!options.AllowSynthetic)
        {
            throw new DatasetException(
                $"The file '{FileName}' is not here: {string.Join("; ", tried.Select(step => $"{step.Source}: {step.Reason}{(step.Detail is null ? "" : $" ({step.Detail})")}"))}. "
                + "It has no download: put it into a folder and name that folder with --data or COURSE_DATA.");
        }

        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(options.Cancellation, cancellation, WorkContext.Cancellation);
        return On(options.Device, Draw(SyntheticFlair.ForProfile(options.SyntheticSeed), tried, stop.Token));
    }

    /// <summary>A drawn set.</summary>
    internal static SegmentationSet Draw(SyntheticFlair wanted, IReadOnlyList<MissingSource>? tried = null, CancellationToken cancellation = default)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor images, Tensor masks, long[] patients, long[] slices, string[] names) = wanted.Draw(cancellation);
        return new SegmentationSet(images, masks, tensor(patients), tensor(slices), names, new DataProvenance
        {
            Dataset = SetName,
            Source = DataSource.Synthetic,
            Md5 = Md5.Of(Encoding.ASCII.GetBytes(Md5.Of(images.bytes.ToArray()) + Md5.Of(masks.bytes.ToArray()))),
            Seed = wanted.Seed,
            Tried = tried ?? [],
        });
    }

    /// <summary>Patients spread over the set, and every third of their slices.</summary>
    private SegmentationSet Sample()
    {
        HashSet<long> patients = [.. Enumerable.Range(0, TrialPatients).Select(index => (long)index * PatientCount / TrialPatients)];
        long[] patientOf = Patients.data<long>().ToArray();
        return Take([.. Enumerable.Range(0, Count).Where(slice => patients.Contains(patientOf[slice])).Where((_, place) => place % TrialStep == 0).Select(slice => (long)slice)]);
    }

    private SegmentationSet Take(long[] rows)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] patientOf = Patients.cpu().data<long>().ToArray();
        long[] kept = [.. rows.Select(row => patientOf[row]).Distinct().Order()];
        Dictionary<long, long> renumbered = kept.Select((patient, number) => (patient, (long)number)).ToDictionary();
        Tensor indices = tensor(rows, device: Device);
        return new SegmentationSet(
            Images.index_select(0, indices),
            Masks.index_select(0, indices),
            tensor(rows.Select(row => renumbered[patientOf[row]]).ToArray(), device: Device),
            Slices.index_select(0, indices),
            [.. kept.Select(patient => PatientNames[(int)patient])],
            Provenance);
    }

    private static SegmentationSet On(Device? device, SegmentationSet set)
    {
        if (device is null || device.type == DeviceType.CPU)
        {
            return set;
        }

        using (set)
        {
            return set.To(device);
        }
    }

    private static string Describe(Tensor values) => $"{values.dtype} [{string.Join(", ", values.shape)}]";
}
