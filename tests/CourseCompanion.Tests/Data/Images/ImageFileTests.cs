using CourseCompanion.Data.Images;
using CourseCompanion.Files;
using CourseCompanion.Tests.Shared;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Data.Images;

public sealed class ImageFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void A_saved_image_is_read_back_to_the_bit(int channels)
    {
        Tensor image = randint(0, 256, [channels, 7, 5], ScalarType.Byte, generator: new Generator(1));

        ImageFile.Save(image, _folder["a.png"]);

        Assert.Equal(Bytes(image), Bytes(ImageFile.Load(_folder["a.png"], channels)));
        Assert.StartsWith("data:image/png;base64,iVBORw0KGgo", ImageFile.ToDataUri(image), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(_folder["a.png"]), ImageFile.ToPng(image.transpose(1, 2).contiguous().transpose(1, 2)));
        Assert.Equal([_folder["a.png"]], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Saving_takes_bytes_of_one_image_only()
    {
        foreach (Tensor wrong in (Tensor[])[zeros(3, 4, 4), zeros(2, 4, 4, ScalarType.Byte), zeros(1, 3, 4, 4, ScalarType.Byte), zeros(3, 0, 4, ScalarType.Byte)])
        {
            Assert.Contains("[C, H, W]", Assert.Throws<ArgumentException>(() => ImageFile.ToPng(wrong)).Message);
        }
    }

    /// <summary>Every kind of PNG shows the same two pixels: one dark, one bright.</summary>
    [Theory]
    [InlineData(PngBuilder.Grey, 1, new byte[] { 0b0100_0000 }, 0, 255)]
    [InlineData(PngBuilder.Grey, 2, new byte[] { 0b0110_0000 }, 85, 170)]
    [InlineData(PngBuilder.Grey, 4, new byte[] { 0x3C }, 51, 204)]
    [InlineData(PngBuilder.Grey, 8, new byte[] { 10, 200 }, 10, 200)]
    [InlineData(PngBuilder.Grey, 16, new byte[] { 10, 10, 200, 200 }, 10, 200)]
    [InlineData(PngBuilder.GreyAlpha, 8, new byte[] { 10, 255, 200, 255 }, 10, 200)]
    [InlineData(PngBuilder.Rgb, 8, new byte[] { 10, 10, 10, 200, 200, 200 }, 10, 200)]
    [InlineData(PngBuilder.Rgb, 16, new byte[] { 10, 10, 10, 10, 10, 10, 200, 200, 200, 200, 200, 200 }, 10, 200)]
    [InlineData(PngBuilder.Rgba, 8, new byte[] { 10, 10, 10, 255, 200, 200, 200, 255 }, 10, 200)]
    [InlineData(PngBuilder.Palette, 8, new byte[] { 1, 0 }, 10, 200)]
    [InlineData(PngBuilder.Palette, 1, new byte[] { 0b1000_0000 }, 10, 200)]
    public void Every_kind_of_png_is_read(int colour, int bits, byte[] row, int dark, int bright)
    {
        byte[][] palette = colour == PngBuilder.Palette ? [PngBuilder.Chunk("PLTE", [200, 200, 200, 10, 10, 10])] : [];
        Write("a.png", PngBuilder.File(2, 1, colour, bits, row, palette));

        Assert.Equal([(byte)dark, (byte)bright, (byte)dark, (byte)bright, (byte)dark, (byte)bright], Bytes(ImageFile.Load(_folder["a.png"])));
        Assert.Equal([(byte)dark, (byte)bright], Bytes(ImageFile.Load(_folder["a.png"], channels: 1)));
    }

    [Fact]
    public void What_is_transparent_is_seen_on_black()
    {
        Write("alpha.png", PngBuilder.File(3, 1, PngBuilder.Rgba, 8, [100, 200, 250, 0, 100, 200, 250, 128, 100, 200, 250, 255]));
        Write("palette.png", PngBuilder.File(2, 1, PngBuilder.Palette, 8, [0, 1], PngBuilder.Chunk("PLTE", [90, 90, 90, 80, 80, 80]), PngBuilder.Chunk("tRNS", [0])));
        Write("key.png", PngBuilder.File(2, 1, PngBuilder.Grey, 8, [7, 8], PngBuilder.Chunk("tRNS", [0, 7])));

        Assert.Equal([0, 50, 100, 0, 100, 200, 0, 125, 250], Bytes(ImageFile.Load(_folder["alpha.png"])));
        Assert.Equal([0, 80], Bytes(ImageFile.Load(_folder["palette.png"], channels: 1)));
        Assert.Equal([0, 8], Bytes(ImageFile.Load(_folder["key.png"], channels: 1)));
    }

    [Fact]
    public void Grey_is_the_luma_of_colours()
    {
        Write("a.png", PngBuilder.File(3, 1, PngBuilder.Rgb, 8, [255, 0, 0, 0, 255, 0, 0, 0, 255]));

        Assert.Equal([76, 150, 29], Bytes(ImageFile.Load(_folder["a.png"], channels: 1)));
    }

    [Fact]
    public void Jpeg_of_every_ordinary_kind_shows_its_pixels()
    {
        Tensor x = arange(64).expand(48, 64), y = arange(48).unsqueeze(1).expand(48, 64);
        Tensor expected = stack([x * 4, y * 5, (x + y) * 2]);
        foreach (byte[] jpeg in (byte[][])[SampleJpegs.Colour, SampleJpegs.Progressive, SampleJpegs.Restarts, [.. SampleJpegs.Colour, .. new byte[100]]])
        {
            Write("a.jpg", jpeg);
            Tensor image = ImageFile.Load(_folder["a.jpg"]);
            Assert.Equal([3, 48, 64], image.shape);
            Assert.InRange((image.to(ScalarType.Float32) - expected).abs().mean().item<float>(), 0, 3);
        }

        Write("grey.jpg", SampleJpegs.Grey);
        Tensor grey = ImageFile.Load(_folder["grey.jpg"]);
        Assert.Equal([3, 48, 64], grey.shape);
        Assert.InRange((grey.to(ScalarType.Float32) - expected[0]).abs().max().item<float>(), 0, 6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Images_come_upright(int orientation)
    {
        byte[] rows = [1, 2, 3, 4, 5, 6]; // 3 x 2 pixels
        Write("a.png", PngBuilder.File(3, 2, PngBuilder.Grey, 8, rows, PngBuilder.Chunk("eXIf", PngBuilder.Exif(orientation))));
        Write("plain.jpg", SampleJpegs.Colour);
        Write("a.jpg", SampleJpegs.With(SampleJpegs.Colour, 0xE1, [.. "Exif\0\0"u8, .. PngBuilder.Exif(orientation)]));

        // Row by row, as Exif defines where the stored first row and first column are to be seen.
        byte[] expected = orientation switch
        {
            1 => [1, 2, 3, 4, 5, 6],
            2 => [3, 2, 1, 6, 5, 4],
            3 => [6, 5, 4, 3, 2, 1],
            4 => [4, 5, 6, 1, 2, 3],
            5 => [1, 4, 2, 5, 3, 6],
            6 => [4, 1, 5, 2, 6, 3],
            7 => [6, 3, 5, 2, 4, 1],
            _ => [3, 6, 2, 5, 1, 4],
        };
        Tensor png = ImageFile.Load(_folder["a.png"], channels: 1);
        Assert.Equal(orientation < 5 ? [1, 2, 3] : [1, 3, 2], png.shape);
        Assert.Equal(expected, Bytes(png));

        Tensor plain = ImageFile.Load(_folder["plain.jpg"]);
        Tensor turned = orientation switch
        {
            1 => plain,
            2 => plain.flip(2),
            3 => plain.flip(1, 2),
            4 => plain.flip(1),
            5 => plain.transpose(1, 2),
            6 => plain.transpose(1, 2).flip(2),
            7 => plain.transpose(1, 2).flip(1, 2),
            _ => plain.transpose(1, 2).flip(1),
        };
        Assert.Equal(Bytes(turned), Bytes(ImageFile.Load(_folder["a.jpg"])));
        Assert.Equal([1, 3, .. turned.shape[1..]], ImageFile.Load([_folder["a.jpg"]]).shape);
    }

    [Theory]
    [InlineData(31, 47, 8, 9)]
    [InlineData(30, 20, 15, 20)]
    [InlineData(5, 4, 12, 13)]
    public void Resizing_averages_over_all_that_a_pixel_covers(int height, int width, int newHeight, int newWidth)
    {
        Tensor image = randint(0, 256, [3, height, width], ScalarType.Byte, generator: new Generator(2));
        ImageFile.Save(image, _folder["a.png"]);

        Tensor resized = ImageFile.Load(_folder["a.png"], size: (newHeight, newWidth));

        // Rows and columns are weighted apart: [H', H] x [H, W] x [W, W'].
        Tensor expected = Triangle(newHeight, height).matmul(image.to(ScalarType.Float64)).matmul(Triangle(newWidth, width).t());
        Assert.InRange((resized.to(ScalarType.Float64) - expected).abs().max().item<double>(), 0, 1.01);
    }

    [Fact]
    public void A_folder_becomes_one_tensor_in_the_order_of_its_names()
    {
        foreach ((string name, int value) in (ReadOnlySpan<(string, int)>)[("b.png", 2), ("a.PNG", 1), ("c.png", 3), (".hidden.png", 9)])
        {
            ImageFile.Save(full([1, 4, 6], value, ScalarType.Byte), _folder[name]);
        }

        File.WriteAllText(_folder["notes.txt"], "no image");

        Tensor images = ImageFile.Load(ImageFile.Files(_folder.Path), channels: 1);

        Assert.Equal([3, 1, 4, 6], images.shape);
        Assert.Equal([1, 2, 3], Bytes(images.select(3, 0).select(2, 0).flatten()));
        Assert.Equal(["a.PNG", "b.png", "c.png"], ImageFile.Files(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void The_first_file_that_fails_is_named_whatever_the_threads_do()
    {
        string[] files = [.. Enumerable.Range(0, 40).Select(index => _folder[$"{index:00}.png"])];
        foreach (string file in files)
        {
            ImageFile.Save(zeros(1, 4, 6, ScalarType.Byte), file);
        }

        File.WriteAllText(files[13], "no image");
        File.WriteAllText(files[29], "no image");
        Assert.Equal(files[13], Assert.Throws<DataFormatException>(() => ImageFile.Load(files)).File);

        ImageFile.Save(zeros(1, 5, 6, ScalarType.Byte), files[7]);
        DataFormatException exception = Assert.Throws<DataFormatException>(() => ImageFile.Load(files));
        Assert.Equal($"{files[7]}: it has 6 x 5 pixels, where {files[0]} has 6 x 4. Give the size wanted for all.", exception.Message);
        Assert.Equal(files[13], Assert.Throws<DataFormatException>(() => ImageFile.Load(files, size: (3, 3))).File);

        File.Delete(files[2]);
        Assert.Throws<FileNotFoundException>(() => ImageFile.Load(files, size: (3, 3)));
        Assert.ThrowsAny<OperationCanceledException>(() => ImageFile.Load(files, size: (3, 3), cancellation: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageFile.Load("a.png", channels: 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageFile.Load("a.png", size: (0, 3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageFile.Load("a.png", size: (50_000, 50_000)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageFile.Load([]));
        Assert.Throws<FileNotFoundException>(() => ImageFile.Load(_folder["nothing.png"]));
        Assert.Throws<DirectoryNotFoundException>(() => ImageFile.Files(_folder["nothing"]));
    }

    [Fact]
    public void Other_files_are_refused_by_what_they_are_not_by_their_names()
    {
        AssertRefused([.. "GIF89a"u8, 1, 0, 1, 0, 0, 0, 0], "a GIF file", "Convert it");
        AssertRefused([.. "II*\0"u8, 8, 0, 0, 0], "a TIFF file");
        AssertRefused([.. "RIFF"u8, 0, 0, 0, 0, .. "WEBP"u8], "a WebP file");
        AssertRefused([.. new byte[128], .. "DICM"u8], "a DICOM file");
        AssertRefused([.. "<!DOCTYPE html>"u8], "a web page");
        AssertRefused([1, 2, 3], "starts with the bytes 010203");
        AssertRefused([], "it is empty");

        Write("png.jpg", PngBuilder.File(1, 1, PngBuilder.Grey, 8, [5])); // another name, but one of the two
        Assert.Equal([5, 5, 5], Bytes(ImageFile.Load(_folder["png.jpg"])));
    }

    [Fact]
    public void Kinds_that_are_not_read_are_refused_with_a_way_out()
    {
        AssertRefused(SampleJpegs.Cmyk, "4 colour channels (CMYK, for printing)", "as RGB");
        AssertRefused(SampleJpegs.Arithmetic, "frame C9", "ordinary JPEG");
        AssertRefused([.. PngBuilder.Signature, .. PngBuilder.Header(1, 1, PngBuilder.Grey, 8, interlacing: 1), .. PngBuilder.Chunk("IDAT", PngBuilder.Compress([0, 5])), .. PngBuilder.End],
            "interlaced", "without interlacing");
        AssertRefused(PngBuilder.File(1, 1, PngBuilder.Rgb, 4, [0, 0]), "colour type 2 with 4 bits");
    }

    [Fact]
    public void Sizes_beyond_the_limits_are_refused_before_anything_is_decoded()
    {
        AssertRefused(PngBuilder.File(30_000, 30_000, PngBuilder.Grey, 8, [0]), "30000 x 30000", "25000000");
        AssertRefused(PngBuilder.File(70_000, 1, PngBuilder.Grey, 8, new byte[70_000]), "70000 x 1");
        AssertRefused(PngBuilder.File(1, int.MinValue, PngBuilder.Grey, 8, [0]), "1 x 2147483648");
        AssertRefused(PngBuilder.File(0, 5, PngBuilder.Grey, 8, [0]), "0 x 5");
        byte[] large = [.. SampleJpegs.Colour];
        large.AsSpan(SampleJpegs.FrameOf(large) + 5, 4).Fill(0xFF);
        AssertRefused(large, "65535 x 65535");

        using (FileStream sparse = File.Create(_folder["a.jpg"]))
        {
            sparse.SetLength((32L << 20) + 1);
        }

        Assert.Contains("33554433 bytes", Assert.Throws<DataFormatException>(() => ImageFile.Load(_folder["a.jpg"])).Message);
    }

    [Fact]
    public void Truncated_files_are_refused_wherever_they_end()
    {
        byte[] png = PngBuilder.File(6, 4, PngBuilder.Rgb, 8, [.. Enumerable.Range(0, 72).Select(value => (byte)(value * 37))]);
        foreach (byte[] file in (byte[][])[png, SampleJpegs.Colour, SampleJpegs.Progressive])
        {
            for (int length = 0; length < file.Length; length++)
            {
                AssertRefused(file[..length]);
            }
        }

        AssertRefused(png[..^1], "truncated", "IEND");
        AssertRefused(SampleJpegs.Colour[..^2], "truncated", "FFD9");
        AssertRefused([.. SampleJpegs.Colour[..2], 0xFF, 0xD9], "without a frame header");
    }

    [Fact]
    public void Damaged_png_pixels_are_refused()
    {
        byte[] rows = [1, 2, 3, 4], damaged = PngBuilder.File(2, 2, PngBuilder.Grey, 8, rows);
        damaged[^20] ^= 1;
        AssertRefused(damaged, "check value");
        PngBuilder.SealAll(damaged);
        AssertRefused(damaged, "decompressed");
        AssertRefused(PngBuilder.File(2, 3, PngBuilder.Grey, 8, rows), "after 6 of 9 bytes");
        AssertRefused(PngBuilder.File(2, 1, PngBuilder.Grey, 8, rows), "go on after 3 bytes");
        AssertRefused([.. PngBuilder.Signature, .. PngBuilder.Header(1, 1, 0, 8), .. PngBuilder.Header(1, 1, 0, 8), .. PngBuilder.End], "IHDR is not");
        AssertRefused([.. PngBuilder.Signature, .. PngBuilder.Header(1, 1, 0, 8), .. PngBuilder.Chunk("IDAT", PngBuilder.Compress([9, 5])), .. PngBuilder.End], "cannot be decoded");
        AssertRefused([.. PngBuilder.Signature, .. PngBuilder.Header(1, 1, 0, 8), .. PngBuilder.Chunk("IDAT", [0x78, 0x20, 0, 0, 0, 1]), .. PngBuilder.End], "IDAT"); // asks for a dictionary
        AssertRefused([.. PngBuilder.Signature, .. PngBuilder.Header(1, 1, 0, 8), .. PngBuilder.End], "after 0 of 2 bytes");
        AssertRefused(PngBuilder.File(1, 1, PngBuilder.Palette, 8, [0]), "cannot be decoded");
    }

    [RealDataFact]
    public void Real_images_become_one_tensor()
    {
        string folder = Directory.GetDirectories(Environment.GetEnvironmentVariable("COURSE_DATA")!, "avec_labels", SearchOption.AllDirectories)[0];

        Tensor cancer = ImageFile.Load(ImageFile.Files(Path.Combine(folder, "cancer")), channels: 1, size: (64, 64));
        Tensor normal = ImageFile.Load(ImageFile.Files(Path.Combine(folder, "normal")), channels: 1, size: (64, 64));

        Assert.Equal([50, 1, 64, 64], cancer.shape);
        Assert.Equal([50, 1, 64, 64], normal.shape);
        Assert.InRange(cancer.to(ScalarType.Float32).mean().item<float>(), 20, 90);
        Assert.Equal([3, 512, 512], ImageFile.Load(ImageFile.Files(Path.Combine(folder, "cancer"))[0]).shape);
    }

    /// <summary>Weights [to, from] of a triangle filter, whose support grows with what an output pixel covers.</summary>
    private static Tensor Triangle(int to, int from)
    {
        double scale = (double)from / to, support = Math.Max(1, scale);
        Tensor centres = ((arange(to, ScalarType.Float64) + 0.5) * scale).unsqueeze(1), positions = (arange(from, ScalarType.Float64) + 0.5).unsqueeze(0);
        Tensor weights = (1 - ((positions - centres).abs() / support)).clamp_min(0);
        return weights / weights.sum(1, keepdim: true);
    }

    private static byte[] Bytes(Tensor tensor) => [.. tensor.contiguous().data<byte>()];

    private void Write(string name, byte[] bytes) => File.WriteAllBytes(_folder[name], bytes);

    private void AssertRefused(byte[] bytes, params string[] said)
    {
        Write("refused.jpg", bytes);
        DataFormatException exception = Assert.Throws<DataFormatException>(() => ImageFile.Load(_folder["refused.jpg"]));
        Assert.Equal(_folder["refused.jpg"], exception.File);
        Assert.All(said, part => Assert.Contains(part, exception.Message, StringComparison.Ordinal));
    }
}
