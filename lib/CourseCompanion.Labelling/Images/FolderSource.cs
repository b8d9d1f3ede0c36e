using CourseCompanion.Data.Images;

namespace CourseCompanion.Labelling.Images;

/// <summary>Images of a folder. A path that leads out of it is refused; links in it are followed, for whoever may write into the folder put them there.</summary>
/// <param name="root">The folder.</param>
public sealed class FolderSource(string root) : IImageSource
{
    private readonly string _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)) + Path.DirectorySeparatorChar;

    /// <inheritdoc/>
    public byte[] Read(string path)
    {
        string file = Path.GetFullPath(Path.Combine(_root, path));
        if (!file.StartsWith(_root, StringComparison.Ordinal))
        {
            throw new InvalidDataException("its path leads out of the folder of images");
        }

        // A pipe or a device says that it has no bytes; to open it would wait for ever.
        if (new FileInfo(file).Length == 0)
        {
            return [];
        }

        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
        if (stream.Length > ImageHeader.MaxFileBytes)
        {
            throw new InvalidDataException($"its {stream.Length} bytes are more than the {ImageHeader.MaxFileBytes} that an image may have");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
