using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CourseCompanion.Tests.Shared;

/// <summary>A PostgreSQL server of the test's own, from the distribution's package, in a temporary folder, on loopback.</summary>
internal sealed class PostgresServer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("course-postgres-").FullName;
    private readonly string _listen;

    /// <param name="listen">Further addresses to listen on.</param>
    public PostgresServer(params string[] listen)
    {
        _listen = string.Join(',', ["127.0.0.1", .. listen]);
        Port = FreePort();
        if (IsRoot)
        {
            Run("chown", "postgres", _folder);
        }

        AsServer("initdb", "-D", Data, "-U", "course", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C");
        File.AppendAllText(Path.Combine(Data, "pg_hba.conf"), "host all all 0.0.0.0/0 trust\n");
        Start();
        AsServer("createdb", "-h", "127.0.0.1", "-p", $"{Port}", "-U", "course", "labelling");
    }

    public int Port { get; }

    /// <summary>How to connect.</summary>
    public string Connection => ConnectionAt("127.0.0.1");

    /// <summary>Where the programs of the server lie; null where there are none, or none that we may start.</summary>
    public static string? Programs { get; } = FindPrograms();

    private string Data => Path.Combine(_folder, "data");

    private static bool IsRoot => Environment.IsPrivilegedProcess;

    public string ConnectionAt(string host) => $"Host={host};Port={Port};Database=labelling;Username=course";

    public void Start() => AsServer(
        "pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o", $"-p {Port} -c listen_addresses={_listen} -c unix_socket_directories={_folder} -c fsync=off", "start");

    /// <param name="mode">fast, or immediate: as if the power went.</param>
    public void Stop(string mode = "fast") => AsServer("pg_ctl", "-D", Data, "-w", "-m", mode, "stop");

    public void Dispose()
    {
        try
        {
            Stop("immediate");
        }
        catch (InvalidOperationException)
        {
            // It is down already.
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Runs a program and throws what it says when it fails.</summary>
    public static string Run(string program, params string[] arguments)
    {
        // Into files, not pipes: the server that pg_ctl starts would keep them open.
        ProcessStartInfo start = new("/bin/sh", ["-c", "exec \"$@\" </dev/null", "sh", program, .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        bool said = Task.WaitAll([output, error], TimeSpan.FromSeconds(2));
        return process.ExitCode == 0
            ? said ? output.Result : ""
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {(said ? error.Result : "")}");
    }

    private static void AsServer(string program, params string[] arguments)
    {
        string path = Path.Combine(Programs!, program);
        if (IsRoot)
        {
            // The server does not run as root.
            Run("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments]);
        }
        else
        {
            Run(path, arguments);
        }
    }

    private static string? FindPrograms()
    {
        const string Root = "/usr/lib/postgresql";
        if (!OperatingSystem.IsLinux() || !Directory.Exists(Root) || (IsRoot && !File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal))))
        {
            return null;
        }

        return Directory.EnumerateDirectories(Root).Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Max();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
