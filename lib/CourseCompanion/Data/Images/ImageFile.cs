using CourseCompanion.Files;
using CourseCompanion.Work;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Data.Images;

/// <summary>
/// Images between files and tensors: reads JPEG and PNG, writes PNG. Files are not trusted: what is damaged, of another kind, or too
/// large (25 million pixels, 32 MB) is refused with its name and a way out.
/// </summary>
/// <remarks>
/// Images come upright, whatever way the camera was held. What is transparent is seen on black; 16 bits are rounded to 8; colour
/// profiles are not applied. Not read: CMYK JPEG, interlaced PNG.
/// </remarks>
/// <example>
/// <code>
/// string folder = Directory.CreateTempSubdirectory().FullName;
/// ImageFile.Save(ones(3, 40, 30, ScalarType.Byte), Path.Combine(folder, "image.png"));
/// Tensor images = ImageFile.Load(ImageFile.Files(folder), size: (20, 20));
/// Console.WriteLine(string.Join(" x ", images.shape));   // 1 x 3 x 20 x 20
/// </code>
/// </example>
public static class ImageFile
{
    /// <summary>Reads one image.</summary>
    /// <param name="path">A JPEG or PNG file.</param>
    /// <param name="channels">3 for red, green, blue; 1 for grey (the luma of colours, ITU-R BT.601).</param>
    /// <param name="size">Height and width wanted, in pixels, proportions not kept: bilinear, antialiased in reducing. Null for the image's own.</param>
    /// <returns>uint8 [C, H, W] on the CPU.</returns>
    /// <exception cref="DataFormatException">The file is no image that can be read; the message says why.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static Tensor Load(string path, int channels = 3, (int Height, int Width)? size = null)
    {
        Check(channels, size);
        using Image<Rgba32> image = Decode(path, size);
        Tensor tensor = empty([channels, image.Height, image.Width], ScalarType.Byte);
        ImageCodec.CopyPlanes(image, tensor.bytes);
        return tensor;
    }

