using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using CourseCompanion.Files;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Execution;
using CourseCompanion.Teaching;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>What to mark, and how.</summary>
public sealed record GradingRequest
{
    /// <summary>The folder of submissions: <c>NAME.ipynb</c>, or a folder a student with notebooks in it.</summary>
    public required string Submissions { get; init; }

    /// <summary>Where marks and pages go.</summary>
    public required string OutDirectory { get; init; }

    /// <summary>The course's own copies of the chapters that may have been handed in.</summary>
    public required IReadOnlyList<GradedChapter> Chapters { get; init; }

    /// <summary>Folders and files of the course that notebooks read: its program, its notebooks, its data.</summary>
    public required IReadOnlyList<string> Readable { get; init; }

    /// <summary>The profile of sizes and epochs.</summary>
    public string Profile { get; init; } = "rapide";

    /// <summary>The folder with the data, or null.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The folder that keeps downloads, or null.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>What a submission may use.</summary>
    public GradingLimits Limits { get; init; } = new();

    /// <summary>Submissions marked at a time.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Whether to run strangers' code without a sandbox.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>Told of each submission: how many are done, of how many, its result, and whether that was there from an earlier call.</summary>
    public Action<int, int, SubmissionResult, bool>? OnMarked { get; init; }

    /// <summary>Told of a submission that is begun.</summary>
    public Action<string>? OnStarted { get; init; }

    /// <summary>How to start a worker; null: this program with the argument <c>worker</c>.</summary>
    public WorkerCommand? Worker { get; init; }
}

/// <summary>Marks a class: each submission in processes of its own, one line each in a table, one page each.</summary>
/// <remarks>
/// Results are kept in <c>etat/</c> as soon as they are there, each file whole or not at all; a later call takes up those whose notebook, chapter,
/// profile and limits are the same. Kept are marks only: what took too long, or could not be marked, is tried again. The table is written when
/// all are done.
/// </remarks>
public static class ClassGrader
{
    /// <summary>The table of the class.</summary>
    public const string TableName = "notes.csv";

    private const string StateFolder = "etat";
    private const string PageFolder = "retours";
    private const string LockName = ".correction";

    // Another program may mark differently: this library, and the one whose checks run.
    private static readonly string Version = $"{typeof(ClassGrader).Module.ModuleVersionId} {typeof(Exercice).Module.ModuleVersionId}";

    /// <summary>Marks what was handed in.</summary>
    /// <param name="request">What to mark, and how.</param>
    /// <param name="cancellation">Stops; what is marked stays marked.</param>
    /// <returns>The results, in the order of names.</returns>
    /// <exception cref="NotebookRunException">There is nothing to mark, the folder is not one of marks, or there is no sandbox.</exception>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public static async Task<IReadOnlyList<SubmissionResult>> GradeAsync(GradingRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var submissions = Submissions.In(request.Submissions, request.OutDirectory);
        if (submissions.Count == 0)
        {
            throw new NotebookRunException($"There is no notebook in '{request.Submissions}': it takes NAME.ipynb a student, or a folder a student.");
        }
        using var locked = Open(request.OutDirectory);
        var worker = request.Worker ?? WorkerCommand.Default;
        IEnumerable<string> data = request.DataDirectory is { } folder ? [folder, Path.Combine(Path.GetDirectoryName(Path.GetFullPath(folder)) ?? folder, "weights")] : [];
        using var sandbox = new Sandbox(
            worker, request.Limits, [.. request.Readable, .. data, .. request.CacheDirectory is { } cache ? [cache] : Array.Empty<string>()],
            [request.Submissions, request.OutDirectory], request.CacheDirectory, request.IsTrusted);
        await sandbox.ProbeAsync(Path.GetDirectoryName(request.Chapters[0].Path)!, cancellation).ConfigureAwait(false);

