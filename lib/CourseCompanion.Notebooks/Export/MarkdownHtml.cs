using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
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
internal sealed partial class MarkdownHtml(PageImages images)
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
        var document = Markdown.Parse(WithMathEnvironments(markdown), Pipeline);
        foreach (var heading in document.Descendants<HeadingBlock>())
        {
            var attributes = heading.GetAttributes();
            var id = attributes.Id is { Length: > 0 } given ? given : "section";
            attributes.Id = Unique(id);
            Headings.Add(new PageHeading(heading.Level, attributes.Id, Text(heading.Inline)));
        }
        using var writer = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<HtmlMathInlineRenderer>(new InlineMath());
        renderer.ObjectRenderers.Replace<HtmlMathBlockRenderer>(new BlockMath());
        renderer.Render(document);
        // Footnotes of different cells would share their anchors.
        var html = FootnoteAnchor().Replace(writer.ToString(), $"$1{_ids.Count}-");
        // The empty corner of a table heads nothing.
        return images.Embed(html.Replace("<th></th>", "<td></td>", StringComparison.Ordinal), attachments);
    }

    /// <summary>Jupyter shows <c>\begin{align}</c> ... <c>\end{align}</c> as a formula without any dollar sign; so does the page.</summary>
    private static string WithMathEnvironments(string markdown)
    {
        if (!markdown.Contains(@"\begin{", StringComparison.Ordinal))
        {
            return markdown;
        }
        // What is code or a formula already is matched first, and left as it is.
        return CodeOrFormulaOrEnvironment().Replace(markdown, match => match.Groups["environment"].Success ? $"\n$$\n{match.Value}\n$$\n" : match.Value);
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

    [GeneratedRegex(@"^(?<fence>```+|~~~+)[^\n]*\n.*?(^\k<fence>|\z)|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$|(?<environment>\\begin\{(?<name>(equation|align|gather|multline|eqnarray)\*?)\}.*?\\end\{\k<name>\})", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeOrFormulaOrEnvironment();

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
