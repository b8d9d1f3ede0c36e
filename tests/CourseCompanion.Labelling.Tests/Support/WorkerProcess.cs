using System.Diagnostics;
using System.Globalization;
using CourseCompanion.Labelling.Dispatch;
using CourseCompanion.Labelling.Images;
using CourseCompanion.Labelling.Shards;
using TorchSharp;

namespace CourseCompanion.Labelling.Tests.Support;

/// <summary>A worker in a process of its own, as <c>course worker</c> is, but with a decoder that one image brings down.</summary>
internal static class WorkerProcess
{
    public const string Command = "worker";

    /// <summary>Starts one.</summary>
    /// <param name="connection">The store.</param>
    /// <param name="lease">How long a worker may be silent, in seconds.</param>
    /// <param name="poison">An image that kills the process; none if empty.</param>
    /// <param name="space">A network namespace to live in; the test's own if empty.</param>
    public static Process Start(string connection, double lease, string poison = "", string space = "")
    {
        string[] command = [Environment.ProcessPath!, typeof(WorkerProcess).Assembly.Location, Command, connection, lease.ToString(CultureInfo.InvariantCulture), poison];
        if (space.Length > 0)
        {
            command = ["ip", "netns", "exec", space, .. command];
        }

        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => Said(process.Id, line.Data);
        process.OutputDataReceived += (_, line) => Said(process.Id, line.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    /// <summary>What workers said, for a test that fails.</summary>
    public static System.Collections.Concurrent.ConcurrentQueue<string> Log { get; } = [];

    public static async Task<int> RunAsync(string[] arguments)
    {
        TimeSpan lease = TimeSpan.FromSeconds(double.Parse(arguments[1], CultureInfo.InvariantCulture));
        using PostgresShardStore store = new(arguments[0]);
        using HangfireDispatcher dispatcher = HangfireDispatcher.Postgres(store, lease);
        WorkerOptions options = new() { Lease = lease, Cores = 1 };
        if (arguments[2].Length > 0)
        {
            options = options with { Source = request => new Poisoned(new FolderSource(request.Images), arguments[2]) };
        }

        torch.set_num_threads(1);
        using LabellingWorker worker = new(store, dispatcher, options);
        try
        {
            await worker.RunAsync(untilDone: true, Console.Error.WriteLine);
            return 0;
        }
        catch (WorkerRefusedException refused)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return 1;
        }
    }

    private static void Said(int process, string? line)
    {
        if (line is not null)
        {
            Log.Enqueue($"{process}: {line}");
        }
    }

    /// <summary>Kills the process at one image, as a decoder in native code would.</summary>
    private sealed class Poisoned(IImageSource inner, string image) : IImageSource
    {
        public byte[] Read(string path)
        {
            if (path == image)
            {
                Process.GetCurrentProcess().Kill();
                Thread.Sleep(Timeout.Infinite);
            }

            return inner.Read(path);
        }
    }
}
