using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using CourseCompanion.Display;
using CourseCompanion.French;

namespace CourseCompanion.Teaching;

/// <summary>One question with its choices. Choices keep their order; the first is « a ».</summary>
/// <param name="Statement">The question, in French.</param>
/// <param name="Choices">The choices, in French: two to eight.</param>
/// <param name="Correct">Letters of all right choices: <c>"b"</c>, or <c>"ac"</c> when several are right.</param>
/// <param name="Explanation">Why, in French; shown with the correction.</param>
public sealed record Question(string Statement, IReadOnlyList<string> Choices, string Correct, string Explanation)
{
    /// <summary>Whether several choices are right, which the student is told.</summary>
    [JsonIgnore]
    public bool IsMultiple => Correct.Length > 1;
}

/// <summary>
/// The five questions at the end of a chapter. The notebook shows the quiz, the student writes letters, <see cref="Answer"/> corrects:
/// <c>quiz.Answer("b", "ac", "", "d", "a")</c>. A question without an answer is « à compléter »; nothing a student types throws.
/// </summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class Quiz : IDisplayable
{
    /// <summary>How many questions a quiz has.</summary>
    public const int QuestionCount = 5;

    private const int MostChoices = 8;

    private static readonly JsonSerializerOptions FileOptions = new() { PropertyNameCaseInsensitive = true };

    /// <summary>Creates a quiz.</summary>
    /// <param name="title">French title.</param>
    /// <param name="questions">Five questions.</param>
    /// <exception cref="ArgumentException">There are not five questions, or one has too few choices or no right choice among them.</exception>
    public Quiz(string title, params IEnumerable<Question> questions)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        ArgumentNullException.ThrowIfNull(questions);
        Title = title;
        Questions = [.. questions];
        if (Questions.Count != QuestionCount)
        {
            throw new ArgumentException($"Quiz '{title}' has {Questions.Count} questions, not {QuestionCount}.", nameof(questions));
        }

        foreach (var question in Questions)
        {
            if (question.Choices.Count is < 2 or > MostChoices)
            {
                throw new ArgumentException($"Question '{question.Statement}' has {question.Choices.Count} choices, not 2 to {MostChoices}.", nameof(questions));
            }

            if (question.Correct.Length == 0 || question.Correct.Any(letter => letter < 'a' || letter >= 'a' + question.Choices.Count))
            {
                throw new ArgumentException($"Question '{question.Statement}': right choices '{question.Correct}' are not among its choices.", nameof(questions));
            }
        }
    }

    /// <summary>French title.</summary>
    public string Title { get; }

    /// <summary>The five questions.</summary>
    public IReadOnlyList<Question> Questions { get; }

    /// <summary>The file it was read from, which has the chapter's name; null for one made otherwise.</summary>
    internal string? File { get; private init; }

    /// <summary>Reads a quiz from a file, so that the answers do not stand in the notebook.</summary>
    /// <param name="path">JSON: <c>{"title": ..., "questions": [{"statement", "choices", "correct", "explanation"}, ...]}</c>.</param>
    /// <returns>The quiz.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="JsonException">The file is not such JSON.</exception>
    /// <exception cref="ArgumentException">The questions are not as they must be.</exception>
    public static Quiz Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var content = JsonSerializer.Deserialize<FileContent>(System.IO.File.ReadAllText(path), FileOptions);
        return content is { Title: { } title, Questions: { } questions }
                && questions.All(q => q is { Statement: not null, Choices: not null, Correct: not null, Explanation: not null })
            ? new Quiz(title, questions) { File = path }
            : throw new JsonException($"'{path}' is no quiz: it needs title and questions, each with statement, choices, correct and explanation.");
    }

    /// <summary>Corrects the answers.</summary>
    /// <param name="answers">Letters for each question in order, as <c>"b"</c> or <c>"ac"</c>; empty or null for no answer.</param>
    /// <returns>Feedback on each question and the score, to be shown by the cell; for who learns here, with their progress below.</returns>
    public Correction Answer(params string?[] answers)
    {
        var correction = new Correction(this, answers ?? []);
        if (File is null || StudentRecord.Current is not { } record)
        {
            return correction;
        }
        if (correction.Results.Any(result => result.State != CriterionState.ToDo))
        {
            record.Answered(Path.GetFileNameWithoutExtension(File), correction.Score, Questions.Count);
        }
        return correction.With(ProgressCard.Lines(record, File));
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        var html = new StringBuilder();
        var text = new StringBuilder($"Quiz : {Title}\n");
        foreach (var (index, question) in Questions.Index())
        {
            var statement = $"{index + 1}. {question.Statement}" + (question.IsMultiple ? " (plusieurs réponses)" : "");
            html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin: 12px 0 0 0\"><strong>{FrenchText.ToHtml(statement)}</strong></p>");
            html.Append(HtmlCard.List(question.Choices.Select((choice, i) => $"<strong>{(char)('a' + i)}.</strong> {FrenchText.ToHtml(choice)}")));
            text.Append('\n').Append(statement).Append('\n');
            foreach (var (i, choice) in question.Choices.Index())
            {
                text.Append("   ").Append((char)('a' + i)).Append(". ").Append(choice).Append('\n');
            }
        }

        return new Dictionary<string, string>
        {
            [MimeTypes.Html] = HtmlCard.Wrap("Quiz : " + Title, html.ToString(), Feedback.Blue),
            [MimeTypes.PlainText] = FrenchText.Typeset(text.ToString().TrimEnd()),
        };
    }

    private sealed record FileContent(string? Title, IReadOnlyList<Question>? Questions);
}

