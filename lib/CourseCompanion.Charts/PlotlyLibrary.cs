using System.Reflection;

namespace CourseCompanion.Charts;

/// <summary>
/// plotly.js, which draws the figures: the copy that the Plotly.NET package carries. It goes once into a page that has to stand
/// alone, and once beside the kernel, from where Jupyter serves it. VS Code has its own.
/// </summary>
public static class PlotlyLibrary
{
    /// <summary>The version that draws, and that figures are checked against.</summary>
    public const string Version = "2.28.0";

    /// <summary>Name of the file beside the kernel's <c>kernel.json</c>.</summary>
    public const string FileName = "plotly.min.js";

    /// <summary>The kernel in whose folder pages of Jupyter look for it.</summary>
    public const string KernelName = "course-csharp";

    // Byte for byte the npm package's file, so that its public address serves where there is no Jupyter of ours (an exported page).
    private const string PublicUrl = $"https://cdn.jsdelivr.net/npm/plotly.js-dist-min@{Version}/plotly.min.js";
    private const string Checksum = "sha384-53bFwj3AXyrFzPyqXWI5rZuuEa3GbWeuLmgC04XqmiE7CairskQMPvcdXh+OLuir";

    private const string Carrier = "Plotly.NET";
    private const string Resource = $"{Carrier}.plotly-{Version}.min.js";

    /// <summary>
    /// A JavaScript expression: the promise that <c>window.Plotly</c> is there. All figures of a page wait for the same one.
    /// </summary>
    /// <remarks>
    /// The text is fetched and run, rather than named in a script element: the module loader of the classic Notebook would keep
    /// the library for itself. JupyterLab and Notebook 7 tell the server's address in a settings element, the classic one in the body.
    /// </remarks>
    internal const string Loader = $$"""
        (window.coursePlotly = window.coursePlotly || (function () {
                var text = function (answer) { if (!answer.ok) { throw new Error(answer.status); } return answer.text(); };
                var settings = document.getElementById("jupyter-config-data");
                var server = settings ? JSON.parse(settings.textContent).baseUrl : document.body.dataset.baseUrl;
                var own = server ? fetch(server + "kernelspecs/{{KernelName}}/{{FileName}}").then(text) : Promise.reject();
                return own
                  .catch(function () { return fetch("{{PublicUrl}}", { integrity: "{{Checksum}}" }).then(text); })
                  .then(function (code) {
                    var script = document.createElement("script");
                    script.textContent = "(function (define, module, exports) {" + code + "\n}).call(window);";
                    document.head.appendChild(script);
                  })
                  .catch(function (error) { window.coursePlotly = null; throw error; });
              })())
        """;

    /// <summary>Reads the library.</summary>
    /// <returns>JavaScript that defines the global <c>Plotly</c>; its licence (MIT) stands at its head.</returns>
    public static string Read()
    {
        using var reader = new StreamReader(Open());
        return reader.ReadToEnd();
    }

    /// <summary>Opens the library, UTF-8.</summary>
    /// <returns>A stream to be disposed of.</returns>
    public static Stream Open() =>
        // By name: no type of Plotly.NET is needed, and so neither is F#. .NET Interactive loads an assembly without a signature only once.
        (AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(loaded => loaded.GetName().Name == Carrier) ?? Assembly.Load(Carrier)).GetManifestResourceStream(Resource)
        ?? throw new InvalidOperationException($"Plotly.NET does not carry {Resource}: another version of it was loaded.");
}
