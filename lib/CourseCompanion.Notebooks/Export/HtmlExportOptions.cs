namespace CourseCompanion.Notebooks.Export;

/// <summary>How a notebook becomes a page.</summary>
public sealed record HtmlExportOptions
{
    /// <summary>The page's title; null: the notebook's first heading.</summary>
    public string? Title { get; init; }

    /// <summary>The notebook's folder: images in it that the text names are put into the page. Null: none are.</summary>
    public string? Folder { get; init; }

    /// <summary>Style rules that come after the page's own, or null.</summary>
    public string? Style { get; init; }
}
