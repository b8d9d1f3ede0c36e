using CourseCompanion.Display;
using CourseCompanion.Notebooks.Document;

namespace CourseCompanion.Notebooks.Slides.PowerPoint;

/// <summary>
/// Puts a deck's content on slides of PowerPoint. A program that only writes the file cannot measure its letters: lines are counted
/// with a width that common fonts stay below.
/// </summary>
internal sealed class SlideLayout
{
    /// <summary>Pixels between the title and the footer, on a slide of 1280 x 720.</summary>
    internal const double Room = 500;

    internal const double TextSize = 26;
    internal const double LineHeight = 36;
    internal const double Gap = 10;
    internal const double RowHeight = 41;

    private const double Width = 1168;
    private const double LetterWidth = 0.54;
    private const double TableLetterWidth = 0.6;
    private const double LeastChart = 330;

    private readonly List<SlideContent> _slides = [];
    private readonly List<TextBlock> _texts = [];
    private List<TextBlock> _notes = [];
    private string _title = "";
    private bool _isTitle;
    private bool _isFirst;

    /// <summary>Lays out all slides.</summary>
    /// <param name="deck">The talk.</param>
    /// <param name="results">Tables of results, each on slides of its own at the end.</param>
    internal static IReadOnlyList<SlideContent> Of(Deck deck, IEnumerable<TableBlock> results)
    {
        var layout = new SlideLayout();
        foreach (var section in deck.Sections)
        {
            var title = section.Heading is { } heading ? TextOf(heading) : deck.Title;
            foreach (var slide in section.Slides)
            {
                layout.Begin(title, section.IsTitle && slide == section.Slides[0], [.. slide.Notes.SelectMany(note => MarkdownBlocks.Read(note, skipsTitle: false)).OfType<TextBlock>()]);
                foreach (var block in slide.Items.SelectMany(Blocks))
                {
                    layout.Add(block);
                }
                layout.End();
            }
        }
        foreach (var table in results)
        {
            layout.Begin(table.Title!, isTitle: false, []);
            layout.Add(table with { Title = null });
            layout.End();
        }
        return layout._slides;
    }

    /// <summary>The height that a paragraph takes.</summary>
    internal static double Height(TextBlock text)
    {
        var columns = (int)((Width - 40 * (text.Level + (text.Bullet == Bullet.None ? 0 : 1))) / (TextSize * LetterWidth));
        return Gap + LineHeight * text.Text.Split('\n').Sum(line => Math.Max(1, (line.Length + columns - 1) / columns));
    }

    /// <summary>The height of what stands below a table.</summary>
    internal static double NoteHeight(string note) => 16 + 30 * Math.Ceiling(note.Length / 95.0);

    /// <summary>The height of a table's row, the widest column counted with the width it gets.</summary>
    internal static double Height(IReadOnlyList<string> row, IReadOnlyList<double> widths) =>
        RowHeight + 29 * (row.Zip(widths, (cell, width) => Lines(cell, (int)((width - 20) / (24 * TableLetterWidth)))).Max() - 1);

    /// <summary>On how many lines a text stands, broken at its ordinary spaces.</summary>
    private static int Lines(string text, int columns)
    {
        var (lines, used) = (1, 0);
        foreach (var word in text.Split(' '))
        {
            (lines, used) = used == 0 ? (lines, word.Length) : used + 1 + word.Length <= columns ? (lines, used + 1 + word.Length) : (lines + 1, word.Length);
            lines += Math.Max(0, used - 1) / Math.Max(1, columns);
        }
        return lines;
    }

    /// <summary>Widths of columns, in pixels: as wide as their longest text where there is room, and no word is broken.</summary>
    internal static double[] Widths(IReadOnlyList<IReadOnlyList<string>> rows, bool hasHead)
    {
        // Headings are bold, and so wider.
        double Longest(int column, Func<string, int> length) =>
            26 + 24 * TableLetterWidth * rows.Index().Max(row => (hasHead && row.Index == 0 ? 1.12 : 1) * length(row.Item[column]));
        var columns = Enumerable.Range(0, rows[0].Count).ToList();
        double[] least = [.. columns.Select(column => Longest(column, cell => cell.Split(' ').Max(word => word.Length)))];
        double[] wished = [.. columns.Select(column => Longest(column, cell => cell.Length))];
        var missing = wished.Sum() - least.Sum();
        // A narrow table stays narrow: figures belong near their names.
        var share = wished.Sum() <= Width || missing == 0 ? 1 : Math.Max(0, (Width - least.Sum()) / missing);
        double[] widths = [.. least.Zip(wished, (low, high) => low + share * (high - low))];
        var excess = Math.Min(1, Width / widths.Sum());
        return [.. widths.Select(width => width * excess)];
    }

    private static string TextOf(string markdown) =>
        string.Concat(MarkdownBlocks.Read("# " + markdown, skipsTitle: false).OfType<TextBlock>().Take(1).Select(block => block.Text));

    private static IEnumerable<Block> Blocks(DeckItem item) => item switch
    {
        DeckProse prose => MarkdownBlocks.Read(prose.Markdown, skipsTitle: true),
        DeckCode code => [Code(code.Cell.Source)],
        DeckOutput output => Blocks(output.Output),
        _ => [],
    };

