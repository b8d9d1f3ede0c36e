using System.Globalization;
using CourseCompanion.Notebooks.Execution;
using CourseCompanion.Notebooks.Processes;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>
/// Where a stranger's code runs: bubblewrap shows it the runtime and the course, to be read, and a folder in memory of limited size to write
/// to. There is no network, no other process, no program to start besides the runtime, and no way to gain rights.
/// </summary>
/// <remarks>
/// Memory is limited by <c>RLIMIT_DATA</c> and the collector's hard limit, processor time and file sizes by their limits, processes by
/// <see cref="SystemCallFilter"/>. No control group is needed, and no rights where unprivileged user namespaces are allowed.
/// </remarks>
internal sealed class Sandbox : IDisposable
{
    private const string Program = "bwrap";
    private const int FilterDescriptor = 9;
    private const int FirstCopyDescriptor = 5;
    private const int MostLinks = 2000;
    private const int CacheDepth = 2;
    private const string Scratch = "/tmp";
    private const string Cache = Scratch + "/.course-cache";
    private const string Database = ".sqlite";

    private static readonly string[] SystemFolders =
        ["/lib", "/lib64", "/lib32", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo", "/usr/share/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/fonts", "/etc/localtime"];

    private readonly WorkerCommand _inner;
    private readonly GradingLimits _limits;
    private readonly IReadOnlyList<string> _readable;
    private readonly IReadOnlyList<string> _hidden;
    private readonly string? _cache;
    private readonly string? _program;
    private readonly string? _filter;

    /// <summary>Prepares the sandbox.</summary>
    /// <param name="inner">The worker to run in it.</param>
    /// <param name="limits">What it may use.</param>
    /// <param name="readable">Files and folders of the course and the data that it may read.</param>
    /// <param name="hidden">Folders that it must not see, wherever they lie.</param>
    /// <param name="cache">
    /// The folder that keeps downloads and what was computed, or null. A worker sees it as a folder of its own, which begins with what is there and
    /// takes what the course's cells add; nothing is added to the original.
    /// </param>
    /// <param name="isTrusted">Whether to do without: then there are time limits, and nothing else.</param>
    internal Sandbox(WorkerCommand inner, GradingLimits limits, IReadOnlyList<string> readable, IReadOnlyList<string> hidden, string? cache, bool isTrusted)
    {
        (_inner, _limits) = (inner, limits);
        _readable = [.. readable.Select(Path.GetFullPath).Distinct()];
        _hidden = [.. hidden.Select(Path.GetFullPath).Distinct()];
        _cache = cache is null ? null : Path.GetFullPath(cache);
        if (isTrusted)
        {
            return;
        }
        _program = Find() ?? throw new NotebookRunException(
            $"Marking runs code of strangers, and bubblewrap ({Program}), which keeps it in, is not on this machine"
            + (OperatingSystem.IsLinux() ? ": apt-get install bubblewrap (or the like)." : ": it exists for Linux only.")
            + " With --trusted, submissions run with your rights and can read, send and delete whatever you can; only for code that you have read.");
        if (SystemCallFilter.Program is { } filter)
        {
            _filter = Path.GetTempFileName();
            File.WriteAllBytes(_filter, filter);
        }
    }

    /// <summary>Whether code is kept in.</summary>
    internal bool IsClosed => _program is not null;

    /// <summary>Folder that a worker writes to.</summary>
    internal string OutFolder(string trusted) => IsClosed ? Scratch + "/out" : trusted;

    /// <summary>How to start a worker that sees a folder and nothing else of the machine.</summary>
    /// <param name="folder">The folder it starts in, to be read.</param>
    /// <param name="environment">All the variables that it has, apart from the runtime's own.</param>
    internal WorkerCommand Command(string folder, IReadOnlyDictionary<string, string> environment)
    {
        if (_program is null)
        {
            return _inner;
        }
        var seconds = (long)Math.Ceiling(_limits.Submission.TotalSeconds * Math.Max(1, Environment.ProcessorCount));
        List<string> cached = [];
        List<string> copied = [];
        if (_cache is not null)
        {
            AddCache(_cache, Cache, 0, cached, copied);
        }
        // The shell opens what is copied into the sandbox: its own arguments, before the program.
        var copies = string.Concat(copied.Index().Select(copy => string.Create(CultureInfo.InvariantCulture, $" {FirstCopyDescriptor + copy.Index}<\"$c{copy.Index}\"")));
        var takes = string.Concat(copied.Index().Select(copy => string.Create(CultureInfo.InvariantCulture, $" && c{copy.Index}=\"$1\" && shift")));
        // Limits are inherited by all that follows; the shell sets them before bubblewrap begins. Ctrl-C is for the grader, which then ends them.
        var script = string.Create(CultureInfo.InvariantCulture,
            $"trap '' INT; ulimit -c 0 && ulimit -n 1024 && ulimit -t {seconds} && ulimit -f {_limits.ScratchMebibytes * 2048L} && ulimit -d {_limits.MemoryMebibytes * 1024L}{takes} && exec \"$@\"{copies} {(_filter is null ? "" : $"{FilterDescriptor}<\"$0\"")}");
        List<string> arguments =
        [
            "-c", script, _filter ?? "", .. copied, _program,
            "--unshare-all", "--unshare-user", "--disable-userns", "--new-session", "--die-with-parent", "--cap-drop", "ALL",
            "--uid", "65534", "--gid", "65534", "--hostname", "correction", "--clearenv",
            "--proc", "/proc", "--dev", "/dev",
        ];
        foreach (var path in SystemFolders.Concat(_readable).Append(RuntimeFolder()))
        {
            arguments.AddRange(Link(path) ?? ["--ro-bind-try", path, path]);
        }
        arguments.AddRange(["--size", Bytes(_limits.ScratchMebibytes), "--tmpfs", Scratch]);
        // A folder below the scratch folder is covered by it.
        foreach (var path in _readable.Append(RuntimeFolder()).Where(path => IsIn(path, Scratch)))
        {
            arguments.AddRange(["--ro-bind-try", path, path]);
        }
        arguments.AddRange(cached);
        foreach (var path in _hidden.Where(path => _readable.Any(readable => IsIn(path, readable))))
        {
            arguments.AddRange(["--size", "4096", "--tmpfs", path, "--remount-ro", path]);
        }
        arguments.AddRange(["--size", Bytes(16), "--tmpfs", "/dev/shm", "--remount-ro", "/dev", "--remount-ro", "/"]);
        foreach (var (name, value) in environment.Where(entry => entry.Key != "COURSE_CACHE").Concat(RuntimeVariables()))
        {
            arguments.AddRange(["--setenv", name, value]);
        }
        arguments.AddRange(["--chdir", folder]);
        if (_filter is not null)
        {
            arguments.AddRange(["--seccomp", FilterDescriptor.ToString(CultureInfo.InvariantCulture)]);
        }
        arguments.AddRange(["--", ProgramPath(_inner.FileName), .. _inner.Arguments]);
        return new WorkerCommand("/bin/sh", arguments);
    }

