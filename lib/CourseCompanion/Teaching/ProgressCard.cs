using CourseCompanion.Display;
using CourseCompanion.French;

namespace CourseCompanion.Teaching;

/// <summary>The student's own progress in a few lines, below the quiz at the end of a chapter.</summary>
internal static class ProgressCard
{
    /// <summary>The lines: this chapter, the whole course, where they are kept. None when the record cannot be read.</summary>
    /// <param name="record">The record.</param>
    /// <param name="quizFile">The quiz of the chapter, which lies in a folder beside the notebooks.</param>
    internal static IReadOnlyList<string> Lines(StudentRecord record, string quizFile)
    {
        StudentProgress progress;
        try
        {
            progress = record.Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
        var notebooks = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(quizFile)))!;
        var chapters = ChapterExercises.InFolder(notebooks);
        List<string> lines = [];
        if (chapters.FirstOrDefault(chapter => chapter.Name == Path.GetFileNameWithoutExtension(quizFile)) is { } chapter)
        {
            lines.Add($"Ce chapitre : {Of(chapter, progress)}.");
        }
        if (chapters.Count > 1)
        {
            var passed = chapters.Sum(one => one.Exercises.Count(progress.Exercises.ContainsKey));
            lines.Add($"Tout le cours : {FrenchNumbers.Count(passed, "exercice réussi", "exercices réussis")} sur {chapters.Sum(one => one.Exercises.Count)}, "
                + $"{chapters.Count(one => progress.Quizzes.ContainsKey(one.Name))} quiz sur {chapters.Count}. Le détail : `./course progress`.");
        }
        lines.AddRange(record.SetAside.Select(file => $"Une ancienne progression était illisible ; elle est mise de côté : {file}"));
        lines.Add("Ces chiffres restent sur ce poste ; rien n’est envoyé.");
        return lines;
    }

    /// <summary>What is done of one chapter: « 2 exercices réussis sur 3, quiz 4 sur 5 ».</summary>
    internal static string Of(ChapterExercises chapter, StudentProgress progress)
    {
        var passed = chapter.Exercises.Count(progress.Exercises.ContainsKey);
        var quiz = progress.Quizzes.GetValueOrDefault(chapter.Name) is { } score ? $"quiz {score.Best} sur {score.Questions}" : "quiz à faire";
        return $"{FrenchNumbers.Count(passed, "exercice réussi", "exercices réussis")} sur {chapter.Exercises.Count}, {quiz}";
    }

    /// <summary>The lines as HTML.</summary>
    internal static string ToHtml(IReadOnlyList<string> lines) => lines.Count == 0 ? "" : HtmlCard.Wrap("Votre progression", string.Concat(lines.Select(HtmlCard.Paragraph)), Feedback.Green);
}
