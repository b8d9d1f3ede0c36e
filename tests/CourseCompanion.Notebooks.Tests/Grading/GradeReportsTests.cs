using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Grading;
using CourseCompanion.Teaching;

namespace CourseCompanion.Notebooks.Tests.Grading;

public sealed class GradeReportsTests
{
    private const string Evil = "<script>alert(1)</script>\u202E\"'&";

    private static SubmissionResult Result(string student, params ExerciseGrade[] exercises) => new()
    {
        Student = student,
        File = student + ".ipynb",
        Chapter = "mini",
        Exercises = exercises,
        Quiz = [.. Enumerable.Range(0, 5).Select(i => new CriterionResult(i < 4 ? "Bonne réponse." : "À compléter.", i < 4 ? CriterionState.Passed : CriterionState.ToDo, null))],
        MostPoints = exercises.Length + 1,
        Sum = "0",
        PageName = "p",
    };

    private static ExerciseGrade Grade(int number, ExerciseState state, string? reason = null, bool isToReview = false) =>
        new(number, "Titre", state, [new CriterionResult("Critère " + Evil, CriterionState.Failed, "Conseil " + Evil)], reason, isToReview, "// " + Evil);

    [Fact]
    public void Mark_counts_the_quiz_as_one_exercise() =>
        Assert.Equal(11.2, Result("a", Grade(1, ExerciseState.Passed), Grade(2, ExerciseState.Failed), Grade(3, ExerciseState.ToDo), Grade(4, ExerciseState.Passed)).Mark);

    [Fact]
    public void Table_opens_in_a_spreadsheet_without_running_anything()
    {
        using MemoryStream stream = new();
        GradeTable.Write(stream, [Result("=HYPERLINK(\"http://x\")", Grade(1, ExerciseState.Passed, "+1;\r\n2", isToReview: true)), Result("@b") with { Problem = "-2+3" }]);
        var text = Encoding.UTF8.GetString(stream.ToArray());

        Assert.StartsWith("\uFEFFélève;fichier;", text, StringComparison.Ordinal);
        Assert.Contains("\n\"'=HYPERLINK(\"\"http://x\"\")\";\"'=HYPERLINK", text, StringComparison.Ordinal);
        Assert.Contains("\n\"'@b\";", text, StringComparison.Ordinal);
        Assert.Contains(";\"'-2+3\";", text, StringComparison.Ordinal);
        Assert.Contains(";8;18;", text, StringComparison.Ordinal);
        Assert.Equal(3, text.Count(c => c == '\n'));
    }

    [Fact]
    public void Page_shows_what_students_wrote_and_runs_nothing()
    {
        var page = FeedbackPage.Write(Result(Evil, Grade(1, ExerciseState.Failed, "raison " + Evil, isToReview: true)) with { Deliverables = [new Deliverable(Evil, DeliverableState.Missing)] }, "Chapitre");

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u202E', page);
        Assert.Contains("&lt;script&gt;alert(1)", page, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        var style = Regex.Match(page, "<style>(.*?)</style>", RegexOptions.Singleline).Groups[1].Value;
        Assert.Contains($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'", page, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Exercise_to_review_counts_in_the_second_mark_only()
    {
        var result = Result("a", Grade(1, ExerciseState.Passed), Grade(2, ExerciseState.Passed, isToReview: true), Grade(3, ExerciseState.Failed, isToReview: true));
        using MemoryStream stream = new();
        GradeTable.Write(stream, [result]);
        var table = Encoding.UTF8.GetString(stream.ToArray()).Replace("\"", "", StringComparison.Ordinal);
        var page = FeedbackPage.Write(result, null);

        Assert.Equal((9, 14), (result.Mark, result.MarkIfAccepted));
        Assert.Contains(";note sur 20;note si les exercices à relire sont acceptés;exercices réussis;", table, StringComparison.Ordinal);
        Assert.Contains(";9;14;1;3;4;réussi;à relire;0\u00A0critère sur 1;;exercice 2;", table, StringComparison.Ordinal);
        Assert.Contains("Note\u00A0: 9 sur 20", page, StringComparison.Ordinal);
        Assert.Contains("14 sur 20 si votre enseignant accepte l’exercice à relire, qui ne compte pas encore.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("si votre enseignant accepte", FeedbackPage.Write(Result("a", Grade(1, ExerciseState.Passed)), null), StringComparison.Ordinal);
    }

    [Fact]
    public void Page_and_table_say_what_is_the_matter_with_each_file_handed_in()
    {
        var result = Result("a") with { Deliverables = [new("a.md", DeliverableState.HandedIn, "3 titres"), new("b.md", DeliverableState.Missing), new("c.html", DeliverableState.Unusable, "page sans texte")] };
        using MemoryStream stream = new();
        GradeTable.Write(stream, [result]);
        var page = FeedbackPage.Write(result, null);

        Assert.Contains("1 sur 3 (b.md\u00A0: manquant, c.html\u00A0: inutilisable, page sans texte)", Encoding.UTF8.GetString(stream.ToArray()), StringComparison.Ordinal);
        Assert.Contains("<code>a.md</code>\u00A0: rendu, 3 titres", page, StringComparison.Ordinal);
        Assert.Contains("<code>c.html</code>\u00A0: inutilisable, page sans texte", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_take_the_plural_from_two()
    {
        Assert.Equal("0\u00A0critère sur 1", GradeTable.StateOf(Grade(1, ExerciseState.Failed)));
        var criterion = new CriterionResult("x", CriterionState.Passed, null);
        Assert.Equal("2\u00A0critères sur 2", GradeTable.StateOf(Grade(1, ExerciseState.Failed) with { Criteria = [criterion, criterion] }));
    }

    [Fact]
    public void Page_and_table_name_the_images_and_the_profile_of_the_checks()
    {
        var result = Result("a", Grade(1, ExerciseState.Failed)) with { Profile = "essai", Images = ["Données réelles : DermaMNIST"] };
        using MemoryStream stream = new();
        GradeTable.Write(stream, [result]);

        Assert.Contains(";essai;Données réelles : DermaMNIST;", Encoding.UTF8.GetString(stream.ToArray()).Replace("\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var page = FeedbackPage.Write(result, null);
        Assert.Contains("Données réelles", page, StringComparison.Ordinal);
        Assert.Contains("apprennent à peine", page, StringComparison.Ordinal);
        Assert.DoesNotContain("apprennent à peine", FeedbackPage.Write(result with { Profile = "rapide" }, null), StringComparison.Ordinal);
    }

    [Fact]
    public void Submission_that_could_not_be_marked_has_no_mark()
    {
        var result = Result("a") with { Problem = "le notebook du cours s’est arrêté.", IsUnmarked = true };
        using MemoryStream stream = new();
        GradeTable.Write(stream, [result]);

        Assert.Matches(";\"?non corrigé\"?;", Encoding.UTF8.GetString(stream.ToArray()));
        Assert.DoesNotContain("0 sur 20", FeedbackPage.Write(result, null), StringComparison.Ordinal);
    }

    [Fact]
    public void Result_is_the_same_when_it_is_read_again()
    {
        var result = Result("a", Grade(1, ExerciseState.NoAnswer, "raison"));

        var again = SubmissionResult.FromJson(result.ToJson())!;

        Assert.Equal(result.ToJson(), again.ToJson());
        Assert.Equal(result.Mark, again.Mark);
        Assert.Null(SubmissionResult.FromJson("{"));
    }
}
