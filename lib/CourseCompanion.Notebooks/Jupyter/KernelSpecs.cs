using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Charts;
using CourseCompanion.Files;

namespace CourseCompanion.Notebooks.Jupyter;

/// <summary>
/// Tells Jupyter how to start the kernel: a folder with a <c>kernel.json</c> under the kernel's own name, and one under
/// the name that .NET notebooks carry, unless another kernel has it.
/// </summary>
public sealed class KernelSpecs
{
    /// <summary>The kernel's own name.</summary>
    public const string OwnName = PlotlyLibrary.KernelName;

    /// <summary>The name in the metadata of C# notebooks, the course's too; .NET Interactive registered it first.</summary>
    public const string CommonName = ".net-csharp";

    /// <summary>.NET Interactive, as the course prepares it.</summary>
    public const string InteractiveName = "course-dotnet-interactive";

    private const string FileName = "kernel.json";
    private const string Mark = "course_companion";

    // What a student sets in a terminal and an editor started from a menu does not know.
    private static readonly string[] KeptVariables =
        ["LIBTORCH", "COURSE_DATA", "COURSE_CACHE", "COURSE_WEIGHTS", "COURSE_OFFLINE", "COURSE_PROFILE", "COURSE_PROGRESS"];

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>What keeps .NET Interactive from telling its makers who uses it.</summary>
    internal static readonly IReadOnlyDictionary<string, string> Untracked = new Dictionary<string, string>
    {
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT"] = "1",
    };

    private readonly Func<string, string?> _environment;
    private readonly string? _prefix;
    private readonly string _target;
    private readonly IReadOnlyList<string> _searched;

    /// <summary>The kernelspecs of one place.</summary>
    /// <param name="prefix">
    /// An installation prefix such as <c>/usr/local</c> or a virtual environment; null for the user's own folder.
    /// </param>
    /// <param name="environment">Reads an environment variable; null when unset.</param>
    public KernelSpecs(string? prefix, Func<string, string?> environment)
        : this(prefix, environment, null)
    {
    }

