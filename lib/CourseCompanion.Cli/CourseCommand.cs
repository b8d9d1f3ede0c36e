using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using CourseCompanion.Cli.Commands;
using CourseCompanion.French;
using CourseCompanion.Labelling.Dispatch;
using CourseCompanion.Work;
using NotebookParameterException = CourseCompanion.Notebooks.Execution.NotebookParameterException;

namespace CourseCompanion.Cli;

/// <summary>The <c>course</c> command: its subcommands, and what every one of them does about errors and Ctrl-C.</summary>
internal static class CourseCommand
{
    /// <summary>Parses and runs one command line.</summary>
    /// <param name="arguments">What was typed after <c>course</c>.</param>
    /// <param name="context">Where it runs and writes.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> arguments, CommandContext context)
    {
        RootCommand root = Create(context);
        ParseResult parsed = root.Parse(arguments.Count == 0 ? ["--help"] : arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            return ReportUsage(parsed, context);
        }

        if (MistypedOption(parsed) is { } mistyped && parsed.Action is not HelpAction)
        {
            return ReportMistypedOption(mistyped, parsed, context);
        }

        // Commands report their errors themselves (see Run). Ctrl-C cancels the token that they are given; a command that
        // does not come back within the time below is ended by the library, with 130 as well.
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = context.Output,
            Error = context.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = HandlesSignalsItself(parsed) ? null : TimeSpan.FromSeconds(30),
        });
    }

    /// <summary>Commands in whose process an interrupt is a message about one cell, not the end.</summary>
    private static bool HandlesSignalsItself(ParseResult parsed) => parsed.CommandResult.Command.Hidden;

    /// <summary>Builds the tree of commands.</summary>
    internal static RootCommand Create(CommandContext context)
    {
        RootCommand root = new("The course companion: runs the notebooks of the course and looks after what they need.")
        {
            RunCommand.Create(context),
            TestCommand.Create(context),
            DoctorCommand.Create(context),
            DataCommand.Create(context),
            WeightsCommand.Create(context),
            ProgressCommand.Create(context),
            ExportCommand.Create(context),
            RehearseCommand.Create(context),
            GradeCommand.Create(context),
            BenchCommand.Create(context),
            KernelCommand.Create(context),
            LabelCommand.Create(context),
            WorkerCommand.Create(context),
            DashboardCommand.Create(context),
            NotebookWorkerCommand.Create(context),
        };
        return root;
    }

    /// <summary>Gives a command its action, and turns what the action throws into a message and an exit code.</summary>
    internal static void Run(
        this Command command, CommandContext context, Func<ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                if (TensorEngine.Refusal is { } refusal && command.Name != "doctor")
                {
                    throw new InvalidOperationException(refusal);
                }

                return await action(parsed, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                context.Error.WriteLine("course: interrupted.");
                return ExitCode.Interrupted;
            }
            catch (Exception exception) when (exception is UsageException or NotebookParameterException)
            {
                context.Error.WriteLine($"course: {exception.Message}");
                return ExitCode.Usage;
            }
            catch (WorkerStalledException exception)
            {
                context.Error.WriteLine($"course: {exception.Message}");
                return ExitCode.TryAgain;
            }
            catch (Exception exception) when (!IsDefect(exception) && context.Environment("COURSE_DEBUG") is null)
            {
                context.Error.WriteLine($"course: {exception.Message}");
                return ExitCode.Failure;
            }
            catch (Exception exception)
            {
                // Where it happened is what a report of the problem needs.
                context.Error.WriteLine($"course: unexpected error: {exception}");
                return ExitCode.Failure;
            }
        });

    /// <summary>An exception that no input or machine should cause, as against one whose message is written for the user.</summary>
    private static bool IsDefect(Exception exception) => exception
        is NullReferenceException
        or InvalidCastException
        or IndexOutOfRangeException
        or ArgumentException
        or KeyNotFoundException
        or NotImplementedException
        or TypeInitializationException
        or MissingMethodException;

    private static int ReportUsage(ParseResult parsed, CommandContext context)
    {
        Command command = parsed.CommandResult.Command;
        // After a mistyped word, "a command is required" is true and no help.
        IEnumerable<ParseError> errors = parsed.UnmatchedTokens.Count == 0
            ? parsed.Errors
            : parsed.Errors.Where(error => parsed.UnmatchedTokens.Any(token => error.Message.Contains(token, StringComparison.Ordinal)));
        foreach (ParseError error in errors)
        {
            context.Error.WriteLine($"course: {error.Message}");
        }

        IEnumerable<string> known = command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name)
            .Concat(command.Options.SelectMany(option => option.Aliases.Prepend(option.Name)));
        foreach (string token in parsed.UnmatchedTokens)
        {
            if (NearestNames.Suggest(token, known) is { Length: > 0 } suggestion)
            {
                context.Error.WriteLine($"course:{suggestion}");
            }
        }

        context.Error.WriteLine($"course: './course {HelpOf(parsed)}' shows what there is.");
        return ExitCode.Usage;
    }

    /// <summary>An unknown option of a command that takes any number of words is parsed as one of these words.</summary>
    private static string? MistypedOption(ParseResult parsed) => parsed.CommandResult.Children.OfType<ArgumentResult>()
        .SelectMany(argument => argument.Tokens)
        .Select(token => token.Value)
        .FirstOrDefault(word => word.StartsWith('-'));

    private static int ReportMistypedOption(string typed, ParseResult parsed, CommandContext context)
    {
        Command command = parsed.CommandResult.Command;
        context.Error.WriteLine($"course: There is no option '{typed}'."
            + NearestNames.Suggest(typed, command.Options.SelectMany(option => option.Aliases.Prepend(option.Name))));
        context.Error.WriteLine($"course: './course {HelpOf(parsed)}' shows what there is.");
        return ExitCode.Usage;
    }

    private static string HelpOf(ParseResult parsed) =>
        string.Join(' ', Ancestors(parsed.CommandResult).Reverse().Append("--help"));

    private static IEnumerable<string> Ancestors(CommandResult result)
    {
        for (CommandResult? at = result; at?.Parent is not null; at = at.Parent as CommandResult)
        {
            yield return at.Command.Name;
        }
    }
}
