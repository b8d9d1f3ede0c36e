using CourseCompanion.Notebooks.Export;
using CourseCompanion.Notebooks.Processes;

namespace CourseCompanion.Notebooks.Site;

/// <summary>
/// The course as static pages: contents, chapters, summary sheets, a search. They work from a disk and from any server, load nothing from
/// elsewhere, and share one plotly.js.
/// </summary>
public static class SiteExporter
{
    private const string ContentsFile = "index.html";

    /// <summary>Writes the site.</summary>
    /// <param name="chapters">The chapters in their order, executed or not.</param>
    /// <param name="folder">Where it goes. Files of a former export are replaced; others are neither changed nor deleted.</param>
    /// <param name="options">How to make it; null: with the defaults.</param>
    /// <param name="cancellation">Stops between files: none is left half-written.</param>
    /// <returns>What was made.</returns>
    /// <exception cref="ArgumentException">There is no chapter.</exception>
    /// <exception cref="InvalidOperationException">Two chapters have one name, or a file that is not the site's own is in the way; nothing was written.</exception>
    /// <exception cref="FileNotFoundException"><see cref="Chromium.Variable"/> names a browser that is not there; nothing was written.</exception>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder belongs to somebody else.</exception>
    public static async Task<SiteReport> ExportAsync(
        IReadOnlyList<SiteChapter> chapters, string folder, SiteOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(chapters);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (chapters.Count == 0)
        {
            throw new ArgumentException("A site has at least one chapter.", nameof(chapters));
        }
        options ??= new SiteOptions();
        List<SiteEntry> entries = [.. chapters.Select(chapter => new SiteEntry(chapter, ChapterFacts.Read(chapter))
        {
            HasSlides = File.Exists(Path.Combine(folder, chapter.Name + ".slides.html")),
        })];
        HashSet<string> pages = [ContentsFile, .. entries.Select(entry => entry.Page)];
        // Asked first: a wrong name is said before anything is written.
        var browser = options.PrintsSheets ? options.Browser ?? Chromium.Find() : null;
        var target = new SiteFolder(folder,
        [
            ContentsFile, SitePage.StyleFile, SitePage.ScriptFile, SitePage.ThemeFile, SitePage.IndexFile, SitePage.PlotlyFile,
            .. entries.SelectMany(entry => (string[])[entry.Page, entry.Sheet, entry.Pdf]),
        ]);

        target.Write(SitePage.StyleFile, SitePage.Style());
        target.Write(SitePage.ThemeFile, EmbeddedText.Read("Site/theme.js"));
        target.Write(SitePage.ScriptFile, SitePage.Script());
        target.WritePlotly(SitePage.PlotlyFile);
        foreach (var entry in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            target.Write(entry.Sheet, SummarySheet.Page(entry, options.Title, pages));
        }
        var notices = new List<string>();
        var sheets = options.PrintsSheets ? await PrintAsync(entries, target, browser, notices, cancellation).ConfigureAwait(false) : 0;
        // Pages last, since they link to what lies beside them; and the contents after all that it lists.
        var search = new SearchIndex();
        for (var i = 0; i < entries.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            target.Write(entries[i].Page, SitePages.Chapter(entries[i], entries.ElementAtOrDefault(i - 1), entries.ElementAtOrDefault(i + 1), options.Title, pages, search));
        }
        target.Write(SitePage.IndexFile, search.ToScript());
        target.Write(ContentsFile, SitePages.Contents(entries, options.Title));
        if (target.LeftOver is { Count: > 0 } old)
        {
            notices.Add($"Of a former export, and no longer part of the site: {string.Join(", ", old)}. Delete what you do not need.");
        }
        return new SiteReport(target.Full(ContentsFile), entries.Count, entries.Count(entry => entry.Facts.IsExecuted), sheets, notices);
    }

    private static async Task<int> PrintAsync(
        List<SiteEntry> entries, SiteFolder target, string? browser, List<string> notices, CancellationToken cancellation)
    {
        if (browser is null)
        {
            notices.Add("No Chromium, Chrome or Edge was found, so the summary sheets are pages only. With one on the PATH, or named by "
                + $"{Chromium.Variable}, they become PDF files too; any browser prints them as they are (Ctrl-P).");
            return 0;
        }
        string? profile = null;
        try
        {
            profile = Directory.CreateTempSubdirectory("course-print-").FullName;
            foreach (var entry in entries)
            {
                var printed = Path.Combine(profile, "fiche.pdf");
                File.Delete(printed);
                await PdfPrinter.PrintAsync(browser, target.Full(entry.Sheet), printed, Path.Combine(profile, "profile"), cancellation).ConfigureAwait(false);
                target.Take(entry.Pdf, printed);
                entry.HasPdf = true;
            }
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // The site is worth having without them.
            notices.Add($"Summary sheets are missing as PDF: {e.Message}");
        }
        finally
        {
            if (profile is not null)
            {
                DeleteQuietly(profile);
            }
        }
        return entries.Count(entry => entry.HasPdf);
    }

    private static void DeleteQuietly(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A browser that has not quite ended still writes there; the folder is a temporary one.
        }
    }
}
