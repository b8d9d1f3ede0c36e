using CourseCompanion.Notebooks.Document;

namespace CourseCompanion.Notebooks.Session;

/// <summary>A file that a cell imports by <c>#!import</c>: a script, or the C# cells of a notebook.</summary>
/// <param name="Path">The whole path.</param>
/// <param name="Cells">What it holds, in order.</param>
/// <param name="Importing">The file that imports it; null for a cell of the notebook.</param>
internal sealed record ImportedFile(string Path, IReadOnlyList<string> Cells, ImportedFile? Importing)
{
    /// <summary>
    /// First line of the file that prepares .NET Interactive for the course, which names the course's assemblies and namespaces. Here they are
    /// there already: it has nothing to run.
    /// </summary>
    internal const string PreparesOtherHost = "// Prépare .NET Interactive pour le cours.";

    // A copy of a chapter lies elsewhere, and runs all the same.
    private const string PreparationName = "cours.csx";

    /// <summary>Reads a file.</summary>
    /// <param name="name">Its name, from the folder of the file that imports it, or of the notebook.</param>
    /// <param name="importing">The file that imports it; null for a cell of the notebook.</param>
    /// <param name="folder">The notebook's folder.</param>
    /// <exception cref="ImportException">There is no such file, it is no script or notebook, or it imports itself.</exception>
    internal static ImportedFile Read(string name, ImportedFile? importing, string folder)
    {
        var path = System.IO.Path.GetFullPath(name, importing is null ? folder : System.IO.Path.GetDirectoryName(importing.Path)!);
        for (var above = importing; above is not null; above = above.Importing)
        {
            if (above.Path == path)
            {
                throw new ImportException($"« {name} » s’importe lui-même. Retirez sa ligne #!import.");
            }
        }
        try
        {
            return new ImportedFile(path, CellsOf(path, name), importing);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException && name == PreparationName)
        {
            return new ImportedFile(path, [], importing);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ImportException(
                $"Le fichier « {name} » n’existe pas (cherché ici : {path}). Corrigez son nom ; il se compte à partir du dossier du notebook.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotebookFormatException)
        {
            throw new ImportException($"Le fichier « {name} » ne se lit pas : {exception.Message}");
        }
    }

    private static IReadOnlyList<string> CellsOf(string path, string name) => System.IO.Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".csx" or ".cs" => File.ReadAllText(path) is var text && text.StartsWith(PreparesOtherHost, StringComparison.Ordinal) ? [] : [text],
        ".ipynb" => [.. NotebookDocument.Load(path).CodeCells.Select(cell => cell.Source)],
        var extension => throw new ImportException(
            $"« {name} » ne s’importe pas : {(extension.Length == 0 ? "un fichier sans extension" : $"un fichier « {extension} »")} n’est ni un script (.csx, .cs) ni un notebook (.ipynb)."),
    };
}

/// <summary>A file that cannot be imported, explained in French.</summary>
internal sealed class ImportException(string message) : Exception(message);
