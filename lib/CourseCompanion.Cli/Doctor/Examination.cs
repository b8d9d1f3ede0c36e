using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using CourseCompanion.Cli.Commands;
using CourseCompanion.Data.Sources;
using CourseCompanion.Files;
using CourseCompanion.Notebooks.Processes;
using CourseCompanion.Work;
using TorchSharp;

namespace CourseCompanion.Cli.Doctor;

/// <summary>Looks at this machine with the eyes of the course: what is here, what is missing, how to get it.</summary>
internal sealed class Examination(CommandContext context)
{
    /// <summary>Every check, in the order in which a reader needs them.</summary>
    public IReadOnlyList<Check> Run() =>
    [
        CheckMachine(),
        CheckSdk(),
        .. CheckEngine(),
        CheckData(),
        CheckNotebooks(),
        CheckKernels(),
        CheckBrowser(),
    ];

    private Check CheckMachine()
    {
        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        long disk = new DriveInfo(context.Folder.Root).AvailableFreeSpace;
        string detail = FormattableString.Invariant(
            $"{RuntimeInformation.OSDescription} ({RuntimeInformation.OSArchitecture}), {Environment.ProcessorCount} cores, {Gibibytes(memory)} of memory, {Gibibytes(disk)} of disk free");
        return disk < 2L << 30
            ? new Check("machine", CheckStatus.Optional, detail, "Less than 2 GiB of disk are free: packages, data and trained models may not fit.")
            : new Check("machine", CheckStatus.Ready, detail);
    }

    private static Check CheckSdk()
    {
        // <dotnet>/shared/Microsoft.NETCore.App/10.0.x/ is where this process runs; the SDKs are beside "shared".
        string sdks = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../sdk"));
        string[] versions = Directory.Exists(sdks)
            ? [.. Directory.GetDirectories(sdks).Select(path => Path.GetFileName(path)).Where(name => char.IsAsciiDigit(name[0])).Order(StringComparer.Ordinal)]
            : [];
        return versions.Length > 0
            ? new Check("sdk", CheckStatus.Ready, $".NET SDK {string.Join(", ", versions)}, runtime {Environment.Version} ({Path.GetDirectoryName(sdks)})")
            : new Check("sdk", CheckStatus.Optional, $"only the runtime {Environment.Version}", "Building and testing take the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0");
    }

    private static Check[] CheckEngine()
    {
        const string remedy = "environment.md says which libtorch fits which system; ./course run takes the packaged one when LIBTORCH is unset.";
        AssemblyName engine = typeof(torch).Assembly.GetName();
        string name = $"{engine.Name} {engine.Version?.ToString(3)}";
        if (TensorEngine.Refusal is { } refusal)
        {
            return [new Check("engine", CheckStatus.Missing, refusal, remedy)];
        }

        try
        {
            torch.zeros(1).Dispose();
            return [new Check("engine", CheckStatus.Ready, $"{name} over libtorch {LoadedLibtorch()}"), CheckGpu()];
        }
        catch (Exception exception) when (exception is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException or BadImageFormatException)
        {
            // The first sentence says what; the rest, where it was looked for.
            string reason = exception.GetBaseException().Message.ReplaceLineEndings(" ").Split(". ")[0];
            return [new Check("engine", CheckStatus.Missing, $"{name} does not load: {reason}", remedy)];
        }
    }

    private static string LoadedLibtorch()
    {
        string version = TensorEngine.LoadedVersion ?? "of unknown version";
        return TensorEngine.LoadedLibrary is { } path ? $"{version} ({path})" : $"{version}, which the system does not show";
    }

    private static Check CheckGpu()
    {
        if (torch.cuda.is_available())
        {
            return new Check("gpu", CheckStatus.Ready, $"{torch.cuda.device_count()} with CUDA");
        }

        return File.Exists("/proc/driver/nvidia/version")
            ? new Check("gpu", CheckStatus.Optional, "an NVIDIA GPU is here, but this engine's libtorch has no CUDA", "Name a libtorch that has it: LIBTORCH=FOLDER ./course run (environment.md says which)")
            : new Check("gpu", CheckStatus.Optional, "none: everything runs on the processor", "None needed in the profile 'rapide'; environment.md says how to use one.");
    }

