using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using CourseCompanion.Display;
using CourseCompanion.French;
using CourseCompanion.Work;

namespace CourseCompanion.Results;

/// <summary>
/// A chapter's results: methods in rows, metrics in columns, the majority-class baseline set apart, the best values in bold, the
/// provenance at the foot. Besides HTML and text it emits the figures for machines (<see cref="MimeTypes.Results"/>), which the
/// headless runner collects.
/// </summary>
/// <remarks>
/// <code>
/// new ResultTable("Scores sur l'ensemble de test", Metric.Standard, provenance)
///     .Baseline("Classe majoritaire", "majority", 0.5, 0.669, 0.115, 0.143)
///     .Row("Pseudo-labels", "pseudo_labeling", report.MacroAuc, report.Accuracy, report.MacroF1, report.BalancedAccuracy)
/// </code>
/// </remarks>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText, MimeTypes.Results])]
public sealed class ResultTable : IDisplayable
{
    private const string TrialWarning = "Profil essai : ces chiffres ne veulent rien dire.";
    private const string SyntheticWarning = "Données synthétiques : ces scores ne disent rien des vraies images.";

    private static readonly JsonSerializerOptions JsonOptions = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    private readonly List<ResultRow> _rows;

    /// <summary>Starts a table.</summary>
    /// <param name="title">French title.</param>
    /// <param name="metrics">The columns, their keys all different.</param>
    /// <param name="provenance">Where the figures come from, or null for figures that are not the course's own.</param>
    /// <exception cref="ArgumentException">There is no column, or a key is used twice or holds other characters than a-z, 0-9 and _.</exception>
    public ResultTable(string title, IEnumerable<Metric> metrics, Provenance? provenance = null)
        : this(title, [.. metrics ?? throw new ArgumentNullException(nameof(metrics))], provenance, [])
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        if (Metrics.Count == 0)
        {
            throw new ArgumentException($"Table '{title}' has no column.", nameof(metrics));
        }

