using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Formatting;

namespace CourseCompanion.Notebooks.Export;

/// <summary>
/// What the cells of one page become, whatever the page does with it: prose, code and outputs as HTML, one element each.
/// Charts are a call of the page's own <c>drawFigure(id, figure)</c>, unless the page draws them in its own way.
/// </summary>
internal sealed class CellHtml(PageImages images)
{
    private const string Plotly = "application/vnd.plotly.v1+json";

    /// <summary>The types that can be shown, best first.</summary>
    private static readonly string[] Preference =
    [
        Plotly, "text/html", "image/svg+xml", "image/png", "image/jpeg", "image/gif", "text/markdown", "text/latex",
        "application/json", "text/plain",
    ];

    // "<" is escaped, so that data cannot end the script element around it.
    private static readonly JsonSerializerOptions ScriptJson = new() { Encoder = JavaScriptEncoder.Default, MaxDepth = ForeignJson.MaxDepth };
    private static readonly JsonSerializerOptions IndentedJson = new() { WriteIndented = true, MaxDepth = ForeignJson.MaxDepth };

    private readonly MarkdownHtml _markdown = new(images);
    private int _figures;

    /// <summary>The element that draws a chart, from the name of its place and its JSON, in which no "&lt;" is left.</summary>
    internal Func<string, string, string> FigureScript { get; init; } = static (id, json) => $"<script>drawFigure(\"{id}\", {json});</script>";

    /// <summary>The headings met so far.</summary>
    internal IReadOnlyList<PageHeading> Headings => _markdown.Headings;

    /// <summary>Whether an output needs plotly.js.</summary>
    internal bool UsesPlotly { get; private set; }

    /// <summary>A Markdown text.</summary>
    internal string Prose(string markdown, JsonObject? attachments = null) => _markdown.Render(markdown, attachments);

    /// <summary>The program text of a cell, coloured.</summary>
    internal static string Source(NotebookCell cell)
    {
        var number = cell.ExecutionCount?.ToString(CultureInfo.InvariantCulture);
        var label = number is null ? "Code non exécuté" : $"Code, cellule {number}";
        return $"<div class=\"source\"><span class=\"count\" aria-hidden=\"true\">{number}</span>"
            + $"<pre tabindex=\"0\" aria-label=\"{label}\"><code>{CSharpHighlighter.Highlight(cell.Source.TrimEnd())}</code></pre></div>\n";
    }

    /// <summary>The text of a raw cell that holds HTML; null for one that is for other formats than a page.</summary>
    internal string? Raw(NotebookCell cell) => RawType(cell) == "text/html" ? images.Embed(cell.Source, cell.Attachments) : null;

    /// <summary>One output of a code cell; empty for one that cannot be shown.</summary>
    internal string Output(NotebookOutput output) => output.Kind switch
    {
        NotebookOutputKind.Stream =>
            $"<pre class=\"stream {(output.StreamName == "stderr" ? "stderr" : "stdout")}\">{AnsiHtml.Convert(Overwritten(output.Text))}</pre>\n",
        NotebookOutputKind.Error => $"<pre class=\"error\" role=\"alert\">{AnsiHtml.Convert(Report(output))}</pre>\n",
        _ => Bundle(output),
    };

    private static string Report(NotebookOutput error) =>
        error.Traceback.Count > 0 ? string.Join('\n', error.Traceback) : $"{error.ErrorName}: {error.ErrorValue}";

    /// <summary>What a terminal would show in the end: after a carriage return, a line is written over.</summary>
    private static string Overwritten(string text)
    {
        if (!text.Contains('\r', StringComparison.Ordinal))
        {
            return text;
        }
        return string.Join('\n', text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n').Select(line =>
            line.Split('\r').Aggregate((shown, over) => over.Length >= shown.Length ? over : over + shown[over.Length..])));
    }

    private string Bundle(NotebookOutput output)
    {
        // A chart that is no object cannot be drawn; what stands beside it, at least its text, can be shown.
        var types = output.MimeTypes.Where(type => type != Plotly || output.JsonData(type) is JsonObject).ToHashSet(StringComparer.Ordinal);
        var mime = Array.Find(Preference, types.Contains);
        var alternative = HtmlText.Encode((output.TextData("text/plain") ?? "").Trim());
        switch (mime)
        {
            case Plotly:
                return Figure(output.JsonData(Plotly)!, alternative);
            case "text/html":
                var html = output.TextData(mime)!;
                // Figures that bring only HTML still need the library.
                UsesPlotly |= html.Contains("Plotly", StringComparison.Ordinal);
                return $"<div class=\"html\">{html}</div>\n";
            case "image/svg+xml":
                return Image(mime, Convert.ToBase64String(Encoding.UTF8.GetBytes(output.TextData(mime)!)), alternative);
            case "image/png" or "image/jpeg" or "image/gif":
                return Image(mime, output.TextData(mime)!.ReplaceLineEndings(""), alternative);
            case "text/markdown":
                return $"<div class=\"prose\">{_markdown.Render(output.TextData(mime)!)}</div>\n";
            case "text/latex":
                return MathText.Displayed(output.TextData(mime)!.Trim('$', ' ', '\n'));
            case "application/json":
                var json = output.JsonData(mime)?.ToJsonString(IndentedJson) ?? "null";
                return $"<pre class=\"result\">{HtmlText.Encode(json)}</pre>\n";
            case "text/plain":
                return $"<pre class=\"result\">{AnsiHtml.Convert(output.TextData(mime)!)}</pre>\n";
            default:
                return "";
        }
    }

    private static string Image(string mime, string data, string alternative) =>
        $"<img src=\"data:{mime};base64,{data}\" alt=\"{alternative}\">\n";

    private string Figure(JsonNode figure, string alternative)
    {
        UsesPlotly = true;
        var id = $"figure-{++_figures}";
        var height = figure.At("layout", "height").AsNumber() ?? 450;
        // Without the library the text stands in for the chart.
        return string.Create(CultureInfo.InvariantCulture, $"""
            <figure><div id="{id}" class="plotly" role="img" aria-label="{alternative}" style="min-height:{height}px"></div>
            <noscript><pre>{alternative}</pre></noscript></figure>
            {FigureScript(id, figure.ToJsonString(ScriptJson))}

            """);
    }

    // Jupyter's two spellings of what a raw cell is for; one without is for other formats than a page.
    private static string? RawType(NotebookCell cell) =>
        cell.Metadata.At("raw_mimetype").AsText() ?? cell.Metadata.At("format").AsText();
}
