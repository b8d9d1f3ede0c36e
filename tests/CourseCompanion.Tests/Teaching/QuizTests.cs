using System.Text.Json;
using CourseCompanion.Display;
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
    public void Answer_with_the_right_letters_scores_five()
    {
        var correction = Sample().Answer("b", "ac", "a", "a", "b");

        Assert.Equal(5, correction.Score);
        Assert.Contains("Score\u00A0: 5 sur 5. Bravo\u202F!", correction.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("c, A")]
    [InlineData("a et c")]
    [InlineData(" CA ")]
    public void Answer_reads_letters_however_they_are_written(string answer) =>
        Assert.Equal(CriterionState.Passed, Sample().Answer(null, answer).Results[1].State);

    [Fact]
    public void Answer_without_answers_says_to_be_completed()
    {
        var correction = Sample().Answer("", null, " ");

        Assert.All(correction.Results, result => Assert.Equal(CriterionState.ToDo, result.State));
        Assert.Equal(0, correction.Score);
        Assert.DoesNotContain("Score", correction.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Answer_with_null_or_too_many_answers_does_not_throw()
    {
        Assert.Equal(0, Sample().Answer(null!).Score);
        Assert.Equal(1, Sample().Answer("b", "", "", "", "", "b", "b").Score);
    }

    [Fact]
    public void Answer_with_an_unknown_letter_asks_for_one_of_the_choices()
    {
        var result = Sample().Answer("z").Results[0];

        Assert.Equal(CriterionState.ToDo, result.State);
        Assert.Contains("de a à b", result.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Answer_with_a_part_of_several_right_choices_is_almost_right_and_gives_no_point()
    {
        var correction = Sample().Answer("b", "a");

        Assert.Equal(1, correction.Score);
        Assert.StartsWith("Presque", correction.Results[1].Description, StringComparison.Ordinal);
        Assert.Contains("a et c", correction.Results[1].Advice, StringComparison.Ordinal);
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
    public void Load_reads_what_a_file_holds_and_refuses_what_is_no_quiz()
    {
        var file = Path.GetTempFileName();
        try
        {
            var question = """{ "statement": "?", "choices": ["x", "y"], "correct": "a", "explanation": "Car x." }""";
            File.WriteAllText(file, $$"""{ "title": "Fichier", "questions": [{{string.Join(",", Enumerable.Repeat(question, 5))}}] }""");
            Assert.Equal(5, Quiz.Load(file).Answer("a", "a", "a", "a", "a").Score);

            File.WriteAllText(file, """{ "title": "Fichier", "questions": [{ "statement": "?" }] }""");
            Assert.Throws<JsonException>(() => Quiz.Load(file));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
