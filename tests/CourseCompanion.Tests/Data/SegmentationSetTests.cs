using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using CourseCompanion.Data;
using CourseCompanion.Data.Sources;
using CourseCompanion.Data.Synthetic;
using CourseCompanion.Files;
using CourseCompanion.Tests.Files;
using CourseCompanion.Tests.Shared;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Data;

public class SegmentationSetTests
{
    private const int Side = 16;
    private static readonly SyntheticFlair Small = new(Patients: 30, SlicesPerPatient: 6, Side: 32, Seed: 7);

    [Fact]
    public void A_file_is_read_patient_by_patient_slice_by_slice()
    {
        using TemporaryFolder folder = new();
        Write(folder[SegmentationSet.FileName], patients: ["b", "a", "a", "b"], slices: ["b_2", "a_10", "a_9", "b_1"], mark: 255);
        using SegmentationSet set = SegmentationSet.Read(folder[SegmentationSet.FileName]);

        Assert.Equal(["a", "b"], set.PatientNames);
        Assert.Equal([0, 0, 1, 1], set.Patients.data<long>().ToArray());
        Assert.Equal([9, 10, 1, 2], set.Slices.data<long>().ToArray());
        Assert.Equal([4, 1, Side, Side], set.Images.shape);
        Assert.Equal([4, Side, Side], set.Masks.shape);
        Assert.Equal([2L, 1, 3, 0], set.Images.amax([1, 2, 3]).to(ScalarType.Int64).data<long>().ToArray());
        Assert.Equal([2, 1, 3, 0], set.TumourPixels);
        Assert.Equal(3, set.TumourSliceCount);
        Assert.False(set.Provenance.IsSynthetic);
        Assert.Contains("Données réelles", set.Banner.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Patients_and_slices_may_be_numbers()
    {
        using TemporaryFolder folder = new();
        string path = folder["numbers.npz"];
        using (NpzWriter writer = new(path))
        {
            writer.Add<byte>("images", new byte[2 * Side * Side], 2, Side, Side);
            writer.Add<byte>("masks", new byte[2 * Side * Side], 2, Side, Side);
            writer.Add<int>("patient", [7, 3], 2);
            writer.Add<long>("slice", [1L, 1L], 2);
            writer.Commit();
        }

        using SegmentationSet set = SegmentationSet.Read(path);
        Assert.Equal(["3", "7"], set.PatientNames);
    }

    [Fact]
    public void Wrong_files_say_what_is_wrong_and_the_way_out()
    {
        using TemporaryFolder folder = new();
        string path = folder[SegmentationSet.FileName];
        string[] two = ["p", "p"], slices = ["p_1", "p_2"];

        Assert.Contains("(3, 16, 16)", Refused(path, () => Write(path, two, slices, maskCount: 3)).Message, StringComparison.Ordinal);
        Assert.Contains("holds 128", Refused(path, () => Write(path, two, slices, mark: 128)).Message, StringComparison.Ordinal);
        Assert.Contains("no array 'patient'", Refused(path, () => Write(path, null, slices)).Message, StringComparison.Ordinal);
        Assert.Contains("'top'", Refused(path, () => Write(path, two, ["p_1", "top"])).Message, StringComparison.Ordinal);
        Assert.Contains("both slice 4", Refused(path, () => Write(path, two, ["p_4", "q_4"])).Message, StringComparison.Ordinal);
        Assert.Contains("is empty", Refused(path, () => Write(path, ["p", ""], slices)).Message, StringComparison.Ordinal);
        Assert.Contains("not (2,)", Refused(path, () => Write(path, ["p"], slices)).Message, StringComparison.Ordinal);
        Assert.Contains("truncated", Refused(path, () =>
        {
            Write(path, two, slices);
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..^30]);
        }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_first_then_cache_then_slices_drawn_loudly()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["data/deep"]);
        Directory.CreateDirectory(folder["cache"]);
        DataOptions options = new() { Directory = folder["data"], CacheDirectory = folder["cache"], Offline = true };
        Assert.Null(SegmentationSet.Locate(options));
        DatasetException missing = Assert.Throws<DatasetException>(() => SegmentationSet.Load(options with { AllowSynthetic = false }));
        Assert.Contains(SegmentationSet.FileName, missing.Message, StringComparison.Ordinal);

        Write(folder["cache/" + SegmentationSet.FileName], ["p"], ["p_1"]);
        using SegmentationSet cached = SegmentationSet.Load(options);
        Assert.Equal(DataSource.Cache, cached.Provenance.Source);

        Write(folder["data/deep/" + SegmentationSet.FileName], ["p"], ["p_1"]);
        using SegmentationSet local = SegmentationSet.Load(options);
        Assert.Equal(DataSource.LocalFile, local.Provenance.Source);

        using SegmentationSet drawn = SegmentationSet.Draw(Small);
        Assert.True(drawn.Provenance.IsSynthetic);
        Assert.StartsWith("DONNÉES SYNTHÉTIQUES", drawn.Banner.ToString(), StringComparison.Ordinal);
        Assert.Contains("ne se télécharge pas", drawn.Banner.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Drawn_slices_are_the_same_on_every_machine()
    {
        using SegmentationSet set = SegmentationSet.Draw(Small);

        // Whoever changes what is drawn changes these on purpose.
        Assert.Equal("841538b9a104b0ee090c9521188dcec116d674530b722399580549e52e82619c", Convert.ToHexStringLower(SHA256.HashData(set.Images.bytes)));
        Assert.Equal("b68c6f82f80db8edc74da52327ee2130a3144cc72a76c5d380b0370ee050768c", Convert.ToHexStringLower(SHA256.HashData(set.Masks.bytes)));
    }

    [Fact]
    public void Drawn_tumours_grow_and_shrink_and_some_patients_have_none()
    {
        using SegmentationSet set = SegmentationSet.Draw(new SyntheticFlair(Patients: 36, SlicesPerPatient: 12, Side: 64));
        Assert.InRange(set.TumourSliceCount / (double)set.Count, 0.2, 0.6);
        long[][] byPatient = [.. Enumerable.Range(0, set.PatientCount).Select(patient => set.SlicesOf(patient).Select(slice => set.TumourPixels[slice]).ToArray())];
        Assert.Equal(3, byPatient.Count(pixels => pixels.Sum() == 0));
        Assert.All(byPatient, pixels => Assert.Contains(0, pixels));
        long[] areas = [.. set.TumourPixels.Where(pixels => pixels > 0)];
        Assert.InRange(areas.Min(), 1, 10);
        Assert.InRange(areas.Max(), 300, 1500);

        // Tumours are brighter than what surrounds them, less than twice over: threshold and done would be no exercise.
        using var scope = NewDisposeScope();
        Tensor images = set.Images.squeeze(1).to(ScalarType.Float32), tumour = set.Masks.to(ScalarType.Bool), brain = images.gt(40) & tumour.logical_not();
        Assert.InRange(images[tumour].mean().item<float>() / images[brain].mean().item<float>(), 1.2, 2);
    }

    [Fact]
    public void A_smaller_size_averages_images_and_lets_the_majority_decide_masks()
    {
        using SegmentationSet set = SegmentationSet.Draw(Small);
        using SegmentationSet half = set.At(16);
        byte[] before = set.Images[5, 0].bytes.ToArray(), mask = set.Masks[5].bytes.ToArray();
        byte[] after = half.Images[5, 0].bytes.ToArray(), smaller = half.Masks[5].bytes.ToArray();
        for (int row = 0; row < 16; row++)
        {
            for (int column = 0; column < 16; column++)
            {
                int[] block = [.. ((int[])[0, 1, 32, 33]).Select(offset => (64 * row) + (2 * column) + offset)];
                Assert.Equal((byte)((block.Sum(pixel => before[pixel]) + 2) / 4), after[(16 * row) + column]);
                Assert.Equal(block.Sum(pixel => mask[pixel]) >= 2 ? 1 : 0, smaller[(16 * row) + column]);
            }
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => set.At(15));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(42)]
    public void No_patient_is_on_two_sides_and_few_labelled_patients_are_among_more(int seed)
    {
        using SegmentationSet set = SegmentationSet.Draw(Small);
        PatientSplit split = PatientSplit.Draw(set, seed);
        Assert.Equal(Enumerable.Range(0, 30), split.Train.Concat(split.Validation).Concat(split.Test).Order());
        Assert.InRange(split.Train.Count, 17, 19);
        Assert.InRange(split.Test.Count, 7, 8);
        Assert.Equal(split.Labelled(10).Take(5), split.Labelled(5));
        Assert.Equal(split.Train, split.Labelled(10).Concat(split.Unlabelled(10)));
        Assert.Equal(split.Train, PatientSplit.Draw(set, seed).Train);
        Assert.NotEqual(split.Train, PatientSplit.Draw(set, seed + 1).Train);
        Assert.Throws<ArgumentOutOfRangeException>(() => split.Labelled(19));

        // Volumes are alike: the mean of each side lies near that of all.
        using SegmentationSet train = set.Of(split.Train), validation = set.Of(split.Validation), test = set.Of(split.Test);
        double all = set.TumourPixels.Sum() / 30.0;
        Assert.All((SegmentationSet[])[train, test], side => Assert.InRange(side.TumourPixels.Sum() / (double)side.PatientCount, 0.5 * all, 1.6 * all));
        Assert.Empty(Leaks(train, validation));
        Assert.Empty(Leaks(train, test));
        Assert.Empty(Leaks(validation, test));
    }

    [Fact]
    public void The_leak_probe_finds_a_split_by_slice()
    {
        using SegmentationSet set = SegmentationSet.Draw(Small);
        using SegmentationSet even = set.Select(arange(0, set.Count, 2)), odd = set.Select(arange(1, set.Count, 2));
        Assert.Equal(30, Leaks(even, odd).Count);
        using SegmentationSet copy = set.Of([3]), other = set.Of([4]);
        Assert.NotEmpty(Leaks(set, copy));
        Assert.Empty(Leaks(other, copy));
    }

    [Fact]
    public void Parts_keep_names_and_number_their_patients_anew()
    {
        using SegmentationSet set = SegmentationSet.Draw(Small);
        using SegmentationSet part = set.Of([12, 3]);
        Assert.Equal(["synthetique-004", "synthetique-013"], part.PatientNames);
        Assert.Equal(12, part.Count);
        Assert.Equal(Enumerable.Range(6, 6), part.SlicesOf(1));
        Assert.True(part.Images[6].equal(set.Images[72]).all().item<bool>());
        Assert.Throws<ArgumentException>(() => set.Of([]));
        Assert.Throws<ArgumentException>(() => set.Of([30]));
    }

    [RealDataFact]
    public void The_real_set_is_what_it_is_said_to_be()
    {
        if (SegmentationSet.Locate() is null)
        {
            return;
        }

        using SegmentationSet set = SegmentationSet.Load();
        Assert.Equal((3929, 110, 1373, 128), (set.Count, set.PatientCount, set.TumourSliceCount, set.Side));
        PatientSplit split = PatientSplit.Draw(set);
        Assert.Equal((66, 17, 27), (split.Train.Count, split.Validation.Count, split.Test.Count));
        using SegmentationSet train = set.Of(split.Train), test = set.Of(split.Test);
        Assert.Empty(Leaks(train, test));
    }

    /// <summary>The probe: names on both sides, and slices of the same pixels on both sides unless they are empty.</summary>
    private static IReadOnlyList<string> Leaks(SegmentationSet first, SegmentationSet second)
    {
        HashSet<string> known = [.. Hashes(first)];
        return [.. SegmentationSet.SharedPatients(first, second).Union(Hashes(second).Where(known.Contains).Select(hash => $"slice {hash}"))];
    }

    private static IEnumerable<string> Hashes(SegmentationSet set)
    {
        byte[] pixels = set.Images.bytes.ToArray();
        int length = set.Side * set.Side;
        return Enumerable.Range(0, set.Count).Where(slice => pixels.AsSpan(slice * length, length).IndexOfAnyInRange<byte>(16, 255) >= 0)
            .Select(slice => Convert.ToHexString(SHA256.HashData(pixels.AsSpan(slice * length, length))));
    }

    private static DataFormatException Refused(string path, Action write)
    {
        write();
        DataFormatException exception = Assert.Throws<DataFormatException>(() => SegmentationSet.Read(path));
        Assert.Equal(path, exception.File);
        Assert.NotEmpty(exception.Remedy!);
        return exception;
    }

    /// <summary>Image i is i grey all over and has a mask of i pixels.</summary>
    private static void Write(string path, string[]? patients, string[] slices, byte mark = 1, int? maskCount = null)
    {
        byte[] images = new byte[slices.Length * Side * Side], masks = new byte[(maskCount ?? slices.Length) * Side * Side];
        for (int image = 0; image < slices.Length; image++)
        {
            images.AsSpan(image * Side * Side, Side * Side).Fill((byte)image);
            masks.AsSpan(image * Side * Side, image).Fill(mark);
        }

        using ZipArchive zip = new(File.Create(path), ZipArchiveMode.Create);
        Add(zip, "images", "|u1", $"({slices.Length}, {Side}, {Side})", images);
        Add(zip, "masks", "|u1", $"({maskCount ?? slices.Length}, {Side}, {Side})", masks);
        Add(zip, "slice", "<U8", $"({slices.Length},)", Texts(slices));
        if (patients is not null)
        {
            Add(zip, "patient", "<U8", $"({patients.Length},)", Texts(patients));
        }
    }

    private static byte[] Texts(string[] texts)
    {
        byte[] bytes = new byte[texts.Length * 32];
        for (int text = 0; text < texts.Length; text++)
        {
            Encoding.UTF32.GetBytes(texts[text]).CopyTo(bytes, 32 * text);
        }

        return bytes;
    }

    private static void Add(ZipArchive zip, string name, string type, string shape, byte[] values)
    {
        string head = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}\n";
        byte[] length = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)head.Length);
        using Stream stream = zip.CreateEntry($"{name}.npy", CompressionLevel.Fastest).Open();
        stream.Write([0x93, .. "NUMPY"u8, 1, 0, .. length, .. Encoding.ASCII.GetBytes(head), .. values]);
    }
}
