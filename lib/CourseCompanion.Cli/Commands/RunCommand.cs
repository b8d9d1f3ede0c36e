using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using CourseCompanion.Cli.Running;
using CourseCompanion.Notebooks.Execution;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course run</c>: executes notebooks headlessly and writes them with their pages and reports.</summary>
internal static class RunCommand
{
    private const string OwnHost = "course";

    public static Command Create(CommandContext context)
    {
        Argument<string[]> notebooks = new("NOTEBOOK")
        {
            Description = "A chapter's number (01), a name (01-pseudo-labeling) or a path. Default: every notebook of the course.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string> profile = new("--profile")
        {
            Description = "Sizes and epochs: essai (seconds; the figures mean nothing), rapide (minutes on two cores) or complet (better with a GPU).",
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
            Description = "Where executed notebooks, pages, run.json and junit.xml go.",
            HelpName = "DIR",
            DefaultValueFactory = _ => context.Folder.Output,
        };
        Option<Dictionary<string, string>> parameters = new("-p", "--parameter")
        {
            Description = "Gives a variable of the notebook's 'parameters' cell another value; may be repeated.",
            HelpName = "NAME=VALUE",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            CustomParser = ParseParameters,
        };
        Option<double?> cellTimeout = new("--cell-timeout")
        {
            Description = "Seconds after which a cell is stopped and its notebook counts as failed.",
            HelpName = "SECONDS",
            CustomParser = ParseSeconds,
        };
        Option<int> parallel = CountOption.Create(
            "--parallel",
            "Notebooks executed at a time, each on its part of the cores; one that reads another's files waits for it. Figures of networks depend on the number of cores.",
            otherwise: 1, least: 1, most: 64);
        Option<string> host = new("--host")
        {
            Description = $"What executes the cells: course, the course's own kernel, or {InteractiveTool.HostName}, Microsoft's .NET Interactive (fetched once).",
            DefaultValueFactory = _ => OwnHost,
        };
        host.AcceptOnlyFromAmong(OwnHost, InteractiveTool.HostName);

        Command command = new("run", "Executes notebooks, each in a process of its own. Exit code 1 when a cell fails.")
        {
            notebooks,
            profile,
            data,
            output,
            parameters,
            cellTimeout,
            parallel,
            host,
        };
        command.Run(context, async (parsed, cancellation) =>
        {
            bool isForeign = parsed.GetRequiredValue(host) == InteractiveTool.HostName;
            if (isForeign)
            {
                await new InteractiveTool(context.Folder).GetAsync(context.Output, cancellation);
            }

            RunSummary summary = await NotebookRunner.RunAsync(
                new RunRequest
                {
                    Notebooks = new NotebookNames(context.Folder).Resolve(parsed.GetValue(notebooks) ?? []),
                    OutDirectory = Path.GetFullPath(parsed.GetRequiredValue(output)),
                    Profile = parsed.GetRequiredValue(profile),
                    DataDirectory = parsed.GetValue(data)?.FullName,
                    Parameters = parsed.GetValue(parameters) ?? [],
                    CellTimeout = parsed.GetValue(cellTimeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                    Parallel = parsed.GetValue(parallel),
                    Host = parsed.GetRequiredValue(host),
                    Worker = isForeign ? NotebookWorkerCommand.ForInteractive : null,
                    Observer = new RunProgress(context, areMixed: parsed.GetValue(parallel) > 1),
                },
                cancellation);
            int succeeded = summary.Notebooks.Count(notebook => notebook.Status == RunStatus.Ok);
            context.Output.WriteLine(FormattableString.Invariant(
                $"{succeeded} of {summary.Notebooks.Count} notebooks ran to their end in {summary.Duration.TotalSeconds:0.0} s; report: {context.Folder.Shorten(summary.ReportFile)}"));
            return summary.ExitCode;
        });
        return command;
    }

    private static Dictionary<string, string> ParseParameters(ArgumentResult result)
    {
        Dictionary<string, string> values = [];
        foreach (Token token in result.Tokens)
        {
            int equals = token.Value.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                result.AddError($"-p takes NAME=VALUE, not '{token.Value}'.");
                return values;
            }

            values[token.Value[..equals]] = token.Value[(equals + 1)..];
        }

        return values;
    }

    private static double? ParseSeconds(ArgumentResult result)
    {
        // A million seconds: a timer takes no more than some seven weeks.
        if (double.TryParse(result.Tokens[^1].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            && seconds is > 0 and <= 1e6)
        {
            return seconds;
        }

        result.AddError("--cell-timeout takes a positive number of seconds.");
        return null;
    }
}
