using System.Globalization;
using System.Text;
using CourseCompanion.Display;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Export;
using CourseCompanion.Notebooks.Formatting;

namespace CourseCompanion.Notebooks.Slides;

/// <summary>
/// An executed notebook as slides for a browser: one HTML file with reveal.js, styles, images and, where there are charts, plotly.js
/// inside. What does not fit on a slide goes on below it; the page itself measures that (<c>deck.js</c>), with the fonts it has.
/// </summary>
public static class SlideExporter
{
    /// <summary>Makes the page.</summary>
    /// <param name="notebook">An executed notebook.</param>
    /// <param name="options">How to make it; null: with the defaults.</param>
    /// <returns>The text of the HTML file, to be written as UTF-8.</returns>
    /// <exception cref="InvalidOperationException">No cell was executed, or no section has the heading that is asked for.</exception>
    public static string Export(NotebookDocument notebook, SlideOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        options ??= new SlideOptions();
        var deck = Deck.Read(notebook, options);
        var html = new CellHtml(new PageImages(options.Folder));
        var body = new StringBuilder();
        foreach (var section in deck.Sections)
        {
            body.Append("<section>\n");
            foreach (var slide in section.Slides.Where(slide => slide.Items.Count + slide.Notes.Count > 0))
            {
                body.Append(section.IsTitle ? "<section class=\"slide title\">\n" : "<section class=\"slide\">\n");
                foreach (var item in slide.Items)
                {
                    var content = Html(item, html);
                    body.Append(item.IsFragment && content.Length > 0 ? $"<div class=\"fragment\">\n{content}</div>\n" : content);
                }
                body.Append("<aside class=\"notes\">\n").AppendJoin('\n', slide.Notes.Select(note => html.Prose(note)).Concat(Charts(slide)))
                    .Append("</aside>\n</section>\n");
            }
            body.Append("</section>\n");
        }
        return Page(deck, body, html.UsesPlotly);
    }

    /// <summary>What the speaker says of a slide's charts: their alternative texts, as in a presentation for PowerPoint.</summary>
    private static IEnumerable<string> Charts(DeckSlide slide) => slide.Items.OfType<DeckOutput>()
        .Where(item => item.Output.JsonData(MimeTypes.Plotly) is not null)
        .Select(item => item.Output.TextData(MimeTypes.PlainText)?.Trim()).Where(text => !string.IsNullOrEmpty(text))
        .Select(text => $"<p>{HtmlText.Encode(text!)}</p>\n");

    private static string Html(DeckItem item, CellHtml html) => item switch
    {
        DeckProse prose => html.Prose(prose.Markdown, prose.Cell.Attachments),
        DeckCode code => CellHtml.Source(code.Cell),
        DeckOutput output => html.Output(output.Output),
        _ => html.Raw(item.Cell) is { } raw ? $"<div class=\"html\">{raw}</div>\n" : "",
    };

    private static string Page(Deck deck, StringBuilder body, bool usesPlotly)
    {
        var notes = RevealLibrary.French.Aggregate(
            RevealLibrary.Read("notes.js"), (text, pair) => text.Replace(pair.Key, pair.Value, StringComparison.Ordinal));
        return string.Create(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="fr">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{HtmlText.Encode(deck.Title)}</title>
            <style>
            {RevealLibrary.Read("reveal.css")}
            {PageStyle.Colours}
            {EmbeddedText.Read("Slides/deck.css")}
            </style>
            {(usesPlotly ? PageScript.Plotly() : "")}
            {PageScript.Element(RevealLibrary.Read("reveal.js"))}
            {PageScript.Element(notes)}
            {PageScript.Element(EmbeddedText.Read("Slides/deck.js"))}
            </head>
            <body class="measuring" data-footer="{HtmlText.Encode(deck.Footer ?? "")}">
            <noscript>Ces diapositives ont besoin de JavaScript.</noscript>
            <div class="reveal"><div class="slides">
            {body}</div></div>
            <script>startDeck();</script>
            </body>
            </html>

            """);
    }
}
