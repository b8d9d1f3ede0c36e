using CourseCompanion.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Data.Sources;

/// <summary>
/// Reads the six arrays of a MedMNIST file: <c>train_images</c>, <c>train_labels</c>, and the same for <c>val</c> and
/// <c>test</c>. Images go from the file straight into a tensor's memory.
/// </summary>
internal static class MedMnistFile
{
    /// <summary>Reads the three splits.</summary>
    /// <param name="path">The <c>.npz</c> file.</param>
    /// <param name="info">What the file should hold; the number of images may differ.</param>
    /// <param name="device">Where the tensors are to live.</param>
    /// <exception cref="DataFormatException">It holds something else.</exception>
    public static (ImageSet Train, ImageSet Validation, ImageSet Test) Read(string path, DatasetInfo info, Device device)
    {
        using NpzArchive archive = NpzArchive.Open(path);
        foreach (string split in (string[])["train", "val", "test"])
        {
            CheckShapes(archive, split, info);
        }

        ImageSet train = ReadSplit(archive, "train", info, device);
        try
        {
            ImageSet validation = ReadSplit(archive, "val", info, device);
            try
            {
                return (train, validation, ReadSplit(archive, "test", info, device));
            }
            catch
            {
                validation.Dispose();
                throw;
            }
        }
        catch
        {
            train.Dispose();
            throw;
        }
    }

    private static void CheckShapes(NpzArchive archive, string split, DatasetInfo info)
    {
        NpyHeader images = archive.ReadHeader($"{split}_images");
        long count = images.Shape.Count > 0 ? images.Shape[0] : 0;
        bool fits = count > 0 && (images.Shape.Skip(1).SequenceEqual([info.Height, info.Width, info.Channels])
            || (info.Channels == 1 && images.Shape.Skip(1).SequenceEqual([info.Height, info.Width])));
        if (!fits)
        {
            throw Wrong(archive, $"{split}_images", info, $"its shape is {images.ShapeText}, not (n, {info.Height}, {info.Width}{(info.Channels == 1 ? "" : $", {info.Channels}")})");
        }

        if (images.Type != NpyType.U1)
        {
            throw Wrong(archive, $"{split}_images", info, $"its type is {images.Type.Descriptor()}, not |u1");
        }

        NpyHeader labels = archive.ReadHeader($"{split}_labels");
        long columns = info.Task == DatasetTask.MultiLabel ? info.ClassCount : 1;
        if (!labels.Shape.SequenceEqual([count, columns]) && !(columns == 1 && labels.Shape.SequenceEqual([count])))
        {
            throw Wrong(archive, $"{split}_labels", info, $"its shape is {labels.ShapeText}, not ({count}, {columns})");
        }
    }

    private static ImageSet ReadSplit(NpzArchive archive, string split, DatasetInfo info, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] labels = archive.ReadIntegers($"{split}_labels");
        int limit = info.Task == DatasetTask.MultiLabel ? 2 : info.ClassCount;
        int wrong = Array.FindIndex(labels, label => label < 0 || label >= limit);
        if (wrong >= 0)
        {
            throw Wrong(archive, $"{split}_labels", info, $"label {labels[wrong]} of image {wrong} is not between 0 and {limit - 1}");
        }

        Tensor pixels = empty([archive.ReadHeader($"{split}_images").Shape[0], info.Height, info.Width, info.Channels], ScalarType.Byte);
        archive.ReadInto($"{split}_images", pixels.bytes);
        return new ImageSet(pixels.permute(0, 3, 1, 2).contiguous().to(device), ToTensor(labels, info).to(device), info.ClassCount);
    }

    /// <summary>Class numbers as [N], or rows of findings as [N, K].</summary>
    internal static Tensor ToTensor(long[] labels, DatasetInfo info) =>
        info.Task == DatasetTask.MultiLabel ? tensor(labels).reshape(-1, info.ClassCount) : tensor(labels);

    private static DataFormatException Wrong(NpzArchive archive, string entry, DatasetInfo info, string problem) =>
        new(archive.Path, entry, problem, info.File.Url is null ? $"It is not {info.Title}." : $"It is not {info.Title}: get the official file with 'course data get {info.Name}'.");
}