        var results = new SubmissionResult[submissions.Count];
        var done = 0;
        var gate = new Lock();
        await System.Threading.Tasks.Parallel.ForEachAsync(
            submissions.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = request.Parallel, CancellationToken = cancellation },
            async (entry, token) =>
            {
                var (result, isOld) = await GradeAsync(request, sandbox, entry.Item, token).ConfigureAwait(false);
                lock (gate)
                {
                    results[entry.Index] = result;
                    request.OnMarked?.Invoke(++done, submissions.Count, result, isOld);
                }
            }).ConfigureAwait(false);
        GradeTable.Write(Path.Combine(request.OutDirectory, TableName), results);
        return results;
    }

    /// <summary>Takes a folder for marks: a new or empty one, or one that an earlier call made. Nobody else marks into it meanwhile.</summary>
    private static FileStream Open(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var mark = Path.Combine(folder, LockName);
            if (!File.Exists(mark) && Directory.EnumerateFileSystemEntries(folder).Any())
            {
                throw new NotebookRunException($"'{folder}' holds files that no marking wrote; name an empty or new folder with --out.");
            }
            return new FileStream(mark, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new NotebookRunException($"'{folder}' cannot be written, or another marking is writing to it: {error.Message}", error);
        }
    }

    private static async Task<(SubmissionResult Result, bool IsOld)> GradeAsync(
        GradingRequest request, Sandbox sandbox, Submission submission, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var (document, sum, problem) = Submissions.Read(submission, request.Limits.NotebookBytes);
        var chapter = document is null ? null : ChapterOf(document, submission, request.Chapters);
        if (document is not null && chapter is null)
        {
            problem = "aucun chapitre du cours n’y est reconnu.";
        }
        IReadOnlyList<Deliverable> deliverables = [.. (chapter?.Deliverables ?? []).Select(name => DeliverableCheck.Of(submission, name))];
        var blank = new SubmissionResult
        {
            Student = submission.Student,
            File = submission.Name,
            Chapter = chapter?.Name,
            Profile = request.Profile,
            PageName = Submissions.PageName(submission),
            Problem = problem,
            MostPoints = chapter?.MostPoints ?? (request.Chapters.Count == 1 ? request.Chapters[0].MostPoints : 0),
            Deliverables = deliverables,
            Sum = Sum(request, sum, chapter, problem, deliverables),
        };
        var state = Path.Combine(request.OutDirectory, StateFolder, blank.PageName + ".json");
        if (File.Exists(state) && SubmissionResult.FromJson(await File.ReadAllTextAsync(state, cancellation).ConfigureAwait(false)) is { } earlier && earlier.Sum == blank.Sum)
        {
            WritePage(request, earlier, chapter);
            return (earlier, true);
        }
        request.OnStarted?.Invoke(submission.Name);
        var result = blank;
        if (problem is null)
        {
            try
            {
                result = await new SubmissionGrader(request, sandbox, chapter!).GradeAsync(blank, document!, cancellation).ConfigureAwait(false);
            }
            catch (NotebookFormatException)
            {
                result = blank with { Problem = "son code n’est pas lisible." };
            }
            catch (CourseFailedException error)
            {
                // Nobody's answers are to blame, and other chapters may do better.
                result = blank with { Problem = $"le notebook du cours s’est arrêté avant toute réponse ({error.Message}) : l’élève n’y est pour rien.", IsUnmarked = true };
            }
            catch (Exception error) when (!cancellation.IsCancellationRequested)
            {
                // Whatever one submission provokes, the class is marked.
                result = blank with { Problem = $"la correction s’est arrêtée sur une erreur ({error.GetType().Name} : {error.Message.Split('\n')[0]}).", IsUnmarked = true };
            }
        }
        result = result with { Seconds = Math.Round(watch.Elapsed.TotalSeconds, 1) };
        WritePage(request, result, chapter);
        // What a busy or broken machine may have caused is tried again by the next call.
        if (result is { IsUnmarked: false, HasTimeOut: false })
        {
            AtomicFile.WriteAllText(state, result.ToJson());
        }
        return (result, false);
    }

    private static void WritePage(GradingRequest request, SubmissionResult result, GradedChapter? chapter) =>
        AtomicFile.WriteAllText(Path.Combine(request.OutDirectory, PageFolder, result.PageName + ".html"), FeedbackPage.Write(result, chapter?.Title));

    // The only chapter there is; else the one of that file name, of that title, or with most of its cells.
    private static GradedChapter? ChapterOf(NotebookDocument document, Submission submission, IReadOnlyList<GradedChapter> chapters)
    {
        if (chapters.Count == 1)
        {
            return chapters[0];
        }
        var name = Path.GetFileName(submission.Name);
        var ids = document.CodeCells.Select(cell => cell.Source.Trim()).ToHashSet(StringComparer.Ordinal);
        return chapters.Where(chapter => name.Contains(chapter.Name, StringComparison.OrdinalIgnoreCase)).MaxBy(chapter => chapter.Name.Length)
            ?? chapters.FirstOrDefault(chapter => document.Title is { } title && chapter.Notebook.Title == title)
            ?? chapters.Select(chapter => (Chapter: chapter, Shared: chapter.Notebook.CodeCells.Count(cell => ids.Contains(cell.Source.Trim())) / (double)Math.Max(1, chapter.Notebook.CodeCells.Count())))
                .Where(entry => entry.Shared > 0.5).OrderByDescending(entry => entry.Shared).FirstOrDefault().Chapter;
    }

    private static string Sum(GradingRequest request, string notebook, GradedChapter? chapter, string? problem, IEnumerable<Deliverable> deliverables) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n',
        [
            Version, notebook, chapter?.Sum ?? "", problem ?? "", request.Profile, request.DataDirectory ?? "", request.Limits.ToString(), $"{request.IsTrusted}",
            .. deliverables.Select(deliverable => deliverable.Verdict),
        ]))));
}
