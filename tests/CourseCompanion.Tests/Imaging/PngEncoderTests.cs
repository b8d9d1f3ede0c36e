using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using CourseCompanion.Imaging;

namespace CourseCompanion.Tests.Imaging;

public sealed class PngEncoderTests
{
    /// <summary>A one-pixel red PNG as libpng's own tools read it; header and end chunks with their check values are constants of the format.</summary>
    [Fact]
    public void Encode_writes_the_constants_of_the_format()
    {
        var file = PngEncoder.Encode([255, 0, 0], 1, 1, 3);

        Assert.Equal("89504E470D0A1A0A0000000D4948445200000001000000010802000000907753DE", Convert.ToHexString(file[..33]));
        Assert.Equal("0000000049454E44AE426082", Convert.ToHexString(file[^12..]));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 1, 3)]
    [InlineData(7, 5, 1)]
    [InlineData(5, 7, 3)]
    [InlineData(28, 28, 3)]
    [InlineData(300, 2, 3)]
    public void A_decoder_that_knows_every_filter_reads_back_the_pixels(int width, int height, int channels)
    {
        var pixels = new byte[width * height * channels];
        new Random(width * height).NextBytes(pixels);

        var (decodedWidth, decodedHeight, decodedChannels, decoded) = Decode(PngEncoder.Encode(pixels, width, height, channels));

        Assert.Equal((width, height, channels), (decodedWidth, decodedHeight, decodedChannels));
        Assert.Equal(pixels, decoded);
    }

    [Fact]
    public void Encode_compresses_an_even_picture() => Assert.True(PngEncoder.Encode(new byte[256 * 256 * 3], 256, 256, 3).Length < 1000);

    [Fact]
    public void ToDataUri_is_the_file_in_base64()
    {
        var uri = PngEncoder.ToDataUri([1, 2, 3, 4], 2, 2, 1);

        Assert.StartsWith("data:image/png;base64,", uri, StringComparison.Ordinal);
        Assert.Equal(PngEncoder.Encode([1, 2, 3, 4], 2, 2, 1), Convert.FromBase64String(uri["data:image/png;base64,".Length..]));
    }

    [Fact]
    public void Encode_refuses_sizes_that_do_not_fit()
    {
        Assert.Throws<ArgumentException>(() => PngEncoder.Encode(new byte[11], 2, 2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => PngEncoder.Encode([], 0, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PngEncoder.Encode(new byte[8], 2, 2, 2));
    }

    /// <summary>Decodes by the recommendation, checking lengths and check values (computed bit by bit, unlike the encoder's table).</summary>
    private static (int Width, int Height, int Channels, byte[] Pixels) Decode(byte[] file)
    {
        int width = 0, height = 0, channels = 0;
        using var data = new MemoryStream();
        for (var at = 8; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            var type = Encoding.ASCII.GetString(file, at + 4, 4);
            var content = file.AsSpan(at + 8, length);
            Assert.Equal(CheckValue(file.AsSpan(at + 4, 4 + length)), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            if (type == "IHDR")
            {
                width = BinaryPrimitives.ReadInt32BigEndian(content);
                height = BinaryPrimitives.ReadInt32BigEndian(content[4..]);
                Assert.Equal(8, content[8]);
                channels = content[9] switch { 0 => 1, 2 => 3, _ => 0 };
            }
            else if (type == "IDAT")
            {
                data.Write(content);
            }

            at += 12 + length;
        }

        data.Position = 0;
        using var zlib = new ZLibStream(data, CompressionMode.Decompress);
        using var raw = new MemoryStream();
        zlib.CopyTo(raw);
        var bytes = raw.ToArray();
        var stride = width * channels;
        Assert.Equal(height * (stride + 1), bytes.Length);

        var pixels = new byte[height * stride];
        for (var y = 0; y < height; y++)
        {
            for (var i = 0; i < stride; i++)
            {
                var left = i < channels ? 0 : pixels[y * stride + i - channels];
                var above = y == 0 ? 0 : pixels[(y - 1) * stride + i];
                var corner = y == 0 || i < channels ? 0 : pixels[(y - 1) * stride + i - channels];
                var predicted = bytes[y * (stride + 1)] switch
                {
                    0 => 0,
                    1 => left,
                    2 => above,
                    3 => (left + above) / 2,
                    _ => new[] { left, above, corner }.MinBy(value => Math.Abs(left + above - corner - value)),
                };
                pixels[y * stride + i] = (byte)(bytes[y * (stride + 1) + 1 + i] + predicted);
            }
        }

        return (width, height, channels, pixels);
    }

    private static uint CheckValue(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}
