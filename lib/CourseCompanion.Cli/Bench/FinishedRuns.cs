using System.Text.Json;
using CourseCompanion.Files;
using CourseCompanion.Results;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// The figures of trainings that a long measurement has finished, one line each in a file, so that it can be stopped at any moment and started
/// again. Without the file's name (variable <c>COURSE_FINISHED</c>), nothing is kept.
/// </summary>
/// <remarks>
/// The first line says what was measured on what: a file of another commit, another data set, engine, device or number of threads is refused, not mixed in. A
/// last line that a crash cut in the middle is left out, and its training done again.
/// </remarks>
internal sealed class FinishedRuns
{
    /// <summary>The variable that names the file.</summary>
    public const string Variable = "COURSE_FINISHED";

    private readonly string? _path;
    private readonly Dictionary<string, double[]> _found = [];

    private FinishedRuns(string? path) => _path = path;

    /// <summary>Takes up the file that the variable names.</summary>
    /// <param name="provenance">What is measured on what.</param>
    /// <exception cref="UsageException">The file was written for something else.</exception>
    public static FinishedRuns Open(Provenance provenance) => Open(Environment.GetEnvironmentVariable(Variable), provenance);

    /// <inheritdoc cref="Open(Provenance)"/>
    internal static FinishedRuns Open(string? path, Provenance provenance)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            return new FinishedRuns(null);
        }

        string head = JsonSerializer.Serialize(new { provenance.Commit, provenance.DatasetMd5, provenance.Device, provenance.Threads, provenance.Engine });
        path = Path.GetFullPath(path);
        if (Directory.Exists(path))
        {
            throw new UsageException($"'{path}' is a folder: {Variable} names a file.");
        }

        var runs = new FinishedRuns(path);
        string text = File.Exists(path) ? File.ReadAllText(path) : "";
        string[] lines = text.Split('\n')[..^1];        // what follows the last line feed is no whole line
        if (lines.Length == 0)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, head + "\n");
            return runs;
        }

        if (lines[0] != head)
        {
            throw new UsageException($"'{path}' holds figures of {lines[0]}; this would be {head}. Name another file in {Variable}, or go back to that commit.");
        }

        foreach (string line in lines.Skip(1))
        {
            Entry entry = JsonSerializer.Deserialize<Entry>(line)!;
            runs._found[entry.Run] = [.. entry.Figures.Select(figure => figure ?? double.NaN)];
        }

        if (!text.EndsWith('\n'))
        {
            AtomicFile.WriteAllText(path, string.Join('\n', lines) + "\n");
        }

        return runs;
    }

    /// <summary>The figures of a training: those that are kept, else those that it comes to now.</summary>
    /// <param name="run">What was trained: method, setting and seed.</param>
    /// <param name="train">Trains, and says the figures.</param>
    public double[] Get(string run, Func<double[]> train)
    {
        if (!_found.TryGetValue(run, out double[]? figures))
        {
            _found[run] = figures = train();
            if (_path is not null)
            {
                var entry = new Entry(run, [.. figures.Select(figure => double.IsFinite(figure) ? figure : (double?)null)]);
                File.AppendAllText(_path, JsonSerializer.Serialize(entry) + "\n");
            }
        }

        return figures;
    }

    private sealed record Entry(string Run, double?[] Figures);
}
