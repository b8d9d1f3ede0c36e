using System.Globalization;
using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;
using CourseCompanion.Files;
using Parquet;
using Parquet.Schema;

namespace CourseCompanion.Labelling.Images;

/// <summary>
/// The images of a job, in an order that never changes, and where shard after shard begins: shard <c>i</c> is row group <c>i</c> of the file, so that
/// a worker reads its own part and no more.
/// </summary>
public static class ImageManifest
{
    private const string PathColumn = "path", IdColumn = "id";

    private static readonly DataField<string> Id = new(IdColumn), Path = new(PathColumn);
    private static readonly ParquetSchema Schema = new(Id, Path);

    /// <summary>All images below a folder (.jpg, .jpeg, .png), readable or not, by their path. Links to folders are not followed.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="DatasetException">There is no such folder, or no image in it.</exception>
    public static IReadOnlyList<ImageReference> FromFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
        {
            throw new DatasetException($"There is no folder '{folder}' to take images from.");
        }

        string root = System.IO.Path.GetFullPath(folder);
        FileSystemEnumerable<string> files = new(
            root,
            (ref FileSystemEntry entry) => System.IO.Path.GetRelativePath(root, entry.ToFullPath()).Replace('\\', '/'),
            new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.System })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && IsImage(entry.FileName),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0 && !entry.FileName.StartsWith('.'),
        };
        ImageReference[] images = [.. files.Order(StringComparer.Ordinal).Select(path => new ImageReference(path, path))];
        return images.Length > 0 ? images : throw new DatasetException($"'{folder}' holds no image (.jpg, .jpeg or .png).");
    }

    /// <summary>The images that a Parquet file lists.</summary>
    /// <param name="file">A file with a column <c>path</c> and, if one likes, <c>id</c>.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="DatasetException">It has no such column, no row, or an image twice.</exception>
    /// <exception cref="InvalidDataException">It is no Parquet file.</exception>
    public static async Task<IReadOnlyList<ImageReference>> FromParquetAsync(string file, CancellationToken cancellation = default)
    {
        await using ParquetReader reader = await OpenAsync(file, cancellation);
        DataField path = Field(PathColumn) ?? throw new DatasetException(
            $"'{file}' has no column '{PathColumn}': it has {string.Join(", ", reader.Schema.DataFields.Select(field => field.Name))}.");
        DataField? id = Field(IdColumn);
        List<ImageReference> images = [];
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            string[] paths = await ColumnAsync(reader, group, path, cancellation);
            string[] ids = id is null ? paths : await ColumnAsync(reader, group, id, cancellation);
            images.AddRange(ids.Zip(paths, (name, place) => new ImageReference(name, place.Replace('\\', '/'))));
        }

        if (images.Count == 0)
        {
            throw new DatasetException($"'{file}' lists no image.");
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        return images.Find(image => !seen.Add(image.Id)) is { } twice
            ? throw new DatasetException($"'{file}' lists '{twice.Id}' twice: every image needs an id of its own.")
            : images;

        DataField? Field(string name) => reader.Schema.DataFields.FirstOrDefault(field => field.Name == name);
    }

    /// <summary>The same images under names that tell nothing to whoever has no key.</summary>
    /// <param name="images">The images.</param>
    /// <param name="key">A secret of at least 16 bytes that stays where the images are: with it, a name can be computed again.</param>
    /// <exception cref="ArgumentException">The key is too short.</exception>
    public static IReadOnlyList<ImageReference> Pseudonymised(IReadOnlyList<ImageReference> images, byte[] key)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length < 16)
        {
            throw new ArgumentException($"The key has {key.Length} bytes; it needs 16 or more, or names could be guessed by trying.", nameof(key));
        }

        return [.. images.Select(image => image with { Id = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(image.Id)).AsSpan(0, 16)) })];
    }

    /// <summary>Writes the images shard by shard.</summary>
    /// <param name="file">The file; written whole or not at all, and readable by its owner only, for it holds the true paths.</param>
    /// <param name="images">The images.</param>
    /// <param name="shardSize">Images per shard, 1 or more; the last has what is left.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static async Task WriteAsync(string file, IReadOnlyList<ImageReference> images, int shardSize, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(shardSize, 1);
        using AtomicFile target = new(file);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(target.Stream.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(Schema, target.Stream, cancellationToken: cancellation))
        {
            foreach (ImageReference[] shard in images.Chunk(shardSize))
            {
                using ParquetRowGroupWriter group = writer.CreateRowGroup();
                await group.WriteAsync(Id, [.. shard.Select(image => image.Id)]);
                await group.WriteAsync(Path, [.. shard.Select(image => image.Path)]);
            }
        }

        target.Commit();
    }

    /// <summary>The images of one shard.</summary>
    /// <param name="file">A file that <see cref="WriteAsync"/> wrote.</param>
    /// <param name="shard">Number of the shard, from 0.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static async Task<IReadOnlyList<ImageReference>> ReadShardAsync(string file, int shard, CancellationToken cancellation = default)
    {
        await using ParquetReader reader = await OpenAsync(file, cancellation);
        string[] ids = await ColumnAsync(reader, shard, Id, cancellation);
        string[] paths = await ColumnAsync(reader, shard, Path, cancellation);
        return [.. ids.Zip(paths, (id, path) => new ImageReference(id, path))];
    }

    /// <summary>A checksum of names, sizes and dates of all files: the same folder tomorrow, unless a file came, went or changed.</summary>
    /// <param name="images">The images.</param>
    /// <param name="root">The folder they lie in.</param>
    public static string Fingerprint(IReadOnlyList<ImageReference> images, string root)
    {
        ArgumentNullException.ThrowIfNull(images);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ImageReference image in images)
        {
            FileInfo file = new(System.IO.Path.Combine(root, image.Path));
            string state = file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}") : "absent";
            hash.AppendData(Encoding.UTF8.GetBytes($"{image.Id}\0{image.Path}\0{state}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static bool IsImage(ReadOnlySpan<char> name) =>
        name.EndsWith(".png", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".jpg", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".jpeg", StringComparison.OrdinalIgnoreCase);

    private static async Task<ParquetReader> OpenAsync(string file, CancellationToken cancellation)
    {
        if (!File.Exists(file))
        {
            throw new DatasetException($"There is no file '{file}'.");
        }

        // What the disk or the network does is passed on as it is: it says nothing about the file.
        using (FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read))
        {
            var start = new byte[4];
            if (await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellation) < start.Length || !start.AsSpan().SequenceEqual("PAR1"u8))
            {
                throw new InvalidDataException($"'{file}' is not a Parquet file: it does not begin with PAR1.");
            }
        }

        try
        {
            return await ParquetReader.CreateAsync(file, cancellationToken: cancellation);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or UnauthorizedAccessException or IOException))
        {
            throw new InvalidDataException($"'{file}' is not a Parquet file that can be read: {exception.Message}", exception);
        }
    }

    private static async Task<string[]> ColumnAsync(ParquetReader reader, int group, DataField field, CancellationToken cancellation)
    {
        using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
        var values = new string?[rows.RowCount];
        try
        {
            await rows.ReadAsync(field, values.AsMemory()!, cancellationToken: cancellation);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or IOException))
        {
            throw new DatasetException($"The column '{field.Name}' holds no texts ({field}).", exception);
        }

        int missing = Array.IndexOf(values, null);
        return missing < 0 ? [.. values.Select(value => value!)] : throw new DatasetException($"Row {missing + 1} of part {group + 1} has no '{field.Name}'.");
    }
}
