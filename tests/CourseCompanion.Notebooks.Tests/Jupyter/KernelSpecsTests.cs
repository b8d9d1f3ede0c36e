using System.Text.Json.Nodes;
using CourseCompanion.Charts;
using CourseCompanion.Notebooks.Jupyter;

namespace CourseCompanion.Notebooks.Tests.Jupyter;

/// <summary>What installing the kernel writes, what it leaves alone, and what taking it away removes.</summary>
public sealed class KernelSpecsTests : IDisposable
{
    private const string Other = """{ "argv": ["dotnet", "interactive"], "display_name": ".NET (C#)", "language": "C#" }""";
    private static readonly string[] Command = ["/usr/bin/dotnet", "/course/course.dll", "kernel", "serve"];

    private readonly string _root = Directory.CreateTempSubdirectory("course-specs-").FullName;
    private readonly Dictionary<string, string> _environment;

    public KernelSpecsTests() => _environment = new() { ["JUPYTER_DATA_DIR"] = At("user") };

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Install_writes_both_names_where_nobody_has_them()
    {
        var report = Specs("prefix").Install(Command);

        Assert.Equal(2, report.Count);
        foreach (var (name, title) in (IEnumerable<(string, string)>)[("course-csharp", "C# (CourseCompanion)"), (".net-csharp", ".NET (C#)")])
        {
            var spec = Read("prefix/share/jupyter", name);
            Assert.Equal([.. Command, "{connection_file}"], spec["argv"]!.AsArray().Select(part => part!.GetValue<string>()));
            Assert.Equal(
                (title, "C#", "message"),
                (spec["display_name"]!.GetValue<string>(), spec["language"]!.GetValue<string>(), spec["interrupt_mode"]!.GetValue<string>()));
        }
    }

    [Fact]
    public void Plotly_lies_once_beside_the_kernel_for_Jupyter_to_serve()
    {
        Specs("prefix").Install(Command);

        var library = Assert.Single(Directory.GetFiles(At("prefix"), "plotly.min.js", SearchOption.AllDirectories));
        Assert.Equal("course-csharp", Path.GetFileName(Path.GetDirectoryName(library)));
        Assert.Equal(PlotlyLibrary.Read(), File.ReadAllText(library));
    }

    [Fact]
    public void Environment_holds_the_runtime_and_the_student_s_choices()
    {
        string[] choices = ["LIBTORCH", "COURSE_DATA", "COURSE_CACHE", "COURSE_WEIGHTS", "COURSE_OFFLINE", "COURSE_PROFILE", "COURSE_PROGRESS"];
        foreach (var choice in choices)
        {
            _environment[choice] = $"de l’étudiant : {choice}";
        }

        _environment["SECRET"] = "1";

        Specs("prefix").Install(Command);

        var environment = Read("prefix/share/jupyter", "course-csharp")["env"]!;
        Assert.True(Directory.Exists(environment["DOTNET_ROOT"]!.GetValue<string>()));
        Assert.All(choices, choice => Assert.Equal(_environment[choice], environment[choice]?.GetValue<string>()));
        Assert.Null(environment["SECRET"]);
    }

    [Fact]
    public void Install_without_a_prefix_is_for_the_user()
    {
        Specs(null).Install(Command);

        Read("user", "course-csharp");
    }

    [Fact]
    public void Install_under_a_file_says_that_it_is_one()
    {
        File.WriteAllText(At("file"), "");

        var error = Assert.Throws<IOException>(() => Specs("file").Install(Command));

        Assert.Equal($"{At("file")} is a file: --prefix takes a folder, such as a virtual environment.", error.Message);
    }

