using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using CourseCompanion.Notebooks.Document;

namespace CourseCompanion.EndToEnd;

/// <summary>A temporary folder with small notebooks and bad files, and the command run there.</summary>
internal sealed class TinyCourse : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("course-bad-input-").FullName;

    /// <summary>The output folder; not there before the first run.</summary>
    public string Out => Path.Combine(_folder, "out");

    /// <summary>The files in the output folder, hidden ones included.</summary>
    public IEnumerable<string> OutFiles => Directory.GetFiles(Out).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Writes a notebook; the first cell holds its parameters when that is what it is called.</summary>
    public string Write(string name, params IEnumerable<string> cells)
    {
        var notebook = NotebookDocument.Create();
        foreach (var cell in cells)
        {
            notebook.Add(cell.StartsWith("// Paramètres", StringComparison.Ordinal) ? NotebookCell.Code(cell, "parameters") : NotebookCell.Code(cell));
        }

        var path = Path.Combine(_folder, name + ".ipynb");
        notebook.Save(path);
        return path;
    }

    /// <summary>Writes a file of data under its official name in a folder of its own, and gives that folder.</summary>
    public string WriteData(byte[] contents)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName;
        File.WriteAllBytes(Path.Combine(folder, "dermamnist.npz"), contents);
        return folder;
    }

    public Task<CourseResult> RunAsync(params IEnumerable<string> arguments) => RunIntoAsync(Out, arguments);

    public Task<CourseResult> RunIntoAsync(string folder, params IEnumerable<string> arguments) =>
        CourseProcess.RunAsync(_folder, ["run", "--out", folder, .. arguments]);

    /// <summary>Runs the command as on a processor without vector instructions and fused products, as far as .NET can tell.</summary>
    public Task<CourseResult> RunOnPlainProcessorAsync(params IEnumerable<string> arguments) =>
        CourseProcess.EndAsync(CourseProcess.Start(_folder, "DOTNET_EnableHWIntrinsic=0 exec \"$@\"", ["run", "--out", Out, .. arguments]));

    /// <summary>Runs the command as on the .NET of a distribution, which names the distribution as its platform.</summary>
    public Task<CourseResult> RunOnDistributionRuntimeAsync(params IEnumerable<string> arguments) =>
        CourseProcess.EndAsync(CourseProcess.Start(_folder, "DOTNET_RUNTIME_ID=ubuntu.24.04-x64 exec \"$@\"", ["run", "--out", Out, .. arguments]));

    /// <summary>Starts the command in a session of its own, so that a signal to its group reaches its workers, as Ctrl-C does.</summary>
    /// <remarks>What runs in a shell's background ignores interrupts, and so would everything that it starts.</remarks>
    public Process StartInSession(params IEnumerable<string> arguments) =>
        CourseProcess.Start(_folder, "exec setsid env --default-signal=INT \"$@\"", ["run", "--out", Out, .. arguments]);

    /// <summary>Runs the command with an output folder on a disk of its own, and copies to <see cref="Out"/> what is left there at the end.</summary>
    public Task<CourseResult> RunOnSmallDiskAsync(int mebibytes, params IEnumerable<string> arguments)
    {
        var disk = Directory.CreateDirectory(Path.Combine(_folder, "disk")).FullName;
        // Mounted for these processes only: it goes with them.
        var script = $"mount -t tmpfs -o size={mebibytes}m tmpfs '{disk}' && {{ \"$@\"; status=$?; cp -R '{disk}' '{Out}'; exit $status; }}";
        return CourseProcess.EndAsync(CourseProcess.Start(
            _folder, $"exec unshare --user --map-root-user --mount /bin/sh -c {Quote(script)} sh \"$@\"", ["run", "--out", disk, .. arguments]));
    }

    public NotebookDocument Executed(string name) => NotebookDocument.Load(Path.Combine(Out, name + ".ipynb"));

    /// <summary>The end of each cell as the executed notebook tells it.</summary>
    public IEnumerable<string> Statuses(string name) =>
        Executed(name).CodeCells.Select(cell => cell.Metadata["course"]!["status"]!.GetValue<string>());

    /// <summary>An archive with one array, as NumPy writes it.</summary>
    /// <param name="type">NumPy's name of the element type.</param>
    /// <param name="values">The bytes of the elements.</param>
    public static byte[] Npz(string type, byte[] values)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({values.Length},), }}".PadRight(117) + "\n";
        using MemoryStream file = new();
        using (ZipArchive archive = new(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var array = archive.CreateEntry("train_images.npy", CompressionLevel.NoCompression).Open();
            array.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. values]);
        }

        return file.ToArray();
    }

    private static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
