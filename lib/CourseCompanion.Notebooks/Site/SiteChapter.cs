using CourseCompanion.Notebooks.Document;

namespace CourseCompanion.Notebooks.Site;

/// <summary>A notebook of the site.</summary>
/// <param name="Name">Its file's name without extension, which names its pages.</param>
/// <param name="Notebook">The notebook, executed or not.</param>
public sealed record SiteChapter(string Name, NotebookDocument Notebook)
{
    /// <summary>The notebook's folder: images that the text names, and <c>quiz/NAME.json</c>. Null: neither is taken.</summary>
    public string? Folder { get; init; }
}
