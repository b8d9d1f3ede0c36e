using CourseCompanion.Notebooks.Document;

namespace CourseCompanion.Notebooks.Execution;

/// <summary>In which language a notebook is written, as far as its metadata say.</summary>
internal static class NotebookLanguage
{
    /// <summary>The language of a notebook without a cell that could run here; null for one in C#, or that does not say.</summary>
    /// <remarks>
    /// A front end chooses the kernel by <c>kernelspec</c>, and the kernel writes <c>language_info</c>; .NET Interactive's files, in
    /// several languages, have sections of their own. One word for C# among them is enough.
    /// </remarks>
    internal static string? OtherThanCSharp(NotebookDocument notebook)
    {
        var metadata = notebook.Metadata;
        var kernel = metadata.At("kernelspec", "name").AsText();
        string?[] said =
        [
            metadata.At("kernelspec", "language").AsText(),
            metadata.At("language_info", "name").AsText(),
            metadata.At("polyglot_notebook", "kernelInfo", "defaultKernelName").AsText(),
            metadata.At("dotnet_interactive", "kernelInfo", "defaultKernelName").AsText(),
            // A kernel may be called anything; only one name is known everywhere.
            kernel is not null && kernel.StartsWith("python", StringComparison.OrdinalIgnoreCase) ? "python" : null,
        ];
        var language = Array.Find(said, name => !string.IsNullOrWhiteSpace(name))?.Trim();
        return language is null || IsCSharp(kernel) || Array.Exists(said, IsCSharp) || !notebook.CodeCells.Any(IsWritten) || notebook.CodeCells.Any(IsCSharpCell)
            ? null
            : char.ToUpperInvariant(language[0]) + language[1..];
    }

    /// <summary>What a run says of a notebook in another language, with the way out.</summary>
    internal static string Problem(string source, string language) =>
        $"{source}: by its metadata the notebook is in {language}, and the cells that run here are C#. Execute it with its own kernel (jupyter nbconvert --execute); "
        + "if its cells are C#, choose the kernel '.NET (C#)' in VS Code or Jupyter and save it.";

    private static bool IsCSharp(string? name) =>
        name is not null && ((string[])["c#", "csharp", "polyglot"]).Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static bool IsWritten(NotebookCell cell) => cell.Source.Trim().Length > 0;

    private static bool IsCSharpCell(NotebookCell cell) =>
        IsCSharp(cell.Metadata.At("polyglot_notebook", "kernelName").AsText()) || IsCSharp(cell.Metadata.At("dotnet_interactive", "language").AsText())
        || cell.Source.TrimStart() is var text && (text.StartsWith("#!csharp", StringComparison.Ordinal) || text.StartsWith("#!c#", StringComparison.Ordinal));
}
