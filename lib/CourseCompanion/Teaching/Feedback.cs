using System.Text;
using CourseCompanion.Display;
using CourseCompanion.French;

namespace CourseCompanion.Teaching;

/// <summary>What became of one check.</summary>
public enum CriterionState
{
    /// <summary>The student has not started.</summary>
    ToDo,

    /// <summary>The criterion holds.</summary>
    Passed,

    /// <summary>The criterion does not hold.</summary>
    Failed,

    /// <summary>The student's code threw an exception.</summary>
    Error,
}

/// <summary>One line of a report.</summary>
/// <param name="Description">What must hold, in French.</param>
/// <param name="State">Whether it does.</param>
/// <param name="Advice">What to do, in French, or null.</param>
public sealed record CriterionResult(string Description, CriterionState State, string? Advice);

/// <summary>The report on an exercise: made by <see cref="Exercice.Check{T}(T, IEnumerable{Criterion{T}})"/>, shown by the cell.</summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class Feedback : IDisplayable
{
    internal const string Blue = "#0072B2";
    internal const string Green = "#009E73";
    internal const string Orange = "#D55E00";

    private readonly string _name;
    private readonly bool _hasHints;

    internal Feedback(string name, IReadOnlyList<CriterionResult> results, bool hasHints)
    {
        _name = name;
        _hasHints = hasHints;
        Results = results;
    }

    /// <summary>One line per check.</summary>
    public IReadOnlyList<CriterionResult> Results { get; }

    /// <summary>Whether every criterion holds (and there is one).</summary>
    public bool IsPassed => Results.Count > 0 && Results.All(result => result.State == CriterionState.Passed);

    /// <summary>Whether the student has not started: nothing failed, something is still to be filled in.</summary>
    public bool IsToDo =>
        Results.All(result => result.State is CriterionState.ToDo or CriterionState.Passed) && Results.Any(result => result.State == CriterionState.ToDo);

    private string Conclusion
    {
        get
        {
            if (IsPassed)
            {
                return "Bravo, tous les critères sont vérifiés !";
            }

            var hint = _hasHints ? " Besoin d’aide ? Appelez `Hint()`." : "";
            if (IsToDo)
            {
                return "À compléter : remplacez la partie indiquée dans la cellule de l’exercice, exécutez-la, puis de nouveau celle-ci." + hint;
            }

            var passed = Results.Count(result => result.State == CriterionState.Passed);
            return passed == 0
                ? "Pas encore : suivez les conseils ci-dessus, puis réessayez." + hint
                : $"{FrenchNumbers.Count(passed, "critère vérifié", "critères vérifiés")} sur {Results.Count}, continuez !" + hint;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() =>
        new Dictionary<string, string> { [MimeTypes.Html] = ToHtml(), [MimeTypes.PlainText] = ToString() };

    /// <summary>The report as plain text.</summary>
    /// <returns>French text, one line per check.</returns>
    public override string ToString()
    {
        var text = new StringBuilder(_name).Append('\n');
        foreach (var result in Results)
        {
            text.Append("  ").Append(Sign(result.State)).Append(' ').Append(Line(result)).Append('\n');
            if (result.Advice is { } advice)
            {
                text.Append("      ").Append(advice.ReplaceLineEndings("\n      ")).Append('\n');
            }
        }

        return FrenchText.Typeset(text.Append(Conclusion).ToString());
    }

    /// <summary>The sign of a state; signs of ordinary fonts, so that a page made on a machine without emoji shows them too.</summary>
    internal static string Sign(CriterionState state) => state switch
    {
        CriterionState.Passed => "✔️",
        CriterionState.Failed => "✖️",
        CriterionState.Error => "⚠️",
        _ => "✏️",
    };

    private static string Line(CriterionResult result) =>
        result.State == CriterionState.ToDo ? $"{result.Description} (à compléter)" : result.Description;

    private string ToHtml()
    {
        var lines = Results.Select(result =>
            $"{Sign(result.State)} {FrenchText.ToHtml(Line(result))}"
            + (result.Advice is { } advice ? $"<br><em>{FrenchText.ToHtml(advice)}</em>" : ""));
        var color = IsPassed ? Green : IsToDo ? Blue : Orange;
        return HtmlCard.Wrap(_name, HtmlCard.List(lines) + HtmlCard.Paragraph(Conclusion), color);
    }
}

/// <summary>A titled text that a cell shows: a hint.</summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class HintCard : IDisplayable
{
    private readonly string _title;
    private readonly string _text;

    internal HintCard(string title, string text)
    {
        _title = title;
        _text = text;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
    {
        [MimeTypes.Html] = HtmlCard.Wrap("ℹ️ " + _title, HtmlCard.Paragraph(_text), Feedback.Blue),
        [MimeTypes.PlainText] = ToString(),
    };

    /// <summary>The text without markup.</summary>
    /// <returns>French text.</returns>
    public override string ToString() => FrenchText.Typeset($"{_title}\n{_text}");
}
