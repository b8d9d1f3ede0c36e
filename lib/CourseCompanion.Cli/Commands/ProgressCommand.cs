using System.CommandLine;
using CourseCompanion.French;
using CourseCompanion.Teaching;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course progress</c>: what the student has done so far. It speaks to the student, so in French.</summary>
internal static class ProgressCommand
{
    public static Command Create(CommandContext context)
    {
        Option<bool> reset = new("--reset") { Description = "Begins anew; the former record stays beside the new one, until the next reset." };
        Command command = new("progress", "Shows the exercises passed and the quiz scores, which stay on this machine.") { reset };
        command.Run(context, (parsed, _) =>
        {
            StudentRecord record = new(StudentRecord.DefaultPath(context.Environment("COURSE_CACHE")));
            if (parsed.GetValue(reset))
            {
                Say(record.Reset() is { } former
                    ? $"Progression remise à zéro. L’ancienne est gardée : {former}"
                    : "Il n’y avait pas encore de progression.");
            }
            else
            {
                Show(record);
            }

            return Task.FromResult(ExitCode.Success);
        });
        return command;

        void Say(string line) => context.Output.WriteLine(FrenchText.Typeset(line));

        void Show(StudentRecord record)
        {
            StudentProgress progress = record.Read();
            IReadOnlyList<ChapterExercises> chapters = ChapterExercises.InFolder(context.Folder.Notebooks);
            foreach (ChapterExercises chapter in chapters)
            {
                bool isBegun = progress.Quizzes.ContainsKey(chapter.Name) || chapter.Exercises.Any(progress.Exercises.ContainsKey);
                Say($"{(isBegun ? "•" : " ")} {chapter.Title} : {ProgressCard.Of(chapter, progress)}");
            }

            int passed = chapters.Sum(chapter => chapter.Exercises.Count(progress.Exercises.ContainsKey));
            int answered = chapters.Count(chapter => progress.Quizzes.ContainsKey(chapter.Name));
            Say($"En tout : {FrenchNumbers.Count(passed, "exercice réussi", "exercices réussis")} sur {chapters.Sum(chapter => chapter.Exercises.Count)}, {answered} quiz sur {chapters.Count}.");
            foreach (string file in record.SetAside)
            {
                Say($"Un fichier illisible a été mis de côté : {file}");
            }

            Say($"Gardé sur ce poste, jamais envoyé : {record.Path}");
        }
    }
}
