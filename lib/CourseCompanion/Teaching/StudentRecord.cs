using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using CourseCompanion.Data.Sources;
using CourseCompanion.Files;

namespace CourseCompanion.Teaching;

/// <summary>A quiz as the student last left it.</summary>
/// <param name="Best">The best score so far.</param>
/// <param name="Last">The latest score.</param>
/// <param name="Questions">How many points there are.</param>
/// <param name="Date">The day of the latest score.</param>
public sealed record QuizRecord(int Best, int Last, int Questions, DateOnly Date);

/// <summary>What a student has done.</summary>
/// <param name="Exercises">Title of each exercise passed, and the day it first was.</param>
/// <param name="Quizzes">Name of each chapter whose quiz was answered, and the scores.</param>
public sealed record StudentProgress(IReadOnlyDictionary<string, DateOnly> Exercises, IReadOnlyDictionary<string, QuizRecord> Quizzes);

/// <summary>
/// The student's own progress: exercises passed and quiz scores, in one JSON file on this machine, which nothing sends anywhere. Exercises and
/// quizzes write to <see cref="Current"/>, which only a kernel with a person in front of it sets: headless runs, tests and marking leave no trace.
/// </summary>
/// <remarks>
/// The file is written whole or not at all, and two notebooks may write at once. One that cannot be read is set aside under another name; one
/// that cannot be written costs no exercise: the work counts more than its record.
/// </remarks>
public sealed class StudentRecord
{
    /// <summary>Environment variable; <c>off</c>: nothing is recorded.</summary>
    public const string Variable = "COURSE_PROGRESS";

    /// <summary>Name of the file.</summary>
    public const string FileName = "progression.json";

    private const string AsideName = "progression-illisible-";
    private const long MostBytes = 4 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A record in a file.</summary>
    /// <param name="path">The file; it need not exist.</param>
    public StudentRecord(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Path = System.IO.Path.GetFullPath(path);
    }

    /// <summary>Where exercises and quizzes of this process write; null: nowhere.</summary>
    public static StudentRecord? Current { get; set; }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Files that could not be read and were set aside, which the student should know of.</summary>
    public IReadOnlyList<string> SetAside => Directory.Exists(Folder) ? [.. Directory.GetFiles(Folder, AsideName + "*").Order(StringComparer.Ordinal)] : [];

    private string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>The record of whoever works on this machine; null where none is to be kept: on a CI server, or where <see cref="Variable"/> is <c>off</c>.</summary>
    /// <param name="environment">Reads an environment variable; null: this process's.</param>
    public static StudentRecord? OfThisMachine(Func<string, string?>? environment = null)
    {
        environment ??= Environment.GetEnvironmentVariable;
        return string.IsNullOrEmpty(environment("CI")) && !string.Equals(environment(Variable), "off", StringComparison.OrdinalIgnoreCase)
            ? new StudentRecord(DefaultPath(environment("COURSE_CACHE")))
            : null;
    }

    /// <summary>Where the record of this machine is.</summary>
    /// <param name="cache">The folder of <c>COURSE_CACHE</c>, or null for the usual one.</param>
    public static string DefaultPath(string? cache) =>
        System.IO.Path.Combine(new DataOptions { CacheDirectory = cache }.EffectiveCacheDirectory, FileName);

    /// <summary>What is recorded.</summary>
    /// <returns>Nothing done where there is no file; a file that cannot be understood is set aside first.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file belongs to somebody else.</exception>
    public StudentProgress Read()
    {
        try
        {
            if (!File.Exists(Path))
            {
                return Nothing();
            }
            return new FileInfo(Path).Length <= MostBytes
                && JsonSerializer.Deserialize<StudentProgress>(File.ReadAllText(Path), Options) is { Exercises: not null, Quizzes: not null } progress
                && progress.Quizzes.Values.All(quiz => quiz is { Questions: > 0 })
                ? progress
                : Discard();
        }
        catch (JsonException)
        {
            return Discard();
        }
        catch (FileNotFoundException)
        {
            // Another notebook has just set it aside.
            return Nothing();
        }
    }

    /// <summary>Notes an exercise whose criteria all hold; the day it first did stays.</summary>
    /// <param name="title">Its title, which no other exercise of the course has.</param>
    internal void Passed(string title) => Change(progress => progress.Exercises.ContainsKey(title)
        ? progress
        : progress with { Exercises = new Dictionary<string, DateOnly>(progress.Exercises) { [title] = Today } });

    /// <summary>Notes the score of a quiz.</summary>
    internal void Answered(string chapter, int score, int questions) => Change(progress => progress with
    {
        Quizzes = new Dictionary<string, QuizRecord>(progress.Quizzes)
        {
            [chapter] = new QuizRecord(Math.Max(score, progress.Quizzes.GetValueOrDefault(chapter)?.Best ?? 0), score, questions, Today),
        },
    });

    /// <summary>Forgets everything; the former file stays beside it, for who changes their mind.</summary>
    /// <returns>The former file under its new name, or null when there was none.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public string? Reset()
    {
        using var gate = Enter();
        if (!File.Exists(Path))
        {
            return null;
        }
        var former = System.IO.Path.Combine(Folder, "progression-avant.json");
        File.Move(Path, former, overwrite: true);
        return former;
    }

    private static DateOnly Today => DateOnly.FromDateTime(DateTime.Now);

    private static StudentProgress Nothing() => new(new Dictionary<string, DateOnly>(), new Dictionary<string, QuizRecord>());

    private void Change(Func<StudentProgress, StudentProgress> change)
    {
        try
        {
            using var gate = Enter();
            var progress = Read();
            if (change(progress) is var changed && changed != progress)
            {
                AtomicFile.WriteAllText(Path, JsonSerializer.Serialize(changed, Options) + "\n");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk, a folder of somebody else: the student's cell goes on.
        }
    }

    /// <summary>Waits until no other notebook is between reading and writing.</summary>
    private FileStream Enter()
    {
        Directory.CreateDirectory(Folder);
        var started = Environment.TickCount64;
        while (true)
        {
            try
            {
                return new FileStream(Path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Environment.TickCount64 - started < Patience.TotalMilliseconds)
            {
                Thread.Sleep(20);
            }
        }
    }

    private StudentProgress Discard()
    {
        var name = AsideName + DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var target = System.IO.Path.Combine(Folder, name + ".json");
        for (var i = 2; File.Exists(target); i++)
        {
            target = System.IO.Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{i}.json"));
        }
        File.Move(Path, target);
        return Nothing();
    }
}