    /// <summary>Starts the worker's program once, for nothing: a sandbox that is there but cannot be used says so before anything is marked.</summary>
    internal async Task ProbeAsync(string folder, CancellationToken cancellation)
    {
        if (_program is null)
        {
            return;
        }
        var command = Command(folder, new Dictionary<string, string>());
        var result = await ChildProcess.RunAsync(command.FileName, command.Arguments, null, TimeSpan.FromMinutes(1), cancellation).ConfigureAwait(false);
        // Without its two pipes a worker says that it is not for people.
        if (result.ExitCode != 2)
        {
            throw new NotebookRunException(
                $"bubblewrap is here but does not start the course's program (exit code {result.ExitCode}): {result.Error.Trim()} "
                + "Unprivileged user namespaces may be forbidden on this machine (sysctl kernel.unprivileged_userns_clone, "
                + "kernel.apparmor_restrict_unprivileged_userns, or the container's rules).");
        }
    }

    public void Dispose()
    {
        if (_filter is not null)
        {
            File.Delete(_filter);
        }
    }

    /// <summary>Whether a path is a folder or lies in it.</summary>
    internal static bool IsIn(string path, string folder) =>
        path == folder || path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);

    /// <summary>What shows a worker the cache: folders of its own, links to files, and databases, which no link can make writable, as copies.</summary>
    private void AddCache(string folder, string target, int depth, List<string> arguments, List<string> copied)
    {
        arguments.AddRange(["--dir", target]);
        FileSystemInfo[] entries;
        try
        {
            entries = Directory.Exists(folder) ? [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderByDescending(entry => entry.LastWriteTimeUtc)] : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What cannot be read is computed again.
            return;
        }
        foreach (var entry in entries.Take(MostLinks - (arguments.Count / 3)))
        {
            var path = target + "/" + entry.Name;
            if (entry is DirectoryInfo && depth < CacheDepth && CanBeMirrored(entry.FullName))
            {
                AddCache(entry.FullName, path, depth + 1, arguments, copied);
            }
            else if (entry is FileInfo file && entry.Name.EndsWith(Database, StringComparison.Ordinal))
            {
                // One that is being written is not whole.
                if (copied.Count < FilterDescriptor - FirstCopyDescriptor && file.Length <= (long)_limits.ScratchMebibytes << 17 && !File.Exists(entry.FullName + "-journal"))
                {
                    arguments.AddRange(["--file", (FirstCopyDescriptor + copied.Count).ToString(CultureInfo.InvariantCulture), path]);
                    copied.Add(entry.FullName);
                }
            }
            else if (!entry.Name.Contains(Database, StringComparison.Ordinal))
            {
                arguments.AddRange(["--symlink", entry.FullName, path]);
            }
        }

        // A data set's folder of thousands of images is read only, and is one link.
        static bool CanBeMirrored(string folder)
        {
            try
            {
                return new DirectoryInfo(folder).LinkTarget is null && Directory.EnumerateFileSystemEntries(folder).Take((MostLinks / 4) + 1).Count() <= MostLinks / 4;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    private IEnumerable<KeyValuePair<string, string>> RuntimeVariables() =>
    [
        .. _cache is null ? Array.Empty<KeyValuePair<string, string>>() : [new("COURSE_CACHE", Cache)],
        new("HOME", Scratch), new("TMPDIR", Scratch), new("LANG", "C.UTF-8"), new("DOTNET_ROOT", RuntimeFolder()),
        new("DOTNET_NOLOGO", "1"), new("DOTNET_CLI_TELEMETRY_OPTOUT", "1"),
        // No debugger, no profiler, no files in memory; an honest OutOfMemoryException before the system's limit.
        new("DOTNET_EnableDiagnostics", "0"), new("DOTNET_EnableWriteXorExecute", "0"),
        new("DOTNET_GCHeapHardLimit", (_limits.MemoryMebibytes * 3L / 4 << 20).ToString("X", CultureInfo.InvariantCulture)),
    ];

    private static string? Find() => !OperatingSystem.IsLinux() ? null
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, Program)).FirstOrDefault(File.Exists);

    private static string[]? Link(string path) =>
        // /lib is a link into /usr where the two are one; bound, it would be a second copy, and its target must be there anyway.
        new FileInfo(path) is { LinkTarget: { } target } && !File.Exists(path) && Directory.Exists(path) ? ["--symlink", target, path] : null;

    /// <summary>The folder of the .NET runtime that runs this program.</summary>
    private static string RuntimeFolder() =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));

    private static string ProgramPath(string name) => Path.GetFileNameWithoutExtension(name) == "dotnet" ? Path.Combine(RuntimeFolder(), "dotnet") : name;

    private static string Bytes(int mebibytes) => ((long)mebibytes << 20).ToString(CultureInfo.InvariantCulture);
}
