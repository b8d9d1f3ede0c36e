using CourseCompanion.Labelling.Dispatch;
using CourseCompanion.Labelling.Images;
using CourseCompanion.Labelling.Models;
using CourseCompanion.Labelling.Reports;
using CourseCompanion.Labelling.Shards;
using CourseCompanion.Labelling.Tests.Support;
using CourseCompanion.Tests.Shared;
using static TorchSharp.torch;

namespace CourseCompanion.Labelling.Tests.Dispatch;

/// <summary>A job within one process, from a folder to its report.</summary>
public sealed class LabellingJobTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("course-label-").FullName;

    private string Images => Path.Combine(_folder, "images");

    private string Output => Path.Combine(_folder, "output");

    private string Model => Path.Combine(_folder, "model.safetensors");

    [Fact]
    public async Task Every_image_is_a_row_with_the_answer_of_the_network_or_a_reason()
    {
        Prepare(130, badEvery: 40);
        LabellingRun run = await LabellingJob.RunHereAsync(Images, Model, Output, new JobOptions { ShardSize = 50, KeepEmbeddings = true });
        Assert.Equal((RunState.Done, 3, 130L, 3L), (run.State, run.Counts.Done, run.Counts.Images, run.Counts.Unreadable));

        IReadOnlyList<(LabelledImage Row, LabelStamp Stamp)> rows = await LabelFile.ReadAsync(run.Request.Labels);
        Assert.Equal(ImageManifest.FromFolder(Images).Select(image => image.Id), rows.Select(row => row.Row.Id));
        Assert.Equal(
            ["it is truncated: its", "it is a GIF file, ne", "it is empty"], rows.Where(row => row.Row.Error is not null).Select(row => row.Row.Error![..Math.Min(20, row.Row.Error!.Length)]));
        Assert.Contains(rows, row => row.Row.IsAbstained);
        Assert.Contains(rows, row => row.Row.Label is not null);
        Assert.Single(rows.Select(row => row.Stamp.Model).Distinct());

        // By hand: the same image, alone, through the same network.
        using LabellingModel model = LabellingModel.Load(Model);
        LabelledImage some = rows[77].Row;
        using Tensor pixels = CourseCompanion.Data.Images.ImageFile.Load(Path.Combine(Images, some.Id), 3, (28, 28)).unsqueeze(0);
        using Answers answers = model.Label(pixels);
        float[] expected = [.. answers.Probabilities.data<float>()];
        Assert.All(expected.Zip(some.Probabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.Equal(some.Probabilities.Max(), some.Confidence);
        Assert.Equal(some.Confidence >= 0.4f ? LabellingSet.Classes[Array.IndexOf(some.Probabilities, some.Probabilities.Max())] : null, some.Label);

        // Embeddings stay with the shards.
        Assert.Null(some.Embedding);
        LabelledImage inShard = (await LabelFile.ReadAsync(Path.Combine(run.Request.ShardFolder, "000001.1.parquet")))[27].Row;
        Assert.Equal((some.Id, 1568), (inShard.Id, inShard.Embedding!.Length));

        using ShardStore store = LabellingJob.OpenLocal(Output)!;
        LabellingReport report = await LabellingReport.ReadAsync(store, run.Id);
        Assert.Equal(127, report.ByLabel.Values.Sum() + run.Counts.Abstained);
        Assert.Equal(3 + run.Counts.Abstained, report.ToReview.Count);
        Assert.Null(report.ForetoldRisk);
        string review = Path.Combine(_folder, "review.csv");
        report.WriteReviewList(review);
        string[] lines = File.ReadAllLines(review);
        Assert.Equal("id,confidence,p_naevus,p_mélanome,p_autre,error", lines[0]);
        Assert.Equal(report.ToReview.Count + 1, lines.Length);
        Assert.Contains("3 ", ReportText.Of(report, review), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_interrupted_goes_on_and_gives_the_same_as_what_was_not()
    {
        Prepare(400);
        using CancellationTokenSource stop = new();
        JobOptions options = new() { ShardSize = 20 };
        Stopping source = new(new FolderSource(Images), 150, stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LabellingJob.RunHereAsync(
            Images, Model, Output, options, new WorkerOptions { Source = _ => source }, cancellation: stop.Token));
        using (ShardStore store = LabellingJob.OpenLocal(Output)!)
        {
            RunCounts counts = store.Runs()[0].Counts;
            Assert.InRange(counts.Done, 1, 8);
            Assert.Equal((20 - counts.Done, 0, (long)counts.Done), (counts.Todo, counts.SetAside, counts.Starts));   // the shard at hand went back, and lost no start
        }

        LabellingRun resumed = await LabellingJob.RunHereAsync(Images, Model, Output, options);
        LabellingRun whole = await LabellingJob.RunHereAsync(Images, Model, Path.Combine(_folder, "whole"), options);
        Assert.Equal(await FiguresAsync(whole), await FiguresAsync(resumed));

        // Once more: there is nothing left to do.
        DateTime written = File.GetLastWriteTimeUtc(resumed.Request.Labels);
        Assert.Equal(RunState.Done, (await LabellingJob.RunHereAsync(Images, Model, Output, options)).State);
        Assert.Equal(written, File.GetLastWriteTimeUtc(resumed.Request.Labels));
    }

    [Fact]
    public async Task Each_go_is_journalled_at_its_start_and_at_its_end()
    {
        Prepare(40);
        using CancellationTokenSource stop = new();
        Stopping source = new(new FolderSource(Images), 5, stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LabellingJob.RunHereAsync(
            Images, Model, Output, new JobOptions { ShardSize = 10 }, new WorkerOptions { Source = _ => source }, cancellation: stop.Token));
        await LabellingJob.RunHereAsync(Images, Model, Output, new JobOptions { ShardSize = 10 });

        using ShardStore store = LabellingJob.OpenLocal(Output)!;
        IReadOnlyList<(DateTime At, string Who, string What)> journal = store.Journal(10);
        Assert.Equal(
            ["label: ended job 1, done", "label: interrupted job 1", "label: started job 1", "label: went on with job 1"], journal.Select(entry => entry.What).Order(StringComparer.Ordinal));
        Assert.Equal("label: started job 1", journal[^1].What);
        Assert.All(journal, entry => Assert.Equal(ShardStore.Caller, entry.Who));
    }

    [Fact]
    public async Task The_report_quotes_the_curve_that_the_model_brings()
    {
        LabellingSet.WriteModel(Model, curve: "[[0.1, 0, 0.95], [0.19, 0.01, 0.9], [0.4, 0.02, 0.8], [0.75, 0.04, 0.5], [0.78, 0.05, 0.45], [0.9, 0.1, 0.38], [1, 0.2, 0.34]]");
        LabellingSet.WriteImages(Images, 20);
        LabellingRun run = await LabellingJob.RunHereAsync(Images, Model, Output);
        using ShardStore store = LabellingJob.OpenLocal(Output)!;
        LabellingReport report = await LabellingReport.ReadAsync(store, run.Id);

        Assert.Equal((7, 0.05), (report.Curve.Count, report.ForetoldRisk!.Value));
        string text = ReportText.Of(report, "review.csv");
        Assert.Contains(
            "5.0 % of such labels were wrong.\n"
            + "    19.0 % labelled:   1.0 % wrong, from a probability of 0.900 on\n"
            + "    40.0 % labelled:   2.0 % wrong, from a probability of 0.800 on\n"
            + "    78.0 % labelled:   5.0 % wrong, from a probability of 0.450 on\n"
            + "   100.0 % labelled:  20.0 % wrong, from a probability of 0.340 on\n",
            text, StringComparison.Ordinal);
    }

    /// <summary>The same images, the same labels: what <c>--gpu</c> changes is the time.</summary>
    [GpuFact]
    public async Task The_graphics_card_answers_as_the_processor_does()
    {
        Prepare(60, badEvery: 20);
        LabellingRun processor = await LabellingJob.RunHereAsync(Images, Model, Output);
        LabellingRun card = await LabellingJob.RunHereAsync(Images, Model, Path.Combine(_folder, "card"), worker: new WorkerOptions { Device = CUDA });

        IReadOnlyList<(LabelledImage Row, LabelStamp Stamp)> expected = await LabelFile.ReadAsync(processor.Request.Labels), rows = await LabelFile.ReadAsync(card.Request.Labels);
        Assert.Equal(expected.Select(row => (row.Row.Id, row.Row.Sha256, row.Row.Error, row.Stamp.Model)), rows.Select(row => (row.Row.Id, row.Row.Sha256, row.Row.Error, row.Stamp.Model)));
        Assert.All(expected.Zip(rows), pair =>
        {
            // Sums in another order: the last digits differ, and with them whoever stands on the threshold.
            Assert.All(pair.First.Row.Probabilities.Zip(pair.Second.Row.Probabilities), both => Assert.Equal(both.First, both.Second, 1e-3f));
            Assert.True(pair.First.Row.Label == pair.Second.Row.Label || Math.Abs(pair.First.Row.Confidence!.Value - 0.4f) < 1e-3f, pair.First.Row.Id);
        });
    }

    [Fact]
    public async Task A_folder_of_results_belongs_to_one_job()
    {
        Prepare(20);
        await LabellingJob.RunHereAsync(Images, Model, Output);
        InvalidOperationException other = await Assert.ThrowsAsync<InvalidOperationException>(() => LabellingJob.RunHereAsync(Images, Model, Output, new JobOptions { Threshold = 0.99 }));
        Assert.Contains("other threshold", other.Message, StringComparison.Ordinal);
        File.AppendAllText(Path.Combine(Images, "0000", "000.png"), " ");
        Assert.Contains("other images", (await Assert.ThrowsAsync<InvalidOperationException>(() => LabellingJob.RunHereAsync(Images, Model, Output))).Message, StringComparison.Ordinal);

        Directory.Delete(Path.Combine(Output, ".job"), recursive: true);
        Assert.Contains("knows nothing of", (await Assert.ThrowsAsync<InvalidOperationException>(() => LabellingJob.RunHereAsync(Images, Model, Output))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_processes_in_one_folder_are_one_too_many()
    {
        Prepare(20);
        Directory.CreateDirectory(Path.Combine(Output, ".job"));
        using FileStream other = new(Path.Combine(Output, ".job", "lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        Assert.Contains(Output, (await Assert.ThrowsAsync<IOException>(() => LabellingJob.RunHereAsync(Images, Model, Output))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_under_pseudonyms_hold_no_path()
    {
        Prepare(30, badEvery: 10);
        LabellingRun run = await LabellingJob.RunHereAsync(Images, Model, Output, new JobOptions { PseudonymKey = new byte[32], ShardSize = 10 });
        foreach (string file in Directory.EnumerateFiles(Output, "*.parquet", SearchOption.AllDirectories).Where(file => file != run.Request.Manifest))
        {
            Assert.DoesNotContain("0000/", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal);
        }

        Assert.All(await LabelFile.ReadAsync(run.Request.Labels), row => Assert.Matches("^[0-9a-f]{32}$", row.Row.Id));
    }

    [Fact]
    public async Task Nobody_is_labelled_by_a_threshold_that_nobody_chose()
    {
        Prepare(5, threshold: null);
        Assert.Contains("--threshold", (await Assert.ThrowsAsync<InvalidOperationException>(() => LabellingJob.RunHereAsync(Images, Model, Output))).Message, StringComparison.Ordinal);
        Assert.Equal(RunState.Done, (await LabellingJob.RunHereAsync(Images, Model, Output, new JobOptions { Threshold = 0 })).State);
    }

    [Fact]
    public async Task A_full_disk_costs_no_start()
    {
        using Submitted job = await SubmitAsync(20);
        (SqliteShardStore store, HangfireDispatcher dispatcher, LabellingRun run) = job;
        Directory.Delete(run.Request.ShardFolder);
        File.WriteAllText(run.Request.ShardFolder, "a file where the folder should be: writing fails as on a broken disk");
        using LabellingWorker worker = new(store, dispatcher);
        Assert.ThrowsAny<IOException>(() => worker.Label(run.Id, 0, CancellationToken.None));
        Assert.Equal((1, 0L), (store.Find(run.Id)!.Counts.Todo, store.Find(run.Id)!.Counts.Starts));
        File.Delete(run.Request.ShardFolder);
        worker.Label(run.Id, 0, CancellationToken.None);
        worker.Label(run.Id, 0, CancellationToken.None);   // handed out twice
        Assert.Equal(1, store.Find(run.Id)!.Counts.Done);
        Assert.Single(Directory.GetFiles(run.Request.ShardFolder));
    }

    [Fact]
    public async Task A_disk_that_fails_in_reading_is_not_written_down_as_the_images_fault()
    {
        using Submitted job = await SubmitAsync(20);
        (SqliteShardStore store, HangfireDispatcher dispatcher, LabellingRun run) = job;
        using LabellingWorker sick = new(store, dispatcher, new WorkerOptions { Source = _ => new Failing() });
        Assert.Throws<InvalidOperationException>(() => sick.Label(run.Id, 0, CancellationToken.None));
        Assert.Equal((1, 1L, 0L), (store.Find(run.Id)!.Counts.Todo, store.Find(run.Id)!.Counts.Starts, store.Find(run.Id)!.Counts.Images));
        using LabellingWorker sound = new(store, dispatcher);
        sound.Label(run.Id, 0, CancellationToken.None);
        Assert.Equal(0, store.Find(run.Id)!.Counts.Unreadable);
    }

    [Fact]
    public async Task A_worker_that_hangs_gives_its_shard_to_another_and_what_it_brings_later_does_not_count()
    {
        using Submitted job = await SubmitAsync(20);
        (SqliteShardStore store, HangfireDispatcher dispatcher, LabellingRun run) = job;
        TimeSpan lease = TimeSpan.FromSeconds(2);
        using Hanging source = new(new FolderSource(Images));
        using LabellingWorker hanging = new(store, dispatcher, new WorkerOptions { Source = _ => source, Lease = lease, Stall = TimeSpan.FromSeconds(1), Name = "hangs" });
        Task late = Task.Run(() => hanging.Label(run.Id, 0, CancellationToken.None));
        Assert.Contains("not one image", (await Assert.ThrowsAsync<WorkerStalledException>(() => hanging.RunAsync(untilDone: true))).Message, StringComparison.Ordinal);

        using LabellingWorker sound = new(store, dispatcher, new WorkerOptions { Lease = lease, Name = "sound" });
        await sound.RunAsync(untilDone: true).WaitAsync(TimeSpan.FromMinutes(2));
        source.GoOn();
        await late;

        Assert.Equal((RunState.Done, 20L), (store.Find(run.Id)!.State, store.Find(run.Id)!.Counts.Images));
        Assert.Single(Directory.GetFiles(run.Request.ShardFolder));
    }

    [LinuxFact]
    public async Task A_pipe_among_the_images_is_a_row_and_nobody_waits_for_it()
    {
        Prepare(20);
        string pipe = Path.Combine(Images, "0000", "pipe.png");
        using (System.Diagnostics.Process make = System.Diagnostics.Process.Start("mkfifo", [pipe]))
        {
            await make.WaitForExitAsync();
        }

        LabellingRun run = await LabellingJob.RunHereAsync(Images, Model, Output).WaitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal((21L, 1L), (run.Counts.Images, run.Counts.Unreadable));
    }

    [Fact]
    public async Task A_folder_that_is_empty_on_this_machine_is_not_labelled()
    {
        using Submitted job = await SubmitAsync(20);
        (SqliteShardStore store, HangfireDispatcher dispatcher, LabellingRun run) = job;
        Directory.Move(Images, Images + "-elsewhere");
        Directory.CreateDirectory(Images);   // as an unmounted disk leaves it
        using LabellingWorker worker = new(store, dispatcher);
        Assert.Contains("mount", Assert.Throws<WorkerRefusedException>(() => worker.Label(run.Id, 0, CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.Equal((1, 0L), (store.Find(run.Id)!.Counts.Todo, store.Find(run.Id)!.Counts.Starts));
    }

    [Fact]
    public async Task A_machine_that_does_not_see_the_images_labels_none_of_them()
    {
        using Submitted job = await SubmitAsync(20);
        (SqliteShardStore store, HangfireDispatcher dispatcher, LabellingRun run) = job;
        Directory.Move(Images, Images + "-elsewhere");
        using LabellingWorker worker = new(store, dispatcher);
        Assert.Contains(Images, (await Assert.ThrowsAsync<WorkerRefusedException>(() => worker.RunAsync())).Message, StringComparison.Ordinal);
        Assert.Equal(1, store.Find(run.Id)!.Counts.Todo);

        // Nobody wants a cancelled job's images, so nobody misses them.
        using LabellingWorker another = new(store, dispatcher);
        Assert.Throws<WorkerRefusedException>(() => another.Label(run.Id, 0, CancellationToken.None));
        store.Cancel(run.Id);
        another.Label(run.Id, 0, CancellationToken.None);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Prepare(int count, int badEvery = 0, double? threshold = 0.4)
    {
        LabellingSet.WriteModel(Model, threshold: threshold);
        LabellingSet.WriteImages(Images, count, badEvery);
    }

    private async Task<Submitted> SubmitAsync(int count)
    {
        Prepare(count);
        SqliteShardStore store = new(Path.Combine(_folder, "job.sqlite"));
        HangfireDispatcher dispatcher = HangfireDispatcher.InMemory();
        return new Submitted(store, dispatcher, (await LabellingJob.SubmitAsync(store, dispatcher, Images, Model, Output)).Run);
    }

    private sealed record Submitted(SqliteShardStore Store, HangfireDispatcher Dispatcher, LabellingRun Run) : IDisposable
    {
        public void Dispose()
        {
            Dispatcher.Dispose();
            Store.Dispose();
        }
    }

    private sealed class Failing : IImageSource
    {
        public byte[] Read(string path) => throw new IOException("Input/output error");
    }

    /// <summary>Answers only when it is told to.</summary>
    private sealed class Hanging(IImageSource inner) : IImageSource, IDisposable
    {
        private readonly ManualResetEventSlim _goesOn = new();

        public byte[] Read(string path)
        {
            _goesOn.Wait();
            return inner.Read(path);
        }

        public void GoOn() => _goesOn.Set();

        public void Dispose() => _goesOn.Dispose();
    }

    /// <summary>Presses Ctrl-C when so many images were read.</summary>
    private sealed class Stopping(IImageSource inner, int after, CancellationTokenSource stop) : IImageSource
    {
        private int _read;

        public byte[] Read(string path)
        {
            if (Interlocked.Increment(ref _read) == after)
            {
                stop.Cancel();
            }

            return inner.Read(path);
        }
    }

    private static async Task<List<string>> FiguresAsync(LabellingRun run) =>
        [.. (await LabelFile.ReadAsync(run.Request.Labels)).Select(row => $"{row.Row.Id} {row.Row.Sha256} {row.Row.Label} {string.Join(' ', row.Row.Probabilities.Select(BitConverter.SingleToInt32Bits))}")];
}
