using System.CommandLine;
using System.Globalization;
using System.Text;
using CourseCompanion.Cli.Labelling;
using CourseCompanion.Cli.Running;
using CourseCompanion.Labelling.Dispatch;
using CourseCompanion.Labelling.Reports;
using CourseCompanion.Labelling.Shards;
using TorchSharp;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course label</c>: labels a folder of images, here or on many machines.</summary>
internal static class LabelCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string?> images = new("IMAGES")
        {
            Description = "A folder of images, or a Parquet file with a column 'path' (and 'id', if you like) of images below its own folder.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<FileInfo?> model = new("--model") { Description = "The model: the classifier that chapter 6.4 saves, or a SimpleCnn.", HelpName = "MODEL.safetensors" };
        Option<DirectoryInfo?> output = new("--out") { Description = "Folder for the results: labels.parquet, and the shards it is made of.", HelpName = "DIR" };
        Option<double?> threshold = new("--threshold")
        {
            Description = "Least probability to label by without a human; below, the model abstains. What the model's file says if not given.",
            HelpName = "P",
        };
        Option<int> shardSize = new("--shard-size") { Description = "Images per shard: what is done again when a worker dies.", HelpName = "N", DefaultValueFactory = _ => 1000 };
        Option<bool> embeddings = new("--embeddings") { Description = "Keeps the numbers by which the network describes each image, in the files of the shards." };
        Option<FileInfo?> pseudonyms = new("--pseudonym-key")
        {
            Description = "A file with a secret of 16 bytes or more: results then name images by a code that only its owner can compute.",
            HelpName = "FILE",
        };
        Option<int?> cores = CreateCores();
        Option<bool> gpu = CreateGpu();
        Option<int?> child = Supervisor.CreateChildOption();
        Option<string?> store = LabellingStores.CreateOption();
        store.Recursive = true;
        Command command = new("label", "Labels a folder of images: here, or by all machines that work for a store.")
        {
            images, model, output, threshold, shardSize, embeddings, pseudonyms, cores, gpu, child, store,
            CreateStatus(context, store), CreateCancel(context, store), CreateResume(context, store), CreateReport(context, store), CreateJournal(context, store),
        };
        command.Run(context, async (parsed, cancellation) =>
        {
            string what = parsed.GetValue(images) ?? throw new UsageException("Label what? Name a folder of images, or a Parquet file that lists some.");
            string network = parsed.GetValue(model)?.FullName ?? throw new UsageException("Label by what? Add --model MODEL.safetensors.");
            string results = parsed.GetValue(output)?.FullName ?? throw new UsageException("Where do the results go? Add --out DIR.");
            if (parsed.GetValue(threshold) is { } least && least is not (>= 0 and <= 1))
            {
                throw new UsageException($"--threshold {least.ToString(CultureInfo.InvariantCulture)} is no probability: it lies in [0, 1].");
            }

            if (parsed.GetValue(shardSize) < 1)
            {
                throw new UsageException("--shard-size needs at least one image.");
            }

            JobOptions options = new()
            {
                Threshold = parsed.GetValue(threshold),
                ShardSize = parsed.GetValue(shardSize),
                KeepEmbeddings = parsed.GetValue(embeddings),
                PseudonymKey = parsed.GetValue(pseudonyms) is { } key ? await ReadKeyAsync(key, cancellation) : null,
            };
            if (LabellingStores.Connection(parsed, store, context) is { } connection)
            {
                bool isNamed = parsed.GetValue(store) is not null;
                return await SubmitAsync(context, connection, isNamed, what, network, results, options, cancellation);
            }

            WorkerOptions worker = Options(parsed, cores, gpu);
            return parsed.GetValue(child) is not null
                ? await RunHereAsync(context, what, network, results, options, worker, cancellation)
                : await Supervisor.RunAsync([.. parsed.Tokens.Select(token => token.Value)], context.Error, cancellation);
        });
        return command;
    }

    public static Option<int?> CreateCores() => new("--cores") { Description = "Processor cores to use; all if not given.", HelpName = "N" };

    public static Option<bool> CreateGpu() => new("--gpu") { Description = "Puts the network on the GPU." };

    public static WorkerOptions Options(ParseResult parsed, Option<int?> cores, Option<bool> gpu)
    {
        if (parsed.GetValue(cores) is < 1)
        {
            throw new UsageException("--cores needs at least one.");
        }

        if (parsed.GetValue(gpu) && !torch.cuda_is_available())
        {
            throw new UsageException("There is no GPU that libtorch can use: './course doctor' says what is here. Leave --gpu out.");
        }

        if (parsed.GetValue(cores) is { } threads)
        {
            torch.set_num_threads(threads);
        }

        WorkerOptions options = new() { Device = parsed.GetValue(gpu) ? torch.CUDA : null };
        return parsed.GetValue(cores) is { } some ? options with { Cores = some } : options;
    }

    private static async Task<int> SubmitAsync(
        CommandContext context, string connection, bool isNamed, string images, string model, string output, JobOptions options, CancellationToken cancellation)
    {
        (PostgresShardStore truth, HangfireDispatcher dispatcher) = LabellingStores.OpenBoth(connection);
        using (truth)
        using (dispatcher)
        {
            (LabellingRun run, bool isNew) = await LabellingJob.SubmitAsync(truth, dispatcher, images, model, output, options, cancellation);
            truth.Journal(ShardStore.Caller, $"label: {(isNew ? "submitted" : "submitted again")} job {run.Id}");
            context.Output.WriteLine(run.Id);
            context.Error.WriteLine(isNew
                ? $"course: job {run.Id} of {run.Request.ImageCount} images in {run.Request.ShardCount} shards at {truth.Address}."
                : $"course: the same job is there already: {run.Id}, {Describe(run)}");

            // As it is to be typed; a store that the environment names needs no naming.
            string address = isNamed ? $" --store \"{truth.Shown}\"" : "";
            if (run.State == RunState.Running)
            {
                context.Error.WriteLine($"On each machine that is to label:\n  ./course worker{address}");
            }

            context.Error.WriteLine($"How far it is:\n  ./course label status {run.Id}{address}");
            return ExitCode.Success;
        }
    }

    private static async Task<int> RunHereAsync(
        CommandContext context, string images, string model, string output, JobOptions options, WorkerOptions worker, CancellationToken cancellation)
    {
        using CancellationTokenSource stop = Supervisor.WatchInput(cancellation);
        LabellingProgress progress = new(context);
        try
        {
            LabellingRun run = await LabellingJob.RunHereAsync(images, model, output, options, worker, progress.Report, message => progress.Say($"course: {message}"), stop.Token);
            if (run.State != RunState.Done)
            {
                context.Error.WriteLine($"course: the job is {run.State.ToString().ToLowerInvariant()}: './course label resume {output}', then this command once more, goes on with it.");
                return ExitCode.Failure;
            }

            context.Output.WriteLine(run.Request.Labels);
            return Finished(context, run);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            progress.Say("course: interrupted. The same command goes on from here.");
            return ExitCode.Interrupted;
        }
    }

    private static int Finished(CommandContext context, LabellingRun run)
    {
        context.Error.WriteLine($"course: {Describe(run)}");
        return run.Counts.SetAside == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private static Command CreateStatus(CommandContext context, Option<string?> store)
    {
        Argument<string?> job = new("JOB") { Description = "Number of the job, or folder of its results; all jobs of the store if not given.", Arity = ArgumentArity.ZeroOrOne };
        Command command = new("status", "How far jobs are, who works, and which shards were set aside.") { job };
        command.Run(context, (parsed, _) =>
        {
            string? connection = LabellingStores.Connection(parsed, store, context);
            if (parsed.GetValue(job) is not { } one)
            {
                using ShardStore all = LabellingStores.Open(LabellingStores.RequiredConnection(parsed, store, context));
                all.Journal(ShardStore.Caller, "label: status of all jobs");
                foreach (LabellingRun run in all.Runs())
                {
                    context.Output.WriteLine($"{run.Id,4}  {Describe(run)}  {run.Request.Output}");
                }

                return Task.FromResult(ExitCode.Success);
            }

            (ShardStore truth, LabellingRun found) = LabellingStores.Find(one, connection);
            using (truth)
            {
                context.Output.WriteLine(Describe(found));
                truth.Journal(ShardStore.Caller, $"label: status of job {found.Id}");
                if (found.Error is { } error)
                {
                    context.Output.WriteLine($"  the results could not be brought together so far: {error}");
                }

                foreach (ShardOutcome aside in truth.Outcomes(found.Id).Where(outcome => outcome.File is null))
                {
                    context.Output.WriteLine($"  shard {aside.Shard} was set aside: {aside.Error}");
                }

                foreach (WorkerRecord worker in truth.Workers(TimeSpan.FromMinutes(1)))
                {
                    context.Output.WriteLine(FormattableString.Invariant($"  {worker.Name}: {(worker.Shard is null ? "waits" : $"has shard {worker.Shard}")}, {worker.Images:N0} images so far"));
                }
            }

            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static Command CreateCancel(CommandContext context, Option<string?> store) => CreateOnJob(
        context, store, "cancel", "Stops a job: nothing more is begun, what was begun stops at its next batch, what is done stays.", (truth, run, _) =>
        {
            bool stopped = truth.Cancel(run.Id);
            truth.Journal(ShardStore.Caller, $"label: cancelled job {run.Id}");
            context.Output.WriteLine(stopped ? $"Job {run.Id} is cancelled; 'label resume' goes on." : $"Job {run.Id} does not run: {Describe(run)}");
            return Task.FromResult(stopped ? ExitCode.Success : ExitCode.Failure);
        });

    private static Command CreateResume(CommandContext context, Option<string?> store) => CreateOnJob(
        context, store, "resume", "Goes on with a cancelled job, and tries the shards again that were set aside.", (truth, run, _) =>
        {
            int? waiting = truth.Resume(run.Id);
            if (truth is PostgresShardStore shared)
            {
                using HangfireDispatcher dispatcher = LabellingStores.Dispatcher(shared);
                dispatcher.Enqueue([.. truth.Waiting().Where(shard => shard.Run == run.Id)]);
            }

            truth.Journal(ShardStore.Caller, $"label: resumed job {run.Id}");
            context.Output.WriteLine(waiting is not null
                ? $"{waiting} shards of job {run.Id} wait for workers{(truth is SqliteShardStore ? ": repeat the command that began it" : "")}."
                : $"Nothing of job {run.Id} is left to do: {Describe(run)}");
            return Task.FromResult(ExitCode.Success);
        });

    private static Command CreateReport(CommandContext context, Option<string?> store) => CreateOnJob(
        context, store, "report", "What a finished job gave: counts, errors, speed, euros, risk; and the list for the radiologist, review.csv beside the labels.", async (truth, run, cancellation) =>
        {
            LabellingReport report = await LabellingReport.ReadAsync(truth, run.Id, cancellation);
            string review = Path.Combine(run.Request.Output, "review.csv");
            report.WriteReviewList(review);
            truth.Journal(ShardStore.Caller, $"label: report on job {run.Id}");
            context.Output.Write(ReportText.Of(report, review));
            return ExitCode.Success;
        });

    /// <summary>A command about one job, which may lie in a store or in the folder of its results.</summary>
    private static Command CreateOnJob(
        CommandContext context, Option<string?> store, string name, string description, Func<ShardStore, LabellingRun, CancellationToken, Task<int>> work)
    {
        Argument<string> job = new("JOB") { Description = "Number of the job, or folder of its results." };
        Command command = new(name, description) { job };
        command.Run(context, async (parsed, cancellation) =>
        {
            (ShardStore truth, LabellingRun run) = LabellingStores.Find(parsed.GetRequiredValue(job), LabellingStores.Connection(parsed, store, context));
            using (truth)
            {
                return await work(truth, run, cancellation);
            }
        });
        return command;
    }

    private static Command CreateJournal(CommandContext context, Option<string?> store)
    {
        Argument<string?> job = new("DIR") { Description = "Folder of the results of a job that was run on one machine; the journal of the store if not given.", Arity = ArgumentArity.ZeroOrOne };
        Command command = new("journal", "Who submitted, cancelled, resumed, asked or looked at what, the newest first.") { job };
        command.Run(context, (parsed, _) =>
        {
            using ShardStore truth = parsed.GetValue(job) is { } folder
                ? LabellingStores.Find(folder, null).Store
                : LabellingStores.Open(LabellingStores.RequiredConnection(parsed, store, context));
            truth.Journal(ShardStore.Caller, "label: journal");
            foreach ((DateTime at, string who, string what) in truth.Journal(1000))
            {
                context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{at:yyyy-MM-dd HH:mm:ss}Z  {who}  {what}"));
            }

            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static string Describe(LabellingRun run)
    {
        RunCounts counts = run.Counts;
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{run.State.ToString().ToLowerInvariant()}: {counts.Images:N0} of {run.Request.ImageCount:N0} images ({counts.Abstained:N0} left to a human, {counts.Unreadable:N0} unreadable), ");
        text.Append(CultureInfo.InvariantCulture, $"{counts.Done:N0} of {run.Request.ShardCount:N0} shards");
        if (counts.SetAside > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $", {counts.SetAside:N0} set aside");
        }

        return text.ToString();
    }

    private static async Task<byte[]> ReadKeyAsync(FileInfo file, CancellationToken cancellation)
    {
        byte[] key = await File.ReadAllBytesAsync(file.FullName, cancellation);
        return key.Length >= 16 ? key : throw new UsageException($"'{file.FullName}' holds {key.Length} bytes; a secret needs 16 or more: head -c 32 /dev/urandom > {file.Name}");
    }
}
