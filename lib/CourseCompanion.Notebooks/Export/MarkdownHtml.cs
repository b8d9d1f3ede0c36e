using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Document;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.Mathematics;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace CourseCompanion.Notebooks.Export;

/// <summary>A heading of the page.</summary>
/// <param name="Level">From 1 to 6.</param>
/// <param name="Id">Its anchor.</param>
/// <param name="Text">Its text.</param>
internal sealed record PageHeading(int Level, string Id, string Text);

/// <summary>The Markdown cells of one page as HTML; anchors are unique over all of them.</summary>
internal sealed partial class MarkdownHtml
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseFootnotes()
        .UseTaskLists()
        .UseAutoLinks()
        .UseEmphasisExtras()
        .UseDefinitionLists()
        .UseMathematics()
        .UseAutoIdentifiers(AutoIdentifierOptions.GitHub)
        .Build();

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    /// <summary>The headings met so far.</summary>
    internal List<PageHeading> Headings { get; } = [];

    /// <summary>Renders one Markdown text; raw HTML in it stays (the page's author ran the notebook).</summary>
    internal string Render(string markdown, JsonObject? attachments = null)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var heading in document.Descendants<HeadingBlock>())
        {
            var attributes = heading.GetAttributes();
            var id = attributes.Id is { Length: > 0 } given ? given : "section";
            attributes.Id = Unique(id);
            Headings.Add(new PageHeading(heading.Level, attributes.Id, Text(heading.Inline)));
        }
        foreach (var link in document.Descendants<LinkInline>().Where(link => link.IsImage))
        {
            link.Url = Attachment(link.Url, attachments) ?? link.Url;
        }
        using var writer = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<HtmlMathInlineRenderer>(new InlineMath());
        renderer.ObjectRenderers.Replace<HtmlMathBlockRenderer>(new BlockMath());
        renderer.Render(document);
        // Footnotes of different cells would share their anchors.
        return FootnoteAnchor().Replace(writer.ToString(), $"$1{_ids.Count}-");
    }

    private string Unique(string id)
    {
        var unique = id;
        for (var i = 2; !_ids.Add(unique); i++)
        {
            unique = $"{id}-{i}";
        }
        return unique;
    }

    private static string Text(ContainerInline? inline) => inline is null ? "" : string.Concat(inline.Descendants().Select(node => node switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        MathInline math => math.Content.ToString(),
        _ => "",
    }));

    private static string? Attachment(string? url, JsonObject? attachments)
    {
        const string Scheme = "attachment:";
        if (url?.StartsWith(Scheme, StringComparison.Ordinal) != true
            || attachments?[Uri.UnescapeDataString(url[Scheme.Length..])] is not JsonObject data || data.Count == 0)
        {
            return null;
        }
        var (mime, content) = data.First();
        return $"data:{mime};base64,{MultilineText.Read(content).ReplaceLineEndings("")}";
    }

    [GeneratedRegex("((?:id=\"|href=\"#)fn(?:ref)?[:-])")]
    private static partial Regex FootnoteAnchor();

    private sealed class InlineMath : HtmlObjectRenderer<MathInline>
    {
        // "$$...$$" within a line is a displayed formula, too.
        protected override void Write(HtmlRenderer renderer, MathInline obj) => renderer.Write(obj.DelimiterCount == 2
            ? MathText.Displayed(obj.Content.ToString())
            : MathText.Inline(obj.Content.ToString()));
    }

    private sealed class BlockMath : HtmlObjectRenderer<MathBlock>
    {
        protected override void Write(HtmlRenderer renderer, MathBlock obj) =>
            renderer.Write(MathText.Displayed(obj.Lines.ToString()));
    }
}
