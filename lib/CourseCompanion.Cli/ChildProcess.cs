using System.Diagnostics;

namespace CourseCompanion.Cli;

/// <summary>Runs another program to its end, or ends it with all its children.</summary>
internal static class ChildProcess
{
    /// <summary>Runs a program and collects what it prints.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments, each passed as it is.</param>
    /// <param name="environment">Variables to set, or to remove where the value is null.</param>
    /// <param name="timeLimit">After which it is ended.</param>
    /// <param name="cancellation">Ends it, with all its children.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was requested.</exception>
    /// <exception cref="TimeoutException">The program took longer than <paramref name="timeLimit"/>.</exception>
    public static async Task<ChildResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment,
        TimeSpan timeLimit,
        CancellationToken cancellation)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardInput.Close();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeLimit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new ChildResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException($"{program} did not end within {timeLimit.TotalMinutes:0.#} minutes.");
        }
    }
}

/// <summary>How a program ended and what it printed.</summary>
internal sealed record ChildResult(int ExitCode, string Output, string Error);
