using System.Net;
using System.Text.RegularExpressions;
using Jint;
using Jint.Constraints;
using Jint.Native;
using Jint.Runtime;

namespace CourseCompanion.Charts;

/// <summary>
/// What draws diagrams: beautiful-mermaid (MIT), which reads Mermaid's language, over elkjs (EPL-2.0), which finds places for boxes and arrows. Both are
/// files of their npm packages, kept here with their licences and run by Jint, an interpreter that reaches nothing of this process.
/// </summary>
/// <remarks>The first diagram of a process takes some three seconds, each further one half a second.</remarks>
internal static partial class MermaidLibrary
{
    // Of the course's own limits, since a notebook may come from anyone.
    private const int MostCharacters = 20_000;
    private const int MostCalls = 300;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly Lock Gate = new();
    private static (Engine Engine, JsValue Draw, JsValue Style)? _started;

    /// <summary>The files: their path in this project, the package that each is from, and its SHA-384 in base64.</summary>
    internal static IReadOnlyList<(string Path, string Package, string Checksum)> Files { get; } =
    [
        ("Diagrams/elkjs/elk.bundled.js", "elkjs@0.11.1", "k7OFwtsMfFyYU75zZhPkC8VRASnGrW1pxavUnozOiO2B5M5gv6PYGOkEYZTrVtvo"),
        ("Diagrams/beautiful-mermaid/index.js", "beautiful-mermaid@1.1.3", "kKcaLZRLpajAxXH3pMx3kTDUHvdyTSv4vqHB6rXcQuRYk55wdvCsBkzKGfStGECV"),
    ];

    /// <summary>Draws a diagram.</summary>
    /// <returns>One <c>svg</c> element that asks for nothing.</returns>
    internal static string Draw(string source, CancellationToken cancellation)
    {
        if (source.Length > MostCharacters)
        {
            throw new MermaidException($"Un diagramme a au plus {MostCharacters} caractères ; celui-ci en a {source.Length}.");
        }
        lock (Gate)
        {
            try
            {
                var (engine, draw, style) = _started ??= Start();
                engine.Constraints.Find<CancellationConstraint>()!.Reset(cancellation);
                var svg = engine.Invoke(draw, source, style).AsString();
                // Its font would come from the Internet, and its size fits no page.
                return Size().Replace(Import().Replace(svg, ""), "<svg ${attributes}style=\"max-width: 100%; height: auto; ", 1);
            }
            catch (ExecutionCanceledException stopped)
            {
                // What stopped in the middle may have left anything half done.
                _started = null;
                throw new OperationCanceledException("Le dessin du diagramme est interrompu.", stopped, cancellation);
            }
            catch (Exception error) when (error is JintException or TimeoutException)
            {
                _started = null;
                throw new MermaidException($"Ce diagramme ne se lit pas : {Reason(error)}", error);
            }
        }
    }

    private static (Engine, JsValue, JsValue) Start()
    {
        var engine = new Engine(options => options.LimitRecursion(MostCalls).TimeoutInterval(Limit).CancellationToken(new CancellationTokenSource().Token));
        // What a browser or Node has besides the language, as far as the two ask for it.
        engine.Execute("globalThis.global = globalThis; globalThis.console = { log() {}, warn() {}, error() {} }; globalThis.setTimeout = work => work();");
        engine.Execute(Read(Files[0].Path));
        engine.Modules.Add("elkjs/lib/elk.bundled.js", "export default globalThis.ELK;");
        engine.Modules.Add("entities", module => module.ExportFunction("decodeXML", arguments => (JsString)WebUtility.HtmlDecode(arguments[0].ToString())));
        engine.Modules.Add("beautiful-mermaid", Read(Files[1].Path));
        var draw = engine.Modules.Import("beautiful-mermaid").Get("renderMermaidSVG");
        // Every colour is named: what is not is taken from the page around.
        return (engine, draw, engine.Evaluate($"({{ fg: '{Palette.Ink}', accent: '{Palette.Ink}', surface: '#F6F8FA', border: '{Palette.MutedInk}', muted: '{Palette.MutedInk}', line: '{Palette.MutedInk}', font: 'sans-serif', padding: 8 }})"));
    }

    private static string Reason(Exception error) => error is TimeoutException
        ? $"il demande plus de {Limit.TotalSeconds} s."
        : error.Message.StartsWith("Invalid mermaid header", StringComparison.Ordinal)
            ? "sa première ligne doit être flowchart (ou graph) et une direction, stateDiagram-v2, sequenceDiagram, classDiagram, erDiagram ou xychart-beta."
            : error.Message;

    internal static string Read(string path)
    {
        using var reader = new StreamReader(typeof(MermaidLibrary).Assembly.GetManifestResourceStream(path)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("<svg (?=[^>]*viewBox)(?<attributes>[^>]*?)style=\"")]
    private static partial Regex Size();

    [GeneratedRegex(@"@import url\([^)]*\);")]
    private static partial Regex Import();
}
