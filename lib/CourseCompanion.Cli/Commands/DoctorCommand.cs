using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CourseCompanion.Cli.Doctor;
using Spectre.Console;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course doctor</c>: what is on this machine, what is missing, and how to get it.</summary>
internal static class DoctorCommand
{
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static Command Create(CommandContext context)
    {
        Option<bool> json = new("--json") { Description = "Prints one JSON object instead of text." };
        Command command = new("doctor", "Says what is on this machine, what is missing and how to get it. Exit code 1 when the course cannot run.")
        {
            json,
        };
        command.Run(context, (parsed, _) =>
        {
            IReadOnlyList<Check> checks = new Examination(context).Run();
            bool canRun = checks.All(check => check.Status != CheckStatus.Missing);
            if (parsed.GetValue(json))
            {
                context.Output.WriteLine(JsonSerializer.Serialize(new { CanRun = canRun, Checks = checks }, JsonOptions));
            }
            else
            {
                Print(checks, canRun, context.CreateConsole());
            }

            return Task.FromResult(canRun ? ExitCode.Success : ExitCode.Failure);
        });
        return command;
    }

    private static void Print(IReadOnlyList<Check> checks, bool canRun, IAnsiConsole console)
    {
        int width = checks.Max(check => check.Name.Length) + 2;
        foreach (Check check in checks)
        {
            (string mark, string colour) = check.Status switch
            {
                CheckStatus.Ready => ("ok", "green"),
                CheckStatus.Optional => ("-", "yellow"),
                _ => ("MISSING", "red"),
            };
            console.MarkupLine($"[{colour}]{mark,-8}[/]{check.Name.PadRight(width)}{Markup.Escape(check.Detail)}");
            if (check.Remedy is not null)
            {
                console.MarkupLine($"{new string(' ', 8 + width)}[grey]-> {Markup.Escape(check.Remedy)}[/]");
            }
        }

        console.WriteLine();
        console.WriteLine(canRun ? "The course can run here." : "The course cannot run here yet: see what is marked MISSING.");
    }
}
