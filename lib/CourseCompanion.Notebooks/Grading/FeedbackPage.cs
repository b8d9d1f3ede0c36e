using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CourseCompanion.French;
using CourseCompanion.Notebooks.Export;
using CourseCompanion.Notebooks.Formatting;
using CourseCompanion.Teaching;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>A student's page: the mark, every criterion with its advice, the quiz corrected. It runs nothing and loads nothing.</summary>
internal static class FeedbackPage
{
    private const string Style = $$"""
        {{PageStyle.Css}}
        .mark { font-size: 1.25rem; font-weight: 600; }
        .card { border: 1px solid var(--line); border-left-width: 6px; border-radius: 6px; padding: .25rem 1rem .75rem; margin: 1rem 0; break-inside: avoid; }
        .card h3 { margin: .6rem 0 .4rem; }
        .passed { border-left-color: #00795a; } .failed { border-left-color: #c0392b; } .todo { border-left-color: #0072b2; }
        .card ul { list-style: none; padding-left: 0; margin: .4rem 0; } .card li { margin: .35rem 0; }
        .advice { display: block; color: var(--muted); padding-left: 1.9rem; }
        .card pre { background: var(--code); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
        summary { cursor: pointer; }
        """;

    /// <summary>The page.</summary>
    internal static string Write(SubmissionResult result, string? chapter)
    {
        var body = new StringBuilder();
        body.Append(CultureInfo.InvariantCulture, $"<h1>{Text(chapter ?? result.Chapter ?? "Correction")}</h1>\n");
        body.Append(CultureInfo.InvariantCulture, $"<p>Élève : <strong>{Encode(result.Student)}</strong>, fichier <code>{Encode(result.File)}</code></p>\n");
        if (result.Problem is { } problem)
        {
            body.Append(CultureInfo.InvariantCulture, $"<p class=\"mark\">{(result.IsUnmarked ? "Non corrigé" : Text("Note : 0 sur 20"))}</p>\n<section class=\"card failed\"><h3>Le notebook n’a pas pu être corrigé</h3><p>{Text(Sentence(problem))}</p></section>\n");
        }
        else
        {
            body.Append(CultureInfo.InvariantCulture, $"<p class=\"mark\">{Text($"Note : {Number(result.Mark)} sur 20")}</p>\n");
            if (result.ToReview > 0)
            {
                body.Append(CultureInfo.InvariantCulture, $"<p>{Text(Review(result))}</p>\n");
            }
            body.Append(CultureInfo.InvariantCulture, $"<p>{Text(Rule(result))}</p>\n");
            if (result.Images.Count > 0)
            {
                body.Append(CultureInfo.InvariantCulture, $"<p>{Text(Basis(result))}</p>\n");
            }
            body.Append("<h2>Exercices</h2>\n");
            foreach (var exercise in result.Exercises)
            {
                Append(body, exercise);
            }
            AppendQuiz(body, result);
            AppendDeliverables(body, result);
        }
        var html = body.ToString();
        var sum = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"\n{Style.ReplaceLineEndings("\n")}\n")));
        return $"""
            <!DOCTYPE html>
            <html lang="fr">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{sum}'; img-src data:; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <title>{Encode(result.Student)} : {Encode(chapter ?? result.Chapter ?? "correction")}</title>
            <link rel="icon" href="data:,">
            <style>
            {Style}
            </style>
            </head>
            <body>
            <main>
            {html}<footer><p>{Text("Correction automatique : en cas de doute, parlez-en à votre enseignant.")}</p></footer>
            </main>
            </body>
            </html>

            """.ReplaceLineEndings("\n");
    }

    private static void Append(StringBuilder body, ExerciseGrade exercise)
    {
        var kind = exercise.State switch { ExerciseState.Passed => exercise.IsToReview ? "todo" : "passed", ExerciseState.ToDo => "todo", _ => "failed" };
        var verdict = exercise.State switch
        {
            ExerciseState.Passed => exercise.IsToReview ? "à relire" : "réussi",
            ExerciseState.ToDo => "à faire",
            ExerciseState.NoAnswer => "sans réponse utilisable",
            _ => "pas encore",
        };
        body.Append(CultureInfo.InvariantCulture, $"<section class=\"card {kind}\">\n<h3>{Text($"Exercice {exercise.Number} : {exercise.Title}")}, {verdict}</h3>\n");
        if (exercise.Reason is { } reason)
        {
            body.Append(CultureInfo.InvariantCulture, $"<p>{Text(Sentence(reason))}</p>\n");
        }
        AppendLines(body, exercise.Criteria);
        if (exercise.IsPassedToReview)
        {
            body.Append(CultureInfo.InvariantCulture, $"<p>{Text("Les critères sont remplis, mais une vérification automatique ne suffit pas ici : votre enseignant relira votre réponse avant de la compter.")}</p>\n");
        }
        if (exercise.Answer is { } answer)
        {
            body.Append(CultureInfo.InvariantCulture, $"<details><summary>Votre cellule</summary><pre><code>{Encode(Printable(answer))}</code></pre></details>\n");
        }
        body.Append("</section>\n");
    }

    private static void AppendLines(StringBuilder body, IReadOnlyList<CriterionResult> lines, bool areNumbered = false)
    {
        if (lines.Count == 0)
        {
            return;
        }
        body.Append("<ul>\n");
        foreach (var (i, line) in lines.Index())
        {
            var advice = line.Advice is { } text ? $" <span class=\"advice\">{Text(text)}</span>" : "";
            body.Append(CultureInfo.InvariantCulture, $"<li>{Feedback.Sign(line.State)} {(areNumbered ? $"<strong>{i + 1}.</strong> " : "")}{Text(line.Description)}{(line.State == CriterionState.ToDo && !areNumbered ? " (à compléter)" : "")}{advice}</li>\n");
        }
        body.Append("</ul>\n");
    }

    private static void AppendQuiz(StringBuilder body, SubmissionResult result)
    {
        if (result.Quiz is { } quiz)
        {
            body.Append(CultureInfo.InvariantCulture, $"<h2>Quiz</h2>\n<section class=\"card {(result.QuizScore == quiz.Count ? "passed" : "todo")}\">\n<h3>{Text($"{result.QuizScore} sur {quiz.Count}")}</h3>\n");
            AppendLines(body, quiz, areNumbered: true);
            body.Append("</section>\n");
        }
        else if (result.MostPoints > result.Exercises.Count)
        {
            body.Append("<h2>Quiz</h2>\n<p>La cellule du quiz n’est plus dans le notebook.</p>\n");
        }
    }

    private static void AppendDeliverables(StringBuilder body, SubmissionResult result)
    {
        if (result.Deliverables.Count == 0)
        {
            return;
        }
        body.Append("<h2>Livrables</h2>\n<ul>\n");
        foreach (var deliverable in result.Deliverables)
        {
            body.Append(CultureInfo.InvariantCulture, $"<li><code>{Encode(deliverable.Name)}</code>{Text($" : {deliverable.Verdict}")}</li>\n");
        }
        var remark = result.Deliverables.Any(deliverable => deliverable.State == DeliverableState.NotVerifiable)
            ? "Les copies de la classe étaient dans un même dossier, où rien ne dit à qui est un fichier. Votre enseignant vous dira s’il a reçu les vôtres."
            : "Seule la forme de ces fichiers est vérifiée ; ils ne comptent pas dans la note, et votre enseignant les lira.";
        body.Append(CultureInfo.InvariantCulture, $"</ul>\n<p>{Text(remark)}</p>\n");
    }

    private static string Review(SubmissionResult result) =>
        $"{Number(result.MarkIfAccepted)} sur 20 si votre enseignant accepte {(result.ToReview == 1 ? "l’exercice à relire, qui ne compte" : $"les {result.ToReview} exercices à relire, qui ne comptent")} pas encore.";

    private static string Rule(SubmissionResult result)
    {
        var exercises = $"{FrenchNumbers.Count(result.Passed, "exercice réussi", "exercices réussis")} sur {result.Exercises.Count}"
            + (result.ToReview == 0 ? "" : $", {result.ToReview} à relire");
        return result.MostPoints > result.Exercises.Count
            ? $"{exercises}, quiz {result.QuizScore} sur {Quiz.QuestionCount}. Chaque exercice réussi compte pour une part, le quiz entier pour une part aussi."
            : $"{exercises}. Chaque exercice réussi compte pour une part.";
    }

    // What the figures behind the verdicts were computed with.
    private static string Basis(SubmissionResult result)
    {
        var profile = $"Réponses vérifiées en profil {result.Profile} ({string.Join(" ; ", result.Images)}).";
        return result.Profile == "essai"
            ? $"{profile} Dans ce profil, les réseaux apprennent à peine : une vérification qui porte sur leurs chiffres peut échouer sans que votre réponse soit fausse."
            : profile;
    }

    private static string Sentence(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static string Text(string text) => FrenchText.ToHtml(Printable(text));

    private static string Encode(string text) => HtmlText.Encode(Printable(text));

    // Control characters, and those that turn the direction of what follows, are no part of a page.
    private static string Printable(string text) => new([.. text.Where(c => c is '\n' or '\t' || (!char.IsControl(c) && char.GetUnicodeCategory(c) != UnicodeCategory.Format))]);

    private static string Number(double value) => value.ToString("0.##", FrenchNumbers.Culture);
}
