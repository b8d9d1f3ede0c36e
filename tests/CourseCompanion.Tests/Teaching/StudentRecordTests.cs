using CourseCompanion.Teaching;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Tests.Teaching;

public sealed class StudentRecordTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("course-record-").FullName;

    private StudentRecord Record => new(Path.Combine(_folder, StudentRecord.FileName));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Best_score_and_first_day_stay()
    {
        Record.Passed("Confiance et marge");
        Record.Passed("Confiance et marge");
        Record.Answered("01-pseudo-labeling", 4, 5);
        Record.Answered("01-pseudo-labeling", 2, 5);

        var progress = Record.Read();
        Assert.Equal(["Confiance et marge"], progress.Exercises.Keys);
        var quiz = progress.Quizzes["01-pseudo-labeling"];
        Assert.Equal((4, 2, 5), (quiz.Best, quiz.Last, quiz.Questions));
        Assert.Empty(Record.SetAside);
    }

    [Fact]
    public void Two_notebooks_at_once_lose_nothing()
    {
        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => Record.Passed($"Exercice {i}"));

        Assert.Equal(40, Record.Read().Exercises.Count);
        Assert.Equal([StudentRecord.FileName, StudentRecord.FileName + ".lock"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1, 2]")]
    [InlineData("{\"exercises\": null, \"quizzes\": {}}")]
    [InlineData("{\"exercises\": {\"a\": \"hier\"}, \"quizzes\": {}}")]
    [InlineData("{\"exercises\": {}, \"quizzes\": {\"01\": null}}")]
    public void A_file_that_cannot_be_understood_is_set_aside_and_named(string contents)
    {
        File.WriteAllText(Record.Path, contents);

        Record.Passed("Confiance et marge");

        Assert.Equal(["Confiance et marge"], Record.Read().Exercises.Keys);
        Assert.Equal(contents, File.ReadAllText(Assert.Single(Record.SetAside)));
    }

    [Fact]
    public void A_record_that_cannot_be_written_costs_no_exercise()
    {
        File.WriteAllText(Path.Combine(_folder, "a-file"), "");

        new StudentRecord(Path.Combine(_folder, "a-file", StudentRecord.FileName)).Passed("Confiance et marge");
    }

    [Fact]
    public void Reset_keeps_the_former_file_beside()
    {
        Assert.Null(Record.Reset());
        Record.Passed("Confiance et marge");

        Assert.Contains("Confiance et marge", File.ReadAllText(Record.Reset()!), StringComparison.Ordinal);
        Assert.Empty(Record.Read().Exercises);
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("true", null, false)]
    [InlineData(null, "off", false)]
    public void Neither_CI_nor_who_does_not_want_it_has_a_record(string? ci, string? wish, bool isKept) => Assert.Equal(
        isKept,
        StudentRecord.OfThisMachine(name => name switch { "CI" => ci, StudentRecord.Variable => wish, "COURSE_CACHE" => _folder, _ => null })?.Path == Record.Path);

    [Fact]
    public void Exercise_and_quiz_of_a_chapter_are_recorded_and_shown_below_the_quiz()
    {
        Assert.Null(StudentRecord.Current);
        var quiz = Quiz.Load(Path.Combine(Repository.Notebooks, "quiz", "01-pseudo-labeling.json"));
        Assert.DoesNotContain("progression", quiz.Answer("a", "a", "a", "a", "a").ToString(), StringComparison.Ordinal);
        StudentRecord.Current = Record;
        try
        {
            new Exercice(1, "Confiance et marge").Check(1, new Criterion<int>("Un.", one => one == 1));
            new Exercice(2, "Manqué").Check(1, new Criterion<int>("Deux.", one => one == 2));
            quiz.Answer("", "", "", "", "");
            Assert.Empty(Record.Read().Quizzes);

            var shown = quiz.Answer([.. quiz.Questions.Select(question => question.Correct)]);

            Assert.Contains("Confiance et marge", Record.Read().Exercises.Keys);
            Assert.DoesNotContain("Manqué", Record.Read().Exercises.Keys);
            Assert.Contains("Ce chapitre\u00A0: 1\u00A0exercice réussi sur 4, quiz 5 sur 5.", shown.ToString(), StringComparison.Ordinal);
            Assert.Contains("Votre progression", shown.ToMimeBundle()["text/html"], StringComparison.Ordinal);
        }
        finally
        {
            StudentRecord.Current = null;
        }
    }

    // The record knows an exercise by its title alone.
    [Fact]
    public void No_two_exercises_of_the_course_have_one_title()
    {
        var chapters = ChapterExercises.InFolder(Repository.Notebooks);

        Assert.Equal("Chapitre 1 · Pseudo-labels", chapters.Single(chapter => chapter.Name == "01-pseudo-labeling").Title);
        Assert.All(chapters, chapter => Assert.InRange(chapter.Exercises.Count, 3, 6));
        Assert.Empty(chapters.SelectMany(chapter => chapter.Exercises).GroupBy(title => title).Where(group => group.Count() > 1).Select(group => group.Key));
    }
}
