using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Jupyter.Protocol;

namespace CourseCompanion.Notebooks.Jupyter.Client;

/// <summary>A kernel in a process of its own, started as a front end starts it, and a client that is connected to it.</summary>
internal sealed class KernelProcess : IAsyncDisposable
{
    private const int MostTries = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _gone = new();
    private readonly Process _process;
    private readonly string _connectionFile;
    private readonly long _started;
    private KernelClient? _client;

    private KernelProcess(IReadOnlyList<string> command, bool isQuiet)
    {
        _connectionFile = WriteConnectionFile();
        ProcessStartInfo start = new(command[0], [.. command.Skip(1), _connectionFile]) { RedirectStandardOutput = isQuiet };
        foreach (var (name, value) in new KernelSpecs(null, Environment.GetEnvironmentVariable).KernelEnvironment())
        {
            start.Environment[name] = value;
        }

        _started = Stopwatch.GetTimestamp();
        _process = Process.Start(start)!;
        if (isQuiet)
        {
            _process.BeginOutputReadLine();
        }

        Exited = _process.WaitForExitAsync();
        _ = Exited.ContinueWith(_ => _gone.Cancel(), TaskScheduler.Default);
    }

    public KernelClient Client => _client!;

    /// <summary>The end of the process.</summary>
    public Task Exited { get; }

    /// <summary>How it ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>From the start of the process to the first idle state.</summary>
    public double ReadySeconds { get; private set; }

    /// <summary>Starts a kernel, and waits until it answers.</summary>
    /// <param name="command">The program and its arguments; the connection file's path is added.</param>
    /// <param name="isQuiet">Whether what the process itself prints, a greeting, is thrown away.</param>
    /// <exception cref="TimeoutException">It did not come up.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    public static KernelProcess Start(IReadOnlyList<string> command, bool isQuiet = false)
    {
        for (var tries = 1; ; tries++)
        {
            var kernel = new KernelProcess(command, isQuiet);
            try
            {
                kernel.WaitUntilReady();
                return kernel;
            }
            catch (TimeoutException) when (kernel.Exited.IsCompleted && tries < MostTries)
            {
                // The likeliest reason is a port that somebody else was quicker to take.
                kernel.Kill();
            }
        }
    }

    private void WaitUntilReady()
    {
        _client = new KernelClient(ConnectionFile.Load(_connectionFile), _gone.Token);
        // The first answer may be published before our subscription has arrived; the second is not.
        Client.Ask("kernel_info_request", []);
        Client.PublishedUntilIdle(Client.Send("kernel_info_request", []));
        ReadySeconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
        // It has been read, and whoever ends this process by force would leave it behind, with its key.
        File.Delete(_connectionFile);
    }

    public double ResidentMegabytes()
    {
        _process.Refresh();
        return _process.WorkingSet64 / 1e6;
    }

    /// <summary>Ends it at once, with all that it has started.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It has just ended, or a process that it had started has.
        }

        File.Delete(_connectionFile);
    }

    public async ValueTask DisposeAsync()
    {
        Client.SendControl("shutdown_request", new JsonObject { ["restart"] = false });
        await Task.WhenAny(Exited, Task.Delay(Patience)).ConfigureAwait(false);
        Kill();
        Client.Dispose();
        _process.Dispose();
        _gone.Dispose();
    }

    // Whoever reads its key can execute code: only the user may.
    private static string WriteConnectionFile()
    {
        var file = Path.Combine(Path.GetTempPath(), $"course-kernel-{Guid.NewGuid():N}.json");
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(file, options);
        stream.Write(Encoding.UTF8.GetBytes(ConnectionFileText()));
        return file;
    }

    /// <summary>A connection file as Jupyter writes it: free ports of the loopback address, and a key.</summary>
    internal static string ConnectionFileText()
    {
        var ports = FreePorts.Take(5);
        return new JsonObject
        {
            ["shell_port"] = ports[0],
            ["control_port"] = ports[1],
            ["iopub_port"] = ports[2],
            ["stdin_port"] = ports[3],
            ["hb_port"] = ports[4],
            ["ip"] = "127.0.0.1",
            ["transport"] = "tcp",
            ["signature_scheme"] = "hmac-sha256",
            ["key"] = Guid.NewGuid().ToString(),
        }.ToJsonString();
    }
}