/// <summary>A corrected quiz.</summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class Correction : IDisplayable
{
    private readonly Quiz _quiz;
    private IReadOnlyList<string> _progress = [];

    internal Correction(Quiz quiz, IReadOnlyList<string?> answers)
    {
        _quiz = quiz;
        Results = [.. quiz.Questions.Select((question, i) => Grade(question, i < answers.Count ? answers[i] : null))];
    }

    /// <summary>One line per question.</summary>
    public IReadOnlyList<CriterionResult> Results { get; }

    /// <summary>Points: one per question whose right choices, all of them and no other, were given.</summary>
    public int Score => Results.Count(result => result.State == CriterionState.Passed);

    /// <summary>The same with the student's progress below.</summary>
    internal Correction With(IReadOnlyList<string> progress)
    {
        _progress = progress;
        return this;
    }

    private string Conclusion
    {
        get
        {
            var toDo = Results.Count(result => result.State == CriterionState.ToDo);
            if (toDo == Results.Count)
            {
                return "À compléter : écrivez vos réponses entre les guillemets, puis exécutez de nouveau la cellule.";
            }

            var rest = toDo == 0 ? "" : $" Il vous reste {FrenchNumbers.Count(toDo, "question")} à compléter.";
            var word = Score == Results.Count ? " Bravo !" : "";
            return $"Score : {Score} sur {Results.Count}.{word}{rest}";
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        var lines = Results.Select((result, i) =>
            $"{Feedback.Sign(result.State)} <strong>{i + 1}.</strong> {FrenchText.ToHtml(result.Description)}"
            + (result.Advice is { } advice ? $"<br><em>{FrenchText.ToHtml(advice)}</em>" : ""));
        var color = Score == Results.Count ? Feedback.Green : Feedback.Blue;
        return new Dictionary<string, string>
        {
            [MimeTypes.Html] = HtmlCard.Wrap("Quiz : " + _quiz.Title, HtmlCard.List(lines) + HtmlCard.Paragraph(Conclusion), color) + ProgressCard.ToHtml(_progress),
            [MimeTypes.PlainText] = ToString(),
        };
    }

    /// <summary>The correction as plain text.</summary>
    /// <returns>French text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder($"Quiz : {_quiz.Title}\n");
        foreach (var (i, result) in Results.Index())
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Feedback.Sign(result.State)} {i + 1}. {result.Description}\n");
            if (result.Advice is { } advice)
            {
                text.Append("      ").Append(advice).Append('\n');
            }
        }

        text.Append(Conclusion);
        if (_progress.Count > 0)
        {
            text.Append("\n\nVotre progression\n").AppendJoin('\n', _progress);
        }
        return FrenchText.Typeset(text.ToString());
    }

    private static CriterionResult Grade(Question question, string? answer)
    {
        // « A, c », « a et c » and « ca » are all the answer "ac".
        var given = (answer ?? "").ToLowerInvariant().Replace(" et ", " ", StringComparison.Ordinal)
            .Where(char.IsLetterOrDigit).Distinct().Order().ToArray();
        if (given.Length == 0)
        {
            return new CriterionResult("À compléter.", CriterionState.ToDo, null);
        }

        var last = (char)('a' + question.Choices.Count - 1);
        if (given.Any(letter => letter < 'a' || letter > last))
        {
            return new CriterionResult($"Répondez par une lettre de a à {last}.", CriterionState.ToDo, null);
        }

        return given.SequenceEqual(question.Correct.Order())
            ? new CriterionResult("Bonne réponse.", CriterionState.Passed, question.Explanation)
            : new CriterionResult(
                question.IsMultiple && given.All(question.Correct.Contains) ? "Presque : il manque une bonne réponse." : "Ce n’est pas la bonne réponse.",
                CriterionState.Failed,
                $"{(question.IsMultiple ? "Il fallait" : "C’était")} {string.Join(" et ", question.Correct.Order())}. {question.Explanation}");
    }
}
