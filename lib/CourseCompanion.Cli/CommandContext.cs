using Spectre.Console;

namespace CourseCompanion.Cli;

/// <summary>What a command sees of the process around it; tests give it another one.</summary>
internal sealed class CommandContext
{
    /// <summary>The clone the command works in.</summary>
    public required CourseFolder Folder { get; init; }

    /// <summary>Results.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Remarks and errors.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether <see cref="Output"/> is a terminal, where colours and live lines make sense.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Reads an environment variable; an empty one counts as unset.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>The context of this very process.</summary>
    public static CommandContext FromProcess() => new()
    {
        Folder = CourseFolder.Containing(AppContext.BaseDirectory),
        Output = Console.Out,
        Error = Console.Error,
        IsTerminal = !Console.IsOutputRedirected,
        Environment = name => System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null,
    };

    /// <summary>A console for styled results: plain text unless the output is a terminal (and NO_COLOR unset).</summary>
    public IAnsiConsole CreateConsole()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = IsTerminal && Environment("NO_COLOR") is null ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = IsTerminal ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(Output),
        });
        if (!IsTerminal)
        {
            // Lines of a log or a pipe are not folded.
            console.Profile.Width = 4096;
        }

        return console;
    }
}
