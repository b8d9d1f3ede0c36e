using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CourseCompanion.Teaching;

/// <summary>One question with its choices. Choices keep their order; the first is « a ».</summary>
/// <param name="Enonce">The question, in French.</param>
/// <param name="Choix">The choices, in French: two to eight.</param>
/// <param name="Bonnes">Letters of all right choices: <c>"b"</c>, or <c>"ac"</c> when several are right.</param>
/// <param name="Explication">Why, in French; shown with the correction.</param>
public sealed record Question(string Enonce, IReadOnlyList<string> Choix, string Bonnes, string Explication)
{
    /// <summary>Whether several choices are right, which the student is told.</summary>
    [JsonIgnore]
    public bool EstMultiple => Bonnes.Length > 1;
}

/// <summary>
/// The five questions at the end of a chapter. The notebook shows the quiz, the student writes letters, <see cref="Repondre"/> corrects:
/// <c>quiz.Repondre("b", "ac", "", "d", "a")</c>. A question without an answer is « à compléter »; nothing a student types throws.
/// </summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class Quiz : IDisplayable
{
    /// <summary>How many questions a quiz has.</summary>
    public const int QuestionCount = 5;

    private const int MostChoices = 8;

    private static readonly JsonSerializerOptions FileOptions = new() { PropertyNameCaseInsensitive = true };

    /// <summary>Creates a quiz.</summary>
    /// <param name="titre">French title.</param>
    /// <param name="questions">Five questions.</param>
    /// <exception cref="ArgumentException">There are not five questions, or one has too few choices or no right choice among them.</exception>
    public Quiz(string titre, params IEnumerable<Question> questions)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(titre);
        ArgumentNullException.ThrowIfNull(questions);
        Titre = titre;
        Questions = [.. questions];
        if (Questions.Count != QuestionCount)
        {
            throw new ArgumentException($"Quiz '{titre}' has {Questions.Count} questions, not {QuestionCount}.", nameof(questions));
        }

        foreach (var question in Questions)
        {
            if (question.Choix.Count is < 2 or > MostChoices)
            {
                throw new ArgumentException($"Question '{question.Enonce}' has {question.Choix.Count} choices, not 2 to {MostChoices}.", nameof(questions));
            }

            if (question.Bonnes.Length == 0 || question.Bonnes.Any(letter => letter < 'a' || letter >= 'a' + question.Choix.Count))
            {
                throw new ArgumentException($"Question '{question.Enonce}': right choices '{question.Bonnes}' are not among its choices.", nameof(questions));
            }
        }
    }

    /// <summary>French title.</summary>
    public string Titre { get; }

    /// <summary>The five questions.</summary>
    public IReadOnlyList<Question> Questions { get; }

    /// <summary>Reads a quiz from a file, so that the answers do not stand in the notebook.</summary>
    /// <param name="fichier">JSON: <c>{"titre": ..., "questions": [{"enonce", "choix", "bonnes", "explication"}, ...]}</c>.</param>
    /// <returns>The quiz.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="JsonException">The file is not such JSON.</exception>
    /// <exception cref="ArgumentException">The questions are not as they must be.</exception>
    public static Quiz Charger(string fichier)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(fichier);
        var content = JsonSerializer.Deserialize<FileContent>(File.ReadAllText(fichier), FileOptions);
        return content is { Titre: { } title, Questions: { } questions }
                && questions.All(q => q is { Enonce: not null, Choix: not null, Bonnes: not null, Explication: not null })
            ? new Quiz(title, questions)
            : throw new JsonException($"'{fichier}' is no quiz: it needs titre and questions, each with enonce, choix, bonnes and explication.");
    }

    /// <summary>Corrects the answers.</summary>
    /// <param name="reponses">Letters for each question in order, as <c>"b"</c> or <c>"ac"</c>; empty or null for no answer.</param>
    /// <returns>Feedback on each question and the score, to be shown by the cell.</returns>
    public Correction Repondre(params string?[] reponses) => new(this, reponses ?? []);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        var html = new StringBuilder();
        var text = new StringBuilder($"Quiz : {Titre}\n");
        foreach (var (index, question) in Questions.Index())
        {
            var enonce = $"{index + 1}. {question.Enonce}" + (question.EstMultiple ? " (plusieurs réponses)" : "");
            html.Append(HtmlCard.Paragraph(enonce));
            html.Append(HtmlCard.List(question.Choix.Select((choice, i) => $"<strong>{(char)('a' + i)}.</strong> {FrenchText.ToHtml(choice)}")));
            text.Append('\n').Append(enonce).Append('\n');
            foreach (var (i, choice) in question.Choix.Index())
            {
                text.Append("   ").Append((char)('a' + i)).Append(". ").Append(choice).Append('\n');
            }
        }

        return new Dictionary<string, string>
        {
            [MimeTypes.Html] = HtmlCard.Wrap("Quiz : " + Titre, html.ToString(), Bilan.Bleu),
            [MimeTypes.PlainText] = FrenchText.Typeset(text.ToString().TrimEnd()),
        };
    }

    private sealed record FileContent(string? Titre, IReadOnlyList<Question>? Questions);
}

