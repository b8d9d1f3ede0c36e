namespace CourseCompanion.Notebooks.Export;

/// <summary>How a notebook becomes a page.</summary>
public sealed record HtmlExportOptions
{
    /// <summary>The page's title; null: the notebook's first heading.</summary>
    public string? Title { get; init; }

    /// <summary>
    /// The file <c>plotly.min.js</c> to put into pages with charts; null: <c>COURSE_PLOTLY_JS</c>, else
    /// <c>artifacts/web/plotly.min.js</c> in a folder above the program or the current one. Without the file the page
    /// links a CDN, and says that its charts need the Internet.
    /// </summary>
    public string? PlotlyFile { get; init; }
}
