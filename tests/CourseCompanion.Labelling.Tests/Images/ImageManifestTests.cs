using CourseCompanion.Files;
using CourseCompanion.Labelling.Images;
using Parquet;
using Parquet.Schema;

namespace CourseCompanion.Labelling.Tests.Images;

public sealed class ImageManifestTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("course-manifest-").FullName;

    [Fact]
    public void A_folder_is_listed_in_the_same_order_everywhere_and_only_its_images()
    {
        foreach (string name in (string[])["b/é.PNG", "b/2.jpg", "B/1.jpeg", "a.png", "notes.txt", ".hidden/x.png", "b/10.png"])
        {
            Write(name);
        }

        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateSymbolicLink(Path.Combine(_folder, "b", "loop"), _folder);
        }

        Assert.Equal(["B/1.jpeg", "a.png", "b/10.png", "b/2.jpg", "b/é.PNG"], ImageManifest.FromFolder(_folder).Select(image => image.Path));
    }

    [Fact]
    public void A_folder_without_images_or_none_at_all_is_refused_by_name()
    {
        Write("notes.txt");
        Assert.Contains(_folder, Assert.Throws<DatasetException>(() => ImageManifest.FromFolder(_folder)).Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", Assert.Throws<DatasetException>(() => ImageManifest.FromFolder(Path.Combine(_folder, "nowhere"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shards_are_read_one_by_one_and_hold_every_image_once()
    {
        ImageReference[] images = [.. Enumerable.Range(0, 25).Select(i => new ImageReference($"id{i}", $"folder/é {i}.png"))];
        string file = Path.Combine(_folder, "m.parquet");
        await ImageManifest.WriteAsync(file, images, 10);
        List<ImageReference> read = [];
        for (int shard = 0; shard < 3; shard++)
        {
            read.AddRange(await ImageManifest.ReadShardAsync(file, shard));
        }

        Assert.Equal(images, read);
        Assert.Equal(images, await ImageManifest.FromParquetAsync(file));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));   // it holds true paths
        }
    }

    [Fact]
    public async Task A_list_without_paths_with_an_image_twice_or_of_another_kind_is_refused()
    {
        string file = Path.Combine(_folder, "m.parquet");
        await WriteListAsync(file, "file", ["a.png"]);
        Assert.Contains("no column 'path'", (await Assert.ThrowsAsync<DatasetException>(() => ImageManifest.FromParquetAsync(file))).Message, StringComparison.Ordinal);
        await WriteListAsync(file, "path", ["a.png", "b.png", "a.png"]);
        Assert.Contains("'a.png' twice", (await Assert.ThrowsAsync<DatasetException>(() => ImageManifest.FromParquetAsync(file))).Message, StringComparison.Ordinal);
        await WriteListAsync(file, "path", ["a.png", null!]);
        Assert.Contains("Row 2", (await Assert.ThrowsAsync<DatasetException>(() => ImageManifest.FromParquetAsync(file))).Message, StringComparison.Ordinal);
        await WriteNumbersAsync(file);
        Assert.Contains("holds no texts", (await Assert.ThrowsAsync<DatasetException>(() => ImageManifest.FromParquetAsync(file))).Message, StringComparison.Ordinal);
        File.WriteAllText(file, "path\na.png\n");
        Assert.Contains(file, (await Assert.ThrowsAsync<InvalidDataException>(() => ImageManifest.FromParquetAsync(file))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pseudonyms_are_those_of_the_key_and_tell_nothing()
    {
        ImageReference[] images = [new("dupont/1.png", "dupont/1.png"), new("dupont/2.png", "dupont/2.png")];
        byte[] key = new byte[16], other = [.. key[..15], 1];
        IReadOnlyList<ImageReference> named = ImageManifest.Pseudonymised(images, key);
        Assert.Equal(named, ImageManifest.Pseudonymised(images, key));
        Assert.NotEqual(named[0].Id, ImageManifest.Pseudonymised(images, other)[0].Id);
        Assert.Equal(2, named.Select(image => image.Id).Distinct().Count());
        Assert.All(named, image => Assert.Matches("^[0-9a-f]{32}$", image.Id));
        Assert.Equal("dupont/1.png", named[0].Path);
        Assert.Throws<ArgumentException>(() => ImageManifest.Pseudonymised(images, new byte[15]));
    }

    [Fact]
    public void The_fingerprint_changes_with_any_file()
    {
        Write("a.png");
        IReadOnlyList<ImageReference> images = ImageManifest.FromFolder(_folder);
        string before = ImageManifest.Fingerprint(images, _folder);
        Assert.Equal(before, ImageManifest.Fingerprint(images, _folder));
        File.AppendAllText(Path.Combine(_folder, "a.png"), "x");
        Assert.NotEqual(before, ImageManifest.Fingerprint(images, _folder));
    }

    [Theory]
    [InlineData("../secret.png")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../secret.png")]
    public void A_path_that_leads_out_of_the_folder_is_not_read(string path)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "inside"));
        Write("secret.png");
        Assert.Throws<InvalidDataException>(() => new FolderSource(Path.Combine(_folder, "inside")).Read(path));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string name)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, name);
    }

    private static async Task WriteListAsync(string path, string column, string[] values)
    {
        DataField<string> field = new(column);
        await using FileStream stream = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(field), stream);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        await group.WriteAsync(field, values);
    }

    private static async Task WriteNumbersAsync(string path)
    {
        DataField<int> field = new("path");
        await using FileStream stream = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(field), stream);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        await group.WriteAsync<int>(field, new[] { 1, 2 });
    }
}
