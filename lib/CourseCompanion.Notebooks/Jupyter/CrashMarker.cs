using System.Globalization;

namespace CourseCompanion.Notebooks.Jupyter;

/// <summary>
/// A file that exists while a cell runs. A fault in a native library or the end of memory ends the process without
/// a word; the kernel that the front end starts in its place finds the file and says what happened.
/// </summary>
internal sealed class CrashMarker
{
    private const int MaxExcerpt = 120;

    private readonly string? _path;
    private string? _report;

    /// <param name="path">The file; null for none.</param>
    public CrashMarker(string? path)
    {
        _path = path;
        try
        {
            if (path is not null && File.Exists(path))
            {
                var cell = File.ReadAllText(path);
                _report =
                    $"Le noyau précédent s’est arrêté brutalement pendant la cellule {cell}\n"
                    + "Causes fréquentes : la mémoire épuisée, une erreur dans une bibliothèque native. "
                    + "Ses variables sont perdues : exécutez de nouveau les cellules depuis le début.";
                File.Delete(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without the file there is no explanation; the kernel works all the same.
        }
    }

    /// <summary>What became of the kernel before this one; null when it ended well, or when it was already told.</summary>
    public string? TakeReport() => Interlocked.Exchange(ref _report, null);

    /// <summary>A cell starts.</summary>
    public void Set(int executionCount, string code)
    {
        var firstLine = code.AsSpan().TrimStart();
        var end = firstLine.IndexOfAny('\r', '\n');
        firstLine = end < 0 ? firstLine : firstLine[..end];
        var excerpt = firstLine.Length > MaxExcerpt ? $"{firstLine[..MaxExcerpt]}…" : firstLine.ToString();
        Try(path => File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture, $"[{executionCount}] « {excerpt} ».")));
    }

    /// <summary>The cell ended, or the kernel is about to end in good order.</summary>
    public void Clear() => Try(File.Delete);

    private void Try(Action<string> action)
    {
        try
        {
            if (_path is not null)
            {
                action(_path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // See the constructor.
        }
    }
}