    private static IEnumerable<Block> Blocks(NotebookOutput output)
    {
        var plain = output.TextData(MimeTypes.PlainText)?.Trim() ?? "";
        if (output.Kind == NotebookOutputKind.Stream)
        {
            return [Code(output.Text)];
        }
        if (output.Kind == NotebookOutputKind.Error)
        {
            return [new TextBlock([new TextRun($"{output.ErrorName}: {output.ErrorValue}", IsBold: true)])];
        }
        if (output.JsonData(MimeTypes.Plotly) is { } figure)
        {
            return [ChartData.Read(figure) is { } chart ? new ChartBlock(chart, plain) : new TextBlock([new TextRun(plain)])];
        }
        if (output.TextData("text/markdown") is { } markdown)
        {
            return MarkdownBlocks.Read(markdown, skipsTitle: false);
        }
        foreach (var mime in (string[])[MimeTypes.Png, "image/jpeg"])
        {
            if (output.TextData(mime) is { } data && Bytes(data) is { } bytes)
            {
                return [new PictureBlock(mime, bytes, plain)];
            }
        }
        // A grid of pictures is a table, too, and its words alone say nothing.
        if (output.TextData(MimeTypes.Html) is { } html && !html.Contains("<img", StringComparison.OrdinalIgnoreCase)
            && HtmlTables.Read(html).ToList() is { Count: > 0 } tables)
        {
            return tables;
        }
        return plain.Length > 0 ? plain.Split("\n\n").Select(text => new TextBlock([new TextRun(text)])) : [];
    }

    /// <summary>What a text in base64 says; null for one that says nothing.</summary>
    private static byte[]? Bytes(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var count) && count > 0 ? bytes[..count] : null;
    }

    private static TextBlock Code(string text) => new([new TextRun(text.TrimEnd(), IsCode: true)]);

    private void Begin(string title, bool isTitle, List<TextBlock> notes)
    {
        (_title, _isTitle, _notes, _isFirst) = (title, isTitle, notes, true);
    }

    private void Add(Block block)
    {
        switch (block)
        {
            case TextBlock text:
                AddText(text);
                break;
            case TableBlock table:
                AddTable(table);
                break;
            default:
                if (Room - Used() < LeastChart)
                {
                    Close(null, null);
                }
                var title = _texts.Count == 0 && !_isFirst && block is ChartBlock { Chart.Title.Length: > 0 } chart ? chart.Chart.Title : null;
                Close(block, title);
                break;
        }
    }

    private void AddText(TextBlock text)
    {
        if (text.Text.Trim().Length == 0)
        {
            return;
        }
        if (Used() + Height(text) > Room && _texts.Count > 0)
        {
            // What announces something stays with it.
            var lead = _texts.Count > 1 && IsLead(_texts[^1]) ? _texts[^1] : null;
            if (lead is not null)
            {
                _texts.RemoveAt(_texts.Count - 1);
            }
            Close(null, null);
            if (lead is not null)
            {
                _texts.Add(lead);
            }
        }
        foreach (var part in Parts(text))
        {
            if (Used() + Height(part) > Room && _texts.Count > 0)
            {
                Close(null, null);
            }
            _texts.Add(part);
        }
    }

    private static bool IsLead(TextBlock text) =>
        text.Bullet == Bullet.None && (text.Runs.All(run => run.IsBold) || text.Text.TrimEnd().EndsWith(':'));

    /// <summary>A text longer than a slide, such as what a cell printed, in pieces of whole lines.</summary>
    private static IEnumerable<TextBlock> Parts(TextBlock text)
    {
        if (Height(text) <= Room || text.Runs.Count > 1)
        {
            return [text];
        }
        var most = (int)(Room / LineHeight) - 1;
        return text.Text.Split('\n').Chunk(most).Select(lines => text with { Runs = [text.Runs[0] with { Text = string.Join('\n', lines) }] });
    }

    private void AddTable(TableBlock table)
    {
        var widths = table.Widths;
        var rows = table.Rows.Skip(table.HasHead ? 1 : 0).ToList();
        var foot = table.Note is null ? 0 : NoteHeight(table.Note);
        var head = (table.HasHead ? Height(table.Rows[0], widths) : 0) + (table.Title is null ? 0 : LineHeight + Gap);
        if (Used() > 0 && Used() + head + foot + rows.Take(4).Sum(row => Height(row, widths)) > Room)
        {
            Close(null, null);
        }
        do
        {
            var room = Room - Used() - head - foot;
            var count = 0;
            while (count < rows.Count && (count == 0 || rows.Take(count + 1).Sum(row => Height(row, widths)) <= room))
            {
                count++;
            }
            Close(table with { Widths = widths, Rows = [.. table.Rows.Take(table.HasHead ? 1 : 0), .. rows.Take(count)] }, null);
            rows.RemoveRange(0, count);
        }
        while (rows.Count > 0);
    }

    private double Used() => _texts.Sum(Height);

    private void End()
    {
        // A title may stand alone.
        if (_texts.Count > 0 || _notes.Count > 0 || _isTitle && _isFirst)
        {
            Close(null, null);
        }
    }

    private void Close(Block? graphic, string? title)
    {
        var notes = graphic is ChartBlock { Description.Length: > 0 } chart ? [.. _notes, new TextBlock([new TextRun(chart.Description)])] : _notes;
        _slides.Add(new SlideContent(title ?? _title, _isTitle && _isFirst, [.. _texts], graphic, notes));
        _texts.Clear();
        _notes = [];
        _isFirst = false;
    }
}
