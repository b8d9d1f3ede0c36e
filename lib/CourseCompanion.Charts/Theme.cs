using CourseCompanion.Charts.Plotly;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

/// <summary>
/// One look for every chart of the course: white, large letters, French numbers, room for titles and legend. What does not depend
/// on the figure is in <see cref="HouseTemplate"/>.
/// </summary>
internal static class Theme
{
    /// <summary>Height of a chart in pixels.</summary>
    public const double Height = 460;

    private const double LineHeight = 1.35;
    private const int TitleColumns = 58;
    private const int CategoryColumns = 14;
    private const int LongCategoryColumns = 26;
    private const double LegendRow = 24;

    // A legend entry takes about this many pixels beside its letters, and a letter about so many.
    private const double LegendEntry = 44;
    private const double LetterWidth = 7.6;
    private const double LegendWidth = 700;

    /// <summary>The layout that every chart starts from.</summary>
    /// <param name="title">French title; null for none.</param>
    /// <param name="legend">Names in the legend; one name or none needs no legend.</param>
    /// <returns>A layout without axes.</returns>
    public static Layout Layout(string? title, IReadOnlyCollection<string> legend)
    {
        if (title is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(title);
            title = Wrap(FrenchText.Typeset(title), TitleColumns);
        }

        var titleHeight = 24 + (title is null ? 0 : HouseTemplate.TitleSize * LineHeight * LineCount(title));
        var legendHeight = LegendRow * LegendRows(legend);
        return new Layout
        {
            Title = title is null ? null : new Title { Text = title, IsBold = true },
            Template = HouseTemplate.Json,
            // A template's own separators would not reach the numbers on axes.
            Separators = HouseTemplate.Separators,
            Height = Height + legendHeight,
            Margin = new Margin { T = titleHeight + legendHeight + 10, R = 30, B = 70, L = 80 },
            ShowLegend = legendHeight > 0,
        };
    }

    /// <summary>An axis for numbers.</summary>
    /// <param name="axis">What it shows.</param>
    /// <param name="drawn">The numbers that will be drawn on it.</param>
    /// <returns>The axis for plotly.js.</returns>
    public static LayoutAxis NumberAxis(Axis axis, IEnumerable<double> drawn)
    {
        // Epochs, rounds and small counts have no halves.
        double[] distinct = [.. drawn.Where(double.IsFinite).Distinct().Take(200)];
        var steps = distinct.Length > 1 && Array.TrueForAll(distinct, value => value == Math.Truncate(value))
            ? distinct.Max() - distinct.Min()
            : 0;
        return Common(axis) with
        {
            Type = axis.IsLogarithmic ? "log" : null,
            Range = Range(axis),
            // On a logarithmic axis, 1 means every power of ten: the digits between them are too small to project.
            DTick = axis.IsLogarithmic ? 1 : !axis.IsPercent && steps is > 0 and <= 12 ? 1 : null,
            ExponentFormat = axis.IsLogarithmic ? "power" : null,
        };
    }

    /// <summary>An axis for names.</summary>
    /// <param name="axis">What it shows.</param>
    /// <returns>The axis for plotly.js.</returns>
    public static LayoutAxis CategoryAxis(Axis axis) => Common(axis) with { Type = "category", ShowGrid = false };

    /// <summary>Names of categories, broken into lines so that they fit under their place.</summary>
    /// <param name="names">French names.</param>
    /// <param name="wide">Whether they stand beside the chart rather than under it.</param>
    /// <returns>The names with line feeds.</returns>
    public static string[] Categories(IEnumerable<string> names, bool wide = false) =>
        [.. names.Select(name => Wrap(FrenchText.Typeset(name), wide ? LongCategoryColumns : CategoryColumns))];

