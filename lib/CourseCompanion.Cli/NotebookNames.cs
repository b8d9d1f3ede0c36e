using CourseCompanion.French;

namespace CourseCompanion.Cli;

/// <summary>Turns what someone types for a notebook into its file: a path, a name, or the number of a chapter.</summary>
internal sealed class NotebookNames(CourseFolder folder)
{
    private const string Extension = ".ipynb";

    /// <summary>The notebooks of the course, in the order of the chapters.</summary>
    public IReadOnlyList<string> All() => Directory.Exists(folder.Notebooks)
        ? [.. Directory.GetFiles(folder.Notebooks, "*" + Extension).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>The files that the typed names stand for, each once, in the order typed; all notebooks when none is typed.</summary>
    /// <param name="typed">
    /// Paths (with or without .ipynb), names such as <c>01-pseudo-labeling</c>, or numbers such as <c>01</c>, <c>1</c> or
    /// <c>06</c>, which stands for every notebook of chapter 6; <c>all</c> stands for every notebook of the course.
    /// </param>
    /// <exception cref="UsageException">A name stands for nothing.</exception>
    public IReadOnlyList<string> Resolve(IReadOnlyCollection<string> typed)
    {
        if (typed.Count > 0)
        {
            return [.. typed.SelectMany(Resolve).Distinct()];
        }

        IReadOnlyList<string> all = All();
        return all.Count > 0 ? all : throw new UsageException($"There is no notebook in {folder.Notebooks}.");
    }

    private IReadOnlyList<string> Resolve(string typed)
    {
        foreach (string place in new[] { Directory.GetCurrentDirectory(), folder.Notebooks })
        {
            string path = Path.GetFullPath(typed, place);
            if (File.Exists(path) || File.Exists(path += Extension))
            {
                return [path];
            }
        }

        IReadOnlyList<string> all = All();
        if (typed == "all" && all.Count > 0)
        {
            return all;
        }

        string number = typed.Length == 1 ? "0" + typed : typed;
        List<string> ofChapter = [.. all.Where(path => Path.GetFileName(path).StartsWith(number + "-", StringComparison.Ordinal))];
        if (number.Length > 0 && char.IsAsciiDigit(number[0]) && ofChapter.Count > 0)
        {
            return ofChapter;
        }

        List<string> names = [.. all.Select(path => Path.GetFileNameWithoutExtension(path))];
        string suggestion = NearestNames.Suggest(Path.GetFileNameWithoutExtension(typed), names);
        throw new UsageException($"There is no notebook '{typed}'." + (suggestion.Length > 0 ? suggestion
            : names.Count > 0 ? $" There are: {string.Join(", ", names)}."
            : $" {folder.Notebooks} has none."));
    }
}
