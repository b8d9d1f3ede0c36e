using System.Diagnostics;
using System.Runtime.Versioning;
using CourseCompanion.Notebooks.Processes;

namespace CourseCompanion.Cli.Tests;

/// <summary>
/// The launcher in a clone of its own, on a machine that has only the programs that a test puts there: <c>PATH</c> holds the
/// usual small tools of the system and stubs, which note how they were called.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class LauncherSandbox : IDisposable
{
    private static readonly string[] Tools =
    [
        "awk", "bash", "sh", "cat", "dirname", "env", "find", "flock", "grep", "mkdir", "mv", "readlink", "sed", "setsid", "sleep", "sort", "tail", "touch",
    ];

    private readonly string _bin;

    public LauncherSandbox()
    {
        Root = Directory.CreateTempSubdirectory("course-launcher-").FullName;
        _bin = Path.Combine(Root, "bin");
        Clone = Path.Combine(Root, "clone");
        Directory.CreateDirectory(_bin);
        foreach (string tool in Tools)
        {
            string? path = new[] { "/usr/bin", "/bin" }.Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists);
            File.CreateSymbolicLink(Path.Combine(_bin, tool), path ?? throw new FileNotFoundException($"No {tool} on this machine."));
        }

        Directory.CreateDirectory(Clone);
        File.Copy(Path.Combine(TestCourse.Repository.Root, "course"), Path.Combine(Clone, "course"));
        Write("Directory.Packages.props", "<Project />\n");
        Directory.CreateDirectory(Path.Combine(Clone, "datasets"));
        Write("lib/CourseCompanion.Cli/Program.cs", "// source\n");
        Dotnet();
    }

    public string Root { get; }

    public string Clone { get; }

    public Dictionary<string, string> Environment { get; } = [];

    public string Stamp => Path.Combine(Clone, "artifacts", "setup", "built");

    private string Calls => Path.Combine(Root, "calls");

    private string CommandDll => Path.Combine(Clone, "artifacts/bin/CourseCompanion.Cli/release/course.dll");

    /// <summary>Puts a program on the machine; its body sees what it was called with as "$@".</summary>
    public void Stub(string name, string body)
    {
        string path = Path.Combine(_bin, name);
        File.WriteAllText(path, $"#!{_bin}/sh\necho {name} \"$@\" >>{Calls}\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Remove(string name) => File.Delete(Path.Combine(_bin, name));

    /// <summary>A .NET SDK whose build makes the command and whose run of the command prints what it was given.</summary>
    /// <param name="sdk">The version it says it has.</param>
    /// <param name="build">What happens before the command is built.</param>
    public void Dotnet(string sdk = "10.0.100", string build = ":") => Stub("dotnet", $"""
        case $1 in
          --list-sdks) echo '{sdk} [/usr/share/dotnet/sdk]' ;;
          --version) echo '{sdk}' ;;
          build) {build}
            mkdir -p {Path.GetDirectoryName(CommandDll)}
            echo built >{CommandDll} ;;
          *) shift
            echo "arguments:$*" ;;
        esac
        """);

    public void Write(string relativePath, string contents)
    {
        string path = Path.Combine(Clone, relativePath);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, contents);
    }

    /// <summary>How the stubs were called since the last time this was asked, one line a call.</summary>
    public IReadOnlyList<string> TakeCalls()
    {
        string[] calls = File.Exists(Calls) ? File.ReadAllLines(Calls) : [];
        File.Delete(Calls);
        return calls;
    }

    public Process Start(params string[] arguments)
    {
        // A session of its own, as under a terminal: an interrupt reaches the launcher and its children, and nobody else. Whoever
        // runs the tests may ignore interrupts (nohup, a background job), and a shell cannot trap what it inherits as ignored.
        string[] command = ["--default-signal=INT", Path.Combine(_bin, "setsid"), Path.Combine(_bin, "bash"), Path.Combine(Clone, "course"), .. arguments];
        ProcessStartInfo start = new(Path.Combine(_bin, "env"), command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = _bin;
        start.Environment["HOME"] = Path.Combine(Root, "home");
        foreach ((string name, string value) in Environment)
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    public async Task<ChildResult> RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new ChildResult(process.ExitCode, await output, await error);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
