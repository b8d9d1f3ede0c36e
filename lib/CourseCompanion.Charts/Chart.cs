using CourseCompanion.Charts.Plotly;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

/// <summary>
/// The course's charts. Every one has a French title, axis titles with units, French numbers, colours that everyone tells apart and
/// an alternative text written from its data. Titles, names and captions are plain text: markup in them is shown, not interpreted.
/// </summary>
public static partial class Chart
{
    private static Series[] Checked(string title, IEnumerable<Series> series)
    {
        ArgumentNullException.ThrowIfNull(series);
        Series[] list = [.. series];
        if (list.Length == 0)
        {
            throw new ArgumentException($"Chart '{title}' has no series.", nameof(series));
        }

        foreach (var one in list)
        {
            if (one.Values.Count == 0)
            {
                throw new ArgumentException($"Series '{one.Name}' of chart '{title}' is empty.", nameof(series));
            }

            RequireNoInfinity(one.Values, $"Series '{one.Name}' of chart '{title}'");
        }

        if (list.All(IsBlank))
        {
            throw new ArgumentException($"Every value of every series of chart '{title}' is not a number.", nameof(series));
        }

        if (list.Select(one => one.Name).Distinct().Count() < list.Length)
        {
            throw new ArgumentException($"Two series of chart '{title}' have the same name.", nameof(series));
        }

        return list;
    }

    /// <summary>Whether a series has nothing to draw: a training that diverged at once. The others are drawn all the same.</summary>
    private static bool IsBlank(Series series) => series.Values.All(double.IsNaN);

    /// <summary>The figure whose alternative text names what is not drawn.</summary>
    private static Figure NamingBlank(Figure figure, IEnumerable<Series> series) =>
        Blank(series) is { Length: > 0 } sentence ? figure with { AltText = figure.AltText + sentence } : figure;

    private static string Blank(IEnumerable<Series> series)
    {
        string[] names = [.. series.Where(IsBlank).Select(one => $"« {one.Name} »")];
        return names.Length == 0 ? "" : FrenchText.Typeset(
            names.Length == 1 ? $" Série sans valeur, non tracée : {names[0]}." : $" Séries sans valeur, non tracées : {string.Join(", ", names)}.");
    }

    private static void RequireNoInfinity(IEnumerable<double> values, string owner)
    {
        var index = 0;
        foreach (var value in values)
        {
            if (double.IsInfinity(value))
            {
                throw new ArgumentException($"{owner}: value {index} is infinite.");
            }

            index++;
        }
    }

    private static void RequireFinite(IReadOnlyList<double> values, string owner)
    {
        if (values.Count == 0)
        {
            throw new ArgumentException($"{owner} is empty.");
        }

        for (var i = 0; i < values.Count; i++)
        {
            if (!double.IsFinite(values[i]))
            {
                throw new ArgumentException($"{owner}: value {i} is not a finite number ({values[i]}).");
            }
        }
    }

    private static double[] Drawn(Axis axis, IEnumerable<double> values) => [.. values.Select(axis.Drawn)];

    private static ErrorBars? Uncertainty(Axis axis, Series series, string color = Palette.Ink)
    {
        if (series.Interval is not var (low, high))
        {
            return null;
        }

        return new ErrorBars
        {
            Array = PlotData.Of(high.Zip(series.Values, (end, value) => Math.Max(0, axis.Drawn(end) - axis.Drawn(value)))),
            ArrayMinus = PlotData.Of(low.Zip(series.Values, (end, value) => Math.Max(0, axis.Drawn(value) - axis.Drawn(end)))),
            Color = color,
            Thickness = 2,
        };
    }

    private static string HoverTemplate(params IEnumerable<string> lines) => string.Join("<br>", lines) + "<extra></extra>";
}
