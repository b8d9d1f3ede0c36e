using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using CourseCompanion.Notebooks.Jupyter;

namespace CourseCompanion.Cli.Labelling;

/// <summary>
/// Runs a command of this program in a process of its own, and again when that process dies: an image that brings the decoder down, or the system that
/// takes a process away for its memory, must not end the work.
/// </summary>
internal static class Supervisor
{
    /// <summary>The option by which the process knows that it is watched over: it ends when its input does.</summary>
    public const string ChildOption = "--child";

    public static Option<int?> CreateChildOption() => new(ChildOption) { Description = "The work itself, watched over by the command that was typed: how often it was begun before.", Hidden = true };

    /// <summary>Runs the command until it comes to an end of its own.</summary>
    /// <param name="arguments">The command's arguments.</param>
    /// <param name="error">Told when the process died.</param>
    /// <param name="cancellation">Tells the process to stop, and waits for it.</param>
    /// <returns>Its exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter error, CancellationToken cancellation)
    {
        IReadOnlyList<string> host = KernelSpecs.HostCommand(Path.Combine(AppContext.BaseDirectory, "course.dll"));
        for (int begun = 0; ; begun++)
        {
            ProcessStartInfo start = new(host[0], [.. host.Skip(1), .. arguments, ChildOption, begun.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardInput = true };
            using Process child = Process.Start(start)!;
            using (cancellation.Register(child.StandardInput.Close))
            {
                await child.WaitForExitAsync(CancellationToken.None);
            }

            cancellation.ThrowIfCancellationRequested();
            if (child.ExitCode is >= ExitCode.Success and <= ExitCode.Usage or ExitCode.Interrupted)
            {
                return child.ExitCode;
            }

            await error.WriteLineAsync($"course: the worker died (exit code {child.ExitCode}); another takes its place.");
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }
    }

    /// <summary>What the process itself must obey: Ctrl-C, and the end of its input.</summary>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <returns>A source to dispose of when the work is over.</returns>
    public static CancellationTokenSource WatchInput(CancellationToken cancellation)
    {
        CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Thread watch = new(() =>
        {
            Stream input = Console.OpenStandardInput();
            try
            {
                while (input.ReadByte() >= 0)
                {
                }

                stop.Cancel();
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // The work is over.
            }
        })
        { IsBackground = true, Name = "Supervisor" };
        watch.Start();
        return stop;
    }
}
