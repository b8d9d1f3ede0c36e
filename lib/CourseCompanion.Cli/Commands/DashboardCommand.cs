using System.CommandLine;
using System.Net;
using CourseCompanion.Cli.Labelling;
using CourseCompanion.Labelling.Dashboard;
using CourseCompanion.Labelling.Dispatch;
using CourseCompanion.Labelling.Shards;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course dashboard</c>: a page that shows jobs and workers.</summary>
internal static class DashboardCommand
{
    private const string TokenVariable = "COURSE_DASHBOARD_TOKEN";

    public static Command Create(CommandContext context)
    {
        Option<string?> store = LabellingStores.CreateOption();
        Option<int> port = new("--port") { Description = "The port; a free one if not given.", HelpName = "P" };
        Option<string?> listen = new("--listen")
        {
            Description = "An address of this machine that others may reach. Without it nobody else can. The page is not encrypted: put it behind a proxy that is.",
            HelpName = "ADDRESS",
        };
        Command command = new("dashboard", $"Shows the jobs of a store in the browser, to look at and not to touch. Opens by a link with a secret ({TokenVariable}, else a new one).")
        {
            store, port, listen,
        };
        command.Run(context, async (parsed, cancellation) =>
        {
            string connection = LabellingStores.RequiredConnection(parsed, store, context);
            IPAddress? address = parsed.GetValue(listen) is not { } text ? null
                : IPAddress.TryParse(text, out IPAddress? given) ? given : throw new UsageException($"'{text}' is no address: write one like 192.168.1.10.");
            if (parsed.GetValue(port) is < 0 or > ushort.MaxValue)
            {
                throw new UsageException($"There is no port {parsed.GetValue(port)}: choose one from 1 to {ushort.MaxValue}.");
            }

            string? token = context.Environment(TokenVariable);
            if (token is { Length: < 16 })
            {
                throw new UsageException($"{TokenVariable} has {token.Length} characters and can be guessed: take 16 or more.");
            }

            (PostgresShardStore truth, HangfireDispatcher dispatcher) = LabellingStores.OpenBoth(connection);
            using (truth)
            using (dispatcher)
            {
                await using DashboardServer server = await DashboardServer.StartAsync(truth, dispatcher, parsed.GetValue(port), address, token, cancellation);
                context.Output.WriteLine(server.Link);
                context.Error.WriteLine("course: every page that is looked at is written into the journal, the same once in ten minutes. Ctrl-C ends the dashboard.");
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            return ExitCode.Success;
        });
        return command;
    }
}
