using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Export;
using CourseCompanion.Teaching;

namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>A chapter solved: the teacher's version, of which the chapters' tests prove that every check passes.</summary>
internal static class SolvedNotebook
{
    /// <summary>Makes the solved copy of a chapter.</summary>
    /// <param name="notebook">The committed notebook.</param>
    /// <param name="solutions">Markdown: a heading and one fenced piece of code for each exercise.</param>
    /// <param name="quiz">The quiz of the chapter.</param>
    public static NotebookDocument Create(NotebookDocument notebook, string solutions, Quiz quiz) => NotebookVersions.Teacher(notebook, solutions, quiz);
}