    /// <param name="prefix">See above.</param>
    /// <param name="environment">See above.</param>
    /// <param name="systemFolders">The machine's own Jupyter folders; null for those of the system.</param>
    internal KernelSpecs(string? prefix, Func<string, string?> environment, IReadOnlyList<string>? systemFolders)
    {
        ArgumentNullException.ThrowIfNull(environment);
        _environment = environment;
        _prefix = prefix;
        var user = UserFolder(environment);
        _target = Path.Combine(prefix is null ? user : Path.Combine(Path.GetFullPath(prefix), "share", "jupyter"), "kernels");
        var path = (environment("JUPYTER_PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        _searched =
        [
            .. path.Append(user).Concat(PythonFolders(environment)).Concat(systemFolders ?? SystemFolders(environment))
                .Distinct().Select(folder => Path.Combine(folder, "kernels")),
        ];
    }

    /// <summary>Installs the kernelspecs, or brings ours up to date.</summary>
    /// <param name="command">The program and its arguments that serve; the connection file's path is added.</param>
    /// <returns>A line for each thing that was done or left alone.</returns>
    /// <exception cref="IOException">A file cannot be written, or another kernel has our own name.</exception>
    public IReadOnlyList<string> Install(IReadOnlyList<string> command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Count == 0 || !Path.IsPathFullyQualified(command[0]))
        {
            throw new ArgumentException("The program must be named by its full path.", nameof(command));
        }

        if (_prefix is not null && File.Exists(_prefix))
        {
            throw new IOException($"{_prefix} is a file: --prefix takes a folder, such as a virtual environment.");
        }

        RefuseOther(OwnName);
        List<string> report = [Write(OwnName, "C# (CourseCompanion)", command)];
        WritePlotly();
        var other = _searched.Append(_target).FirstOrDefault(folder => Owner(folder, CommonName) == SpecOwner.Other);
        report.Add(other is null
            ? Write(CommonName, ".NET (C#)", command)
            : $"{Path.Combine(other, CommonName)} belongs to another kernel and is left alone; choose \"C# (CourseCompanion)\" in the notebook.");
        return report;
    }

    /// <summary>Installs the kernelspec of .NET Interactive, or brings it up to date.</summary>
    /// <param name="command">The program and its arguments; the connection file's path is added.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="IOException">A file cannot be written, or another kernel has the name.</exception>
    public string InstallInteractive(IReadOnlyList<string> command)
    {
        ArgumentNullException.ThrowIfNull(command);
        RefuseOther(InteractiveName);
        return Write(InteractiveName, ".NET Interactive (CourseCompanion)", command, Untracked);
    }

    /// <summary>Removes our kernelspecs from this place, and nothing else.</summary>
    /// <returns>A line for each that was removed.</returns>
    /// <exception cref="IOException">A file cannot be removed.</exception>
    public IReadOnlyList<string> Uninstall()
    {
        var report = new List<string>();
        foreach (var name in (string[])[OwnName, CommonName, InteractiveName])
        {
            if (Owner(_target, name) == SpecOwner.Ours)
            {
                var folder = Path.Combine(_target, name);
                File.Delete(Path.Combine(folder, FileName));
                File.Delete(Path.Combine(folder, PlotlyLibrary.FileName));
                // What someone laid beside it (a logo, a setting of a front end) is not ours.
                if (!Directory.EnumerateFileSystemEntries(folder).Any())
                {
                    Directory.Delete(folder);
                }

                report.Add($"{folder} removed.");
            }
        }

        return report;
    }

    /// <summary>The command that starts this very program: the .NET host, and the program's main assembly.</summary>
    /// <param name="assemblyPath">The full path of the main assembly.</param>
    public static IReadOnlyList<string> HostCommand(string assemblyPath) =>
        [Path.Combine(DotnetRoot(), OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"), assemblyPath];

    /// <summary>The environment variables that a kernel is started with.</summary>
    public IReadOnlyDictionary<string, string> KernelEnvironment()
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["DOTNET_ROOT"] = DotnetRoot(),
            // The compiler runs for seconds at most: profiling it would never pay.
            ["DOTNET_TieredPGO"] = "0",
        };
        foreach (var name in KeptVariables)
        {
            if (_environment(name) is { Length: > 0 } value)
            {
                variables[name] = value;
            }
        }

        return variables;
    }

    private void RefuseOther(string name)
    {
        if (Owner(_target, name) == SpecOwner.Other)
        {
            throw new IOException($"{Path.Combine(_target, name)} belongs to another kernel: move it away, or install under another --prefix.");
        }
    }

    private string Write(string name, string displayName, IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? more = null)
    {
        var arguments = new JsonArray([.. command.Append("{connection_file}").Select(argument => (JsonNode)argument)]);
        var variables = new JsonObject();
        foreach (var (variable, value) in KernelEnvironment().Concat(more ?? new Dictionary<string, string>()))
        {
            variables[variable] = value;
        }

        var folder = Path.Combine(_target, name);
        Directory.CreateDirectory(folder);
        var specification = new JsonObject
        {
            ["argv"] = arguments,
            ["display_name"] = displayName,
            ["language"] = "C#",
            ["interrupt_mode"] = "message",
            ["env"] = variables,
            ["metadata"] = new JsonObject { [Mark] = new JsonObject { ["version"] = KernelInfo.Version } },
        };
        AtomicFile.WriteAllText(Path.Combine(folder, FileName), specification.ToJsonString(Json) + "\n");
        return $"{folder} installed.";
    }

    // Jupyter serves what lies in a kernel's folder: charts find plotly.js there, without the Internet.
    private void WritePlotly()
    {
        using var library = PlotlyLibrary.Open();
        using var file = new AtomicFile(Path.Combine(_target, OwnName, PlotlyLibrary.FileName));
        library.CopyTo(file.Stream);
        file.Commit();
    }

    private static SpecOwner Owner(string folder, string name)
    {
        var file = Path.Combine(folder, name, FileName);
        if (!File.Exists(file))
        {
            return SpecOwner.None;
        }

        try
        {
            return JsonNode.Parse(File.ReadAllText(file))?["metadata"]?[Mark] is null ? SpecOwner.Other : SpecOwner.Ours;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return SpecOwner.Other;
        }
    }

    private static string UserFolder(Func<string, string?> environment)
    {
        if (environment("JUPYTER_DATA_DIR") is { Length: > 0 } chosen)
        {
            return chosen;
        }

        // Without the option, a home folder that is not there yet would be "", and the kernelspecs land in the current folder.
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        if (OperatingSystem.IsWindows())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "jupyter");
        }

        return OperatingSystem.IsMacOS()
            ? Path.Combine(home, "Library", "Jupyter")
            : Path.Combine(environment("XDG_DATA_HOME") is { Length: > 0 } data ? data : Path.Combine(home, ".local", "share"), "jupyter");
    }

    // Jupyter also looks beside the Python it runs on: that of a virtual environment, or the one on the path.
    private static IEnumerable<string> PythonFolders(Func<string, string?> environment)
    {
        var prefixes = ((string?[])[environment("VIRTUAL_ENV"), environment("CONDA_PREFIX")]).Where(prefix => !string.IsNullOrEmpty(prefix)).ToList();
        foreach (var folder in (environment("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            if (File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "jupyter.exe" : "jupyter")))
            {
                prefixes.Add(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder)));
            }
        }

        return prefixes.OfType<string>().Select(prefix => Path.Combine(prefix, "share", "jupyter"));
    }

    private static string[] SystemFolders(Func<string, string?> environment) => OperatingSystem.IsWindows()
        ? [Path.Combine(environment("PROGRAMDATA") ?? @"C:\ProgramData", "jupyter")]
        : ["/usr/local/share/jupyter", "/usr/share/jupyter"];

    // <root>/shared/Microsoft.NETCore.App/10.0.1/
    private static string DotnetRoot() =>
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private enum SpecOwner
    {
        None,
        Ours,
        Other,
    }
}
