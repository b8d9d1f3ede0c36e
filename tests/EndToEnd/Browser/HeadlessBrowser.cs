using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CourseCompanion.Charts;

namespace CourseCompanion.EndToEnd.Browser;

/// <summary>Opens a page in headless Chromium and brings back what it has to say.</summary>
internal static partial class HeadlessBrowser
{
    /// <summary>The script element that collects complaints and defines <c>report</c>.</summary>
    public const string Reporter = """
        <script>
        var complaints = [];
        ["warn", "error"].forEach(function (level) {
          var original = console[level];
          console[level] = function () { complaints.push(Array.from(arguments).join(" ")); original.apply(console, arguments); };
        });
        addEventListener("error", function (e) { complaints.push(String(e.message)); report(null); });
        addEventListener("unhandledrejection", function (e) { complaints.push(String(e.reason)); report(null); });
        function report(value) {
          var text = JSON.stringify({ value: value, complaints: complaints.join("\n") });
          var holder = document.createElement("pre");
          holder.id = "report";
          holder.textContent = "REPORT:" + btoa(Array.from(new TextEncoder().encode(text), function (b) { return String.fromCharCode(b); }).join("")) + ":";
          document.body.replaceChildren(holder);
        }
        </script>
        """;

    /// <summary>
    /// Loads a page whose script calls <c>report(value)</c>.
    /// </summary>
    /// <param name="body">HTML of the page's body; plotly.js is loaded before it.</param>
    /// <returns>The reported value, and what the page wrote to the console as a warning or an error.</returns>
    public static (JsonElement Report, string Complaints) Open(string body)
    {
        return OpenPage($$"""
            <!DOCTYPE html>
            <html lang="fr"><head><meta charset="utf-8"><title>page</title>
            {{Reporter}}
            <script src="{{PlotlyLibrary.FileName}}"></script>
            </head><body>{{body}}</body></html>
            """);
    }

    /// <summary>Loads a whole page in which <see cref="Reporter"/> stands and a script calls <c>report(value)</c>.</summary>
    /// <param name="html">The page; plotly.js lies beside it.</param>
    /// <returns>The reported value, and what the page wrote to the console as a warning or an error.</returns>
    public static (JsonElement Report, string Complaints) OpenPage(string html)
    {
        var folder = Directory.CreateTempSubdirectory("course-browser-");
        try
        {
            var page = Path.Combine(folder.FullName, "page.html");
            File.WriteAllText(Path.Combine(folder.FullName, PlotlyLibrary.FileName), PlotlyLibrary.Read());
            File.WriteAllText(page, html);
            var dom = Run(folder.FullName, "--dump-dom", new Uri(page).ToString());
            var match = ReportPattern().Match(dom);
            Assert.True(match.Success, "The page reported nothing.\n" + dom[..Math.Min(dom.Length, 2000)]);
            var report = JsonDocument.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(match.Groups[1].Value))).RootElement;
            var complaints = report.GetProperty("complaints").GetString()!;
            Assert.True(report.GetProperty("value").ValueKind != JsonValueKind.Null, "The page's script failed: " + complaints);
            return (report.GetProperty("value"), complaints);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Run(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(BrowserFactAttribute.Chromium!) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] common =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars",
            "--virtual-time-budget=20000", "--window-size=1000,800", "--user-data-dir=" + Path.Combine(folder, "profile"),
        ];
        foreach (var argument in common.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(3)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail("The browser did not end.");
        }

        return output.GetAwaiter().GetResult();
    }

    [GeneratedRegex("REPORT:([A-Za-z0-9+/=]+):")]
    private static partial Regex ReportPattern();
}
