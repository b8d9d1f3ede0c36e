namespace CourseCompanion.Notebooks.Slides;

/// <summary>How a notebook becomes slides.</summary>
public sealed record SlideOptions
{
    /// <summary>The talk's title; null: the notebook's first heading.</summary>
    public string? Title { get; init; }

    /// <summary>The notebook's folder: images in it that the text names are put into the file. Null: none are.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether program text is shown; else only that of cells tagged <c>show-input</c>.</summary>
    public bool ShowsCode { get; init; }

    /// <summary>Only the sections whose heading says one of these, whatever its case and accents, after the title; null or empty: all.</summary>
    public IReadOnlyList<string>? Sections { get; init; }
}
