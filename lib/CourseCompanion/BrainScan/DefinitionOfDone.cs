using CourseCompanion.Display;
using CourseCompanion.French;

namespace CourseCompanion.BrainScan;

/// <summary>A criterion of a <see cref="DefinitionOfDone"/>, already evaluated.</summary>
/// <param name="Statement">What must hold, in French.</param>
/// <param name="IsMet">Whether it does; null when it could not be measured.</param>
/// <param name="Evidence">The figure or the fact that says so, in French.</param>
public sealed record DoneCriterion(string Statement, bool? IsMet, string Evidence);

/// <summary>
/// When is the mission finished? A list of criteria that the notebook evaluates by itself: each carries its evidence, and an exception while
/// evaluating is a criterion that is not met.
/// </summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class DefinitionOfDone : IDisplayable
{
    private readonly List<DoneCriterion> _criteria = [];

    /// <param name="title">French title.</param>
    public DefinitionOfDone(string title)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        Title = title;
    }

    /// <summary>French title.</summary>
    public string Title { get; }

    /// <summary>The criteria, in order.</summary>
    public IReadOnlyList<DoneCriterion> Criteria => _criteria;

    /// <summary>How many are met.</summary>
    public int Met => _criteria.Count(criterion => criterion.IsMet == true);

    /// <summary>Whether all are.</summary>
    public bool IsDone => _criteria.Count > 0 && Met == _criteria.Count;

    /// <summary>Adds a figure that has to reach a minimum.</summary>
    /// <param name="statement">What must hold, in French.</param>
    /// <param name="measure">Measures the figure; not-a-number when it is not known.</param>
    /// <param name="minimum">Least value.</param>
    /// <param name="write">How the figure is written; a compact number if null.</param>
    /// <returns>The list.</returns>
    public DefinitionOfDone AtLeast(string statement, Func<double> measure, double minimum, Func<double, string>? write = null) =>
        Figure(statement, measure, value => value >= minimum, "au moins " + (write ?? FrenchNumbers.Compact)(minimum), write);

    /// <summary>Adds a figure that may not exceed a maximum.</summary>
    /// <param name="statement">What must hold, in French.</param>
    /// <param name="measure">Measures the figure; not-a-number when it is not known.</param>
    /// <param name="maximum">Largest value.</param>
    /// <param name="write">How the figure is written; a compact number if null.</param>
    /// <returns>The list.</returns>
    public DefinitionOfDone AtMost(string statement, Func<double> measure, double maximum, Func<double, string>? write = null) =>
        Figure(statement, measure, value => value <= maximum, "au plus " + (write ?? FrenchNumbers.Compact)(maximum), write);

    /// <summary>Adds a fact.</summary>
    /// <param name="statement">What must hold, in French.</param>
    /// <param name="holds">Whether it does.</param>
    /// <param name="evidence">Where one sees it, in French.</param>
    /// <returns>The list.</returns>
    public DefinitionOfDone That(string statement, Func<bool> holds, string evidence)
    {
        ArgumentNullException.ThrowIfNull(holds);
        return Add(statement, () => (holds(), evidence));
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() =>
        new Dictionary<string, string> { [MimeTypes.Html] = ToHtml(), [MimeTypes.PlainText] = ToString() };

    /// <summary>The list as text.</summary>
    /// <returns>French text.</returns>
    public override string ToString() => FrenchText.Typeset(string.Join('\n', (string[])
    [
        $"{Title} : {Summary}",
        .. _criteria.Select(criterion => $"{Sign(criterion)} {criterion.Statement} ({criterion.Evidence})"),
    ]));

    private string Summary => $"{FrenchNumbers.Count(Met, "critère rempli", "critères remplis")} sur {_criteria.Count}";

    private static string Sign(DoneCriterion criterion) => criterion.IsMet switch { true => "✔️", false => "✖️", null => "…" };

    private static string Word(DoneCriterion criterion) => criterion.IsMet switch { true => "rempli", false => "non rempli", null => "non mesuré" };

    private DefinitionOfDone Figure(string statement, Func<double> measure, Func<double, bool> holds, string wanted, Func<double, string>? write)
    {
        ArgumentNullException.ThrowIfNull(measure);
        return Add(statement, () =>
        {
            double value = measure();
            return (double.IsNaN(value) ? null : holds(value), $"{(double.IsNaN(value) ? "pas de mesure" : (write ?? FrenchNumbers.Compact)(value))}, {wanted}");
        });
    }

    private DefinitionOfDone Add(string statement, Func<(bool? IsMet, string Evidence)> evaluate)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(statement);
        DoneCriterion criterion;
        try
        {
            (bool? isMet, string evidence) = evaluate();
            criterion = new DoneCriterion(statement, isMet, evidence);
        }
#pragma warning disable CA1031 // Whatever goes wrong while evaluating, the criterion is not met, and the others are still evaluated.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            criterion = new DoneCriterion(statement, false, exception.Message);
        }

        _criteria.Add(criterion);
        return this;
    }

    private string ToHtml() => HtmlCard.Wrap(
        $"{Title} : {Summary}",
        HtmlCard.List(_criteria.Select(criterion =>
            $"{Sign(criterion)} <strong>{FrenchText.ToHtml(criterion.Statement)}</strong> — {Word(criterion)} ({FrenchText.ToHtml(criterion.Evidence)})"))
            + HtmlCard.Paragraph(ReportHtml.DecisionAid),
        IsDone ? "#009E73" : "#E69F00");
}
