using CourseCompanion.Notebooks.Processes;

namespace CourseCompanion.Notebooks.Site;

/// <summary>Prints pages as PDF files with the Chromium of this machine.</summary>
internal static class PdfPrinter
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(1);

    /// <summary>Prints one page. It may be printed without a sandbox: the policy of a summary sheet lets no script of the notebook run.</summary>
    /// <param name="browser">Path of a Chromium.</param>
    /// <param name="page">The HTML file.</param>
    /// <param name="target">Where the PDF goes.</param>
    /// <param name="profile">A folder of the browser's own, kept from page to page.</param>
    /// <param name="cancellation">Ends the browser.</param>
    /// <exception cref="InvalidOperationException">The browser did not print; the message holds what it says.</exception>
    internal static async Task PrintAsync(string browser, string page, string target, string profile, CancellationToken cancellation)
    {
        var result = await Chromium.OpenAsync(
            browser, page, profile, ["--no-pdf-header-footer", "--print-to-pdf=" + target], TimeLimit, cancellation).ConfigureAwait(false);
        if (!File.Exists(target) || new FileInfo(target).Length == 0)
        {
            var said = result.Error.Split('\n').LastOrDefault(line => line.Trim().Length > 0)?.Trim();
            throw new InvalidOperationException($"{browser} ended with {result.ExitCode} and printed nothing: {said ?? "it does not say why"}");
        }
    }
}
