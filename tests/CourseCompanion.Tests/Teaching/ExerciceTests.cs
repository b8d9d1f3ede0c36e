using System.Globalization;
using CourseCompanion.Display;
using CourseCompanion.Teaching;

namespace CourseCompanion.Tests.Teaching;

public sealed class ExerciceTests
{
    private static readonly Exercice Seuil = new(2, "Choisir un seuil", hints: ["Vague.", "Précis."]);

    private static string Html(Feedback shown) => shown.ToMimeBundle()[MimeTypes.Html];

    private static Feedback Check(double answer) => Seuil.Check(
        answer,
        new("Le seuil est une probabilité.", s => s is > 0 and < 1, "Entre 0 et 1 !"),
        new("Le seuil est exigeant.", s => s >= 0.8));

    [Fact]
    public void Check_of_null_says_to_be_completed_and_calls_no_check()
    {
        double? answer = null;

        var report = Seuil.Check(answer, new("Jamais appelé.", _ => throw new InvalidOperationException()));

        Assert.True(report.IsToDo);
        Assert.False(report.IsPassed);
        Assert.Contains("À compléter", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("À compléter", Html(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_of_a_function_that_is_not_written_says_to_be_completed()
    {
        static int Select(float[] values) => throw new NotImplementedException();

        Assert.True(Seuil.Check(Select, new("Rend 3.", select => select([1]) == 3)).IsToDo);
    }

    /// <summary>No type is written in a check, whatever the student writes.</summary>
    [Fact]
    public void Criteria_take_their_type_from_the_answer()
    {
        static bool IsReliable(float[] p) => p.Max() > 0.9f;
        var asVariable = (float[] p) => p.Max() > 0.9f;
        double? number = 0.9;

        Assert.True(Seuil.Check(IsReliable, new("Méthode.", rule => rule([0.95f])), new("Écarte.", rule => !rule([0.5f]))).IsPassed);
        Assert.True(Seuil.Check(asVariable, new("Variable.", rule => rule([0.95f]), "Conseil.")).IsPassed);
        Assert.True(Seuil.Check(number, new("Nombre.", n => n is > 0 and < 1 && n >= 0.8)).IsPassed);
        Assert.True(Seuil.Check((number, "mots"), new("Deux réponses.", both => both.Item2.Length == 4)).IsPassed);
    }

    [Fact]
    public void Check_of_a_right_answer_congratulates()
    {
        var report = Check(0.9);

        Assert.True(report.IsPassed);
        Assert.Contains("Bravo", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_of_a_wrong_answer_gives_the_advice_of_that_check_and_points_to_hints()
    {
        var report = Check(1.5);

        Assert.Equal([CriterionState.Failed, CriterionState.Passed], report.Results.Select(result => result.State));
        Assert.Contains("Entre 0 et 1\u202F!", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("Hint()", report.ToString(), StringComparison.Ordinal);
        Assert.False(report.IsToDo);
    }

    [Fact]
    public void Check_of_code_that_throws_becomes_feedback_with_its_first_line()
    {
        var report = Seuil.Check(1, new("Calcule.", _ => throw new DivideByZeroException("Attempted <b>.\nstack")));

        Assert.Equal(CriterionState.Error, report.Results[0].State);
        Assert.Contains("DivideByZeroException", report.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("stack", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("Attempted &lt;b&gt;.", Html(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_of_code_that_throws_explains_the_error_and_gives_no_advice_on_an_answer_that_there_is_not()
    {
        var report = Seuil.Check(1, new("Lit un nombre.", _ => double.Parse("zéro virgule neuf", CultureInfo.InvariantCulture) > 0, "Relevez le seuil."));

        Assert.Contains("n’a pas la forme attendue", report.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Relevez", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_lets_an_interruption_through() =>
        Assert.Throws<OperationCanceledException>(() => Seuil.Check(1, new("Long.", _ => throw new OperationCanceledException())));

    [Fact]
    public void Hint_gives_hints_one_by_one_and_starts_again()
    {
        var exercise = new Exercice(1, "Titre", hints: ["Vague.", "Précis."]);

        var texts = Enumerable.Range(0, 3).Select(_ => exercise.Hint().ToString()).ToList();

        Assert.Contains("Vague.", texts[0], StringComparison.Ordinal);
        Assert.Contains("Précis.", texts[1], StringComparison.Ordinal);
        Assert.Equal(texts[0], texts[2]);
    }

    [Fact]
    public void Hint_of_an_exercise_without_hints_says_so() =>
        Assert.Contains("pas d’indice", new Exercice(1, "Titre").Hint().ToString(), StringComparison.Ordinal);
}
