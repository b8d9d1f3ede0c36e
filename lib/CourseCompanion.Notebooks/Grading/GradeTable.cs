using System.Globalization;
using CourseCompanion.Files;
using CourseCompanion.French;
using CsvHelper;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>The table of the class, for a French spreadsheet: semicolons, decimal commas, UTF-8 with its mark.</summary>
internal static class GradeTable
{
    // A cell that begins like a formula gets an apostrophe: names and messages come from students.
    private static readonly CsvWriterOptions Options = new()
    {
        Separator = ';',
        NewLine = "\r\n",
        Injection = CsvInjection.Escape,
        WriteByteOrderMark = true,
    };

    /// <summary>Writes the table, whole or not at all.</summary>
    internal static void Write(string path, IReadOnlyList<SubmissionResult> results)
    {
        using var file = new AtomicFile(path);
        Write(file.Stream, results);
        file.Commit();
    }

    /// <summary>Writes the table.</summary>
    internal static void Write(Stream stream, IReadOnlyList<SubmissionResult> results)
    {
        using var csv = CsvWriter.Create(stream, Options, leaveOpen: true);
        var exercises = results.Count == 0 ? 0 : results.Max(result => result.Exercises.Count);
        foreach (var title in (string[])["élève", "fichier", "chapitre", "note sur 20", "note si les exercices à relire sont acceptés", "exercices réussis", "exercices", "quiz"])
        {
            csv.WriteField(title);
        }
        for (var i = 1; i <= exercises; i++)
        {
            csv.WriteField($"exercice {i}");
        }
        foreach (var title in (string[])["livrables", "à relire", "remarque", "profil", "images", "secondes"])
        {
            csv.WriteField(title);
        }
        csv.EndRecord();
        foreach (var result in results)
        {
            csv.WriteField(result.Student);
            csv.WriteField(result.File);
            csv.WriteField(result.Chapter ?? "");
            csv.WriteField(result.IsUnmarked ? "non corrigé" : Number(result.Mark));
            csv.WriteField(result.IsUnmarked ? "non corrigé" : Number(result.MarkIfAccepted));
            csv.WriteField(Number(result.Passed));
            csv.WriteField(Number(result.Exercises.Count));
            csv.WriteField(result.Quiz is null ? "" : Number(result.QuizScore));
            for (var i = 0; i < exercises; i++)
            {
                csv.WriteField(i < result.Exercises.Count ? StateOf(result.Exercises[i]) : "");
            }
            csv.WriteField(DeliverablesOf(result));
            csv.WriteField(string.Join(", ", result.Exercises.Where(exercise => exercise.IsPassedToReview).Select(exercise => $"exercice {exercise.Number}")));
            csv.WriteField(OneLine(result.Problem ?? string.Join(' ', result.Exercises.Where(exercise => exercise.Reason is not null).Select(exercise => $"Exercice {exercise.Number} : {exercise.Reason}"))));
            csv.WriteField(result.Profile ?? "");
            csv.WriteField(OneLine(string.Join(", ", result.Images)));
            csv.WriteField(Number(result.Seconds));
            csv.EndRecord();
        }
    }

    internal static string StateOf(ExerciseGrade exercise) => exercise.State switch
    {
        ExerciseState.Passed => exercise.IsToReview ? "à relire" : "réussi",
        ExerciseState.ToDo => "à faire",
        ExerciseState.NoAnswer => "sans réponse",
        _ => $"{FrenchNumbers.Count(exercise.Criteria.Count(criterion => criterion.State == Teaching.CriterionState.Passed), "critère")} sur {exercise.Criteria.Count}",
    };

    // How many are there, and what is the matter with each of the others.
    private static string DeliverablesOf(SubmissionResult result)
    {
        var others = result.Deliverables.Where(deliverable => deliverable.State != DeliverableState.HandedIn).ToList();
        return result.Deliverables.Count == 0 ? ""
            : others.Exists(deliverable => deliverable.State == DeliverableState.NotVerifiable) ? "non vérifiable (il faut un dossier par élève)"
            : $"{result.Deliverables.Count - others.Count} sur {result.Deliverables.Count}"
                + (others.Count == 0 ? "" : $" ({OneLine(string.Join(", ", others.Select(other => $"{other.Name}\u00A0: {other.Verdict}")))})");
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.GetCultureInfo("fr-FR"));

    private static string OneLine(string text)
    {
        var line = new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
        return line.Length <= 1000 ? line : line[..1000] + "…";
    }
}
