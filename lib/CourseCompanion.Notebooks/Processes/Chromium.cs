namespace CourseCompanion.Notebooks.Processes;

/// <summary>The Chromium, Chrome or Edge of this machine, which prints pages and takes pictures of them without a window.</summary>
public static class Chromium
{
    /// <summary>The variable that names the browser.</summary>
    public const string Variable = "COURSE_BROWSER";

    private static readonly string[] Names = OperatingSystem.IsWindows()
        ? ["chrome.exe", "msedge.exe", "chromium.exe"]
        : ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];

    /// <summary>Path of a browser, or null: the one that <see cref="Variable"/> names, else the first on the <c>PATH</c>, then in the usual places.</summary>
    /// <param name="environment">Reads an environment variable; null: this process's.</param>
    /// <exception cref="FileNotFoundException"><see cref="Variable"/> names a file that is not there.</exception>
    public static string? Find(Func<string, string?>? environment = null)
    {
        environment ??= Environment.GetEnvironmentVariable;
        if (environment(Variable) is { Length: > 0 } named)
        {
            return File.Exists(named) ? named : throw new FileNotFoundException($"{Variable} names {named}, which is not there.");
        }
        var path = (environment("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return path.SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).Concat(UsualPlaces()).FirstOrDefault(File.Exists);
    }

    /// <summary>Opens one page, which gets nothing from any network.</summary>
    /// <param name="browser">Path of a browser.</param>
    /// <param name="page">The HTML file.</param>
    /// <param name="profile">A folder of the browser's own, kept from page to page.</param>
    /// <param name="arguments">What to do with the page.</param>
    /// <param name="timeLimit">After which the browser is ended.</param>
    /// <param name="cancellation">Ends the browser.</param>
    /// <exception cref="InvalidOperationException">The browser did not start, or did not end in time.</exception>
    internal static async Task<ChildResult> OpenAsync(
        string browser, string page, string profile, IEnumerable<string> arguments, TimeSpan timeLimit, CancellationToken cancellation)
    {
        List<string> all =
        [
            "--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-extensions",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=" + profile, .. arguments, new Uri(page).AbsoluteUri,
        ];
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess)
        {
            // Chromium's sandbox refuses to serve root.
            all.Insert(0, "--no-sandbox");
        }
        try
        {
            return await ChildProcess.RunAsync(browser, all, environment: null, timeLimit, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or TimeoutException)
        {
            throw new InvalidOperationException($"{browser} could not open the page: {e.Message}", e);
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
