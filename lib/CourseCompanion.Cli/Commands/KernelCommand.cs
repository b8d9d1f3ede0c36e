using System.CommandLine;
using CourseCompanion.Cli.Running;
using CourseCompanion.Notebooks.Jupyter;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course kernel</c>: makes the C# kernel known to VS Code and Jupyter, and is that kernel.</summary>
internal static class KernelCommand
{
    public static Command Create(CommandContext context) =>
        new("kernel", "Installs the C# kernel for VS Code and Jupyter, or takes it away.")
        {
            CreateInstall(context),
            CreateUninstall(context),
            CreateServe(context),
        };

    /// <summary>Serves a front end until it ends the kernel.</summary>
    /// <param name="connectionFile">The file that the front end wrote.</param>
    /// <param name="error">Where remarks go.</param>
    internal static int Serve(string connectionFile, TextWriter error)
    {
        try
        {
            return KernelHost.Serve(connectionFile);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            error.WriteLine($"course: {exception.Message}");
            return ExitCode.Failure;
        }
    }

    private static Command CreateInstall(CommandContext context)
    {
        Option<string?> prefix = CreatePrefixOption();
        Option<bool> interactive = new($"--{InteractiveTool.HostName}")
        {
            Description = "Installs Microsoft's .NET Interactive beside it, as a second kernel that runs the same notebooks (fetched once).",
        };
        Command command = new("install", "Makes the C# kernel known to VS Code and Jupyter.") { prefix, interactive };
        command.Run(context, async (parsed, cancellation) =>
        {
            KernelSpecs specs = new(parsed.GetValue(prefix), context.Environment);
            IReadOnlyList<string> host = KernelSpecs.HostCommand(Path.Combine(AppContext.BaseDirectory, "course.dll"));
            Report(context, specs.Install([.. host, "kernel", "serve"]));
            if (parsed.GetValue(interactive))
            {
                Report(context, [specs.InstallInteractive(await new InteractiveTool(context.Folder).GetAsync(context.Output, cancellation))]);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateUninstall(CommandContext context)
    {
        Option<string?> prefix = CreatePrefixOption();
        Command command = new("uninstall", "Takes away what 'install' made, and nothing else.") { prefix };
        command.Run(context, (parsed, _) =>
        {
            IReadOnlyList<string> removed = new KernelSpecs(parsed.GetValue(prefix), context.Environment).Uninstall();
            Report(context, removed.Count > 0 ? removed : ["There was nothing to remove."]);
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static Command CreateServe(CommandContext context)
    {
        Argument<string> file = new("CONNECTION_FILE") { Description = "The JSON file that the front end wrote." };
        Command command = new("serve", "Serves a front end; started by VS Code or Jupyter.") { file };
        command.Run(context, (parsed, _) => Task.FromResult(Serve(parsed.GetRequiredValue(file), context.Error)));
        return command;
    }

    private static Option<string?> CreatePrefixOption() => new("--prefix")
    {
        Description = "Under DIR/share/jupyter (a virtual environment, /usr/local) instead of the user's own folder.",
        HelpName = "DIR",
    };

    private static void Report(CommandContext context, IReadOnlyList<string> lines)
    {
        foreach (string line in lines)
        {
            context.Output.WriteLine(line);
        }
    }
}
