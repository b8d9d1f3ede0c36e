namespace CourseCompanion.Cli.Tests;

/// <summary>A clone in a temporary folder, and the command run in it with its output caught.</summary>
internal sealed class TestCourse : IDisposable
{
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    public TestCourse()
    {
        Root = Directory.CreateTempSubdirectory("course-cli-").FullName;
        Write("CourseCompanion.sln", "");
        Context = new CommandContext
        {
            Folder = new CourseFolder(Root),
            Output = Output,
            Error = Error,
            Environment = name => _environment.GetValueOrDefault(name),
        };
    }

    public string Root { get; }

    public StringWriter Output { get; } = new();

    public StringWriter Error { get; } = new();

    public CommandContext Context { get; }

    /// <summary>The clone that these tests were built from.</summary>
    public static CourseFolder Repository { get; } = CourseFolder.Containing(AppContext.BaseDirectory);

    public void SetVariable(string name, string value) => _environment[name] = value;

    public string Write(string relativePath, string contents)
    {
        string path = Path.Combine(Root, relativePath);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, contents);
        return path;
    }

    public Task<int> RunAsync(params string[] arguments) => CourseCommand.InvokeAsync(arguments, Context);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
