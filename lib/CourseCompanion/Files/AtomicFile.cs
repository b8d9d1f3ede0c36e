using System.Text;

namespace CourseCompanion.Files;

/// <summary>
/// A file that is written whole or not at all: it is written under another name in the same folder, and takes its own name only
/// when <see cref="Commit"/> is called. A reader, a full disk or a crash never leaves half of one.
/// </summary>
public sealed class AtomicFile : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private readonly string _target;
    private readonly string _temporary;
    private bool _committed;

    /// <summary>Starts a file.</summary>
    /// <param name="path">Its final name; a file that has it is replaced by <see cref="Commit"/>. Its folder is made if need be.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public AtomicFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _target = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(_target)!;
        Directory.CreateDirectory(folder);
        _temporary = Path.Combine(folder, $".{Path.GetFileName(_target)}.{Guid.NewGuid():N}.tmp");
        Stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
    }

    /// <summary>Where the content is written to.</summary>
    public FileStream Stream { get; }

    /// <summary>Writes a text as UTF-8, without a byte-order mark.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="contents">Its whole content.</param>
    /// <exception cref="IOException">The disk is full or read-only; the old file is untouched.</exception>
    public static void WriteAllText(string path, string contents)
    {
        using var file = new AtomicFile(path);
        file.Stream.Write(Utf8.GetBytes(contents));
        file.Commit();
    }

    /// <summary>Brings the content to the disk and gives the file its name.</summary>
    /// <exception cref="IOException">The disk is full or read-only; the old file is untouched.</exception>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(!Stream.CanWrite, this);
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        File.Move(_temporary, _target, overwrite: true);
        _committed = true;
    }

    /// <summary>Discards what was not committed.</summary>
    public void Dispose()
    {
        if (_committed)
        {
            return;
        }

        try
        {
            Stream.Dispose();
        }
        catch (IOException)
        {
            // What a full disk did not take goes with the rest.
        }
        finally
        {
            File.Delete(_temporary);
        }
    }
}
