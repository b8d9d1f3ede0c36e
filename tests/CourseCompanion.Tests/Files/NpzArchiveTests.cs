using System.IO.Compression;
using System.Text;
using CourseCompanion.Files;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Tests.Files;

public sealed class NpzArchiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_WhatTheWriterWrote_IsTheSame()
    {
        string path = _folder["a.npz"];
        byte[] images = [.. Enumerable.Range(0, 2 * 3 * 4).Select(value => (byte)(value * 7))];
        using (NpzWriter writer = new(path))
        {
            writer.Add<byte>("images", images, 2, 3, 4);
            writer.Add<long>("labels", [3, -1], 2, 1);
            writer.Add<float>("scores", [0.5f, float.NaN], 2);
            writer.Add<double>("pi", [Math.PI]);
            writer.Add<bool>("mask", [true, false, true], 3);
            writer.Add<int>("counts", [int.MinValue], 1);
            writer.Commit();
        }

        using NpzArchive archive = NpzArchive.Open(path);
        Assert.Equal(["images", "labels", "scores", "pi", "mask", "counts"], archive.Names);
        Assert.Equal([2, 3, 4], archive.ReadHeader("images").Shape);
        Assert.Equal(images, archive.Read<byte>("images"));
        Assert.Equal([3, -1], archive.ReadIntegers("labels"));
        Assert.Equal([0.5f, float.NaN], archive.Read<float>("scores"));
        Assert.Equal([Math.PI], archive.Read<double>("pi"));
        Assert.Empty(archive.ReadHeader("pi").Shape);
        Assert.Equal([1, 0, 1], archive.ReadIntegers("mask"));
        Assert.Equal([int.MinValue], archive.ReadIntegers("counts"));
    }

    /// <summary>The bytes are those of <c>np.asfortranarray(np.arange(6, dtype="i4").reshape(2, 3))</c>.</summary>
    [Fact]
    public void Read_FortranOrder_IsTurnedIntoRows()
    {
        string path = Write(("a", Array("<i4", "(2, 3)", [0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0], fortran: true)));

        using NpzArchive archive = NpzArchive.Open(path);

        Assert.Equal([0, 1, 2, 3, 4, 5], archive.Read<int>("a"));
    }

    /// <summary>The bytes are those of <c>np.array([1, 200], dtype=...)</c>, or of [1, -2] for i1.</summary>
    [Theory]
    [InlineData("|i1", new byte[] { 1, 0xFE }, -2)]
    [InlineData("|u1", new byte[] { 1, 200 }, 200)]
    [InlineData("<i2", new byte[] { 1, 0, 200, 0 }, 200)]
    [InlineData(">i2", new byte[] { 0, 1, 0, 200 }, 200)]
    [InlineData("<u2", new byte[] { 1, 0, 0, 200 }, 51_200)]
    [InlineData(">u4", new byte[] { 0, 0, 0, 1, 200, 0, 0, 0 }, 3_355_443_200)]
    [InlineData(">i4", new byte[] { 0, 0, 0, 1, 0, 0, 0, 200 }, 200)]
    [InlineData("<u8", new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 200, 0, 0, 0, 0, 0, 0, 0 }, 200)]
    [InlineData(">i8", new byte[] { 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 200 }, 200)]
    public void ReadIntegers_AnyWidthSignAndOrderOfBytes_IsRead(string type, byte[] bytes, long second)
    {
        using NpzArchive archive = NpzArchive.Open(Write(("a", Array(type, "(2,)", bytes))));

        Assert.Equal([1, second], archive.ReadIntegers("a"));
    }

    [Fact]
    public void ReadIntegers_NumberLargerThanAnyLabel_IsNamed()
    {
        using NpzArchive archive = NpzArchive.Open(Write(("a", Array("<u8", "(1,)", [255, 255, 255, 255, 255, 255, 255, 255]))));

        Assert.Contains("18446744073709551615", Assert.Throws<DataFormatException>(() => archive.ReadIntegers("a")).Message);
    }

    [Theory]
    [InlineData(12)]  // bzip2
    [InlineData(14)]  // LZMA
    public void Read_CompressedByAnotherMethod_NamesWhatIsRead(byte method)
    {
        string path = Write(("a", Array("|u1", "(1,)", [1])));
        byte[] bytes = File.ReadAllBytes(path);
        // The method stands in the entry's own header and in the directory at the end.
        bytes[8] = method;
        bytes[bytes.AsSpan().IndexOf("PK\u0001\u0002"u8) + 10] = method;
        File.WriteAllBytes(path, bytes);
        using NpzArchive archive = NpzArchive.Open(path);

        DataFormatException error = Assert.Throws<DataFormatException>(() => archive.Read<byte>("a"));
        Assert.Contains("LZMA or bzip2", error.Message);
        Assert.Contains("numpy.savez_compressed", error.Message);
    }

    [Theory]
    [InlineData("data/train_images")]
    [InlineData("data\\train_images")]
    public void Read_ArrayInAFolder_IsNamedAsSuch(string entry)
    {
        using NpzArchive archive = NpzArchive.Open(Write((entry, Array("|u1", "(1,)", [1]))));

        Assert.Contains($"lies in a folder of the archive ('{entry}.npy')", Assert.Throws<DataFormatException>(() => archive.Read<byte>("train_images")).Message);
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void Read_StoredOrDeflated_IsTheSame(CompressionLevel level)
    {
        string path = Write(level, ("a", Array("|u1", "(300,)", new byte[300])));

        using NpzArchive archive = NpzArchive.Open(path);

        Assert.Equal(new byte[300], archive.Read<byte>("a"));
    }

    [Fact]
    public void Open_ForeignOrEmptyFile_IsNoArchive()
    {
        foreach (string content in (string[])["", "<html>Not found</html>", "PK\u0003\u0004"])
        {
            File.WriteAllText(_folder["b.npz"], content);

            DataFormatException exception = Assert.Throws<DataFormatException>(() => NpzArchive.Open(_folder["b.npz"]));

            Assert.Equal(_folder["b.npz"], exception.File);
            Assert.Contains("zip archive", exception.Message);
        }
    }

    [Fact]
    public void Open_TruncatedAnywhere_IsRefusedAndTheFileIsClosed()
    {
        string path = Write(("a", Array("|u1", "(50,)", new byte[50])));
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length; length += 3)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Throws<DataFormatException>(() => ReadBytes(path));
        }
    }

    [Fact]
    public void Read_AnyFlippedBit_IsNoticedOrHarmless()
    {
        byte[] data = [.. Enumerable.Range(0, 64).Select(value => (byte)(value * 37))];
        string path = Write(("a", Array("|u1", "(64,)", data)));
        byte[] whole = File.ReadAllBytes(path);
        for (int position = 0; position < whole.Length; position++)
        {
            byte[] damaged = [.. whole];
            damaged[position] ^= 0x10;
            File.WriteAllBytes(path, damaged);
            try
            {
                Assert.Equal(data, ReadBytes(path));
            }
            catch (DataFormatException)
            {
                // Noticed: what the test is for. Any other exception, or other data, fails it.
            }
        }
    }

    [Fact]
    public void Read_MissingArray_NamesThoseThereAre()
    {
        string path = Write(("x_train", Array("|u1", "(1,)", [1])));
        using NpzArchive archive = NpzArchive.Open(path);

        DataFormatException exception = Assert.Throws<DataFormatException>(() => archive.ReadHeader("train_images"));

        Assert.Contains("'train_images'", exception.Message);
        Assert.Contains("x_train", exception.Message);
    }

    [Fact]
    public void Read_WrongType_NamesBoth()
    {
        string path = Write(("a", Array("<f4", "(1,)", [0, 0, 0, 0])));
        using NpzArchive archive = NpzArchive.Open(path);

        Assert.Contains("<f4, not |u1", Assert.Throws<DataFormatException>(() => archive.Read<byte>("a")).Message);
        Assert.Contains("whole numbers", Assert.Throws<DataFormatException>(() => archive.ReadIntegers("a")).Message);
    }

    [Theory]
    [InlineData("(10,)")]
    [InlineData("(12,)")]
    [InlineData("(1000000000,)")]
    [InlineData("(3000000000,)")]
    public void ReadHeader_ShapeThatContradictsTheSize_IsRefusedBeforeMemoryIsTaken(string shape)
    {
        string path = Write(("a", Array("|u1", shape, new byte[11])));
        using NpzArchive archive = NpzArchive.Open(path);

        Assert.Contains(shape, Assert.Throws<DataFormatException>(() => archive.ReadHeader("a")).Message);
    }

    [Fact]
    public void ReadHeader_ZipBomb_IsRefused()
    {
        const int Length = 80 << 20;
        string path = Write(("a", Array("|u1", $"({Length},)", new byte[Length])));
        using NpzArchive archive = NpzArchive.Open(path);

        Assert.Contains("zip bomb", Assert.Throws<DataFormatException>(() => archive.ReadHeader("a")).Message);
    }

    [Fact]
    public void Open_SameNameTwice_IsRefused()
    {
        string path = Write(("a", Array("|u1", "(1,)", [1])), ("a", Array("|u1", "(1,)", [2])));

        Assert.Contains("twice", Assert.Throws<DataFormatException>(() => NpzArchive.Open(path)).Message);
    }

    [Fact]
    public void Open_EntriesWithPaths_AreNotArraysAndTouchNoFile()
    {
        string path = Write(("../../evil", Array("|u1", "(1,)", [1])), ("a", Array("|u1", "(1,)", [2])), ("sub\\b", Array("|u1", "(1,)", [1])));
        using NpzArchive archive = NpzArchive.Open(path);

        Assert.Equal(["a"], archive.Names);
    }

    [Fact]
    public void Writer_WithoutCommit_LeavesNothing()
    {
        using (NpzWriter writer = new(_folder["a.npz"]))
        {
            writer.Add<byte>("a", [1, 2], 2);
            Assert.Throws<ArgumentException>(() => writer.Add<byte>("b", [1, 2], 3));
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [RealDataFact]
    public void Read_FileThatNumpyWrote_HasTheCoursesShapes()
    {
        string path = Directory.GetFiles(Environment.GetEnvironmentVariable("COURSE_DATA")!, "dermamnist.npz", SearchOption.AllDirectories)[0];
        using NpzArchive archive = NpzArchive.Open(path);

        Assert.Equal("(7007, 28, 28, 3)", archive.ReadHeader("train_images").ShapeText);
        Assert.Equal(7007, archive.ReadIntegers("train_labels").Length);
        Assert.InRange(archive.Read<byte>("train_images").Average(value => (double)value), 150, 170);
    }

    private static byte[] ReadBytes(string path)
    {
        using NpzArchive archive = NpzArchive.Open(path);
        return archive.Read<byte>("a");
    }

    private static byte[] Array(string descriptor, string shape, byte[] data, bool fortran = false)
    {
        byte[] head = Encoding.Latin1.GetBytes($"{{'descr': '{descriptor}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': {shape}, }}\n");
        return [0x93, .. "NUMPY"u8, 1, 0, .. BitConverter.GetBytes((ushort)head.Length), .. head, .. data];
    }

    private string Write(params (string Name, byte[] Content)[] entries) => Write(CompressionLevel.Optimal, entries);

    private string Write(CompressionLevel level, params (string Name, byte[] Content)[] entries)
    {
        string path = _folder["file.npz"];
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach ((string name, byte[] content) in entries)
        {
            using Stream stream = zip.CreateEntry(name + ".npy", level).Open();
            stream.Write(content);
        }

        return path;
    }
}
