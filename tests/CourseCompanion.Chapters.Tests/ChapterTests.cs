using System.Security.Cryptography;
using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Session;
using CourseCompanion.Teaching;
using CourseCompanion.Tests.Shared;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;

namespace CourseCompanion.Chapters.Tests;

/// <summary>The house style of the course (notebooks/README.md), checked on every committed notebook without running it.</summary>
public sealed partial class ChapterTests
{
    private const int MostWords = 1500;
    private const int WidestCode = 100;
    private const string Preparation = "#!import cours.csx";
    private const string Diagram = "#!mermaid";

    /// <summary>Lines of a code cell, blank ones and comments included: what a student takes in at a glance.</summary>
    private const int MostLines = 15;

    public static TheoryData<string> Names => new(Chapter.Names);

    [Fact]
    public void There_is_a_first_chapter() => Assert.Contains("01-pseudo-labeling", Chapter.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void Notebook_is_in_the_current_format_and_layout(string name)
    {
        var chapter = Chapter.Load(name);

        // Reading it checked the rest of the format, unique ids included.
        Assert.Equal((4, 5), (chapter.Json["nbformat"]!.GetValue<int>(), chapter.Json["nbformat_minor"]!.GetValue<int>()));
        Assert.Equal(chapter.Notebook.ToJson(), File.ReadAllText(chapter.Path));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Notebook_is_committed_without_outputs(string name) => Assert.All(Chapter.Load(name).Code, cell =>
    {
        Assert.Empty(cell.Outputs);
        Assert.Null(cell.ExecutionCount);
        Assert.Null(cell.Metadata["course"]);
        Assert.Null(cell.Metadata["execution"]);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Notebook_opens_with_the_CSharp_kernel_in_every_front_end(string name)
    {
        var chapter = Chapter.Load(name);
        var metadata = chapter.Notebook.Metadata;

        var kernel = metadata["kernelspec"]!;
        Assert.Equal((".net-csharp", "C#", ".NET (C#)"), (Text(kernel["name"]), Text(kernel["language"]), Text(kernel["display_name"])));
        Assert.Equal("C#", Text(metadata["language_info"]!["name"]));
        Assert.Equal("csharp", Text(metadata["polyglot_notebook"]!["kernelInfo"]!["defaultKernelName"]));
        Assert.All(chapter.Code, cell => Assert.Equal(
            ("csharp", "csharp"),
            (Text(cell.Metadata["polyglot_notebook"]?["kernelName"]), Text(cell.Metadata["dotnet_interactive"]?["language"]))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void First_code_cell_alone_holds_the_parameters(string name)
    {
        var chapter = Chapter.Load(name);

        Assert.Equal([chapter.Code[0].Id], chapter.Code.Where(cell => cell.HasTag("parameters")).Select(cell => cell.Id));
        Assert.DoesNotContain(chapter.Code, cell => cell.HasTag("injected-parameters"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_is_shown_before_the_data_are_named(string name) => Assert.EndsWith(
        ".Banner", Chapter.LastExpression(Chapter.Load(name).Code.First(Chapter.Shows)), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Names))]
    public void First_cell_gives_title_objectives_and_duration(string name)
    {
        var opening = Chapter.Load(name).Notebook.Cells[0];

        Assert.Equal(NotebookCellKind.Markdown, opening.Kind);
        Assert.StartsWith("# Chapitre ", opening.Source, StringComparison.Ordinal);
        Assert.Matches(Objectives(), opening.Source);
        Assert.Matches(Duration(), opening.Source);
        Assert.Contains("`rapide`", opening.Source, StringComparison.Ordinal);
        Assert.Contains("`complet`", opening.Source, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Call_outs_follow_their_templates_and_all_four_kinds_occur(string name)
    {
        var callOuts = Chapter.Load(name).Prose.SelectMany(cell => CallOut.Parse(cell.Source));

        Assert.Equal(Enum.GetValues<CallOutKind>(), callOuts.Select(callOut => callOut.Kind).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Exercises_are_at_least_three_and_numbered_from_one(string name)
    {
        var chapter = Chapter.Load(name);

        Assert.True(chapter.Exercises.Count >= 3, $"{chapter.Exercises.Count} exercises");
        Assert.Equal(Enumerable.Range(1, chapter.Exercises.Count), chapter.Exercises.Select(exercise => exercise.Number));
        var statements = chapter.Section("À vous de jouer");
        Assert.NotNull(statements);
        Assert.All(chapter.Exercises, exercise => Assert.Contains($"**Exercice {exercise.Number}.**", statements, StringComparison.Ordinal));
    }

    // The placeholder may stand in a cell of its own, so that the student changes that cell only.
    [Theory]
    [MemberData(nameof(Names))]
    public void Every_exercise_is_checked_by_the_last_expression_of_a_cell(string name)
    {
        var chapter = Chapter.Load(name);

        Assert.Equal(
            chapter.Exercises.Select(exercise => $"exercise{exercise.Number}"),
            chapter.Code.Select(cell => ExerciseCheck().Match(Chapter.LastExpression(cell) ?? "")).Where(check => check.Success).Select(check => check.Groups[1].Value));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_exercise_has_its_solution_in_the_file_that_the_chapter_names(string name)
    {
        var chapter = Chapter.Load(name);
        var solutions = File.ReadAllText(Path.Combine(Repository.Notebooks, "solutions", name + ".md")).ReplaceLineEndings("\n");

        Assert.Contains($"notebooks/solutions/{name}.md", chapter.Section("À vous de jouer"), StringComparison.Ordinal);
        Assert.Equal(
            chapter.Exercises.Select(exercise => $"{exercise.Number} : {exercise.Title}"),
            SolutionHeading().Matches(solutions).Select(match => $"{match.Groups[1]} : {match.Groups[2]}"),
            StringComparer.OrdinalIgnoreCase);
        var sections = solutions.Split("\n## ").Skip(1);
        Assert.All(sections, section => Assert.Single(CSharpFence().Matches(section)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Quiz_is_one_and_loads(string name)
    {
        var file = Assert.Single(Chapter.Load(name).QuizFiles);

        // Other numbers of questions are refused.
        Assert.NotEmpty(Quiz.Load(Path.Combine(Repository.Notebooks, file)).Title);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Summary_has_three_points(string name)
    {
        var summary = Chapter.Load(name).Section("En résumé");

        Assert.NotNull(summary);
        Assert.Equal(3, Bullet().Count(summary));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Prose_is_short_enough_to_be_read(string name)
    {
        var words = Chapter.Load(name).Prose.Sum(cell => FrenchTypography.CountWords(cell.Source));

        Assert.True(words <= MostWords, $"{words} words, {MostWords} at most");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Texts_are_set_as_French_is(string name)
    {
        var chapter = Chapter.Load(name);
        var texts = chapter.Prose.Select(cell => (cell.Id, cell.Source))
            .Append((Id: "solutions", Source: File.ReadAllText(Path.Combine(Repository.Notebooks, "solutions", name + ".md"))));

        Assert.Empty(texts.SelectMany(text => FrenchTypography.Faults(text.Source).Select(fault => $"{text.Id}: {fault}")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Code_fits_the_screen(string name) => Assert.Empty(
        from cell in Chapter.Load(name).Code
        from line in cell.Source.Split('\n')
        where line.Length > WidestCode || line.Contains('\t', StringComparison.Ordinal)
        select $"{cell.Id}: {line}");

    [Theory]
    [MemberData(nameof(Names))]
    public void Code_cells_are_short_enough_to_be_taken_in(string name) => Assert.Empty(
        from cell in Chapter.Load(name).Code
        let lines = cell.Source.Split('\n').Length
        where lines > MostLines
        select $"{cell.Id}: {lines} lines, {MostLines} at most");

    // Students run a cell, change it and run it again. A method whose parameters name a record of the same cell then has
    // two versions, between which a call with a lambda cannot choose; a delegate in a variable replaces the former one.
    [Theory]
    [MemberData(nameof(Names))]
    public void All_cells_compile_when_they_are_run_again(string name)
    {
        var options = ScriptEnvironment.CreateOptions(new SessionOptions(), ScriptEnvironment.DefaultAssemblies());
        var cells = Chapter.Load(name).Code.Where(cell => !cell.Source.StartsWith(Diagram, StringComparison.Ordinal)).ToList();
        Script<object>? script = null;
        foreach (var cell in cells.Concat(cells))
        {
            script = script is null ? CSharpScript.Create<object>(cell.Source, options) : script.ContinueWith<object>(cell.Source);

            Assert.Empty(script.Compile().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(error => $"{cell.Id}: {error}"));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Code_is_CSharp_without_commands_of_a_front_end(string name) => Assert.Empty(
        from cell in Chapter.Load(name).Code
        from line in cell.Source.Split('\n')
        where Magic().IsMatch(line) && line != Preparation && line != Diagram
        select $"{cell.Id}: {line}");

    [Theory]
    [MemberData(nameof(Names))]
    public void A_diagram_is_a_cell_of_its_own(string name) => Assert.All(
        Chapter.Load(name).Code.Where(cell => cell.Source.Split('\n').Contains(Diagram)),
        cell => Assert.StartsWith(Diagram + "\n", cell.Source, StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void First_line_of_code_alone_prepares_the_other_host(string name)
    {
        var code = Chapter.Load(name).Code;

        Assert.StartsWith(Preparation + "\n", code[0].Source, StringComparison.Ordinal);
        Assert.Single(code.SelectMany(cell => cell.Source.Split('\n')), Preparation);
    }

    [Fact]
    public void Other_host_imports_what_this_kernel_imports()
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Notebooks, "cours.csx"));
        var kernel = ScriptEnvironment.CreateOptions(new SessionOptions(), ScriptEnvironment.DefaultAssemblies()).Imports
            .Where(name => !name.StartsWith("CourseCompanion.Notebooks", StringComparison.Ordinal))     // .NET Interactive has its own display(...)
            .Select(name => name == "TorchSharp.torch" ? $"using static {name};" : $"using {name};");

        Assert.Equal(ImportedFile.PreparesOtherHost, lines[0]);
        Assert.Equal(kernel.Order(StringComparer.Ordinal), lines.Where(line => line.StartsWith("using ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Files_that_the_prose_names_exist(string name)
    {
        var files = Chapter.Load(name).Prose.SelectMany(cell => RepositoryFile().Matches(cell.Source)).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.True(
            File.Exists(Path.Combine(Repository.Root, file)) || File.Exists(Path.Combine(Repository.Notebooks, file)), file));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Notebook_waits_in_a_run_for_those_whose_files_it_reads(string name)
    {
        var chapter = Chapter.Load(name);
        List<string> after = [.. (chapter.Notebook.Metadata["course"]?["after"]?.AsArray() ?? []).Select(other => Text(other)!)];
        List<string> earlier = [.. Chapter.Names.Where(other => string.CompareOrdinal(other, name) < 0)];
        var read = chapter.Code.SelectMany(cell => EarlierFile().Matches(cell.Source)).Select(match => match.Groups[1].Value);
        var writers = earlier.Where(other => Chapter.Load(other).Code.Any(cell => read.Any(file => cell.Source.Contains($"PathOf(\"{file}\")", StringComparison.Ordinal))));
        // The notebooks of the mission share one store of features.
        var sharers = IsOfTheMission(name) ? earlier.Where(IsOfTheMission) : [];

        Assert.Empty(after.Except(earlier));
        Assert.Empty(writers.Concat(sharers).Except(after));

        static bool IsOfTheMission(string name) => name.StartsWith("06-", StringComparison.Ordinal);
    }

    [Fact]
    public void Picture_in_the_README_shows_chapter_1_as_it_is()
    {
        var note = File.ReadAllText(Path.Combine(Repository.Notebooks, "images", "chapitre-1.sha256")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var notebook = File.ReadAllBytes(Path.Combine(Repository.Notebooks, note[1].Trim()));

        Assert.True(
            string.Equals(note[0], Convert.ToHexString(SHA256.HashData(notebook)), StringComparison.OrdinalIgnoreCase),
            "The notebook has changed: run ./course run 01 with the real images, then .ci/picture out/01-pseudo-labeling.html, and commit what it writes.");
    }

    private static string? Text(System.Text.Json.Nodes.JsonNode? node) => node?.GetValue<string>();

    [GeneratedRegex(@"EarlierModel\.Find\(""([^""]+)""")]
    private static partial Regex EarlierFile();

    [GeneratedRegex(@"vous saurez\u00A0:\*\*\n\n(- .+(\n|$)){2,}")]
    private static partial Regex Objectives();

    [GeneratedRegex(@"^(exercise\d+)\s*\.Check\(")]
    private static partial Regex ExerciseCheck();

    [GeneratedRegex(@"^\*\*Durée\u00A0:\*\* \d+ minutes", RegexOptions.Multiline)]
    private static partial Regex Duration();

    [GeneratedRegex("^## Exercice ([0-9]+)\u00A0: (.+)$", RegexOptions.Multiline)]
    private static partial Regex SolutionHeading();

    [GeneratedRegex("^```csharp\n.+?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharpFence();

    [GeneratedRegex("`((?:lib|notebooks|datasets|tests|quiz|results|solutions)/[^` ]+\\.[a-z]+)`")]
    private static partial Regex RepositoryFile();

    [GeneratedRegex("^- ", RegexOptions.Multiline)]
    private static partial Regex Bullet();

    // Preprocessor lines of C# itself, references to files and the duration of a cell are understood everywhere.
    [GeneratedRegex("^(%|#(?!r \"(?!nuget)|!time\\b|region\\b|endregion\\b|pragma\\b|nullable\\b))")]
    private static partial Regex Magic();
}