        foreach (var metric in Metrics)
        {
            CheckKey(metric.Key, Metrics.Count(other => other.Key == metric.Key) > 1);
        }
    }

    private ResultTable(string title, IReadOnlyList<Metric> metrics, Provenance? provenance, List<ResultRow> rows)
    {
        Title = title;
        Metrics = metrics;
        Provenance = provenance;
        _rows = rows;
    }

    /// <summary>French title.</summary>
    public string Title { get; }

    /// <summary>The columns.</summary>
    public IReadOnlyList<Metric> Metrics { get; }

    /// <summary>Where the figures come from, or null.</summary>
    public Provenance? Provenance { get; }

    /// <summary>The rows.</summary>
    public IReadOnlyList<ResultRow> Rows => _rows;

    /// <summary>The figures under flat names, <c>row.metric</c>; those not known are left out.</summary>
    public IReadOnlyDictionary<string, double> Figures => _rows
        .SelectMany(row => Metrics.Zip(row.Values, (metric, value) => (Name: $"{row.Key}.{metric.Key}", Value: value)))
        .Where(figure => double.IsFinite(figure.Value))
        .ToDictionary(figure => figure.Name, figure => figure.Value);

    /// <summary>The same table with one more method.</summary>
    /// <param name="name">French name.</param>
    /// <param name="key">Name for machines: lower-case ASCII letters, digits and underscores.</param>
    /// <param name="values">One value per column; not-a-number when it is not known.</param>
    /// <returns>A new table.</returns>
    /// <exception cref="ArgumentException">The key is used already or not allowed, or there are not as many values as columns.</exception>
    public ResultTable Row(string name, string key, params IEnumerable<double> values) => With(name, key, values, isBaseline: false);

    /// <summary>The same table with a baseline: set apart, and never the best.</summary>
    /// <param name="name">French name.</param>
    /// <param name="key">Name for machines: lower-case ASCII letters, digits and underscores.</param>
    /// <param name="values">One value per column; not-a-number when it is not known.</param>
    /// <returns>A new table.</returns>
    /// <exception cref="ArgumentException">The key is used already or not allowed, or there are not as many values as columns.</exception>
    public ResultTable Baseline(string name, string key, params IEnumerable<double> values) => With(name, key, values, isBaseline: true);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
    {
        [MimeTypes.Html] = ToHtml(),
        [MimeTypes.PlainText] = ToString(),
        [MimeTypes.Results] = JsonSerializer.Serialize(
            new Dictionary<string, object?>
            {
                ["title"] = Title,
                ["figures"] = Figures,
                ["provenance"] = Provenance is null ? new JsonObject() : JsonNode.Parse(Provenance.ToJson()),
            },
            JsonOptions),
    };

    /// <summary>The table as aligned text.</summary>
    /// <returns>French text.</returns>
    public override string ToString()
    {
        string[][] cells =
        [
            ["Méthode", .. Metrics.Select(metric => metric.Name)],
            .. _rows.Select(row => (string[])[row.IsBaseline ? row.Name + " (référence)" : row.Name, .. Written(row)]),
        ];
        var widths = Enumerable.Range(0, Metrics.Count + 1).Select(column => cells.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder(FrenchText.Typeset(Title)).Append('\n');
        foreach (var row in cells)
        {
            var line = row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]));
            text.Append(string.Join("  ", line).TrimEnd()).Append('\n');
        }

        foreach (var note in Notes())
        {
            text.Append(FrenchText.Typeset(note)).Append('\n');
        }

        return text.ToString().TrimEnd();
    }

    private static void CheckKey(string key, bool isTaken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (!key.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_'))
        {
            throw new ArgumentException($"Key '{key}' may hold a-z, 0-9 and _ only.", nameof(key));
        }

        if (isTaken)
        {
            throw new ArgumentException($"Key '{key}' is used twice.", nameof(key));
        }
    }

    private ResultTable With(string name, string key, IEnumerable<double> values, bool isBaseline)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(values);
        CheckKey(key, _rows.Exists(other => other.Key == key));
        var row = new ResultRow(name, key, [.. values], isBaseline);
        return row.Values.Count == Metrics.Count
            ? new ResultTable(Title, Metrics, Provenance, [.. _rows, row])
            : throw new ArgumentException($"Row '{name}' has {row.Values.Count} values for {Metrics.Count} columns.", nameof(values));
    }

    private IEnumerable<string> Written(ResultRow row) => Metrics.Zip(row.Values, (metric, value) => metric.Write(value));

    private IEnumerable<string> Notes()
    {
        if (Provenance is null)
        {
            yield break;
        }

        if (Provenance.Synthetic)
        {
            yield return "⚠️ " + SyntheticWarning;
        }

        if (Provenance.Profile == Profile.Essai.Name)
        {
            yield return "⚠️ " + TrialWarning;
        }

        var data = Provenance.Dataset is null ? "" : $"Données : {Provenance.Dataset}{(Provenance.Synthetic ? " (images générées)" : "")} ; ";
        var seeds = $"{(Provenance.Seeds.Count == 1 ? "graine" : "graines")} {string.Join(", ", Provenance.Seeds)} ; ";
        var profile = Provenance.Profile is null ? "" : $"profil {Provenance.Profile} ; ";
        yield return $"{data}{seeds}{profile}calcul sur {Provenance.Device}.";
    }

    /// <summary>Equal as written is equal: a third decimal that nobody sees makes no winner.</summary>
    private bool IsBest(ResultRow row, int column)
    {
        var metric = Metrics[column];
        double[] rivals = [.. _rows.Where(other => !other.IsBaseline).Select(other => other.Values[column]).Where(double.IsFinite)];
        if (row.IsBaseline || metric.Better == Better.Neither || rivals.Length < 2)
        {
            return false;
        }

        return metric.Write(row.Values[column]) == metric.Write(metric.Better == Better.Higher ? rivals.Max() : rivals.Min());
    }

    private string ToHtml()
    {
        const string Cell = "border: none; border-bottom: 1px solid #DDDDDD; padding: 6px 14px";
        var html = new StringBuilder();
        html.Append("<div style=\"background: #FFFFFF; color: #1A1A1A; padding: 10px; overflow-x: auto; font-family: sans-serif\">\n");
        html.Append("<table style=\"border-collapse: collapse; background: #FFFFFF; color: #1A1A1A; font-size: 16px\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<caption style=\"text-align: left; color: #1A1A1A; font-size: 18px; padding-bottom: 8px\"><b>{FrenchText.ToHtml(Title)}</b></caption>\n");
        html.Append($"<thead><tr style=\"background: #FFFFFF\"><th scope=\"col\" align=\"left\" style=\"{Cell}; text-align: left\">Méthode</th>");
        foreach (var metric in Metrics)
        {
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\" align=\"right\" style=\"{Cell}; text-align: right\">{FrenchText.ToHtml(metric.Name)}</th>");
        }

        html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in _rows)
        {
            var background = row.IsBaseline ? "#F0F0F0" : "#FFFFFF";
            var name = FrenchText.ToHtml(row.Name);
            html.Append(CultureInfo.InvariantCulture, $"<tr style=\"background: {background}\"><th scope=\"row\" align=\"left\" style=\"{Cell}; text-align: left; font-weight: normal\">");
            html.Append(row.IsBaseline ? $"<em>{name} (référence)</em></th>" : name + "</th>");
            foreach (var (column, text) in Written(row).Index())
            {
                var value = FrenchText.Encode(text);
                html.Append($"<td align=\"right\" style=\"{Cell}; text-align: right; white-space: nowrap\">");
                html.Append(IsBest(row, column) ? $"<strong>{value}</strong></td>" : value + "</td>");
            }

            html.Append("</tr>\n");
        }

        html.Append("</tbody>\n</table>\n");
        foreach (var note in Notes())
        {
            var text = FrenchText.ToHtml(note);
            html.Append(note.StartsWith("⚠️", StringComparison.Ordinal)
                ? $"<p style=\"background: #FDF0D9; border-left: 6px solid #E69F00; margin: 8px 0; padding: 6px 10px\"><strong>{text}</strong></p>\n"
                : $"<p style=\"color: #555555; font-size: 14px; margin: 8px 0 0 0\">{text}</p>\n");
        }

        return html.Append("</div>").ToString();
    }
}

/// <summary>A row of a <see cref="ResultTable"/>.</summary>
/// <param name="Name">French name.</param>
/// <param name="Key">Name for machines.</param>
/// <param name="Values">One value per column.</param>
/// <param name="IsBaseline">Whether it is the reference that every method must beat.</param>
public sealed record ResultRow(string Name, string Key, IReadOnlyList<double> Values, bool IsBaseline);
