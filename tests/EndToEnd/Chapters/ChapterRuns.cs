using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CourseCompanion.Display;
using CourseCompanion.EndToEnd.Interactive;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Teaching;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>
/// A chapter executed twice by the command on generated images, for all the tests of a class: as it is committed, on the course's own kernel, and
/// with its exercises solved, on .NET Interactive, the second host.
/// </summary>
/// <param name="name">The notebook's name, without extension.</param>
/// <param name="handedOn">Files that the second run finds in its output folder, as the first run left them, besides its cache; null if it finds nothing.</param>
/// <param name="profile">Profile of both runs; the command's own if null.</param>
public abstract class ChapterRuns(string name, IReadOnlyList<string>? handedOn = null, string? profile = null) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("course-chapter-").FullName;

    internal string Name { get; } = name;

    internal ChapterRun Committed { get; private set; } = null!;

    internal ChapterRun Solved { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        // Where nothing is handed on, neither run waits for the other: each has its part of the cores (CourseProcess.Isolate).
        Task<ChapterRun> first = RunAsync(Path.Combine(Repository.Notebooks, Name + ".ipynb"), "out-committed");
        if (handedOn is not null)
        {
            await first;
        }

        Task<ChapterRun> second = RunSolvedAsync();
        await Task.WhenAll(first, second);
        (Committed, Solved) = (await first, await second);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>Puts what the solved notebook reads beside it.</summary>
    private string[] Copies(string folder, string pattern)
    {
        var target = Directory.CreateDirectory(Path.Combine(_folder, folder)).FullName;
        return [.. Directory.GetFiles(Path.Combine(Repository.Notebooks, folder), pattern).Select(file =>
        {
            var copy = Path.Combine(target, Path.GetFileName(file));
            File.Copy(file, copy);
            return copy;
        })];
    }

    private async Task<ChapterRun> RunSolvedAsync()
    {
        var quizFile = Copies("quiz", Name + ".json").Single();
        Copies("results", "*.json");
        SecondHost.Prepare(_folder);
        var solutions = await File.ReadAllTextAsync(Path.Combine(Repository.Notebooks, "solutions", Name + ".md"));
        var committed = NotebookDocument.Load(Path.Combine(Repository.Notebooks, Name + ".ipynb"));
        var solved = Path.Combine(_folder, Name + ".ipynb");
        SolvedNotebook.Create(committed, solutions, Quiz.Load(quizFile)).Save(solved);
        var output = Directory.CreateDirectory(Path.Combine(_folder, "out-solved")).FullName;
        foreach (var file in handedOn ?? [])
        {
            File.Copy(Path.Combine(_folder, "out-committed", file), Path.Combine(output, file));
        }

        return await RunAsync(solved, "out-solved", "--host", SecondHost.Name);
    }

    private async Task<ChapterRun> RunAsync(string notebook, string folder, params string[] options)
    {
        var output = Path.Combine(_folder, folder);
        var working = handedOn is null ? Directory.CreateDirectory(output + "-working").FullName : _folder;
        string[] sizes = profile is null ? [] : ["--profile", profile];
        var result = await CourseProcess.RunAsync(working, ["run", notebook, "--out", output, .. sizes, .. options]);
        Assert.True(result.ExitCode == 0, result.ToString());
        return new ChapterRun(
            output,
            NotebookDocument.Load(Path.Combine(output, Name + ".ipynb")),
            JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(output, "run.json")))!["notebooks"]![0]!);
    }
}

/// <summary>The runs of chapter 0.</summary>
public sealed class OpeningChapterRuns() : ChapterRuns("00-mise-en-route");

/// <summary>The runs of chapter 1.</summary>
public sealed class FirstChapterRuns() : ChapterRuns("01-pseudo-labeling");

/// <summary>The runs of chapter 2.1, in the trial profile: the first finds no model of chapter 1 and trains it on the spot, the second finds that one.</summary>
public sealed class GraphChapterRuns() : ChapterRuns("02-1-graphe", [Model], profile: "essai")
{
    internal const string Model = "01-simplecnn.safetensors";
}

/// <summary>The runs of chapter 2.2: neither finds a model of chapter 1.</summary>
public sealed class SpreadingChapterRuns() : ChapterRuns("02-2-propagation");

/// <summary>The runs of chapter 3.</summary>
public sealed class SganChapterRuns() : ChapterRuns("03-sgan");

/// <summary>The runs of chapter 4.1, in the trial profile: that its networks learn is what the tests of its experiment say.</summary>
public sealed class ConsistencyChapterRuns() : ChapterRuns("04-1-coherence", profile: "essai");

/// <summary>The runs of chapter 4.2.</summary>
public sealed class SilentBugsChapterRuns() : ChapterRuns("04-2-pannes");

/// <summary>The runs of chapter 4.3, which needs no learnt network to be checked.</summary>
public sealed class ComparisonChapterRuns() : ChapterRuns("04-3-comparaison", profile: "essai");

/// <summary>The runs of chapter 5.1, in the trial profile: that its encoders learn is what the tests of each method say.</summary>
public sealed class PretextChapterRuns() : ChapterRuns("05-1-pretexte", profile: "essai");

/// <summary>The runs of chapter 5.2, in the trial profile: neither finds an encoder of chapter 5.1.</summary>
public sealed class TransferChapterRuns() : ChapterRuns("05-2-transfert", profile: "essai");

/// <summary>The runs of chapter 6.1: the second finds the features that the first computed.</summary>
public sealed class ExplorationChapterRuns() : ChapterRuns("06-1-exploration-features", handedOn: [], profile: "essai");

/// <summary>The runs of chapter 6.2, on a few drawn slices.</summary>
public sealed class ClusteringChapterRuns() : ChapterRuns("06-2-clustering", profile: "essai");

/// <summary>The runs of chapter 6.3: many folds, so the trial profile.</summary>
public sealed class ScanLearningChapterRuns() : ChapterRuns("06-3-semi-supervise", profile: "essai");

/// <summary>The runs of chapter 7.1, in the trial profile: that its methods learn is what their own tests say.</summary>
public sealed class SegmentationChapterRuns() : ChapterRuns("07-1-segmentation", profile: "essai");

/// <summary>The runs of chapter 7.2, in the trial profile: neither finds an encoder of chapter 5.1.</summary>
public sealed class FurtherChapterRuns() : ChapterRuns("07-2-aller-plus-loin", profile: "essai");

/// <summary>What a run of a chapter left.</summary>
/// <param name="Folder">The output folder.</param>
/// <param name="Notebook">The executed notebook.</param>
/// <param name="Report">The notebook's part of run.json.</param>
internal sealed partial record ChapterRun(string Folder, NotebookDocument Notebook, JsonNode Report)
{
    /// <summary>All outputs, in order.</summary>
    public IReadOnlyList<NotebookOutput> Outputs => [.. Notebook.CodeCells.SelectMany(cell => cell.Outputs)];

    /// <summary>The charts, in order.</summary>
    public IReadOnlyList<NotebookOutput> Charts => [.. Outputs.Where(output => output.MimeTypes.Contains(MimeTypes.Plotly))];

    /// <summary>The report that each exercise shows, in order.</summary>
    public IReadOnlyList<string> Exercises =>
    [
        .. Notebook.CodeCells
            .Where(cell => Check().IsMatch(cell.Source))
            .Select(cell => cell.Outputs[^1].TextData(MimeTypes.PlainText)!),
    ];

    [GeneratedRegex(@"^exercise\d+\s*\.Check\(", RegexOptions.Multiline)]
    private static partial Regex Check();
}
