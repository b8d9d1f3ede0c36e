using System.Text;

namespace CourseCompanion.Cli.Tests;

public sealed class ProgressCommandTests : IDisposable
{
    private readonly TestCourse _course = new();

    public void Dispose() => _course.Dispose();

    [Fact]
    public async Task Progress_counts_what_the_chapters_ask_and_begins_anew_when_told()
    {
        _course.SetVariable("COURSE_CACHE", Path.Combine(_course.Root, "cache"));
        _course.Write("notebooks/01-a.ipynb", """
            {
              "cells": [
                { "cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Chapitre 1 · Un\n", "\n", "Texte"] },
                { "cell_type": "code", "id": "b", "metadata": {}, "execution_count": null, "outputs": [], "source": ["var exercise1 = new Exercice(1, \"Premier\",\n", "    \"Indice\");"] },
                { "cell_type": "code", "id": "c", "metadata": {}, "execution_count": null, "outputs": [], "source": "var exercise2 = new Exercice(2, \"Second\");" }
              ],
              "metadata": {}, "nbformat": 4, "nbformat_minor": 5
            }
            """);
        _course.Write("notebooks/02-broken.ipynb", "{");
        string record = _course.Write("cache/progression.json", """
            { "exercises": { "Premier": "2026-11-30", "D’un autre cours": "2026-11-30" }, "quizzes": { "01-a": { "best": 4, "last": 3, "questions": 5, "date": "2026-11-30" } } }
            """);

        Assert.Equal(ExitCode.Success, await _course.RunAsync("progress"));
        Assert.Contains("Chapitre 1 · Un\u00A0: 1\u00A0exercice réussi sur 2, quiz 4 sur 5", _course.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("En tout\u00A0: 1\u00A0exercice réussi sur 2, 1 quiz sur 1.", _course.Output.ToString(), StringComparison.Ordinal);

        Assert.Equal(ExitCode.Success, await _course.RunAsync("progress", "--reset"));
        Assert.False(File.Exists(record));
        Assert.Equal(ExitCode.Success, await _course.RunAsync("progress"));
        Assert.Contains("En tout\u00A0: 0\u00A0exercice réussi sur 2", _course.Output.ToString(), StringComparison.Ordinal);

        await File.WriteAllTextAsync(record, "{", Encoding.UTF8);
        Assert.Equal(ExitCode.Success, await _course.RunAsync("progress"));
        Assert.Contains("mis de côté", _course.Output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--takes takes a number from 1 to 20", "rehearse", "01", "--takes", "0")]
    [InlineData("1080p", "rehearse", "01", "--record", "12k")]
    [InlineData("There is no notebook '99'", "rehearse", "99")]
    public async Task Rehearsal_that_cannot_be_done_as_typed_is_a_usage_error(string message, params string[] arguments)
    {
        _course.Write("notebooks/01-a.ipynb", "{}");

        Assert.Equal(ExitCode.Usage, await _course.RunAsync(arguments));
        Assert.Contains(message, _course.Error.ToString(), StringComparison.Ordinal);
    }
}
