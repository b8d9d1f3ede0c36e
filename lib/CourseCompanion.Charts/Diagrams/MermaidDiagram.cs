using System.Net;
using System.Text.RegularExpressions;
using CourseCompanion.Display;
using CourseCompanion.Work;

namespace CourseCompanion.Charts;

/// <summary>
/// A diagram written in the language of Mermaid, drawn as SVG: it shows in every front end and on every page, without a script and without the Internet.
/// </summary>
/// <example><code>
/// display(new MermaidDiagram("graph LR\n A[Images] --> B[Modèle]"));
/// </code></example>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed partial class MermaidDiagram : IDisplayable
{
    /// <summary>Draws it.</summary>
    /// <param name="source">A flowchart, state, sequence, class or entity-relationship diagram, or an xychart.</param>
    /// <exception cref="MermaidException">It is of another kind, or not written as Mermaid wants it.</exception>
    /// <exception cref="OperationCanceledException">Stop was pressed (<see cref="WorkContext"/>).</exception>
    public MermaidDiagram(string source)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        Source = source.Trim('\n');
        Svg = MermaidLibrary.Draw(Source, WorkContext.Cancellation);
    }

    /// <summary>The diagram in Mermaid's language.</summary>
    public string Source { get; }

    /// <summary>The picture: one <c>svg</c> element.</summary>
    public string Svg { get; }

    /// <summary>What it shows, in French, for who does not see it: its arrows or, where it has none, the names in it.</summary>
    public string AlternativeText
    {
        get
        {
            Dictionary<string, string> names = [];
            foreach (Match node in Node().Matches(Svg))
            {
                names[node.Groups["id"].Value] = Text(node.Groups["label"].Value);
            }
            List<string> arrows = [.. Edge().Matches(Svg).Select(edge =>
            {
                var label = Text(edge.Groups["label"].Value);
                return $"{Name(edge.Groups["from"].Value)} → {Name(edge.Groups["to"].Value)}{(label.Length > 0 ? $" ({label})" : "")}";
            })];
            return "Diagramme : " + (arrows.Count > 0 ? string.Join(" ; ", arrows) : string.Join(", ", names.Values)) + ".";

            string Name(string id) => names.GetValueOrDefault(id, Text(id));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
    {
        // White like the charts, whatever the theme around it.
        [MimeTypes.Html] = $"<div style=\"background: #FFFFFF; overflow-x: auto\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(AlternativeText)}\">\n{Svg}\n</div>",
        [MimeTypes.PlainText] = AlternativeText,
    };

    private static string Text(string encoded) => WebUtility.HtmlDecode(encoded).ReplaceLineEndings(" ");

    [GeneratedRegex("<g class=\"node\" data-id=\"(?<id>[^\"]*)\" data-label=\"(?<label>[^\"]*)\"")]
    private static partial Regex Node();

    [GeneratedRegex("<polyline class=\"edge\" data-from=\"(?<from>[^\"]*)\" data-to=\"(?<to>[^\"]*)\"[^>]*?(?: data-label=\"(?<label>[^\"]*)\")? points=")]
    private static partial Regex Edge();
}
