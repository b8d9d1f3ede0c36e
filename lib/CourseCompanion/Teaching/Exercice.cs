using CourseCompanion.Display;
using CourseCompanion.French;

namespace CourseCompanion.Teaching;

/// <summary>
/// An exercise that checks itself, gives hints one by one, and shows its solution when asked. Whatever the student writes, checking
/// never throws (interrupting the cell apart): an exercise that is not started says « à compléter », an exception becomes feedback.
/// </summary>
/// <remarks>
/// <para>The class keeps the French word that students know it by; its members are English like the rest of the library.</para>
/// <para>In a notebook:</para>
/// <code>
/// var exercice = new Exercice(1, "Choisir un seuil", "Donnez à `seuil` une valeur qui ...", hints: ["Relisez ...", "Comparez ..."]);
///
/// var seuil = Exercice.ToDo;        // remplacez par un nombre
/// exercice.Check&lt;double&gt;(seuil,
///     new("Le seuil est une probabilité.", s => s is > 0 and &lt; 1, "Une probabilité est comprise entre 0 et 1."),
///     new("Le seuil écarte les prédictions peu sûres.", s => s >= 0.8))
/// </code>
/// <para>For a function to write, its body is <c>throw new NotImplementedException()</c> and the checks call it:
/// <c>exercice.Check(new("...", () => Selectionner(p) == 3))</c>.</para>
/// </remarks>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class Exercice : IDisplayable
{
    private readonly IReadOnlyList<string> _hints;
    private readonly string? _solution;
    private int _hintsGiven;

    /// <summary>Creates an exercise.</summary>
    /// <param name="number">Its number in the chapter, from 1.</param>
    /// <param name="title">French title.</param>
    /// <param name="statement">French statement, or null when the cell above gives it.</param>
    /// <param name="hints">French hints, from vague to precise.</param>
    /// <param name="solution">C# code of a solution, or null.</param>
    /// <param name="solutionFile">File with the solution, relative to the notebook, or null.</param>
    public Exercice(
        int number,
        string title,
        string? statement = null,
        IEnumerable<string>? hints = null,
        string? solution = null,
        string? solutionFile = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        Number = number;
        Title = title;
        Statement = statement;
        _hints = [.. hints ?? []];
        _solution = solution;
        SolutionFile = solutionFile;
    }

    /// <summary>What stands for an answer that is not given yet.</summary>
    public static ToDo ToDo => ToDo.Value;

    /// <summary>Number in the chapter.</summary>
    public int Number { get; }

    /// <summary>French title.</summary>
    public string Title { get; }

    /// <summary>French statement, or null.</summary>
    public string? Statement { get; }

    /// <summary>File with the solution, or null.</summary>
    public string? SolutionFile { get; }

    private string Name => $"Exercice {Number} : {Title}";

    /// <summary>Checks what the student wrote; the cell shows the report when this is its last expression.</summary>
    /// <param name="criteria">The checks, in order.</param>
    /// <returns>What holds and what does not.</returns>
    public Feedback Check(params IEnumerable<Criterion> criteria)
    {
        ArgumentNullException.ThrowIfNull(criteria);
        return new Feedback(Name, [.. criteria.Select(Run)], _hints.Count > 0);
    }

    /// <summary>Checks an answer; the cell shows the report when this is its last expression.</summary>
    /// <typeparam name="T">Type of the answer.</typeparam>
    /// <param name="answer">The answer, <see cref="ToDo"/> or null.</param>
    /// <param name="criteria">The checks, in order; not called while there is no answer.</param>
    /// <returns>What holds and what does not.</returns>
    public Feedback Check<T>(Answer<T> answer, params IEnumerable<Criterion<T>> criteria)
    {
        ArgumentNullException.ThrowIfNull(criteria);
        return Check(criteria.Select(criterion => new Criterion(
            criterion.Description,
            () => answer.IsGiven ? criterion.Test(answer.Value) : throw new NotImplementedException(),
            criterion.Advice)));
    }

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

    /// <summary>The solution, folded: the student opens it on purpose.</summary>
    /// <returns>The solution, to be shown by the cell.</returns>
    public HintCard Solution() => new(
        $"Solution de l’exercice {Number}",
        (SolutionFile, _solution) switch
        {
            (null, null) => "Plusieurs réponses sont possibles : la vôtre est bonne si chaque critère est vérifié.",
            (null, _) => "Essayez d’abord par vous-même, puis comparez.",
            (var file, _) => $"Essayez d’abord par vous-même, puis ouvrez le fichier `{file}`.",
        },
        _solution);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        var statement = Statement ?? "À vous de jouer !";
        var help = _hints.Count > 0 ? $"{FrenchNumbers.Count(_hints.Count, "indice")} à la demande." : "";
        return new Dictionary<string, string>
        {
            [MimeTypes.Html] = HtmlCard.Wrap(
                "✏️ " + Name, HtmlCard.Paragraph(statement) + (help.Length > 0 ? HtmlCard.Paragraph(help) : ""), Feedback.Blue),
            [MimeTypes.PlainText] = FrenchText.Typeset($"{Name}\n{statement}\n{help}".TrimEnd()),
        };
    }

    private static CriterionResult Run(Criterion criterion)
    {
        try
        {
            return criterion.Test()
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
