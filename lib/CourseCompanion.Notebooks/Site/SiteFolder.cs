using CourseCompanion.Charts;
using CourseCompanion.Files;

namespace CourseCompanion.Notebooks.Site;

/// <summary>
/// The folder of a site, which may hold other files too. A list of what exports wrote (<see cref="ListName"/>) tells their files from
/// foreign ones: those of a former export are replaced, a foreign one that is in the way stops the export before it writes anything,
/// and nothing is ever deleted.
/// </summary>
internal sealed class SiteFolder
{
    /// <summary>The list: one name a line.</summary>
    internal const string ListName = SitePage.Assets + "/fichiers.txt";

    private readonly string _path;
    private readonly HashSet<string> _former;
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    /// <summary>Takes a folder for a site.</summary>
    /// <param name="path">The folder; made if need be.</param>
    /// <param name="names">Every file that may be written, relative to the folder.</param>
    /// <exception cref="InvalidOperationException">A name is a path, two files would have one name, or a foreign file is in the way.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    internal SiteFolder(string path, IReadOnlyCollection<string> names)
    {
        _path = Path.GetFullPath(path);
        if (names.FirstOrDefault(name => Path.GetFileName(name) != name && !name.StartsWith(SitePage.Assets + "/", StringComparison.Ordinal)) is { } outside)
        {
            throw new InvalidOperationException($"{outside} is a path: a chapter's name is that of a file.");
        }
        if (names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new InvalidOperationException($"Two notebooks would both become {twice.Key}: a site has each name once.");
        }
        var list = Path.Combine(_path, ListName);
        _former = File.Exists(list) ? [.. File.ReadAllLines(list).Where(line => line.Length > 0)] : [];
        var foreign = names.Append(ListName)
            .Where(name => !_former.Contains(name) && (File.Exists(Full(name)) || Directory.Exists(Full(name)))).ToList();
        if (File.Exists(Full(SitePage.Assets)) || foreign.Count > 0)
        {
            throw new InvalidOperationException(
                $"{Full(foreign.Count > 0 ? foreign[0] : SitePage.Assets)} is there already, and no export of the site wrote it. "
                + "Name another folder with --out, or move it away.");
        }
        // Said before it is done: an export that is cut short can be repeated.
        WriteList(names);
    }

    /// <summary>Files of a former export that this one did not write: still there, and out of date.</summary>
    internal IReadOnlyList<string> LeftOver =>
        [.. _former.Where(name => name != ListName && !_written.Contains(name) && File.Exists(Full(name))).Order(StringComparer.Ordinal)];

    /// <summary>The full path of a file.</summary>
    internal string Full(string name) => Path.Combine(_path, name);

    /// <summary>Writes a text whole or not at all.</summary>
    internal void Write(string name, string text)
    {
        _written.Add(name);
        AtomicFile.WriteAllText(Full(name), text);
    }

    /// <summary>Takes a finished file in, whole or not at all.</summary>
    internal void Take(string name, string file)
    {
        _written.Add(name);
        using var target = new AtomicFile(Full(name));
        using (var source = File.OpenRead(file))
        {
            source.CopyTo(target.Stream);
        }
        target.Commit();
    }

    /// <summary>Writes plotly.js.</summary>
    internal void WritePlotly(string name)
    {
        _written.Add(name);
        using var library = PlotlyLibrary.Open();
        using var target = new AtomicFile(Full(name));
        library.CopyTo(target.Stream);
        target.Commit();
    }

    private void WriteList(IEnumerable<string> names) =>
        AtomicFile.WriteAllText(Full(ListName), string.Join('\n', names.Append(ListName).Union(_former).Order(StringComparer.Ordinal)) + "\n");
}
