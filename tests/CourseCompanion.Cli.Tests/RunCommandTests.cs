namespace CourseCompanion.Cli.Tests;

public sealed class RunCommandTests : IDisposable
{
    private readonly TestCourse _course = new();

    public void Dispose() => _course.Dispose();

    [Theory]
    [InlineData("There is no notebook '99'", "run", "99")]
    [InlineData("'essai'", "run", "--profile", "lent")]
    [InlineData("'complet'", "run", "--profile", "lent")]
    [InlineData("-p takes NAME=VALUE, not 'seuil'", "run", "-p", "seuil")]
    [InlineData("-p takes NAME=VALUE, not '=1'", "run", "-p", "=1")]
    [InlineData("positive number of seconds", "run", "--cell-timeout", "0")]
    [InlineData("positive number of seconds", "run", "--cell-timeout", "soon")]
    [InlineData("positive number of seconds", "run", "--cell-timeout", "1e300")]
    [InlineData("There is no option '--profil'. Did you mean '--profile'?", "run", "--profil", "complet")]
    [InlineData("There is no option '--two'", "export", "01", "--two")]
    [InlineData("There is no option '--jsn'. Did you mean '--json'?", "bench", "--jsn")]
    [InlineData("/no/such/folder", "run", "--data", "/no/such/folder")]
    [InlineData("There is no notebook '99'", "export", "99")]
    [InlineData("html", "export", "01", "--to", "pdf")]
    public async Task Run_what_cannot_be_done_as_typed_is_a_usage_error(string message, params string[] arguments)
    {
        _course.Write("notebooks/01-a.ipynb", "{}");

        Assert.Equal(ExitCode.Usage, await _course.RunAsync(arguments));
        Assert.Contains(message, _course.Error.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_course.Root, "out")));
    }

    [Theory]
    [InlineData("Unknown parameter 'sed' (known: seed). Did you mean 'seed'?", "sed=7")]
    [InlineData("the parameter 'seed' is of type int; 'abc' is not a value of that type", "seed=abc")]
    public async Task Run_parameter_that_the_notebook_does_not_take_is_a_usage_error(string message, string parameter)
    {
        _course.Write("notebooks/01-a.ipynb", """
            {
              "cells": [{ "cell_type": "code", "id": "a", "metadata": { "tags": ["parameters"] }, "execution_count": null, "outputs": [], "source": ["var seed = 42;"] }],
              "metadata": {}, "nbformat": 4, "nbformat_minor": 5
            }
            """);

        Assert.Equal(ExitCode.Usage, await _course.RunAsync("run", "01", "-p", parameter));
        Assert.Contains(message, _course.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_file_that_is_no_notebook_fails_with_its_name()
    {
        _course.Write("notebooks/01-a.ipynb", "{ \"cells\":");

        Assert.Equal(ExitCode.Failure, await _course.RunAsync("run", "01"));
        Assert.Contains("01-a.ipynb", _course.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _course.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("0 of 1 notebooks", _course.Output.ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_course.Root, "out", "junit.xml")));
    }

    [Fact]
    public async Task Export_writes_a_page_of_the_executed_copy_when_there_is_one()
    {
        _course.Write("notebooks/01-a.ipynb", Notebook("# Source"));
        Assert.Equal(ExitCode.Success, await _course.RunAsync("export", "01"));
        string page = Path.Combine(_course.Root, "out", "01-a.html");
        Assert.Contains("Source", await File.ReadAllTextAsync(page), StringComparison.Ordinal);

        _course.Write("out/01-a.ipynb", Notebook("# Executed"));
        Assert.Equal(ExitCode.Success, await _course.RunAsync("export", "01"));
        Assert.Contains("Executed", await File.ReadAllTextAsync(page), StringComparison.Ordinal);
        Assert.EndsWith($"{Path.Combine("out", "01-a.html")}{Environment.NewLine}", _course.Output.ToString(), StringComparison.Ordinal);
    }

    private static string Notebook(string markdown) => $$"""
        {
          "cells": [{ "cell_type": "markdown", "id": "a", "metadata": {}, "source": ["{{markdown}}"] }],
          "metadata": {}, "nbformat": 4, "nbformat_minor": 5
        }
        """;
}
