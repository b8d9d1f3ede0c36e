using System.Globalization;
using System.Text;
using CourseCompanion.Display;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

/// <summary>Thumbnails with captions, made by <see cref="Chart.ImageGrid(string, int, int, int, IEnumerable{byte[]}, IEnumerable{string}?, int)"/>.</summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed record ImageGrid : IDisplayable
{
    internal const int Padding = 6;

    // Below this, a long name of a class would reach into its neighbour's.
    private const int NarrowWidth = 100;

    private readonly string? _altText;

    /// <summary>French title.</summary>
    public required string Title { get; init; }

    /// <summary>Each picture as a data URI, with its French caption (which may have several lines).</summary>
    public required IReadOnlyList<(string DataUri, string Caption)> Images { get; init; }

    /// <summary>Pictures per row.</summary>
    public required int Columns { get; init; }

    /// <summary>Width of a picture on the page, in pixels.</summary>
    public required int DisplayWidth { get; init; }

    /// <summary>What the grid shows, in French; title and captions unless given.</summary>
    public string AltText
    {
        get => _altText ?? Describe();
        init => _altText = value;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() =>
        new Dictionary<string, string> { [MimeTypes.Html] = ToHtml(), [MimeTypes.PlainText] = AltText };

    /// <summary>The grid as an HTML table: it keeps its rows where a site removes styles.</summary>
    /// <returns>An HTML fragment.</returns>
    public string ToHtml()
    {
        var width = DisplayWidth.ToString(CultureInfo.InvariantCulture);
        // With its padding: some pages count it in the width of a cell, and pictures would touch.
        var cell = (DisplayWidth + 2 * Padding).ToString(CultureInfo.InvariantCulture);
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"""
            <div role="group" aria-label="{FrenchText.Encode(FrenchText.Typeset(Title))}" style="background: #FFFFFF; color: #1A1A1A; padding: 12px; overflow-x: auto; font-family: sans-serif">
            <p style="font-size: 20px; font-weight: bold; margin: 0 0 8px 0"><b>{FrenchText.ToHtml(Title)}</b></p>
            <table style="border-collapse: collapse; background: #FFFFFF; color: #1A1A1A">

            """);
        foreach (var row in Images.Chunk(Columns))
        {
            html.Append("<tr style=\"background: #FFFFFF\">");
            foreach (var (uri, caption) in row)
            {
                var text = FrenchText.Typeset(caption);
                html.Append(CultureInfo.InvariantCulture, $"""
                    <td align="center" valign="top" style="border: none; padding: {Padding}px; text-align: center; vertical-align: top; font-size: {(DisplayWidth < NarrowWidth ? 13 : 15)}px; line-height: 1.3; max-width: {cell}px"><img src="{FrenchText.Encode(uri)}" width="{width}" alt="{FrenchText.Encode(text.ReplaceLineEndings(", "))}" style="display: block; margin: 0 auto 4px auto; max-width: none; width: {width}px; image-rendering: pixelated">{FrenchText.ToHtml(caption)}</td>
                    """);
            }

            html.Append("</tr>\n");
        }

        return html.Append("</table>\n</div>").ToString();
    }

    /// <summary>The alternative text.</summary>
    /// <returns>French text.</returns>
    public override string ToString() => AltText;

    private string Describe()
    {
        var captions = Images.Select(image => image.Caption.ReplaceLineEndings(", ")).Where(caption => caption.Length > 0).ToList();
        return FrenchText.Typeset(
            $"Planche d’images « {Title} », {FrenchNumbers.Count(Images.Count, "image")}"
            + (captions.Count > 0 ? $" : {string.Join(" ; ", captions)}." : "."));
    }
}
