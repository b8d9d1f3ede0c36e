using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Execution;
using CourseCompanion.Notebooks.Jupyter;
using CourseCompanion.Notebooks.Jupyter.Client;
using CourseCompanion.Notebooks.Processes;

namespace CourseCompanion.Cli.Running;

/// <summary>
/// .NET Interactive, the second host of the notebooks: the tool that <c>.config/dotnet-tools.json</c> names, in a copy of the course's own below the
/// build outputs.
/// </summary>
/// <remarks>A copy, because it is given the course's FSharp.Core: with its own, which is older, Plotly.NET's charts do not load.</remarks>
/// <param name="folder">The clone.</param>
internal sealed class InteractiveTool(CourseFolder folder)
{
    /// <summary>The host's name for <c>course run --host</c>, in reports, and of its kernelspec.</summary>
    public const string HostName = "dotnet-interactive";

    private const string Package = "microsoft.dotnet-interactive";
    private const string Program = "Microsoft.DotNet.Interactive.App.dll";
    private const string FSharpCore = "FSharp.Core.dll";
    private const int LastPort = 32_767;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private string Installed => Path.Combine(folder.Artifacts, HostName, Version);

    /// <summary>The version that is pinned.</summary>
    public string Version { get; } =
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder.Root, ".config", "dotnet-tools.json")))!["tools"]![Package]!["version"]!.GetValue<string>();

    /// <summary>The program that is the kernel, and its arguments, to which the connection file's path is added; null where it is not installed.</summary>
    public IReadOnlyList<string>? Find() => ProgramIn(Installed) is { } program
        ? [.. KernelSpecs.HostCommand(program), "jupyter", "--default-kernel", "csharp", "--http-local-only"]
        : null;

    /// <summary>The same for one of several that start at once: each looks for a free port for its own pages, and two may find the same.</summary>
    public IReadOnlyList<string>? FindAlone() => Find() is { } command
        ? [.. command, "--http-port-range", FormattableString.Invariant($"{FreePorts.Take(1)[0]}-{LastPort}")]
        : null;

    /// <summary>The program and its arguments, installed now if need be.</summary>
    /// <param name="log">Told what takes long.</param>
    /// <param name="cancellation">Ends the installation.</param>
    /// <exception cref="NotebookRunException">It cannot be had.</exception>
    public async Task<IReadOnlyList<string>> GetAsync(TextWriter log, CancellationToken cancellation)
    {
        if (Find() is { } found)
        {
            return found;
        }

        await log.WriteLineAsync($"Getting .NET Interactive {Version} (45 MB, once)...");
        string unfinished = $"{Installed}.{Environment.ProcessId}";
        Directory.CreateDirectory(unfinished);
        try
        {
            ChildResult result = await ChildProcess.RunAsync(
                "dotnet", ["tool", "install", Package, "--version", Version, "--tool-path", unfinished], null, Limit, cancellation, unfinished);
            string program = result.ExitCode == 0 && ProgramIn(unfinished) is { } there
                ? there
                : throw new NotebookRunException(
                    $".NET Interactive {Version} cannot be installed, and without it there is no --host {HostName}:\n{(result.Output + result.Error).Trim()}");
            string library = Path.Combine(Path.GetDirectoryName(program)!, FSharpCore);
            File.Delete(library);   // not written over: it may be a link to the package's
            File.Copy(Path.Combine(AppContext.BaseDirectory, FSharpCore), library);
            try
            {
                Directory.Move(unfinished, Installed);
            }
            catch (IOException) when (Find() is not null)
            {
                // Somebody else was as quick.
            }
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }

        return Find()!;
    }

    private static string? ProgramIn(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory, Program, SearchOption.AllDirectories).FirstOrDefault() : null;
}
