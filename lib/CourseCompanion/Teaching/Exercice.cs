using System.Runtime.CompilerServices;
using CourseCompanion.Display;
using CourseCompanion.French;

namespace CourseCompanion.Teaching;

/// <summary>
/// An exercise that checks itself and gives hints one by one. Whatever the student writes, checking never throws (interrupting the
/// cell apart): an exercise that is not started says « à compléter », an exception becomes feedback.
/// </summary>
/// <remarks>
/// <para>The class keeps the French word that students know it by; its members are English like the rest of the library.</para>
/// <para>In a notebook, one cell with the placeholder and one with the check. What the student writes is a function, a value or an
/// object; the type of the criteria follows from it:</para>
/// <code>
/// var exercise1 = new Exercice(1, "Garder les prédictions sûres", hints: ["Relisez ...", "Comparez ..."]);
///
/// bool IsReliable(float[] p) =>
///     throw new NotImplementedException();   // à vous
///
/// exercise1.Check(IsReliable,
///     new("Une prédiction nette est gardée.", rule => rule([0.96f, 0.04f]), "0,96 dépasse 0,9."),
///     new("Une prédiction qui hésite est écartée.", rule => !rule([0.6f, 0.4f])))
/// </code>
/// <para>A value begins as null: <c>double? threshold = null;</c>.</para>
/// </remarks>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class Exercice : IDisplayable
{
    private readonly IReadOnlyList<string> _hints;
    private int _hintsGiven;

    /// <summary>Creates an exercise.</summary>
    /// <param name="number">Its number in the chapter, from 1.</param>
    /// <param name="title">French title.</param>
    /// <param name="hints">French hints, from vague to precise.</param>
    public Exercice(int number, string title, params IEnumerable<string> hints)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        ArgumentNullException.ThrowIfNull(hints);
        Number = number;
        Title = title;
        _hints = [.. hints];
    }

    /// <summary>Number in the chapter.</summary>
    public int Number { get; }

    /// <summary>French title.</summary>
    public string Title { get; }

    private string Name => $"Exercice {Number} : {Title}";

    /// <summary>Checks what the student wrote; the cell shows the report when this is its last expression.</summary>
    /// <typeparam name="T">Type of the answer; a function's is found by the compiler.</typeparam>
    /// <param name="answer">The answer: a function, a value or an object; null when there is none yet.</param>
    /// <param name="criteria">
    /// The checks, in order, each called with the answer; not called while that is null. One that meets a
    /// <see cref="NotImplementedException"/> finds the exercise not started.
    /// </param>
    /// <returns>What holds and what does not.</returns>
    public Feedback Check<T>(T answer, params IEnumerable<Criterion<T>> criteria)
    {
        ArgumentNullException.ThrowIfNull(criteria);
        var feedback = new Feedback(Name, [.. criteria.Select(criterion => Run(criterion, answer))], _hints.Count > 0);
        if (feedback.IsPassed)
        {
            StudentRecord.Current?.Passed(Title);
        }
        return feedback;
    }

    // Comes first: C# would take the only « new(...) » for the collection itself.
    /// <inheritdoc cref="Check{T}(T, IEnumerable{Criterion{T}})"/>
    /// <param name="answer">The answer, or null.</param>
    /// <param name="criterion">The only check.</param>
    [OverloadResolutionPriority(1)]
    public Feedback Check<T>(T answer, Criterion<T> criterion) => Check(answer, criteria: [criterion]);

    /// <summary>The next hint; after the last one, the first again.</summary>
    /// <returns>The hint, to be shown by the cell.</returns>
    public HintCard Hint()
    {
        if (_hints.Count == 0)
        {
            return new HintCard(Name, "Cet exercice n’a pas d’indice : relisez la partie qui précède, elle contient tout.");
        }

        var number = _hintsGiven++ % _hints.Count;
        var next = number + 1 < _hints.Count ? "\nPour l’indice suivant, exécutez de nouveau cette cellule." : "";
        return new HintCard($"Indice {number + 1} sur {_hints.Count}", _hints[number] + next);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        const string Statement = "À vous de jouer !";
        var help = _hints.Count > 0 ? $"{FrenchNumbers.Count(_hints.Count, "indice")} à la demande." : "";
        return new Dictionary<string, string>
        {
            [MimeTypes.Html] = HtmlCard.Wrap(
                "✏️ " + Name, HtmlCard.Paragraph(Statement) + (help.Length > 0 ? HtmlCard.Paragraph(help) : ""), Feedback.Blue),
            [MimeTypes.PlainText] = FrenchText.Typeset($"{Name}\n{Statement}\n{help}".TrimEnd()),
        };
    }

    private static CriterionResult Run<T>(Criterion<T> criterion, T answer)
    {
        if (answer is null)
        {
            return new CriterionResult(criterion.Description, CriterionState.ToDo, null);
        }

        try
        {
            return criterion.Test(answer)
                ? new CriterionResult(criterion.Description, CriterionState.Passed, null)
                : new CriterionResult(criterion.Description, CriterionState.Failed, criterion.Advice);
        }
        catch (NotImplementedException)
        {
            return new CriterionResult(criterion.Description, CriterionState.ToDo, null);
        }
        // Whatever the student's code throws becomes feedback, so that a check never stops the notebook; but when the student
        // interrupts the cell, that is no answer to the exercise.
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // No advice: it is about an answer that is wrong, and there was none.
            var message = exception.Message.Split('\n')[0].Trim();
            return new CriterionResult(
                criterion.Description,
                CriterionState.Error,
                $"Votre code s’est arrêté sur une erreur (`{exception.GetType().Name}`) : {message}"
                + (ErrorExplanations.For(exception) is { } explanation ? "\n" + explanation : ""));
        }
    }
}