    /// <summary>Reference lines and their labels.</summary>
    /// <param name="layout">The layout to complete.</param>
    /// <param name="x">Horizontal axis.</param>
    /// <param name="y">Vertical axis.</param>
    /// <returns>A new layout.</returns>
    public static Layout WithMarks(this Layout layout, Axis x, Axis y)
    {
        if (x.Marks.Count + y.Marks.Count == 0)
        {
            return layout;
        }

        var line = new Line { Color = Palette.Ink, Width = 2, Dash = "dash" };
        var font = new Font { Color = Palette.Ink, Size = 14 };
        var across = y.Marks.Select(mark => (
            new Shape { XRef = "x domain", YRef = "y", X0 = 0, X1 = 1, Y0 = y.Drawn(mark.Value), Y1 = y.Drawn(mark.Value), Line = line },
            new Annotation
            {
                Text = FrenchText.Typeset(mark.Label),
                XRef = "x domain",
                YRef = "y",
                X = 1,
                Y = Position(y, mark),
                XAnchor = "right",
                YAnchor = "bottom",
                YShift = 3,
                Font = font,
                BgColor = "rgba(255,255,255,0.8)",
            }));
        var upright = x.Marks.Select(mark => (
            new Shape { XRef = "x", YRef = "y domain", X0 = x.Drawn(mark.Value), X1 = x.Drawn(mark.Value), Y0 = 0, Y1 = 1, Line = line },
            new Annotation
            {
                Text = FrenchText.Typeset(mark.Label),
                XRef = "x",
                YRef = "y domain",
                X = Position(x, mark),
                Y = 1,
                XAnchor = "left",
                YAnchor = "top",
                XShift = 4,
                Font = font,
                BgColor = "rgba(255,255,255,0.8)",
            }));
        (Shape Shape, Annotation Annotation)[] marks = [.. across, .. upright];
        return layout with
        {
            Shapes = [.. layout.Shapes ?? [], .. marks.Select(mark => mark.Shape)],
            Annotations = [.. layout.Annotations ?? [], .. marks.Select(mark => mark.Annotation).Where(note => note.Text.Length > 0)],
        };

        // Annotations (not shapes) count exponents on a logarithmic axis.
        static double Position(Axis axis, AxisMark mark) =>
            axis.IsLogarithmic ? Math.Log10(axis.Drawn(mark.Value)) : axis.Drawn(mark.Value);
    }

    /// <summary>How many rows the legend takes above the chart.</summary>
    /// <param name="names">Names in the legend.</param>
    /// <returns>0 when there is nothing to tell apart.</returns>
    public static int LegendRows(IReadOnlyCollection<string> names)
    {
        if (names.Count < 2)
        {
            return 0;
        }

        var perRow = Math.Max(1, (int)(LegendWidth / (LegendEntry + LetterWidth * names.Max(name => name.Length))));
        return (names.Count + perRow - 1) / perRow;
    }

    /// <summary>A hover line « title : value unit », as a template.</summary>
    /// <param name="axis">What is shown.</param>
    /// <param name="variable">Variable of plotly.js: <c>x</c>, <c>y</c>, <c>z</c>.</param>
    /// <param name="values">The numbers that are drawn, or null when the variable is a text.</param>
    /// <returns>Template text.</returns>
    public static string HoverLine(Axis axis, string variable, IEnumerable<double>? values)
    {
        var title = PlotlyJson.EscapeInTemplate(FrenchText.Typeset(axis.Title + " : "));
        var unit = axis.DrawnUnit;
        var suffix = values is null || string.IsNullOrEmpty(unit) ? "" : FrenchNumbers.NoBreakSpace + PlotlyJson.EscapeInTemplate(unit);
        return values is null ? $"{title}%{{{variable}}}" : $"{title}%{{{variable}:{NumberFormat(values, axis.IsPercent)}}}{suffix}";
    }

    /// <summary>A format in d3's language with the decimals that the numbers call for.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="percent">Whether they are percentages: one decimal is enough.</param>
    /// <returns>A format such as <c>,.2f</c>.</returns>
    public static string NumberFormat(IEnumerable<double> values, bool percent)
    {
        var largest = 0.0;
        var whole = true;
        foreach (var value in values.Where(double.IsFinite))
        {
            largest = Math.Max(largest, Math.Abs(value));
            whole &= value == Math.Truncate(value);
        }

        // DecimalsFor sees a whole number as exact; among fractions it is not.
        var decimals = whole ? 0 : percent ? 1 : Math.Max(1, FrenchNumbers.DecimalsFor(largest + 1e-9));
        return FormattableString.Invariant($",.{decimals}f");
    }

    /// <summary>Breaks a text into lines at its ordinary spaces.</summary>
    /// <param name="text">Text; its own line feeds stay.</param>
    /// <param name="columns">Wished length of a line; a longer word stays whole.</param>
    /// <returns>The text with line feeds.</returns>
    public static string Wrap(string text, int columns) => string.Join('\n', text.Split('\n').Select(line => WrapLine(line, columns)));

    private static string WrapLine(string text, int columns)
    {
        var lines = new List<string>();
        foreach (var word in text.Split(' '))
        {
            if (lines.Count > 0 && lines[^1].Length + 1 + word.Length <= columns)
            {
                lines[^1] += " " + word;
            }
            else
            {
                lines.Add(word);
            }
        }

        return string.Join('\n', lines);
    }

    private static int LineCount(string text) => text.Count(letter => letter == '\n') + 1;

    private static LayoutAxis Common(Axis axis) => new() { Title = new Title { Text = FrenchText.Typeset(axis.Caption) } };

    private static double?[]? Range(Axis axis)
    {
        if (axis.Minimum is null && axis.Maximum is null)
        {
            return null;
        }

        return [End(axis.Minimum), End(axis.Maximum)];

        double? End(double? value) => value is null ? null : axis.IsLogarithmic ? Math.Log10(axis.Drawn(value.Value)) : axis.Drawn(value.Value);
    }
}
