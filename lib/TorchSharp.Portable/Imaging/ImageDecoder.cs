using System.Buffers;
using System.Text;
using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp.Portable.Imaging;

/// <summary>
/// Decodes JPEG and PNG files into uint8 tensors, several at a time. TorchSharp itself leaves this to other packages, so
/// this stands outside its namespaces.
/// </summary>
public static unsafe class ImageDecoder
{
    /// <summary>The number of pixels above which an image is refused before anything is allocated for it.</summary>
    public static long MaxPixels { get; set; } = 100_000_000;

    /// <summary>The size of a file, in bytes, above which it is refused.</summary>
    public static long MaxFileBytes { get; set; } = 256L << 20;

    /// <summary>Decodes one image in its own size.</summary>
    /// <param name="path">A JPEG or PNG file.</param>
    /// <param name="channels">3 for RGB, 1 for grey.</param>
    /// <returns>uint8 [C, H, W] on the CPU.</returns>
    /// <exception cref="InvalidDataException">The file cannot be read as an image; the message says why.</exception>
    public static Tensor Decode(string path, int channels = 3)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckChannels(channels);
        var name = Terminated(path);
        fixed (byte* pointer = name)
        {
            var request = new NativeImage { Path = pointer };
            return Decoded(ref request, channels, path);
        }
    }

    /// <summary>Decodes one image from memory in its own size.</summary>
    /// <inheritdoc cref="Decode(string, int)" path="/returns"/>
    /// <param name="encoded">The bytes of a JPEG or PNG file.</param>
    /// <param name="channels">3 for RGB, 1 for grey.</param>
    /// <exception cref="InvalidDataException">The bytes are not an image; the message says why.</exception>
    public static Tensor Decode(ReadOnlySpan<byte> encoded, int channels = 3)
    {
        CheckChannels(channels);
        fixed (byte* pointer = encoded)
        {
            var request = new NativeImage { Bytes = pointer, Length = encoded.Length };
            return Decoded(ref request, channels, "image");
        }
    }

    /// <summary>Decodes many images, scaled to one size (without keeping their proportions).</summary>
    /// <param name="paths">JPEG and PNG files.</param>
    /// <param name="height">The height of every decoded image, in pixels.</param>
    /// <param name="width">The width of every decoded image, in pixels.</param>
    /// <param name="channels">3 for RGB, 1 for grey.</param>
    /// <returns>The images in the order of the files; those that failed are black and listed.</returns>
    public static DecodedImages Decode(IReadOnlyList<string> paths, int height, int width, int channels = 3)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return DecodeAll([.. paths.Select(path => (ReadOnlyMemory<byte>)Terminated(path))], paths, height, width, channels);
    }

    /// <summary>Decodes many images from memory, scaled to one size (without keeping their proportions).</summary>
    /// <param name="encoded">The bytes of JPEG and PNG files.</param>
    /// <param name="height">The height of every decoded image, in pixels.</param>
    /// <param name="width">The width of every decoded image, in pixels.</param>
    /// <param name="channels">3 for RGB, 1 for grey.</param>
    /// <returns>The images in their order; those that failed are black and listed.</returns>
    public static DecodedImages Decode(IReadOnlyList<ReadOnlyMemory<byte>> encoded, int height, int width, int channels = 3)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        return DecodeAll([.. encoded], null, height, width, channels);
    }

    private static DecodedImages DecodeAll(ReadOnlyMemory<byte>[] inputs, IReadOnlyList<string>? paths, int height, int width, int channels)
    {
        CheckChannels(channels);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        var images = zeros([inputs.Length, channels, height, width], ScalarType.Byte, CPU);
        var requests = new NativeImage[inputs.Length];
        var pins = new MemoryHandle[inputs.Length];
        try
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                pins[i] = inputs[i].Pin();
                requests[i] = paths is null
                    ? new NativeImage { Bytes = (byte*)pins[i].Pointer, Length = inputs[i].Length }
                    : new NativeImage { Path = (byte*)pins[i].Pointer };
            }
            fixed (NativeImage* pointer = requests)
            {
                NativeError.Check(NativeMethods.tsp_decode_images(
                    pointer, requests.Length, channels, width, height, MaxPixels, MaxFileBytes, get_num_threads(), NativeMethods.tsp_data(images.Handle)));
            }
        }
        finally
        {
            foreach (var pin in pins)
            {
                pin.Dispose();
            }
        }
        var failures = new List<ImageFailure>();
        var sizes = new (int, int)[requests.Length];
        for (var i = 0; i < requests.Length; i++)
        {
            sizes[i] = (requests[i].Height, requests[i].Width);
            if (requests[i].Failed != 0)
            {
                failures.Add(new ImageFailure(i, paths?[i], requests[i].Text));
            }
        }
        return new DecodedImages(images, sizes, failures);
    }

    private static Tensor Decoded(ref NativeImage request, int channels, string source)
    {
        fixed (NativeImage* pointer = &request)
        {
            var image = NativeMethods.tsp_decode_image(pointer, channels, MaxPixels, MaxFileBytes);
            return image != 0 ? new Tensor(image)
                : request.Failed != 0 ? throw new InvalidDataException($"{source}: {request.Text}")
                : throw NativeError.Last();
        }
    }

    private static byte[] Terminated(string path) => Encoding.UTF8.GetBytes(path + '\0');

    private static void CheckChannels(int channels)
    {
        if (channels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "Images are decoded to 1 or 3 channels.");
        }
    }
}

/// <summary>Images decoded together.</summary>
/// <param name="Images">uint8 [N, C, H, W] on the CPU.</param>
/// <param name="OriginalSizes">The height and width of every image as stored; zeros where not even that could be read.</param>
/// <param name="Failures">The images that could not be decoded.</param>
public sealed record DecodedImages(Tensor Images, IReadOnlyList<(int Height, int Width)> OriginalSizes, IReadOnlyList<ImageFailure> Failures);

/// <summary>An image that could not be decoded.</summary>
/// <param name="Index">Its place in the list.</param>
/// <param name="Path">Its file, when it came from one.</param>
/// <param name="Message">What is wrong with it.</param>
public sealed record ImageFailure(int Index, string? Path, string Message);
