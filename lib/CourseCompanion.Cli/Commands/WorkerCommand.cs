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
        Option<int?> child = Supervisor.CreateChildOption();
        Command command = new("worker", "Labels shards of the jobs in a store until it is stopped. Start it on as many machines as you like; it may die at any moment.")
        {
            store, cores, gpu, untilDone, child,
        };
        command.Run(context, async (parsed, cancellation) =>
        {
            string connection = LabellingStores.RequiredConnection(parsed, store, context);
            WorkerOptions options = LabelCommand.Options(parsed, cores, gpu);
            if (parsed.GetValue(child) is not { } begun)
            {
                return await Supervisor.RunAsync([.. parsed.Tokens.Select(token => token.Value)], context.Error, cancellation);
            }

            using CancellationTokenSource stop = Supervisor.WatchInput(cancellation);
            (PostgresShardStore truth, HangfireDispatcher dispatcher) = await OpenAsync(connection, isPatient: begun > 0, stop.Token);
            using (truth)
            using (dispatcher)
            using (LabellingWorker worker = new(truth, dispatcher, options))
            {
                truth.Journal(ShardStore.Caller, $"worker: started {options.Name}");
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

    /// <summary>A worker that takes the place of a dead one waits for a database that is away, as the dead one did.</summary>
    private static async Task<(PostgresShardStore Store, HangfireDispatcher Dispatcher)> OpenAsync(string connection, bool isPatient, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return LabellingStores.OpenBoth(connection);
            }
            catch (Exception exception) when (isPatient && exception is not UsageException)
            {
                await Task.Delay(TimeSpan.FromSeconds(5), cancellation);
            }
        }
    }
}