    private Check CheckData()
    {
        try
        {
            IReadOnlyList<DataEntry> entries = new DataStore(DataCommand.Options(context)).List();
            List<string> here = [.. entries
                .Where(entry => entry.Path is not null)
                .Select(entry => $"{entry.Info.Name} ({DataCommand.Describe(entry)})")];
            return here.Count > 0
                ? new Check("data", CheckStatus.Ready, $"{here.Count} of {entries.Count} data sets: {string.Join(", ", here)}")
                : new Check("data", CheckStatus.Optional, $"none of the {entries.Count} data sets: downloaded when used, else generated (and marked as such)", "./course data get dermamnist, or --data DIR, or COURSE_DATA=DIR");
        }
        catch (DatasetException exception)
        {
            return new Check("data", CheckStatus.Missing, exception.Message, "Correct COURSE_DATA, or unset it.");
        }
    }

    private Check CheckNotebooks()
    {
        int count = new NotebookNames(context.Folder).All().Count;
        return count > 0
            ? new Check("notebooks", CheckStatus.Ready, $"{count} in {context.Folder.Shorten(context.Folder.Notebooks)}/")
            : new Check("notebooks", CheckStatus.Missing, $"none in {context.Folder.Notebooks}", "Is this clone complete? 'git status' tells.");
    }

    private Check CheckKernels()
    {
        List<string> found = [.. KernelFolders()
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.GetDirectories(folder))
            .Select(folder => Path.Combine(folder, "kernel.json"))
            .Where(RunsCSharp)];
        return found.Count > 0
            ? new Check("kernels", CheckStatus.Ready, string.Join(", ", found.Select(path => Path.GetDirectoryName(path))))
            : new Check("kernels", CheckStatus.Optional, "no C# kernel is installed for VS Code and Jupyter", "./course kernel install");
    }

    private IEnumerable<string> KernelFolders()
    {
        // Jupyter's own search path: JUPYTER_PATH, the user's data folder, then the system's.
        IEnumerable<string?> bases =
        [
            .. context.Environment("JUPYTER_PATH")?.Split(Path.PathSeparator) ?? [],
            context.Environment("JUPYTER_DATA_DIR") ?? UserDataFolder(),
            "/usr/local/share/jupyter",
            "/usr/share/jupyter",
        ];
        return bases.OfType<string>().Select(folder => Path.Combine(folder, "kernels"));
    }

    private string? UserDataFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            return context.Environment("APPDATA") is { } roaming ? Path.Combine(roaming, "jupyter") : null;
        }

        if (OperatingSystem.IsMacOS())
        {
            return context.Environment("HOME") is { } mac ? Path.Combine(mac, "Library", "Jupyter") : null;
        }

        return context.Environment("XDG_DATA_HOME") is { } data ? Path.Combine(data, "jupyter")
            : context.Environment("HOME") is { } home ? Path.Combine(home, ".local", "share", "jupyter")
            : null;
    }

    private static bool RunsCSharp(string specification)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(specification));
            return json.RootElement.TryGetProperty("language", out JsonElement language)
                && language.GetString() is "C#" or "csharp";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            // No file, or a broken one: not a kernel that anything could start.
            return false;
        }
    }

    private Check CheckBrowser()
    {
        try
        {
            return Chromium.Find(context.Environment) is { } path
                ? new Check("browser", CheckStatus.Ready, path)
                : new Check("browser", CheckStatus.Optional,
                    "no Chromium, Chrome or Edge: no summary sheets as PDF, no pictures on take sheets, tests in a browser are skipped", "Debian: apt-get install chromium");
        }
        catch (FileNotFoundException exception)
        {
            return new Check("browser", CheckStatus.Optional, exception.Message, $"Correct or unset {Chromium.Variable}.");
        }
    }

    private static string Gibibytes(long bytes) => (bytes / (double)(1L << 30)).ToString("0.#", CultureInfo.InvariantCulture) + " GiB";
}
