using System.CommandLine;
using CourseCompanion.Cli.Testing;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course test</c>: builds and runs every test project; the last line is "N passed, N failed".</summary>
internal static class TestCommand
{
    public static Command Create(CommandContext context)
    {
        Option<string?> filter = new("--filter")
        {
            Description = "Only tests whose full name contains this, or an expression such as Device!=GPU.",
            HelpName = "TEXT",
        };
        Option<string[]> projects = new("--project")
        {
            Description = "Only test projects whose name contains this; may be repeated.",
            HelpName = "NAME",
        };
        Option<int> timeout = new("--timeout")
        {
            Description = "Minutes after which a test project is ended and counted as failed; after a third of them, a test that does not end.",
            HelpName = "MINUTES",
            DefaultValueFactory = _ => 30,
        };
        Command command = new("test", "Builds and runs every test. The last line is 'N passed, N failed' (', N skipped' may follow).")
        {
            filter,
            projects,
            timeout,
        };
        command.Run(context, (parsed, cancellation) => new TestRun(context)
        {
            Filter = parsed.GetValue(filter),
            ProjectNames = parsed.GetValue(projects) ?? [],
            TimeLimit = TimeSpan.FromMinutes(parsed.GetValue(timeout)),
        }.RunAsync(cancellation));
        return command;
    }
}
