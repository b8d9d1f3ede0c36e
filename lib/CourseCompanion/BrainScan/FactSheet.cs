using System.Globalization;
using System.Text;
using CourseCompanion.Display;
using CourseCompanion.Evaluation;
using CourseCompanion.Files;
using CourseCompanion.French;

namespace CourseCompanion.BrainScan;

/// <summary>
/// A document made of results: headings, sentences, and facts with their figures. <see cref="ModelCard"/> and <see cref="DataSheet"/> are
/// written with it, so that no figure in them was ever typed.
/// </summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class FactSheet : IDisplayable
{
    private readonly List<Part> _parts = [];

    /// <param name="title">French title.</param>
    public FactSheet(string title)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        Title = title;
    }

    /// <summary>French title.</summary>
    public string Title { get; }

    /// <summary>The facts, in order.</summary>
    public IReadOnlyList<(string Name, string Value)> Facts => [.. _parts.SelectMany(part => part.Facts)];

    /// <summary>Starts a section.</summary>
    /// <param name="heading">French heading.</param>
    /// <param name="sentences">What there is to say in French, a paragraph each.</param>
    /// <returns>The sheet.</returns>
    public FactSheet Section(string heading, params IEnumerable<string> sentences)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(heading);
        _parts.Add(new Part(heading, [.. sentences], []));
        return this;
    }

    /// <summary>Adds a fact to the section.</summary>
    /// <param name="name">French name.</param>
    /// <param name="value">The fact, written in French; markup in it is shown, not interpreted.</param>
    /// <returns>The sheet.</returns>
    /// <exception cref="InvalidOperationException">No section has been started.</exception>
    public FactSheet Fact(string name, string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (_parts.LastOrDefault() ?? throw new InvalidOperationException("Start a section before its facts.")).Facts.Add((name, value));
        return this;
    }

    /// <summary>Adds a figure with its interval.</summary>
    /// <param name="name">French name.</param>
    /// <param name="interval">The figure.</param>
    /// <param name="write">How it is written; a percentage if null.</param>
    /// <returns>The sheet.</returns>
    public FactSheet Fact(string name, ConfidenceInterval interval, Func<double, string>? write = null)
    {
        ArgumentNullException.ThrowIfNull(interval);
        write ??= value => FrenchNumbers.Percent(value);
        return Fact(name, $"{write(interval.Estimate)} (intervalle à {FrenchNumbers.Percent(interval.Level, 0)} : de {write(interval.Lower)} à {write(interval.Upper)})");
    }

    /// <summary>The sheet as Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"# {Plain(Title)}\n\n**{ReportHtml.DecisionAid}**\n");
        foreach (Part part in _parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {Plain(part.Heading)}\n");
            text.AppendJoin("", part.Sentences.Select(sentence => $"\n{Plain(sentence)}\n"));
            text.Append(part.Facts.Count == 0 ? "" : "\n| | |\n|---|---|\n");
            text.AppendJoin("", part.Facts.Select(fact => $"| {Plain(fact.Name)} | {Plain(fact.Value)} |\n"));
        }

        return text.ToString();

        // A bar would end the cell of a table, a tag would become one.
        static string Plain(string words) => FrenchText.Typeset(words).Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "\\<", StringComparison.Ordinal);
    }

    /// <summary>The sheet as a page that needs nothing else.</summary>
    public string ToPage() => $$"""
        <!DOCTYPE html>
        <html lang="fr">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{FrenchText.ToHtml(Title)}}</title></head>
        <body style="background: #F4F4F4; margin: 0; padding: 24px"><main style="max-width: 900px; margin: 0 auto">
        {{ToHtml("h1", "h2")}}
        </main></body>
        </html>

        """;

    /// <summary>Writes the Markdown file and, beside it, the page.</summary>
    /// <param name="path">Path of the Markdown file, which ends in <c>.md</c>.</param>
    /// <returns>Paths of both files.</returns>
    public IReadOnlyList<string> Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string page = Path.ChangeExtension(path, ".html");
        AtomicFile.WriteAllText(path, ToMarkdown());
        AtomicFile.WriteAllText(page, ToPage());
        return [path, page];
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() =>
        new Dictionary<string, string> { [MimeTypes.Html] = ToHtml("h3", "h4"), [MimeTypes.PlainText] = ToMarkdown() };

    /// <summary>The sheet as Markdown.</summary>
    public override string ToString() => ToMarkdown();

    private string ToHtml(string first, string second)
    {
        const string Cell = "border: none; border-bottom: 1px solid #DDDDDD; padding: 5px 12px; text-align: left; vertical-align: top";
        var html = new StringBuilder("<div style=\"background: #FFFFFF; color: #1A1A1A; border: 1px solid #CCCCCC; border-radius: 4px; padding: 12px 20px; font-family: sans-serif; line-height: 1.45\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<{first} style=\"margin: 4px 0; color: #1A1A1A\">{FrenchText.ToHtml(Title)}</{first}>\n<p style=\"margin: 6px 0\"><strong>⚠️ {FrenchText.ToHtml(ReportHtml.DecisionAid)}</strong></p>\n");
        foreach (Part part in _parts)
        {
            html.Append(CultureInfo.InvariantCulture, $"<{second} style=\"margin: 16px 0 4px 0; color: #0072B2\">{FrenchText.ToHtml(part.Heading)}</{second}>\n");
            html.AppendJoin("", part.Sentences.Select(sentence => $"<p style=\"margin: 4px 0\">{FrenchText.ToHtml(sentence)}</p>\n"));
            if (part.Facts.Count > 0)
            {
                html.Append("<table style=\"border-collapse: collapse; background: #FFFFFF; color: #1A1A1A; font-size: 15px\">\n");
                html.AppendJoin("", part.Facts.Select(fact =>
                    $"<tr style=\"background: #FFFFFF\"><th scope=\"row\" align=\"left\" style=\"{Cell}; font-weight: normal; color: #555555\">{FrenchText.ToHtml(fact.Name)}</th><td align=\"left\" style=\"{Cell}; overflow-wrap: anywhere\">{FrenchText.ToHtml(fact.Value)}</td></tr>\n"));
                html.Append("</table>\n");
            }
        }

        return html.Append("</div>").ToString();
    }

    private sealed record Part(string Heading, IReadOnlyList<string> Sentences, List<(string Name, string Value)> Facts);
}
