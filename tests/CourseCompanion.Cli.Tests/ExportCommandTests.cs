using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;

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

    [Fact]
    public async Task Site_has_all_chapters_executed_where_a_copy_is_there_and_goes_to_a_folder_of_its_own()
    {
        _course.Write("notebooks/01-a.ipynb", Notebook(executionCount: "null"));
        _course.Write("notebooks/02-b.ipynb", Notebook(executionCount: "null"));
        _course.Write("out/02-b.ipynb", Notebook(executionCount: "1"));
        _course.Write("elsewhere/01-a.ipynb", Notebook(executionCount: "1"));

        Assert.Equal(ExitCode.Success, await _course.RunAsync("export", "all", "--to", "site", "--no-pdf"));
        Assert.Equal(
            $"{Path.Combine("out", "site", "index.html")}{Environment.NewLine}Chapters: 2, with results: 1; summary sheets as PDF: 0.{Environment.NewLine}",
            _course.Output.ToString());
        Assert.True(File.Exists(Path.Combine(_course.Root, "out", "site", "02-b.fiche.html")));

        string other = Path.Combine(_course.Root, "www");
        Assert.Equal(ExitCode.Success, await _course.RunAsync(
            "export", "01", "--to", "site", "--no-pdf", "--out", other, "--from", Path.Combine(_course.Root, "elsewhere")));
        Assert.Contains("Chapters: 1, with results: 1", _course.Output.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, await _course.RunAsync("export", "01", "--to", "site", "--from", Path.Combine(_course.Root, "absent")));
    }

    [Fact]
    public async Task Site_has_all_chapters_when_none_is_named_and_nothing_else_is_made_of_all_unasked()
    {
        _course.Write("notebooks/01-a.ipynb", Notebook(executionCount: "null"));
        _course.Write("notebooks/02-b.ipynb", Notebook(executionCount: "null"));

        Assert.Equal(ExitCode.Success, await _course.RunAsync("export", "--to", "site", "--no-pdf"));
        Assert.Contains("Chapters: 2, with results: 0", _course.Output.ToString(), StringComparison.Ordinal);

        foreach (string format in (string[])["html", "slides", "pptx", "student", "teacher"])
        {
            Assert.Equal(ExitCode.Usage, await _course.RunAsync("export", "--to", format));
        }

        Assert.Contains("Name a notebook, or write all.", _course.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(["site"], Directory.GetFileSystemEntries(Path.Combine(_course.Root, "out")).Select(path => Path.GetFileName(path)));
    }

    [Fact]
    public async Task Site_over_the_pages_of_a_run_is_refused()
    {
        _course.Write("notebooks/01-a.ipynb", Notebook(executionCount: "null"));
        string page = _course.Write("out/01-a.html", "of a run");

        Assert.Equal(ExitCode.Failure, await _course.RunAsync("export", "all", "--to", "site", "--no-pdf", "--out", Path.Combine(_course.Root, "out")));
        Assert.Contains("no export of the site wrote it", _course.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("of a run", await File.ReadAllTextAsync(page));
    }

    [Theory]
    [InlineData("student")]
    [InlineData("teacher")]
    public async Task Version_has_beside_it_every_file_that_it_names(string version)
    {
        _course.Write("notebooks/01-a.ipynb", Versioned("""figures.Load("results/01-a.json"); CourseMap.Read("results"); Load("../results/no.json")""", "![Vue](images/vue.png)"));
        foreach (string name in (string[])["results/01-a.json", "results/02-b.json", "results/README.md", "images/vue.png", "images/autre.png"])
        {
            _course.Write("notebooks/" + name, "contents of " + name);
        }

        string folder = Path.Combine(_course.Root, "handed");
        Assert.Equal(ExitCode.Success, await _course.RunAsync("export", "01", "--to", version, "--out", folder));

        Assert.Equal(
            ["01-a.ipynb", "images/vue.png", "results/01-a.json", "results/02-b.json"],
            Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal));
        Assert.Equal("contents of images/vue.png", await File.ReadAllTextAsync(Path.Combine(folder, "images", "vue.png")));
    }

    [Fact]
    public async Task Chapters_of_the_course_find_their_figures_where_they_are_exported()
    {
        string folder = Path.Combine(_course.Root, "handed");
        CommandContext context = new() { Folder = TestCourse.Repository, Output = _course.Output, Error = _course.Error, Environment = _ => null };

        Assert.Equal(ExitCode.Success, await CourseCommand.InvokeAsync(["export", "04-3", "06-3", "06-4", "07-1", "07-2", "--to", "student", "--out", folder], context));

        foreach (string name in (string[])["quiz/04-3-comparaison.json", "results/04-3-comparaison.json", "results/06-3-semi-supervise-brainscan.json", "results/07-1-segmentation-gain.json", "results/07-2-aller-plus-loin-hybride.json", "results/07-2-aller-plus-loin-cout.json", "images/06-4-tableau-de-bord.png"])
        {
            Assert.True(File.Exists(Path.Combine(folder, name)), name);
        }
    }

    [Theory]
    [InlineData("\"outputs\": []", "\"outputs\": [{ \"output_type\": \"stream\", \"name\": \"stdout\", \"text\": [\"1\"] }]", "it has outputs")]
    [InlineData("throw new NotImplementedException()", "42", "it has answers")]
    public async Task Worked_notebook_is_not_exported_over(string before, string after, string reason)
    {
        _course.Write("notebooks/01-a.ipynb", Versioned("var exercise1 = new Exercice(1, \"Un\");\nint F() => throw new NotImplementedException();", "Texte", "exercise1.Check(F)"));
        string folder = Path.Combine(_course.Root, "handed");
        string file = Path.Combine(folder, "01-a.ipynb");
        string[] command = ["export", "01", "--to", "student", "--out", folder];
        Assert.Equal(ExitCode.Success, await _course.RunAsync(command));
        // As it was exported, it is replaced.
        Assert.Equal(ExitCode.Success, await _course.RunAsync(command));

        string worked = Regex.Replace(await File.ReadAllTextAsync(file), Regex.Escape(before), after);
        Assert.Contains(after, worked, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, worked);

        Assert.Equal(ExitCode.Failure, await _course.RunAsync(command));
        Assert.Contains(reason, _course.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("--out", _course.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(worked, await File.ReadAllTextAsync(file));
    }

    private static string Versioned(string code, string text, string more = "1") => $$"""
        {
          "cells": [
            { "cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Titre\n", "{{text}}"] },
            { "cell_type": "code", "id": "b", "metadata": {}, "execution_count": null, "outputs": [], "source": [{{JsonSerializer.Serialize(code)}}] },
            { "cell_type": "code", "id": "c", "metadata": {}, "execution_count": null, "outputs": [], "source": ["{{more}}"] }
          ],
          "metadata": {}, "nbformat": 4, "nbformat_minor": 5
        }
        """;

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
