using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Export;
using CourseCompanion.Notebooks.Grading;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Chapters.Tests;

public sealed class NotebookVersionsTests
{
    public static TheoryData<string> Names => [.. Chapter.Names];

    private static string Solutions(string name) => File.ReadAllText(Path.Combine(Repository.Notebooks, "solutions", name + ".md"));

    [Theory]
    [MemberData(nameof(Names))]
    public void Student_version_runs_the_committed_cells_and_holds_no_solution(string name)
    {
        var chapter = GradedChapter.Load(Path.Combine(Repository.Notebooks, name + ".ipynb"));

        var version = NotebookVersions.Student(chapter.Notebook);

        // What the chapters' tests run as it is committed is what students get: an empty answer breaks neither.
        Assert.Equal(chapter.Notebook.CodeCells.Select(cell => cell.Source), version.CodeCells.Select(cell => cell.Source));
        Assert.DoesNotContain("solutions/", version.ToJson(), StringComparison.Ordinal);
        Assert.Equal("student", NotebookVersions.VersionOf(version));
        Assert.Null(NotebookVersions.VersionOf(chapter.Notebook));
        Assert.All(ExerciseCells.Of(version), exercise => Assert.True(exercise.IsUntouched(exercise.FindDeclaration(exercise.Answer.Source)!)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Teacher_version_has_each_solution_in_its_place_and_why(string name)
    {
        var chapter = GradedChapter.Load(Path.Combine(Repository.Notebooks, name + ".ipynb"));

        var version = NotebookVersions.Teacher(chapter.Notebook, Solutions(name), chapter.Quiz);

        Assert.All(chapter.Exercises, exercise =>
        {
            var solved = version.Cells.Single(cell => cell.Id == exercise.Answer.Id);
            Assert.False(exercise.IsUntouched(exercise.FindDeclaration(solved.Source)!));
            Assert.StartsWith($"**Solution de l’exercice {exercise.Number}.** ", version.Cells.Single(cell => cell.Id == $"solution-{exercise.Number}").Source, StringComparison.Ordinal);
        });
        Assert.Equal(chapter.Quiz!.Questions.Select(question => question.Correct), StudentAnswers.Read(version, chapter).Quiz!);
        // Handed out by mistake, it is made a student's again only by its source.
        Assert.DoesNotContain(NotebookVersions.Student(version).Cells, cell => cell.HasTag("solution"));
    }

    [Fact]
    public void Remarks_for_the_speaker_are_the_teachers()
    {
        var notebook = NotebookDocument.Create();
        notebook.Add(NotebookCell.Markdown("# Titre"));
        var remark = NotebookCell.Markdown("Rappelez le chapitre 1.");
        remark.Metadata["slideshow"] = new System.Text.Json.Nodes.JsonObject { ["slide_type"] = "notes" };
        notebook.Add(remark);

        Assert.DoesNotContain("Rappelez", NotebookVersions.Student(notebook).ToJson(), StringComparison.Ordinal);
        Assert.Contains("Rappelez", NotebookVersions.Teacher(notebook, "", null).ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_exercise_without_its_solution_is_an_error()
    {
        var chapter = GradedChapter.Load(Path.Combine(Repository.Notebooks, "02-1-graphe.ipynb"));

        Assert.Throws<NotebookFormatException>(() => NotebookVersions.Teacher(chapter.Notebook, Solutions("02-1-graphe").Replace("double Gain", "double Loss", StringComparison.Ordinal), null));
    }
}