    /// <summary>Reads images, one on each of the threads that torch may use.</summary>
    /// <param name="paths">JPEG and PNG files, 1 or more.</param>
    /// <param name="channels">3 for red, green, blue; 1 for grey.</param>
    /// <param name="size">Height and width wanted, as in <see cref="Load(string, int, ValueTuple{int, int}?)"/>; null if all files have the same.</param>
    /// <param name="cancellation">Stops the work; so does the notebook's stop button.</param>
    /// <returns>uint8 [N, C, H, W] on the CPU, in the order of <paramref name="paths"/>.</returns>
    /// <exception cref="DataFormatException">A file is no image that can be read (the first one such is named), or sizes differ and none was given.</exception>
    /// <exception cref="IOException">A file does not exist or cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static Tensor Load(IReadOnlyList<string> paths, int channels = 3, (int Height, int Width)? size = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfZero(paths.Count, nameof(paths));
        Check(channels, size);
        (int height, int width) = size ?? SizeOf(paths[0]);
        Tensor images = empty([paths.Count, channels, height, width], ScalarType.Byte);
        try
        {
            Exception?[] failures = new Exception?[paths.Count];
            Parallel.For(0, paths.Count, new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() }, (index, loop) =>
            {
                try
                {
                    WorkContext.ThrowIfCancelled(cancellation);
                    using Image<Rgba32> image = Decode(paths[index], size);
                    if ((image.Height, image.Width) != (height, width))
                    {
                        throw new DataFormatException(
                            paths[index], null, $"it has {image.Width} x {image.Height} pixels, where {paths[0]} has {width} x {height}", "Give the size wanted for all.");
                    }

                    using Tensor slot = images[index];
                    ImageCodec.CopyPlanes(image, slot.bytes);
                }
                catch (Exception exception) when (exception is DatasetException or IOException or UnauthorizedAccessException or OperationCanceledException)
                {
                    // Images before this one are still read: the first failure is the same whatever the threads did.
                    failures[index] = exception;
                    loop.Break();
                }
            });
            return Array.Find(failures, failure => failure is not null) is { } first ? throw first : images;
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    /// <summary>Lists the JPEG and PNG files of a folder, by their extensions; hidden files are left out.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>Their paths, in ordinal order, which is the same on every system.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IReadOnlyList<string> Files(string folder) =>
    [
        .. Directory.EnumerateFiles(folder)
            .Where(file => Path.GetExtension(file).ToLowerInvariant() is ".jpg" or ".jpeg" or ".png" && Path.GetFileName(file)[0] != '.')
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Writes an image as PNG, whole or not at all.</summary>
    /// <param name="image">uint8 [C, H, W], C = 1 (grey) or 3 (RGB), on any device.</param>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <exception cref="ArgumentException"><paramref name="image"/> is not such a tensor.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void Save(Tensor image, string path)
    {
        byte[] png = ToPng(image);
        using AtomicFile file = new(path);
        file.Stream.Write(png);
        file.Commit();
    }

    /// <summary>Encodes an image as PNG.</summary>
    /// <param name="image">uint8 [C, H, W], C = 1 (grey) or 3 (RGB), on any device.</param>
    /// <returns>The bytes of a PNG file.</returns>
    /// <exception cref="ArgumentException"><paramref name="image"/> is not such a tensor.</exception>
    public static byte[] ToPng(Tensor image) => Encode(image, exact: true);

    /// <summary>Encodes an image as PNG in a <c>data:</c> URI, which an HTML page shows without any file.</summary>
    /// <param name="image">uint8 [C, H, W], C = 1 (grey) or 3 (RGB), on any device.</param>
    /// <returns>The URI.</returns>
    /// <exception cref="ArgumentException"><paramref name="image"/> is not such a tensor.</exception>
    public static string ToDataUri(Tensor image) => "data:image/png;base64," + Convert.ToBase64String(ToPng(image));

    /// <summary>Encodes an image as JPEG in a <c>data:</c> URI: smaller than PNG, and not exact.</summary>
    /// <param name="image">uint8 [C, H, W], C = 1 (grey) or 3 (RGB), on any device.</param>
    /// <returns>The URI.</returns>
    /// <exception cref="ArgumentException"><paramref name="image"/> is not such a tensor.</exception>
    public static string ToJpegDataUri(Tensor image) => "data:image/jpeg;base64," + Convert.ToBase64String(Encode(image, exact: false));

    private static byte[] Encode(Tensor image, bool exact)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.dim() != 3 || image.dtype != ScalarType.Byte || image.shape[0] is not (1 or 3) || image.numel() == 0)
        {
            throw new ArgumentException(
                $"An image is a uint8 tensor [C, H, W] with C = 1 or 3, not {image.dtype} [{string.Join(", ", image.shape)}].", nameof(image));
        }

        using DisposeScope scope = NewDisposeScope();
        return ImageCodec.Encode(image.cpu().contiguous().bytes, (int)image.shape[0], (int)image.shape[1], (int)image.shape[2], exact);
    }

    private static void Check(int channels, (int Height, int Width)? size)
    {
        if (channels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "Images are read with 1 channel (grey) or 3 (RGB).");
        }

        if (size is { } wanted && (wanted.Height < 1 || wanted.Width < 1 || (long)wanted.Height * wanted.Width > ImageHeader.MaxPixels))
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, $"Height and width are 1 or more, and their product at most {ImageHeader.MaxPixels}.");
        }
    }

    private static Image<Rgba32> Decode(string path, (int Height, int Width)? size) => ImageCodec.Decode(path, Read(path), size);

    private static (int Height, int Width) SizeOf(string path)
    {
        ImageHeader header = ImageHeader.Read(path, Read(path));
        return header.Orientation < 5 ? (header.Height, header.Width) : (header.Width, header.Height);
    }

    /// <summary>Reads as many bytes as the file said it has when it was opened: a device or a growing file cannot go on for ever.</summary>
    private static byte[] Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (stream.CanSeek && stream.Length > ImageHeader.MaxFileBytes)
        {
            throw new DataFormatException(path, null, $"it has {stream.Length} bytes; the limit for an image is {ImageHeader.MaxFileBytes}", "Save it smaller.");
        }

        byte[] bytes = new byte[stream.CanSeek ? stream.Length : 0];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
