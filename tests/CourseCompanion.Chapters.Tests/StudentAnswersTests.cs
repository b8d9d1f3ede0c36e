using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Grading;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Chapters.Tests;

public sealed class StudentAnswersTests
{
    private static readonly GradedChapter Graph = GradedChapter.Load(Path.Combine(Repository.Notebooks, "02-1-graphe.ipynb"));

    public static TheoryData<string> Names => [.. Chapter.Names];

    private static NotebookCell Cell(NotebookDocument notebook, string id) => notebook.Cells.Single(cell => cell.Id == id);

    private static StudentAnswers Read(Action<NotebookDocument> edit)
    {
        var copy = Graph.Notebook.Clone();
        edit(copy);
        return StudentAnswers.Read(NotebookDocument.Parse(copy.ToJson()), Graph);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_exercise_of_every_chapter_can_be_marked(string name)
    {
        var chapter = GradedChapter.Load(Path.Combine(Repository.Notebooks, name + ".ipynb"));

        Assert.Equal(Chapter.Load(name).Exercises.Select(exercise => exercise.Number), chapter.Exercises.Select(exercise => exercise.Number));
        Assert.NotNull(chapter.Quiz);
        Assert.All(chapter.Exercises, exercise =>
        {
            Assert.Contains("AnswerExchange", exercise.RemoteSource, StringComparison.Ordinal);
            Assert.Contains($"Publish({exercise.Number}, ", exercise.PublishingCheck, StringComparison.Ordinal);
            Assert.DoesNotContain($"exercise{exercise.Number}.Check(", exercise.CheckWithoutVerdict, StringComparison.Ordinal);
        });
        // As it is committed, nothing is answered.
        var answers = StudentAnswers.Read(chapter.Notebook, chapter);
        Assert.All(answers.Exercises.Values, answer => Assert.True(answer is { IsUntouched: true, IsAttempt: false }));
        Assert.Equal(["", "", "", "", ""], answers.Quiz!);
    }

    [Fact]
    public void Judge_asks_for_the_answer_where_the_placeholder_stood()
    {
        Assert.EndsWith(
            "long NeighbourVote(long[] labels) => global::CourseCompanion.Notebooks.Grading.AnswerExchange.Call<long>(1, (object)labels);   // à remplacer",
            Graph.Exercises[0].RemoteSource, StringComparison.Ordinal);
        Assert.Contains(
            "int? smallest = global::CourseCompanion.Notebooks.Grading.AnswerExchange.Value<int?>(2);", Graph.Exercises[1].RemoteSource, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_is_found_by_what_it_declares()
    {
        var answers = Read(notebook =>
        {
            var first = Cell(notebook, "ex1");
            first.Source = "long NeighbourVote(long[] l) => Best(l);";
            first.Node["id"] = "x";
            notebook.Insert(notebook.Cells.IndexOf(first), NotebookCell.Code("long Best(long[] l) => -1;"));
            Cell(notebook, "ex2").Source = "// rien";
            Cell(notebook, "ex3").Node["id"] = "ex1";
        });

        Assert.Equal(["long Best(long[] l) => -1;"], answers.Exercises[1].Helpers);
        Assert.True(answers.Exercises[1].IsAttempt);
        Assert.Contains("ne déclare plus « smallest »", answers.Exercises[2].Problem, StringComparison.Ordinal);
        Assert.True(answers.Exercises[3].IsUntouched);
    }

    [Fact]
    public void Letters_of_the_quiz_are_read_and_nothing_is_computed()
    {
        Assert.Equal(["b", "ac", "", "", ""], Read(notebook => Cell(notebook, "quiz").Source = "quiz.Answer(\"b\", \"ac\", quiz.Questions[2].Correct, null, $\"{1}\")").Quiz!);
        Assert.Null(Read(notebook => notebook.RemoveAt(notebook.Cells.IndexOf(Cell(notebook, "quiz")))).Quiz);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("-")]
    [InlineData("x=>")]
    [InlineData("1+")]
    [InlineData("if(x)")]
    [InlineData("{")]
    [InlineData("a<")]
    [InlineData("a?b:")]
    [InlineData("new[]{")]
    public void Code_nested_without_end_does_not_end_the_marking(string piece)
    {
        foreach (var count in (int[])[55, 550 / piece.Length, 19_000 / piece.Length])
        {
            var nested = string.Concat(Enumerable.Repeat(piece, count)) + "1";

            var answers = Read(notebook =>
            {
                Cell(notebook, "ex1").Source = "long NeighbourVote(long[] labels) => " + nested + ";";
                Cell(notebook, "quiz").Source = "quiz.Answer(" + nested + ")";
            });

            Assert.False(answers.Exercises[1].IsUntouched);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_solution_of_the_course_is_readable(string name) => Assert.True(StudentAnswers.IsReadable(
        File.ReadAllText(Path.Combine(Repository.Notebooks, "solutions", name + ".md")).Split("```csharp\n").Skip(1).MaxBy(code => code.Length)!.Split("```")[0]));
}
