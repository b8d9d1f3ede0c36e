using CourseCompanion.Data.Images;
using TorchSharp;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    // A thumbnail of 28 pixels is shown five times larger, always by a whole factor; larger pictures as they are, up to twice this.
    private const int ThumbnailWidth = 140;

    /// <summary>Thumbnails with captions, enlarged without smoothing.</summary>
    /// <param name="title">French title.</param>
    /// <param name="width">Pixels per row of a picture.</param>
    /// <param name="height">Rows of a picture.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    /// <param name="images">Pictures <c>[channels, height, width]</c> (plane by plane, as tensors keep them), 0 to 255.</param>
    /// <param name="captions">French captions, one per picture, with line feeds if wished; null for none.</param>
    /// <param name="columns">Pictures per row, 1 or more.</param>
    /// <returns>The grid.</returns>
    /// <exception cref="ArgumentException">There is no picture, one has the wrong size, or captions are not as many.</exception>
    public static ImageGrid ImageGrid(
        string title, int width, int height, int channels, IEnumerable<byte[]> images, IEnumerable<string>? captions = null, int columns = 6)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        string[] uris = [.. images.Select(planes => ToDataUri(planes, width, height, channels))];
        if (uris.Length == 0)
        {
            throw new ArgumentException($"Image grid '{title}' has no image.", nameof(images));
        }

        string[] texts = captions is null ? [.. uris.Select(_ => "")] : [.. captions];
        if (texts.Length != uris.Length)
        {
            throw new ArgumentException($"Image grid '{title}' has {uris.Length} images but {texts.Length} captions.", nameof(captions));
        }

        return new ImageGrid
        {
            Title = title,
            Images = [.. uris.Zip(texts)],
            Columns = columns,
            DisplayWidth = width > ThumbnailWidth ? Math.Min(width, 2 * ThumbnailWidth) : ThumbnailWidth / width * width,
        };
    }

    /// <summary>Thumbnails with captions, from a tensor.</summary>
    /// <param name="title">French title.</param>
    /// <param name="images">Pictures <c>[N, C, H, W]</c>, uint8, C = 1 or 3, on any device.</param>
    /// <param name="captions">French captions, one per picture, with line feeds if wished; null for none.</param>
    /// <param name="columns">Pictures per row, 1 or more.</param>
    /// <returns>The grid.</returns>
    /// <exception cref="ArgumentException">The tensor is not such a batch, is empty, or captions are not as many.</exception>
    public static ImageGrid ImageGrid(string title, torch.Tensor images, IEnumerable<string>? captions = null, int columns = 6)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4 || images.dtype != torch.ScalarType.Byte)
        {
            throw new ArgumentException(
                $"Images are a uint8 tensor [N, C, H, W], not {images.dtype} [{string.Join(", ", images.shape)}].", nameof(images));
        }

        using var scope = torch.NewDisposeScope();
        var planes = images.cpu().contiguous().data<byte>().ToArray();
        var (channels, height, width) = ((int)images.shape[1], (int)images.shape[2], (int)images.shape[3]);
        return ImageGrid(title, width, height, channels, planes.Chunk(Math.Max(1, channels * height * width)), captions, columns);
    }

    private static string ToDataUri(byte[] planes, int width, int height, int channels)
    {
        if (planes.Length != width * height * channels)
        {
            throw new ArgumentException($"An image has {planes.Length} bytes, not {channels} x {height} x {width}.", nameof(planes));
        }

        using var image = torch.tensor(planes, [channels, height, width]);
        return ImageFile.ToDataUri(image);
    }
}
