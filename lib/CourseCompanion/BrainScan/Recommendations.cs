using CourseCompanion.Display;
using CourseCompanion.French;

namespace CourseCompanion.BrainScan;

/// <summary>
/// What a project team is advised to do: sentences that a notebook writes from its results, so that other images give other sentences. Slides take them
/// from here.
/// </summary>
/// <example>
/// <code>
/// double recall = 0.97;
/// var advice = new Recommendations("Mission", $"Le modèle trouve {recall:P0} des cancers : un radiologue relit les autres.");
/// </code>
/// </example>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class Recommendations : IDisplayable
{
    /// <param name="title">French title.</param>
    /// <param name="sentences">French sentences, the most important first; blank ones, of what could not be measured, are left out.</param>
    /// <exception cref="ArgumentException">There is no title or no sentence.</exception>
    public Recommendations(string title, params IEnumerable<string?> sentences)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        ArgumentNullException.ThrowIfNull(sentences);
        Title = FrenchText.Typeset(title);
        Sentences = [.. sentences.Where(sentence => !string.IsNullOrWhiteSpace(sentence)).Select(sentence => FrenchText.Typeset(sentence!))];
        if (Sentences.Count == 0)
        {
            throw new ArgumentException("There is nothing to recommend.", nameof(sentences));
        }
    }

    /// <summary>French title.</summary>
    public string Title { get; }

    /// <summary>The sentences, in order.</summary>
    public IReadOnlyList<string> Sentences { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
    {
        [MimeTypes.Html] = HtmlCard.Wrap(
            Title,
            HtmlCard.List(Sentences.Index().Select(one => $"{one.Index + 1}. {FrenchText.ToHtml(one.Item)}")) + HtmlCard.Paragraph(ReportHtml.DecisionAid),
            "#0072B2"),
        [MimeTypes.PlainText] = ToString(),
    };

    /// <summary>The sentences, each a paragraph of its own: a presentation makes one text of each.</summary>
    /// <returns>French text.</returns>
    public override string ToString() => string.Join("\n\n", [.. Sentences.Index().Select(one => $"{one.Index + 1}. {one.Item}"), ReportHtml.DecisionAid]);
}
