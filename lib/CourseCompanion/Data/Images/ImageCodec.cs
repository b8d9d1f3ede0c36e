using CourseCompanion.Files;
using CourseCompanion.Work;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Advanced;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace CourseCompanion.Data.Images;

/// <summary>
/// The one place that knows ImageSharp. Its defaults trust a file (its detection of formats, its metadata, its sizes); here it gets
/// only what <see cref="ImageHeader"/> has checked, within bounds, and whatever it throws becomes a <see cref="DataFormatException"/>.
/// </summary>
internal static class ImageCodec
{
    /// <summary>An image above this takes its turn: decoding the largest takes 300 MB, which every core at once must not.</summary>
    private const int LargePixels = 4_000_000;

    private static readonly Lock LargeImages = new();
    private static readonly IImageDecoder Png = new PngDecoder { IgnoreMetadata = true }, Jpeg = new JpegDecoder { IgnoreMetadata = true };

    private static readonly PngEncoder Exact = new() { BitDepth = PngBitDepth.Bit8, CompressionLevel = PngCompressionLevel.BestCompression, IgnoreMetadata = true };
    private static readonly JpegEncoder Small = new() { Quality = 70 };

    // One thread per image: several images are decoded at once by the caller.
    private static readonly Configuration Bounds = new()
    {
        MaxDegreeOfParallelism = 1,
        MemoryAllocator = MemoryAllocator.Create(new MemoryAllocatorOptions { AllocationLimitMegabytes = 256, MaximumPoolSizeMegabytes = 64 }),
    };

    /// <summary>Decodes an image, upright and in the size wanted.</summary>
    /// <param name="file">Its name, for the message of an error.</param>
    /// <param name="bytes">The whole file.</param>
    /// <param name="size">The size wanted; null for its own.</param>
    /// <returns>The image; the caller disposes it.</returns>
    /// <exception cref="DataFormatException">The bytes are no image that can be read.</exception>
    public static Image<Rgba32> Decode(string file, byte[] bytes, (int Height, int Width)? size)
    {
        ImageHeader header = ImageHeader.Read(file, bytes);
        if (header.Width * header.Height <= LargePixels)
        {
            return Decode(file, header, size);
        }

        lock (LargeImages)
        {
            return Decode(file, header, size);
        }
    }

    /// <summary>Writes the pixels of an image plane by plane, as tensors keep them. What is transparent is seen on black.</summary>
    /// <param name="image">The image.</param>
    /// <param name="planes"><c>[C, H, W]</c>: red, green, blue, or their luma (ITU-R BT.601) where there is room for one channel.</param>
    public static void CopyPlanes(Image<Rgba32> image, Span<byte> planes)
    {
        int area = image.Width * image.Height, at = 0;
        bool grey = planes.Length == area;
        for (int y = 0; y < image.Height; y++)
        {
            foreach (Rgba32 pixel in image.DangerousGetPixelRowMemory(y).Span)
            {
                int red = OnBlack(pixel.R, pixel.A), green = OnBlack(pixel.G, pixel.A), blue = OnBlack(pixel.B, pixel.A);
                if (grey)
                {
                    planes[at] = (byte)(((red * 299) + (green * 587) + (blue * 114) + 500) / 1000);
                }
                else
                {
                    planes[at] = (byte)red;
                    planes[area + at] = (byte)green;
                    planes[(2 * area) + at] = (byte)blue;
                }

                at++;
            }
        }
    }

    /// <summary>Encodes an image as PNG, or as JPEG, with 8 bits per sample.</summary>
    /// <param name="planes"><c>[C, H, W]</c>.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Pixels per row.</param>
    /// <param name="exact">PNG, which keeps every pixel; else JPEG, for pictures that are only looked at.</param>
    /// <returns>The bytes of the file.</returns>
    public static byte[] Encode(ReadOnlySpan<byte> planes, int channels, int height, int width, bool exact)
    {
        IImageEncoder encoder = exact ? Exact : Small;
        using MemoryStream file = new();
        if (channels == 1)
        {
            using Image<L8> grey = Image.LoadPixelData<L8>(Bounds, planes, width, height);
            grey.Save(file, encoder);
        }
        else
        {
            int area = height * width;
            Rgb24[] pixels = new Rgb24[area];
            for (int i = 0; i < area; i++)
            {
                pixels[i] = new Rgb24(planes[i], planes[area + i], planes[(2 * area) + i]);
            }

            using Image<Rgb24> colour = Image.LoadPixelData<Rgb24>(Bounds, pixels, width, height);
            colour.Save(file, encoder);
        }

        return file.ToArray();
    }

    private static Image<Rgba32> Decode(string file, ImageHeader header, (int Height, int Width)? size)
    {
        Image<Rgba32>? image = null;
        try
        {
            using MemoryStream stream = new(header.Content.Array!, header.Content.Offset, header.Content.Count, writable: false);
            image = (header.IsPng ? Png : Jpeg).Decode<Rgba32>(Bounds, stream, WorkContext.Cancellation);
            if ((image.Width, image.Height) != (header.Width, header.Height))
            {
                throw new InvalidDataException($"decoded {image.Width} x {image.Height} pixels, its header says {header.Width} x {header.Height}");
            }

            image.Mutate(pixels => Arrange(pixels, image, header.Orientation, size));
            return image;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // On damaged files the decoder fails in every way, null references and indices out of range among them.
            image?.Dispose();
            throw new DataFormatException(file, null, $"its pixels cannot be decoded ({exception.Message})", "It is damaged: get it again from its source.", exception);
        }
    }

    private static void Arrange(IImageProcessingContext pixels, Image image, int orientation, (int Height, int Width)? size)
    {
        if (orientation != 1)
        {
            image.Metadata.ExifProfile = new ExifProfile();
            image.Metadata.ExifProfile.SetValue(ExifTag.Orientation, (ushort)orientation);
            pixels.AutoOrient();
        }

        if (size is { } wanted)
        {
            // Bilinear; in reducing, an average weighted by distance over all that a pixel covers.
            pixels.Resize(wanted.Width, wanted.Height, KnownResamplers.Triangle);
        }
    }

    private static int OnBlack(byte value, byte opacity) => ((value * opacity) + 127) / 255;
}
