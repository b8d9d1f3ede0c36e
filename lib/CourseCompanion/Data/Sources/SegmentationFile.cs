using System.Globalization;
using CourseCompanion.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Data.Sources;

/// <summary>Reads the four arrays of a file of slices with masks: <c>images</c>, <c>masks</c>, <c>patient</c>, <c>slice</c>.</summary>
internal static class SegmentationFile
{
    private const string Remedy = "It is not the set of slices with masks that was expected: take the original file.";
    private const long SmallestSide = 16;
    private const long LargestSide = 1024;

    /// <summary>Reads the file; slices come out patient by patient (by name), from the lowest slice number up.</summary>
    /// <param name="path">The <c>.npz</c> file.</param>
    /// <returns>Images uint8 [N, 1, S, S], masks uint8 [N, S, S] of zeros and ones, number of each slice's patient and of each slice, the patients' names.</returns>
    /// <exception cref="DataFormatException">It holds something else.</exception>
    public static (Tensor Images, Tensor Masks, long[] Patients, long[] Slices, string[] Names) Read(string path)
    {
        using NpzArchive archive = NpzArchive.Open(path);
        NpyHeader images = archive.ReadHeader("images"), masks = archive.ReadHeader("masks");
        if (images.Shape is not [> 0 and var count, >= SmallestSide and <= LargestSide and var side, var width] || width != side)
        {
            throw new DataFormatException(path, "images", $"its shape is {images.ShapeText}, not (n, s, s) with s from {SmallestSide} to {LargestSide}", Remedy);
        }

        if (!masks.Shape.SequenceEqual(images.Shape))
        {
            throw new DataFormatException(path, "masks", $"its shape is {masks.ShapeText}, that of the images {images.ShapeText}: every image needs a mask of its size", Remedy);
        }

        foreach ((string name, NpyHeader header) in (ReadOnlySpan<(string, NpyHeader)>)[("images", images), ("masks", masks)])
        {
            if (header.Type != NpyType.U1)
            {
                throw new DataFormatException(path, name, $"its type is {header.Type.Descriptor()}, not |u1", Remedy);
            }
        }

        string[] patientOf = ReadNames(archive, "patient", count);
        long[] sliceOf = ReadSliceNumbers(archive, count);
        int[] order = [.. Enumerable.Range(0, (int)count).OrderBy(row => patientOf[row], StringComparer.Ordinal).ThenBy(row => sliceOf[row])];
        for (int place = 1; place < order.Length; place++)
        {
            (int row, int before) = (order[place], order[place - 1]);
            if (patientOf[row] == patientOf[before] && sliceOf[row] == sliceOf[before])
            {
                throw new DataFormatException(path, "slice", $"rows {before} and {row} are both slice {sliceOf[row]} of patient '{patientOf[row]}'", Remedy);
            }
        }

        string[] names = [.. patientOf.Distinct().Order(StringComparer.Ordinal)];
        Dictionary<string, long> numbers = names.Select((name, number) => (name, (long)number)).ToDictionary(StringComparer.Ordinal);
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = tensor(order.Select(row => (long)row).ToArray());
        return (
            ReadPixels(archive, "images", images.Shape).index_select(0, rows).unsqueeze(1).DetachFromDisposeScope(),
            ReadMasks(archive, images.Shape).index_select(0, rows).DetachFromDisposeScope(),
            [.. order.Select(row => numbers[patientOf[row]])],
            [.. order.Select(row => sliceOf[row])],
            names);
    }

    private static Tensor ReadPixels(NpzArchive archive, string name, IReadOnlyList<long> shape)
    {
        Tensor pixels = empty([.. shape], ScalarType.Byte);
        archive.ReadInto(name, pixels.bytes);
        return pixels;
    }

    /// <summary>0 and 1, whichever of 1 and 255 means tumour in the file.</summary>
    private static Tensor ReadMasks(NpzArchive archive, IReadOnlyList<long> shape)
    {
        Tensor masks = ReadPixels(archive, "masks", shape);
        Span<byte> values = masks.bytes;
        int wrong = values.IndexOfAnyExcept((byte)0, (byte)1, (byte)255);
        if (wrong >= 0)
        {
            throw new DataFormatException(
                archive.Path, "masks", $"mask {wrong / (shape[1] * shape[2])} holds {values[wrong]}, where only 0 and 1 (or 255) mean something", "Was it resized with smoothing? Resize masks by nearest neighbour, or take the original file.");
        }

        if (values.Contains((byte)1) && values.Contains((byte)255))
        {
            throw new DataFormatException(archive.Path, "masks", "it holds both 1 and 255: one of them must mean tumour", Remedy);
        }

        values.Replace((byte)255, (byte)1);
        return masks;
    }

    private static string[] ReadNames(NpzArchive archive, string entry, long count)
    {
        NpyHeader header = archive.ReadHeader(entry);
        if (!header.Shape.SequenceEqual([count]))
        {
            throw new DataFormatException(archive.Path, entry, $"its shape is {header.ShapeText}, not ({count},): one value for each image", Remedy);
        }

        string[] names = header.Type == NpyType.U
            ? archive.ReadTexts(entry)
            : Array.ConvertAll(archive.ReadIntegers(entry), number => number.ToString(CultureInfo.InvariantCulture));
        int empty = Array.FindIndex(names, string.IsNullOrWhiteSpace);
        return empty < 0 ? names : throw new DataFormatException(archive.Path, entry, $"the value of image {empty} is empty", Remedy);
    }

    /// <summary>A slice is named by its number, or by a text that ends with it (<c>TCGA_CS_4941_19960909_10</c>).</summary>
    private static long[] ReadSliceNumbers(NpzArchive archive, long count)
    {
        string[] names = ReadNames(archive, "slice", count);
        long[] numbers = new long[names.Length];
        for (int row = 0; row < names.Length; row++)
        {
            ReadOnlySpan<char> name = names[row];
            ReadOnlySpan<char> digits = name[(name.LastIndexOfAnyExceptInRange('0', '9') + 1)..];
            if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out numbers[row]))
            {
                throw new DataFormatException(archive.Path, "slice", $"the slice of image {row} is '{names[row]}', which does not end with its number", Remedy);
            }
        }

        return numbers;
    }
}
