using CourseCompanion.Notebooks.Processes;

namespace CourseCompanion.Notebooks.Site;

/// <summary>How the site is made.</summary>
public sealed record SiteOptions
{
    /// <summary>The site's name, in French.</summary>
    public string Title { get; init; } = "Apprentissage semi-supervisé";

    /// <summary>Whether each summary sheet is printed as a PDF too, where there is a browser that can.</summary>
    public bool PrintsSheets { get; init; } = true;

    /// <summary>The Chromium to print with; null: the one of this machine (<see cref="Chromium.Find"/>).</summary>
    public string? Browser { get; init; }
}

/// <summary>What an export made.</summary>
/// <param name="IndexFile">The page to open first.</param>
/// <param name="Chapters">How many chapters the site has.</param>
/// <param name="Executed">How many of them have results.</param>
/// <param name="Sheets">How many summary sheets were printed.</param>
/// <param name="Notices">What the one who exports should know, in English.</param>
public sealed record SiteReport(string IndexFile, int Chapters, int Executed, int Sheets, IReadOnlyList<string> Notices);
