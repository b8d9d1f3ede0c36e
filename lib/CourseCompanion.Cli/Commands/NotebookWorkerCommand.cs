using System.CommandLine;
using CourseCompanion.Notebooks.Execution;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course notebook-worker</c>, hidden: the process in which <c>course run</c> executes one notebook.</summary>
internal static class NotebookWorkerCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string[]> pipes = new("PIPE") { Description = "What the runner passes.", Arity = ArgumentArity.ZeroOrMore };
        Command command = new("notebook-worker", "Executes one notebook for 'course run'.") { pipes };
        command.Hidden = true;
        command.Run(context, (parsed, _) => NotebookWorker.RunAsync(parsed.GetValue(pipes) ?? []));
        return command;
    }
}
