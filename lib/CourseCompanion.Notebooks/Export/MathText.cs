using CourseCompanion.Notebooks.Formatting;
using Jint;
using Jint.Native;

namespace CourseCompanion.Notebooks.Export;

/// <summary>
/// Formulas on a page that works without the Internet: MathML, which browsers draw themselves, made of their TeX by Temml. A formula that it does not
/// know stands as its text.
/// </summary>
/// <remarks>
/// Temml is the file of its npm package, kept in <c>temml/</c> with its licence (MIT) and run by Jint, an interpreter that reaches nothing of this process.
/// It starts in a second, once, where there is a formula; a formula takes some ten milliseconds.
/// </remarks>
internal static class MathText
{
    /// <summary>Version of the npm package.</summary>
    internal const string Version = "0.13.5";

    /// <summary>SHA-384 of <c>dist/temml.min.js</c>, in base64.</summary>
    internal const string Checksum = "2DxBMAMyQPU/ulFko5zwTJ4LW6npd0cN3UviUxXkcVnUiAH2EUPZrnIlcPSrctmf";

    /// <summary>The resource that is the library.</summary>
    internal const string Library = "Export/temml/temml.min.js";

    // Of the pages' own limits, since a notebook may come from anyone: no formula of a course is as long, or as deep.
    private const int MostCharacters = 5_000;
    private const int MostCalls = 300;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private static readonly Lock Gate = new();
    private static readonly Lazy<(Engine Engine, JsValue Convert)> Temml = new(Start);

    internal static string Inline(string tex) => Convert(tex, isDisplayed: false) ?? $"<code class=\"math\">{HtmlText.Encode(tex)}</code>";

    /// <summary>A formula on a line of its own; valid inside a paragraph.</summary>
    internal static string Displayed(string tex) =>
        (Convert(tex.Trim(), isDisplayed: true) ?? $"<code class=\"math displayed\">{HtmlText.Encode(tex.Trim())}</code>") + "\n";

    private static string? Convert(string tex, bool isDisplayed)
    {
        if (tex.Length > MostCharacters)
        {
            return null;
        }
        lock (Gate)
        {
            try
            {
                return Temml.Value.Engine.Invoke(Temml.Value.Convert, tex, isDisplayed).AsString();
            }
            catch (Exception error) when (error is JintException or TimeoutException)
            {
                return null;
            }
        }
    }

    private static (Engine Engine, JsValue Convert) Start()
    {
        var engine = new Engine(options => options.LimitRecursion(MostCalls).TimeoutInterval(Limit));
        engine.Execute(EmbeddedText.Read(Library));
        return (engine, engine.Evaluate("(tex, isDisplayed) => temml.renderToString(tex, { displayMode: isDisplayed, throwOnError: true })"));
    }
}