/// <summary>A corrected quiz.</summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class Correction : IDisplayable
{
    private readonly Quiz _quiz;

    internal Correction(Quiz quiz, IReadOnlyList<string?> reponses)
    {
        _quiz = quiz;
        Verdicts = [.. quiz.Questions.Select((question, i) => Corriger(question, i < reponses.Count ? reponses[i] : null))];
    }

    /// <summary>One line per question.</summary>
    public IReadOnlyList<Verdict> Verdicts { get; }

    /// <summary>Points: one per question whose right choices, all of them and no other, were given.</summary>
    public int Score => Verdicts.Count(verdict => verdict.Etat == Etat.Reussi);

    private string Conclusion
    {
        get
        {
            var aCompleter = Verdicts.Count(verdict => verdict.Etat == Etat.ACompleter);
            if (aCompleter == Verdicts.Count)
            {
                return "À compléter : écrivez vos réponses entre les guillemets, puis exécutez de nouveau la cellule.";
            }

            var reste = aCompleter == 0 ? "" : $" Il vous reste {FrenchNumbers.Count(aCompleter, "question")} à compléter.";
            var mot = Score == Verdicts.Count ? " Bravo !" : "";
            return $"Score : {Score} sur {Verdicts.Count}.{mot}{reste}";
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        var lines = Verdicts.Select((verdict, i) =>
            $"{Sign(verdict.Etat)} <strong>{i + 1}.</strong> {FrenchText.ToHtml(verdict.Critere)}"
            + (verdict.Conseil is { } advice ? $"<br><em>{FrenchText.ToHtml(advice)}</em>" : ""));
        var color = Score == Verdicts.Count ? Bilan.Vert : Bilan.Bleu;
        return new Dictionary<string, string>
        {
            [MimeTypes.Html] = HtmlCard.Wrap("Quiz : " + _quiz.Titre, HtmlCard.List(lines) + HtmlCard.Paragraph(Conclusion), color),
            [MimeTypes.PlainText] = ToString(),
        };
    }

    /// <summary>The correction as plain text.</summary>
    /// <returns>French text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder($"Quiz : {_quiz.Titre}\n");
        foreach (var (i, verdict) in Verdicts.Index())
        {
            text.Append($"  {Sign(verdict.Etat)} {i + 1}. {verdict.Critere}\n");
            if (verdict.Conseil is { } advice)
            {
                text.Append("      ").Append(advice).Append('\n');
            }
        }

        return FrenchText.Typeset(text.Append(Conclusion).ToString());
    }

    private static Verdict Corriger(Question question, string? reponse)
    {
        // « A, c », « a et c » and « ca » are all the answer "ac".
        var given = (reponse ?? "").ToLowerInvariant().Replace(" et ", " ", StringComparison.Ordinal)
            .Where(char.IsLetterOrDigit).Distinct().Order().ToArray();
        if (given.Length == 0)
        {
            return new Verdict("À compléter.", Etat.ACompleter, null);
        }

        var last = (char)('a' + question.Choix.Count - 1);
        if (given.Any(letter => letter < 'a' || letter > last))
        {
            return new Verdict($"Répondez par une lettre de a à {last}.", Etat.ACompleter, null);
        }

        return given.SequenceEqual(question.Bonnes.Order())
            ? new Verdict("Bonne réponse.", Etat.Reussi, question.Explication)
            : new Verdict(
                question.EstMultiple && given.All(question.Bonnes.Contains) ? "Presque : il manque une bonne réponse." : "Ce n’est pas la bonne réponse.",
                Etat.Manque,
                $"{(question.EstMultiple ? "Il fallait" : "C’était")} {string.Join(" et ", question.Bonnes.Order())}. {question.Explication}");
    }

    private static string Sign(Etat etat) => etat switch
    {
        Etat.Reussi => "✅",
        Etat.Manque => "❌",
        _ => "✏️",
    };
}
