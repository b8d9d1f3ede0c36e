using System.CommandLine;
using CourseCompanion.Cli.Running;
using CourseCompanion.Notebooks.Execution;
using CourseCompanion.Notebooks.Processes;
using CourseCompanion.Notebooks.Rehearsal;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course rehearse</c>: runs chapters as their recording would, and makes the take sheet.</summary>
internal static class RehearseCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string[]> notebooks = new("NOTEBOOK")
        {
            Description = "A chapter's number, a name or a path.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<int> takes = CountOption.Create("--takes", "How many times, each in a fresh process.", otherwise: 3, least: 1, most: 20);
        Option<string> profile = new("--profile")
        {
            Description = "Sizes and epochs, as in the recording: essai, rapide or complet.",
            DefaultValueFactory = _ => context.Environment("COURSE_PROFILE") ?? "rapide",
        };
        profile.AcceptOnlyFromAmong("essai", "rapide", "complet");
        Option<DirectoryInfo> data = new Option<DirectoryInfo>("--data")
        {
            Description = "A folder with the data sets' files, searched with its subfolders. Default: COURSE_DATA.",
            HelpName = "DIR",
        }.AcceptExistingOnly();
        Option<string> output = new("--out")
        {
            Description = "Where take sheets, pages and the takes' notebooks go.",
            HelpName = "DIR",
            DefaultValueFactory = _ => Path.Combine(context.Folder.Output, "rehearse"),
        };
        Option<DirectoryInfo> from = new Option<DirectoryInfo>("--from")
        {
            Description = "Where earlier chapters left the models that every take finds. Default: out.",
            HelpName = "DIR",
        }.AcceptExistingOnly();
        Option<string> record = new("--record")
        {
            Description = $"The size of the recording: {string.Join(", ", RecordingPreset.All.Select(preset => preset.Name))}.",
            DefaultValueFactory = _ => "1080p",
        };
        record.AcceptOnlyFromAmong([.. RecordingPreset.All.Select(preset => preset.Name)]);
        Option<string> theme = new("--theme")
        {
            Description = "The colours of the recording: light or dark.",
            DefaultValueFactory = _ => "light",
        };
        theme.AcceptOnlyFromAmong("light", "dark");

        Command command = new("rehearse", "Runs chapters as their recording would, several times, and makes the take sheet. Exit code 1 when there is something to put right.")
        {
            notebooks, takes, profile, data, output, from, record, theme,
        };
        command.Run(context, async (parsed, cancellation) =>
        {
            string folder = Path.GetFullPath(parsed.GetRequiredValue(output));
            RecordingPreset preset = RecordingPreset.All.Single(one => one.Name == parsed.GetRequiredValue(record));
            int findings = 0;
            foreach (string notebook in new NotebookNames(context.Folder).Resolve(parsed.GetRequiredValue(notebooks)))
            {
                RehearsalReport report = await NotebookRehearsal.RunAsync(
                    new RehearsalRequest
                    {
                        Run = new RunRequest
                        {
                            Notebooks = [notebook],
                            OutDirectory = folder,
                            Profile = parsed.GetRequiredValue(profile),
                            DataDirectory = parsed.GetValue(data)?.FullName,
                            Observer = new RunProgress(context, showsPage: false),
                        },
                        Takes = parsed.GetValue(takes),
                        Preset = preset,
                        IsDark = parsed.GetRequiredValue(theme) == "dark",
                        Models = parsed.GetValue(from)?.FullName ?? context.Folder.Output,
                        Browser = Chromium.Find(context.Environment),
                    },
                    cancellation);
                Show(report, context);
                findings += report.Findings.Count;
            }

            context.Output.WriteLine(FormattableString.Invariant(
                $"Record {preset.Width} x {preset.Height}: open {context.Folder.Shorten(Path.Combine(folder, NotebookRehearsal.WorkspaceFile))} in VS Code, or the page in a browser at {preset.Scale * 100:0} %."));
            return findings == 0 ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static void Show(RehearsalReport report, CommandContext context)
    {
        foreach (string notice in report.Notices)
        {
            context.Error.WriteLine($"course: {notice}");
        }

        foreach (RehearsalFinding finding in report.Findings)
        {
            context.Output.WriteLine($"  {finding}");
        }

        context.Output.WriteLine(report.Findings.Count == 0 ? "Ready to be recorded." : $"To be put right: {report.Findings.Count}.");
        foreach (string file in new[] { report.Sheet, report.Page }.OfType<string>())
        {
            context.Output.WriteLine(context.Folder.Shorten(file));
        }
    }
}
