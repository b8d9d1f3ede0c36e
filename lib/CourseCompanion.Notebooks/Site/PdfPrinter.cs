using CourseCompanion.Notebooks.Processes;

namespace CourseCompanion.Notebooks.Site;

/// <summary>Prints pages as PDF files with the Chromium of this machine, which loads nothing but the page.</summary>
public static class PdfPrinter
{
    /// <summary>The variable that names the browser.</summary>
    public const string Variable = "COURSE_BROWSER";

    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(1);

    private static readonly string[] Names = OperatingSystem.IsWindows()
        ? ["chrome.exe", "msedge.exe", "chromium.exe"]
        : ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];

    /// <summary>Path of a browser that can print, or null.</summary>
    /// <exception cref="FileNotFoundException"><see cref="Variable"/> names a file that is not there.</exception>
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return File.Exists(named) ? named : throw new FileNotFoundException($"{Variable} names {named}, which is not there.");
        }
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return path.SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).Concat(UsualPlaces()).FirstOrDefault(File.Exists);
    }

    /// <summary>Prints one page.</summary>
    /// <param name="browser">Path of a Chromium.</param>
    /// <param name="page">The HTML file.</param>
    /// <param name="target">Where the PDF goes.</param>
    /// <param name="profile">A folder of the browser's own, kept from page to page.</param>
    /// <param name="cancellation">Ends the browser.</param>
    /// <exception cref="InvalidOperationException">The browser did not print; the message holds what it says.</exception>
    internal static async Task PrintAsync(string browser, string page, string target, string profile, CancellationToken cancellation)
    {
        List<string> arguments =
        [
            "--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-extensions",
            "--user-data-dir=" + profile, "--no-pdf-header-footer", "--print-to-pdf=" + target, new Uri(page).AbsoluteUri,
        ];
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess)
        {
            // Chromium's sandbox refuses to serve root; the policy of a summary sheet lets no script of the notebook run.
            arguments.Insert(0, "--no-sandbox");
        }
        try
        {
            var result = await ChildProcess.RunAsync(browser, arguments, environment: null, TimeLimit, cancellation).ConfigureAwait(false);
            if (!File.Exists(target) || new FileInfo(target).Length == 0)
            {
                var said = result.Error.Split('\n').LastOrDefault(line => line.Trim().Length > 0)?.Trim();
                throw new InvalidOperationException($"{browser} ended with {result.ExitCode} and printed nothing: {said ?? "it does not say why"}");
            }
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or TimeoutException)
        {
            throw new InvalidOperationException($"{browser} could not print: {e.Message}", e);
        }
    }

    private static IEnumerable<string> UsualPlaces()
    {
        if (OperatingSystem.IsMacOS())
        {
            return ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
                "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"];
        }
        Environment.SpecialFolder[] homes = OperatingSystem.IsWindows()
            ? [Environment.SpecialFolder.ProgramFiles, Environment.SpecialFolder.ProgramFilesX86, Environment.SpecialFolder.LocalApplicationData]
            : [];
        return homes.Select(Environment.GetFolderPath).SelectMany(home => (string[])
        [
            Path.Combine(home, "Google", "Chrome", "Application", "chrome.exe"),
            Path.Combine(home, "Microsoft", "Edge", "Application", "msedge.exe"),
        ]);
    }
}
