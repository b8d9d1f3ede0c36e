namespace CourseCompanion.Notebooks.Export;

/// <summary>How a notebook becomes a page.</summary>
public sealed record HtmlExportOptions
{
    /// <summary>The page's title; null: the notebook's first heading.</summary>
    public string? Title { get; init; }
}
