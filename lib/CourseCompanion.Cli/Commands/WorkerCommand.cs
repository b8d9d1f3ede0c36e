using System.CommandLine;
using CourseCompanion.Cli.Labelling;
using CourseCompanion.Labelling.Dispatch;
using CourseCompanion.Labelling.Shards;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course worker</c>: one of the machines that label.</summary>
internal static class WorkerCommand
{
    public static Command Create(CommandContext context)
    {
        Option<string?> store = LabellingStores.CreateOption();
        Option<int?> cores = LabelCommand.CreateCores();
        Option<bool> gpu = LabelCommand.CreateGpu();
        Option<bool> untilDone = new("--until-done") { Description = "Ends when every job is at its end; else it waits for more." };
        Option<bool> child = Supervisor.CreateChildOption();
        Command command = new("worker", "Labels shards of the jobs in a store until it is stopped. Start it on as many machines as you like; it may die at any moment.")
        {
            store, cores, gpu, untilDone, child,
        };
        command.Run(context, async (parsed, cancellation) =>
        {
            string connection = LabellingStores.RequiredConnection(parsed, store, context);
            WorkerOptions options = LabelCommand.Options(parsed, cores, gpu);
            if (!parsed.GetValue(child))
            {
                return await Supervisor.RunAsync([.. parsed.Tokens.Select(token => token.Value)], context.Error, cancellation);
            }

            using CancellationTokenSource stop = Supervisor.WatchInput(cancellation);
            (PostgresShardStore truth, HangfireDispatcher dispatcher) = LabellingStores.OpenBoth(connection);
            using (truth)
            using (dispatcher)
            using (LabellingWorker worker = new(truth, dispatcher, options))
            {
                context.Error.WriteLine($"course: worker {options.Name} at {truth.Address}. Ctrl-C stops it; its shard goes to another.");
                try
                {
                    await worker.RunAsync(parsed.GetValue(untilDone), message => context.Error.WriteLine($"course: {message}"), stop.Token);
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    return ExitCode.Interrupted;
                }
            }

            return ExitCode.Success;
        });
        return command;
    }
}
