using System.IO.Compression;

namespace CourseCompanion.Cli.Tests;

public sealed class ExportCommandTests : IDisposable
{
    private readonly TestCourse _course = new();

    public void Dispose() => _course.Dispose();

    [Theory]
    [InlineData("slides", "01-a.slides.html")]
    [InlineData("pptx", "01-a.pptx")]
    public async Task Slides_are_made_of_the_executed_copy_and_replace_the_file_of_before(string format, string name)
    {
        _course.Write("notebooks/01-a.ipynb", Notebook(executionCount: "null"));
        _course.Write("out/01-a.ipynb", Notebook(executionCount: "1"));
        string file = _course.Write("out/" + name, "before");

        Assert.Equal(ExitCode.Success, await _course.RunAsync("export", "01", "--to", format));
        Assert.Equal(Path.Combine("out", name) + Environment.NewLine, _course.Output.ToString());
        if (format == "slides")
        {
            Assert.Contains("startDeck()", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        }
        else
        {
            using ZipArchive package = ZipFile.OpenRead(file);
            Assert.NotNull(package.GetEntry("ppt/presentation.xml"));
        }

        Assert.Equal(["01-a.ipynb", name], Directory.GetFiles(Path.Combine(_course.Root, "out")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("slides", "01-a.slides.html")]
    [InlineData("pptx", "01-a.pptx")]
    public async Task Notebook_that_was_not_executed_fails_and_leaves_the_file_of_before(string format, string name)
    {
        _course.Write("notebooks/01-a.ipynb", Notebook(executionCount: "null"));
        string file = _course.Write("out/" + name, "before");

        Assert.Equal(ExitCode.Failure, await _course.RunAsync("export", "01", "--to", format));
        Assert.Contains("not executed", _course.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("before", await File.ReadAllTextAsync(file));
        Assert.Single(Directory.GetFiles(Path.Combine(_course.Root, "out")));
    }

    [Fact]
    public async Task Code_and_section_are_options_of_slides()
    {
        _course.Write("notebooks/01-a.ipynb", Notebook(executionCount: "1"));
        string file = Path.Combine(_course.Root, "out", "01-a.slides.html");

        Assert.Equal(ExitCode.Success, await _course.RunAsync("export", "01", "--to", "slides"));
        Assert.DoesNotContain("class=\"source\"", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, await _course.RunAsync("export", "01", "--to", "slides", "--code"));
        Assert.Contains("class=\"source\"", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failure, await _course.RunAsync("export", "01", "--to", "slides", "--section", "budget"));
        Assert.Contains("No section is called 'budget'", _course.Error.ToString(), StringComparison.Ordinal);
    }

    private static string Notebook(string executionCount) => $$"""
        {
          "cells": [
            { "cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Titre\n", "\n", "## Un"] },
            { "cell_type": "code", "id": "b", "metadata": {}, "execution_count": {{executionCount}}, "outputs": [], "source": ["var a = 1;"] }
          ],
          "metadata": {}, "nbformat": 4, "nbformat_minor": 5
        }
        """;
}
