using System.CommandLine;
using CourseCompanion.Cli.Running;
using CourseCompanion.Notebooks.Execution;
using Process = CourseCompanion.Notebooks.Execution.WorkerCommand;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course notebook-worker</c>, hidden: the process in which <c>course run</c> executes one notebook.</summary>
internal static class NotebookWorkerCommand
{
    private const string Name = "notebook-worker", Foreign = "--foreign";

    /// <summary>How to start it for .NET Interactive.</summary>
    public static Process ForInteractive => Process.Default with { Arguments = [.. Process.Default.Arguments, Foreign] };

    public static Command Create(CommandContext context)
    {
        Argument<string[]> pipes = new("PIPE") { Description = "What the runner passes.", Arity = ArgumentArity.ZeroOrMore };
        Option<bool> foreign = new(Foreign) { Description = "Executes on .NET Interactive, which is installed." };
        Command command = new(Name, "Executes one notebook for 'course run'.") { pipes, foreign };
        command.Hidden = true;
        command.Run(context, (parsed, _) => NotebookWorker.RunAsync(parsed.GetValue(pipes) ?? [], parsed.GetValue(foreign) ? Kernel() : null));
        return command;

        IReadOnlyList<string> Kernel() => new InteractiveTool(context.Folder).FindAlone() ?? throw new NotebookRunException(".NET Interactive is not installed.");
    }
}
