using System.Text.Json;
using CourseCompanion.Notebooks.Processes;

namespace CourseCompanion.Cli.Bench;

/// <summary>The usual Python, doing the same work in the same run: what a benchmark is compared with.</summary>
/// <param name="interpreter">A Python that has the modules of the peer's script.</param>
internal sealed class PythonPeer(string interpreter)
{
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    /// <summary>The system's Python, or the first one on the path; null, with a word in the log, if neither has the modules.</summary>
    /// <param name="modules">What the script imports, separated by commas.</param>
    /// <param name="debian">The Debian packages that bring them.</param>
    /// <param name="log">Where it is said that there is none.</param>
    /// <param name="cancellation">Ends the search.</param>
    public static async Task<PythonPeer?> FindAsync(string modules, string debian, TextWriter log, CancellationToken cancellation)
    {
        foreach (string candidate in (string[])["/usr/bin/python3", "python3"])
        {
            try
            {
                ChildResult probe = await ChildProcess.RunAsync(candidate, ["-c", $"import {modules}"], null, ProbeLimit, cancellation);
                if (probe.ExitCode == 0)
                {
                    return new PythonPeer(candidate);
                }
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // There is no such program.
            }
        }

        log.WriteLine($"peer: skipped, no Python with {modules} (Debian: {debian}).");
        return null;
    }

    /// <summary>Runs a script of tests/Benchmarks/peers.</summary>
    /// <param name="script">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="log">Where a failure is told.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The JSON object that it prints; null if it fails.</returns>
    public async Task<JsonElement?> AskAsync(string script, IEnumerable<string> arguments, TextWriter log, CancellationToken cancellation)
    {
        ChildResult peer = await ChildProcess.RunAsync(
            interpreter, [Path.Combine(AppContext.BaseDirectory, "peers", script), .. arguments], null, Limit, cancellation);
        if (peer.ExitCode != 0)
        {
            log.WriteLine($"peer: failed with exit code {peer.ExitCode}: {peer.Error.Trim()}");
            return null;
        }

        using JsonDocument answer = JsonDocument.Parse(peer.Output);
        return answer.RootElement.Clone();
    }
}
