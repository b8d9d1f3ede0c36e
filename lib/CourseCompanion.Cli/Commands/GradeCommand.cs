using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using CourseCompanion.Data.Sources;
using CourseCompanion.Notebooks.Grading;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course grade</c>: marks what a class has handed in.</summary>
internal static class GradeCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<DirectoryInfo> submissions = new Argument<DirectoryInfo>("SUBMISSIONS")
        {
            Description = "A folder with a notebook a student (NAME.ipynb), or a folder a student with notebooks in it.",
        }.AcceptExistingOnly();
        Option<string> output = new("--out")
        {
            Description = $"Where {ClassGrader.TableName} and the students' pages go: a new folder, or that of an earlier call, which is continued.",
            HelpName = "DIR",
            Required = true,
        };
        Option<string[]> notebook = new("--notebook")
        {
            Description = "The chapter that was handed in (06-1), or a notebook of your own; may be repeated. Default: each is recognised by its name, title or cells.",
            HelpName = "NOTEBOOK",
            AllowMultipleArgumentsPerToken = false,
        };
        Option<string> profile = new("--profile")
        {
            Description = "Sizes and epochs with which answers are checked: essai, rapide or complet.",
            DefaultValueFactory = _ => context.Environment("COURSE_PROFILE") ?? "rapide",
        };
        profile.AcceptOnlyFromAmong("essai", "rapide", "complet");
        Option<DirectoryInfo> data = new Option<DirectoryInfo>("--data")
        {
            Description = "A folder with the data sets' files. Default: COURSE_DATA.",
            HelpName = "DIR",
        }.AcceptExistingOnly();
        Option<double> answerTimeout = Seconds("--answer-timeout", "Seconds that the student's code of one exercise may take, all its calls together.", 60);
        Option<double> cellTimeout = Seconds("--cell-timeout", "Seconds that a cell of the course may take.", 300);
        Option<double> timeout = Seconds("--timeout", "Seconds that a submission may take in all.", 1800);
        Option<int> memory = CountOption.Create(
            "--memory", "MiB of memory for each of a submission's two processes.", otherwise: new GradingLimits().MemoryMebibytes, least: 512, most: 1 << 20, helpName: "MIB");
        Option<int> parallel = CountOption.Create(
            "--parallel", "Submissions marked at a time. Default: one for two cores.", otherwise: Math.Max(1, Environment.ProcessorCount / 2), least: 1, most: 64);
        Option<bool> trusted = new("--trusted")
        {
            Description = "Without a sandbox: submissions run with your rights. Only for code that you have read.",
        };

        Command command = new("grade", "Marks a class: answers are put into the course's own notebooks and checked there. One CSV, one page a student.")
        {
            submissions, output, notebook, profile, data, answerTimeout, cellTimeout, timeout, memory, parallel, trusted,
        };
        command.Run(context, async (parsed, cancellation) =>
        {
            NotebookNames names = new(context.Folder);
            List<GradedChapter> chapters = [.. names.Resolve(parsed.GetValue(notebook) ?? []).Select(GradedChapter.Load)];
            string folder = Path.GetFullPath(parsed.GetRequiredValue(output));
            string? dataFolder = parsed.GetValue(data)?.FullName ?? context.Environment("COURSE_DATA");
            IReadOnlyList<SubmissionResult> results = await ClassGrader.GradeAsync(
                new GradingRequest
                {
                    Submissions = parsed.GetRequiredValue(submissions).FullName,
                    OutDirectory = folder,
                    Chapters = chapters,
                    Readable = Readable(context, chapters),
                    Profile = parsed.GetRequiredValue(profile),
                    DataDirectory = dataFolder,
                    CacheDirectory = context.Environment("COURSE_CACHE") ?? new DataOptions().EffectiveCacheDirectory,
                    Limits = new GradingLimits
                    {
                        Answer = TimeSpan.FromSeconds(parsed.GetValue(answerTimeout)),
                        Cell = TimeSpan.FromSeconds(parsed.GetValue(cellTimeout)),
                        Submission = TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                        MemoryMebibytes = parsed.GetValue(memory),
                    },
                    Parallel = parsed.GetValue(parallel),
                    IsTrusted = parsed.GetValue(trusted),
                    OnMarked = (done, count, result, isOld) =>
                    {
                        context.Output.WriteLine(Line(done, count, result, isOld));
                        context.Output.Flush();
                    },
                },
                cancellation);
            int unread = results.Count(result => result is { Problem: not null, IsUnmarked: false });
            List<SubmissionResult> unmarked = [.. results.Where(result => result.IsUnmarked)];
            foreach (SubmissionResult result in unmarked)
            {
                context.Error.WriteLine($"course: {Printable(result.File)} is not marked: {Printable(result.Problem ?? "")}"
                    + (result.Chapter is { } chapter ? $" ('./course run {chapter} --profile {parsed.GetRequiredValue(profile)}' runs the course's own notebook.)" : ""));
            }

            int review = results.Count(result => result.ToReview > 0);
            if (results.Any(result => result.Deliverables.Any(deliverable => deliverable.State == DeliverableState.NotVerifiable)))
            {
                context.Error.WriteLine("course: files handed in beside notebooks are looked at in a folder a student only: in one folder, nobody knows whose they are.");
            }

            context.Output.WriteLine(FormattableString.Invariant(
                $"{results.Count} submissions, {unread} of them not readable, {unmarked.Count} not marked, {review} with answers to review; table: {context.Folder.Shorten(Path.Combine(folder, ClassGrader.TableName))}"));
            return unmarked.Count == 0 ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    /// <summary>What the course's notebooks read: their folders, the program, the data that belongs to the clone, caches and weights.</summary>
    private static List<string> Readable(CommandContext context, IEnumerable<GradedChapter> chapters) =>
    [
        AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar),
        context.Folder.Solution,
        Path.Combine(context.Folder.Root, "datasets"),
        .. chapters.Select(chapter => Path.GetDirectoryName(chapter.Path)!),
        .. new[] { "COURSE_WEIGHTS", "LIBTORCH" }.Select(context.Environment).OfType<string>(),
    ];

    private static string Line(int done, int count, SubmissionResult result, bool isOld)
    {
        string place = FormattableString.Invariant($"[{done.ToString(CultureInfo.InvariantCulture).PadLeft(count.ToString(CultureInfo.InvariantCulture).Length)}/{count}]");
        string outcome = result.IsUnmarked ? "not marked" : result.Problem is not null ? "not read" : FormattableString.Invariant($"{result.Mark:0.##} of 20, {result.Passed} of {result.Exercises.Count} exercises")
                + (result.ToReview == 0 ? "" : FormattableString.Invariant($"; {result.MarkIfAccepted:0.##} of 20 with {result.ToReview} to review"));
        string name = Printable(result.File);
        return FormattableString.Invariant($"{place} {(isOld ? "already marked" : $"{result.Seconds,6:0.0} s")}  {name}: {outcome}");
    }

    private static string Printable(string text) => new([.. text.Select(c => char.IsControl(c) ? '?' : c)]);

    private static Option<double> Seconds(string name, string description, double value)
    {
        Option<double> option = new(name) { Description = description, HelpName = "SECONDS", DefaultValueFactory = _ => value };
        option.Validators.Add(result => Require(result, result.Tokens.Count == 0 || (double.TryParse(result.Tokens[^1].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and <= 1e6), $"{name} takes a positive number of seconds."));
        return option;
    }

    private static void Require(OptionResult result, bool condition, string message)
    {
        if (!condition)
        {
            result.AddError(message);
        }
    }
}
