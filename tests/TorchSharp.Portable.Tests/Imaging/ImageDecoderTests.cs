using TorchSharp.Portable.Imaging;
using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests.Imaging;

public class ImageDecoderTests
{
    private static byte[] Cut(byte[] bytes, int length) => bytes[..length];

    [Fact]
    public void Png_gives_its_exact_pixels()
    {
        using var scope = NewDisposeScope();
        var image = ImageDecoder.Decode(SampleImages.Png);
        Assert.Equal([3L, 4, 6], image.shape);
        Assert.Equal(ScalarType.Byte, image.dtype);
        Assert.Equal((20, 15, 16), (image[0, 3, 5].item<byte>(), image[1, 3, 5].item<byte>(), image[2, 3, 5].item<byte>()));
    }

    [Fact]
    public void Grey_png_gives_one_channel_or_three_equal_ones()
    {
        using var scope = NewDisposeScope();
        var expected = arange(24).reshape(4, 6).mul(10).to(uint8);
        Assert.True(ImageDecoder.Decode(SampleImages.GreyPng, channels: 1)[0].Equals(expected));
        Assert.True(ImageDecoder.Decode(SampleImages.GreyPng)[2].Equals(expected));
    }

    [Fact]
    public void Transparent_pixels_are_black() =>
        Assert.Equal(0, ImageDecoder.Decode(SampleImages.TransparentPng).max().item<byte>());

    [Fact]
    public void Jpeg_is_close_to_what_was_compressed()
    {
        using var scope = NewDisposeScope();
        var image = ImageDecoder.Decode(SampleImages.Jpeg).to(float32);
        Assert.Equal([3L, 48, 64], image.shape);
        var expected = arange(64).mul(4).expand(48, 64).to(float32);
        Assert.InRange((image[0] - expected).abs().mean().item<float>(), 0, 2);
    }

    [Theory]
    [InlineData(12, 16)] // by the decoder alone
    [InlineData(9, 13)] // by the decoder, then by averages
    [InlineData(96, 100)] // grown
    public void Scaled_images_keep_their_gradients(int height, int width)
    {
        using var scope = NewDisposeScope();
        var decoded = ImageDecoder.Decode([SampleImages.Jpeg], height, width);
        Assert.Empty(decoded.Failures);
        Assert.Equal([(48, 64)], decoded.OriginalSizes);
        Assert.Equal([1L, 3, height, width], decoded.Images.shape);
        var red = (arange(width).to(float32) + 0.5) * (64.0 / width * 4) - 2;
        var inside = decoded.Images[0, 0].to(float32)[.., 2..^2] - red[2..^2];
        Assert.InRange(inside.abs().mean().item<float>(), 0, 3);
    }

    [Fact]
    public void Files_and_memory_give_the_same_in_their_order()
    {
        using var scope = NewDisposeScope();
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            byte[][] contents = [.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? SampleImages.Jpeg : SampleImages.Png)];
            var paths = contents.Select((bytes, i) => Path.Combine(folder.FullName, $"é{i}.img")).ToArray();
            for (var i = 0; i < paths.Length; i++)
            {
                File.WriteAllBytes(paths[i], contents[i]);
            }
            var fromFiles = ImageDecoder.Decode(paths, 8, 8);
            var fromMemory = ImageDecoder.Decode([.. contents.Select(bytes => (ReadOnlyMemory<byte>)bytes)], 8, 8);
            Assert.Empty(fromFiles.Failures);
            Assert.True(fromFiles.Images.Equals(fromMemory.Images));
            Assert.True(fromFiles.Images[0].Equals(fromFiles.Images[38]));
            Assert.False(fromFiles.Images[0].Equals(fromFiles.Images[1]));
            Assert.True(ImageDecoder.Decode(paths[1]).Equals(ImageDecoder.Decode(SampleImages.Png)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Every_bad_image_is_listed_with_its_reason_and_the_others_are_there()
    {
        using var scope = NewDisposeScope();
        var hugeHeader = (byte[])SampleImages.Png.Clone();
        // Width and height in the header of the PNG; its checksum no longer fits either.
        new byte[] { 0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF }.CopyTo(hugeHeader, 16);
        ReadOnlyMemory<byte>[] inputs =
        [
            SampleImages.Jpeg, Cut(SampleImages.Jpeg, SampleImages.Jpeg.Length / 2), Cut(SampleImages.Png, SampleImages.Png.Length - 20), "text"u8.ToArray(),
            Array.Empty<byte>(), Cut(SampleImages.Jpeg, 4), Cut(SampleImages.Png, 8), hugeHeader, SampleImages.Png,
        ];
        var decoded = ImageDecoder.Decode(inputs, 8, 8);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], decoded.Failures.Select(failure => failure.Index));
        Assert.All(decoded.Failures, failure => Assert.NotEmpty(failure.Message));
        Assert.Contains("neither a JPEG nor a PNG", decoded.Failures[2].Message, StringComparison.Ordinal);
        Assert.Contains("empty", decoded.Failures[3].Message, StringComparison.Ordinal);
        Assert.Equal(0, decoded.Images[1..8].max().item<byte>());
        Assert.NotEqual(0, decoded.Images[0].max().item<byte>());
        Assert.NotEqual(0, decoded.Images[8].max().item<byte>());
    }

    [Fact]
    public void Jpeg_of_huge_dimensions_is_refused_before_it_is_decoded()
    {
        var huge = (byte[])SampleImages.Jpeg.Clone();
        var frame = huge.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        new byte[] { 0xFF, 0xDC, 0xFF, 0xDC }.CopyTo(huge, frame + 5);
        var error = Assert.Throws<InvalidDataException>(() => ImageDecoder.Decode(huge));
        Assert.Contains("65500 x 65500", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_file_and_folder_are_refused()
    {
        Assert.Contains("No such file", Assert.Throws<InvalidDataException>(() => ImageDecoder.Decode("/nowhere/image.png")).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => ImageDecoder.Decode(Path.GetTempPath()));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageDecoder.Decode(SampleImages.Png, channels: 4));
    }

    [Fact]
    public void Damaged_bytes_never_do_worse_than_fail()
    {
        using var scope = NewDisposeScope();
        var random = new Random(4);
        var inputs = new List<ReadOnlyMemory<byte>>();
        foreach (var source in new[] { SampleImages.Jpeg, SampleImages.Png, SampleImages.GreyPng })
        {
            for (var i = 0; i < 400; i++)
            {
                var bytes = (byte[])source.Clone();
                for (var hit = 0; hit < 4; hit++)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }
                inputs.Add(bytes.AsMemory(0, random.Next(bytes.Length / 2, bytes.Length + 1)));
            }
        }
        var decoded = ImageDecoder.Decode(inputs, 8, 8);
        Assert.InRange(decoded.Failures.Count, 1, inputs.Count);
    }
}
