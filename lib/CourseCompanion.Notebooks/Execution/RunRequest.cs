namespace CourseCompanion.Notebooks.Execution;

/// <summary>What to execute, and how.</summary>
public sealed record RunRequest
{
    /// <summary>The notebook files, begun in this order, each in a process of its own.</summary>
    public required IReadOnlyList<string> Notebooks { get; init; }

    /// <summary>The folder for the executed notebooks, pages and reports; created if absent.</summary>
    public required string OutDirectory { get; init; }

    /// <summary>The profile of sizes and epochs, given to the notebooks as <c>COURSE_PROFILE</c>.</summary>
    public string Profile { get; init; } = "rapide";

    /// <summary>The folder with the data, given to the notebooks as <c>COURSE_DATA</c>; null: as in this process's environment.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Values for variables declared in cells tagged <c>parameters</c>: name to C# value, without quotes for texts.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>How long one cell may run; null: as long as it likes.</summary>
    public TimeSpan? CellTimeout { get; init; }

    /// <summary>How long a cell that was interrupted may take to end before its process is killed.</summary>
    public TimeSpan InterruptGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Notebooks executed at a time, each on its part of the cores. One whose metadata say <c>course.after</c>, with the names of others, waits for
    /// those: it reads what they leave in the output folder.
    /// </summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Who is told about the progress; null: nobody.</summary>
    public IRunObserver? Observer { get; init; }

    /// <summary>What executes the cells, as reports name it: <c>course</c>, or another kernel that <see cref="Worker"/> talks to.</summary>
    public string Host { get; init; } = "course";

    /// <summary>How to start a worker process; null: this program with the argument <c>worker</c>.</summary>
    public WorkerCommand? Worker { get; init; }
}

/// <summary>A program that calls <see cref="NotebookWorker.RunAsync"/> with the arguments that are appended to these.</summary>
/// <param name="FileName">The executable.</param>
/// <param name="Arguments">Its first arguments.</param>
public sealed record WorkerCommand(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>The running program, with the argument <c>worker</c>.</summary>
    public static WorkerCommand Default
    {
        get
        {
            var program = Environment.ProcessPath ?? throw new NotebookRunException("Cannot find the running program's own file to start workers with.");
            // Under "dotnet course.dll" the process is dotnet, and the program its first argument.
            return Path.GetFileNameWithoutExtension(program) == "dotnet"
                ? new WorkerCommand(program, [Path.GetFullPath(Environment.GetCommandLineArgs()[0]), "notebook-worker"])
                : new WorkerCommand(program, ["notebook-worker"]);
        }
    }
}

/// <summary>A run that could not be started or written. The message is meant to be shown as it is.</summary>
public class NotebookRunException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, and the way out.</param>
    /// <param name="innerException">The error underneath, if any.</param>
    public NotebookRunException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>A parameter that no notebook of the run declares, or a value that does not fit the declared type.</summary>
/// <param name="message">What is wrong, and the way out.</param>
public sealed class NotebookParameterException(string message) : NotebookRunException(message);
