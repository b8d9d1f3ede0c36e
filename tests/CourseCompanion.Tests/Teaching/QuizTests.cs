using System.Text.Json;
using CourseCompanion.Teaching;

namespace CourseCompanion.Tests.Teaching;

public sealed class QuizTests
{
    private static Quiz Sample() => new(
        "Pseudo-labels",
        new Question("Un ?", ["x", "y"], "b", "Parce que y."),
        new Question("Deux ?", ["x", "y", "z"], "ac", "Les deux."),
        new Question("Trois ?", ["x", "<i>y</i>"], "a", "Car x."),
        new Question("Quatre ?", ["x", "y"], "a", "Car x."),
        new Question("Cinq ?", ["x", "y"], "b", "Car y."));

    [Fact]
    public void Repondre_with_the_right_letters_scores_five()
    {
        var correction = Sample().Repondre("b", "ac", "a", "a", "b");

        Assert.Equal(5, correction.Score);
        Assert.Contains("Score\u00A0: 5 sur 5. Bravo\u202F!", correction.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("c, A")]
    [InlineData("a et c")]
    [InlineData(" CA ")]
    public void Repondre_reads_letters_however_they_are_written(string answer) =>
        Assert.Equal(Etat.Reussi, Sample().Repondre(null, answer).Verdicts[1].Etat);

    [Fact]
    public void Repondre_without_answers_says_to_be_completed()
    {
        var correction = Sample().Repondre("", null, " ");

        Assert.All(correction.Verdicts, verdict => Assert.Equal(Etat.ACompleter, verdict.Etat));
        Assert.Equal(0, correction.Score);
        Assert.DoesNotContain("Score", correction.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Repondre_with_null_or_too_many_answers_does_not_throw()
    {
        Assert.Equal(0, Sample().Repondre(null!).Score);
        Assert.Equal(1, Sample().Repondre("b", "", "", "", "", "b", "b").Score);
    }

    [Fact]
    public void Repondre_with_an_unknown_letter_asks_for_one_of_the_choices()
    {
        var verdict = Sample().Repondre("z").Verdicts[0];

        Assert.Equal(Etat.ACompleter, verdict.Etat);
        Assert.Contains("de a à b", verdict.Critere, StringComparison.Ordinal);
    }

    [Fact]
    public void Repondre_with_a_part_of_several_right_choices_is_almost_right_and_gives_no_point()
    {
        var correction = Sample().Repondre("b", "a");

        Assert.Equal(1, correction.Score);
        Assert.StartsWith("Presque", correction.Verdicts[1].Critere, StringComparison.Ordinal);
        Assert.Contains("a et c", correction.Verdicts[1].Conseil, StringComparison.Ordinal);
        Assert.Contains("Il vous reste 3\u00A0questions à compléter.", correction.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Quiz_shows_its_choices_in_order_and_encoded()
    {
        var bundle = Sample().ToMimeBundle();

        Assert.Contains("<strong>b.</strong> &lt;i&gt;y&lt;/i&gt;", bundle[MimeTypes.Html], StringComparison.Ordinal);
        Assert.Contains("(plusieurs réponses)", bundle[MimeTypes.PlainText], StringComparison.Ordinal);
        Assert.DoesNotContain("Parce que", bundle[MimeTypes.Html], StringComparison.Ordinal);
    }

    [Fact]
    public void Quiz_with_another_number_of_questions_is_refused() =>
        Assert.Throws<ArgumentException>(() => new Quiz("Court", new Question("?", ["x", "y"], "a", "")));

    [Theory]
    [InlineData("")]
    [InlineData("c")]
    [InlineData("A")]
    public void Quiz_whose_right_choice_does_not_exist_is_refused(string right)
    {
        var question = new Question("?", ["x", "y"], right, "");

        Assert.Throws<ArgumentException>(() => new Quiz("Faux", question, question, question, question, question));
    }

    [Fact]
    public void Charger_reads_what_a_file_holds_and_refuses_what_is_no_quiz()
    {
        var file = Path.GetTempFileName();
        try
        {
            var question = """{ "enonce": "?", "choix": ["x", "y"], "bonnes": "a", "explication": "Car x." }""";
            File.WriteAllText(file, $$"""{ "titre": "Fichier", "questions": [{{string.Join(",", Enumerable.Repeat(question, 5))}}] }""");
            Assert.Equal(5, Quiz.Charger(file).Repondre("a", "a", "a", "a", "a").Score);

            File.WriteAllText(file, """{ "titre": "Fichier", "questions": [{ "enonce": "?" }] }""");
            Assert.Throws<JsonException>(() => Quiz.Charger(file));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