    [Theory]
    [InlineData("prefix/share/jupyter")]
    [InlineData("user")]
    [InlineData("system")]
    [InlineData("on-the-path")]
    [InlineData("venv/share/jupyter")]
    [InlineData("conda/share/jupyter")]
    [InlineData("python/share/jupyter")]
    public void Common_name_of_another_kernel_is_left_alone_wherever_Jupyter_looks(string place)
    {
        _environment["JUPYTER_PATH"] = string.Join(Path.PathSeparator, At("elsewhere"), At("on-the-path"));
        _environment["VIRTUAL_ENV"] = At("venv");
        _environment["CONDA_PREFIX"] = At("conda");
        _environment["PATH"] = At("python/bin");
        Directory.CreateDirectory(At("python/bin"));
        File.WriteAllText(At(OperatingSystem.IsWindows() ? "python/bin/jupyter.exe" : "python/bin/jupyter"), "");
        Write(place, ".net-csharp", Other);

        var report = Specs("prefix").Install(Command);

        Assert.Equal(Other, File.ReadAllText(PathOf(place, ".net-csharp")));
        Assert.Equal(place.StartsWith("prefix", StringComparison.Ordinal), File.Exists(PathOf("prefix/share/jupyter", ".net-csharp")));
        Assert.Contains(report, line => line.Contains(At(place), StringComparison.Ordinal) && line.Contains("left alone", StringComparison.Ordinal));
        Read("prefix/share/jupyter", "course-csharp");
    }

    [Fact]
    public void Kernel_that_has_our_own_name_is_not_overwritten_either()
    {
        Write("prefix/share/jupyter", "course-csharp", Other);

        var error = Assert.Throws<IOException>(() => Specs("prefix").Install(Command));

        Assert.Contains(At("prefix/share/jupyter/kernels/course-csharp"), error.Message, StringComparison.Ordinal);
        Assert.Contains("--prefix", error.Message, StringComparison.Ordinal);
        Assert.Equal(Other, File.ReadAllText(PathOf("prefix/share/jupyter", "course-csharp")));
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[]")]
    [InlineData("{ \"metadata\": 1 }")]
    public void Kernelspec_that_cannot_be_read_is_someone_else_s(string text)
    {
        Write("user", ".net-csharp", text);

        Specs(null).Install(Command);

        Assert.Equal(text, File.ReadAllText(PathOf("user", ".net-csharp")));
    }

    [Fact]
    public void Install_again_brings_ours_up_to_date()
    {
        Specs("prefix").Install(["/old/dotnet", "/old/course.dll"]);

        Specs("prefix").Install(Command);

        Assert.All((string[])["course-csharp", ".net-csharp"], name =>
            Assert.Equal("/usr/bin/dotnet", Read("prefix/share/jupyter", name)["argv"]![0]!.GetValue<string>()));
    }

    [Fact]
    public void Uninstall_removes_ours_and_nothing_else()
    {
        Write("prefix/share/jupyter", "python3", Other);
        Specs("prefix").Install(Command);
        File.WriteAllText(At("prefix/share/jupyter/kernels/course-csharp/logo-64x64.png"), "");

        var report = Specs("prefix").Uninstall();

        Assert.Equal(2, report.Count);
        Assert.False(Directory.Exists(At("prefix/share/jupyter/kernels/.net-csharp")));
        Assert.False(File.Exists(PathOf("prefix/share/jupyter", "course-csharp")));
        Assert.Equal(["logo-64x64.png"], Directory.GetFiles(At("prefix/share/jupyter/kernels/course-csharp")).Select(Path.GetFileName));
        Assert.Equal(Other, File.ReadAllText(PathOf("prefix/share/jupyter", "python3")));
        Assert.Empty(Specs("prefix").Uninstall());
    }

    [Fact]
    public void Uninstall_leaves_the_common_name_of_another_kernel()
    {
        Specs("prefix").Install(Command);
        Write("prefix/share/jupyter", ".net-csharp", Other);

        Assert.Single(Specs("prefix").Uninstall());

        Assert.Equal(Other, File.ReadAllText(PathOf("prefix/share/jupyter", ".net-csharp")));
    }

    [Fact]
    public void Command_must_be_named_by_its_full_path() =>
        Assert.Throws<ArgumentException>(() => Specs("prefix").Install(["dotnet", "course.dll"]));

    private KernelSpecs Specs(string? prefix) =>
        new(prefix is null ? null : At(prefix), name => _environment.GetValueOrDefault(name), [At("system")]);

    private string At(string path) => Path.Combine(_root, path);

    private string PathOf(string place, string name) => Path.Combine(At(place), "kernels", name, "kernel.json");

    private JsonNode Read(string place, string name) => JsonNode.Parse(File.ReadAllText(PathOf(place, name)))!;

    private void Write(string place, string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(place, name))!);
        File.WriteAllText(PathOf(place, name), text);
    }
}
