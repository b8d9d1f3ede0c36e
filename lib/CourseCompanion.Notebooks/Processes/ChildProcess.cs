using System.Diagnostics;
using System.Text;

namespace CourseCompanion.Notebooks.Processes;

/// <summary>Runs another program to its end, or ends it with all its children.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    /// <summary>Runs a program and collects what it prints.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments, each passed as it is.</param>
    /// <param name="environment">Variables to set, or to remove where the value is null.</param>
    /// <param name="timeLimit">After which it is ended.</param>
    /// <param name="cancellation">Ends it, with all its children.</param>
    /// <param name="workingDirectory">The folder it runs in; this process's own if null.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was requested.</exception>
    /// <exception cref="TimeoutException">The program took longer than <paramref name="timeLimit"/>.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    internal static async Task<ChildResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment,
        TimeSpan timeLimit,
        CancellationToken cancellation,
        string? workingDirectory = null)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = workingDirectory ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeLimit);
        StringBuilder output = new(), error = new();
        var reading = Task.WhenAll(ReadAsync(process.StandardOutput, output), ReadAsync(process.StandardError, error));
        try
        {
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException($"{program} did not end within {timeLimit.TotalMinutes:0.#} minutes.");
        }
        // A server that it leaves behind may hold what it writes to open for ever.
        await Task.WhenAny(reading, Task.Delay(LastWords, CancellationToken.None)).ConfigureAwait(false);
        return new ChildResult(process.ExitCode, Text(output), Text(error));
    }

    private static async Task ReadAsync(StreamReader reader, StringBuilder text)
    {
        var buffer = new char[4096];
        int count;
        while ((count = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0)
        {
            lock (text)
            {
                text.Append(buffer, 0, count);
            }
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}

/// <summary>How a program ended and what it printed.</summary>
internal sealed record ChildResult(int ExitCode, string Output, string Error);
