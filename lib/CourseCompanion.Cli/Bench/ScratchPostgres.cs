using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CourseCompanion.Cli.Bench;

/// <summary>A PostgreSQL server of a benchmark's own, from the distribution's package, in a temporary folder and on loopback; gone at the end.</summary>
internal sealed class ScratchPostgres : IDisposable
{
    private const string Root = "/usr/lib/postgresql", User = "postgres";

    private readonly string _programs;
    private readonly string _folder = Directory.CreateTempSubdirectory("course-bench-postgres-").FullName;

    private ScratchPostgres(string programs)
    {
        _programs = programs;
        int port = FreePort();
        if (Environment.IsPrivilegedProcess)
        {
            // The server does not run as root.
            Run("chown", [User, _folder]);
        }

        RunProgram("initdb", "-D", Data, "-U", "course", "--auth=trust", "-E", "UTF8", "--locale=C");
        string options = string.Create(CultureInfo.InvariantCulture, $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder}");
        RunProgram("pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o", options, "start");
        RunProgram("createdb", "-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-U", "course", "labelling");
        Connection = string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port};Database=labelling;Username=course");
    }

    /// <summary>How to connect.</summary>
    public string Connection { get; }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Starts one; null where no server is installed that we may start.</summary>
    public static ScratchPostgres? Start()
    {
        bool isPossible = OperatingSystem.IsLinux() && Directory.Exists(Root)
            && (!Environment.IsPrivilegedProcess || File.ReadLines("/etc/passwd").Any(line => line.StartsWith(User + ":", StringComparison.Ordinal)));
        string? programs = isPossible
            ? Directory.EnumerateDirectories(Root).Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Max()
            : null;
        return programs is null ? null : new ScratchPostgres(programs);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        RunProgram("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private void RunProgram(string program, params string[] arguments)
    {
        string path = Path.Combine(_programs, program);
        if (Environment.IsPrivilegedProcess)
        {
            Run("setpriv", [$"--reuid={User}", $"--regid={User}", "--clear-groups", path, .. arguments]);
        }
        else
        {
            Run(path, arguments);
        }
    }

    /// <summary>Runs a program to its end. The server it starts keeps its outputs open, so that nobody may wait for their ends.</summary>
    private static void Run(string program, IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new("/bin/sh", ["-c", "exec \"$@\" </dev/null >/dev/null 2>&1", "sh", program, .. arguments]) { WorkingDirectory = "/" };
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed with exit code {process.ExitCode}.");
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
