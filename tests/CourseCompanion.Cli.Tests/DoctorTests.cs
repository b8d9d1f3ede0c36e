using System.Text.Json;
using CourseCompanion.Cli.Doctor;

namespace CourseCompanion.Cli.Tests;

public sealed class DoctorTests : IDisposable
{
    private readonly TestCourse _course = new();

    public DoctorTests() => _course.SetVariable("HOME", Path.Combine(_course.Root, "home"));

    public void Dispose() => _course.Dispose();

    [Fact]
    public void Run_clone_without_notebooks_is_missing_something()
    {
        Assert.Equal(CheckStatus.Missing, Find("notebooks").Status);
        _course.Write("notebooks/01-a.ipynb", "{}");
        Assert.Equal(CheckStatus.Ready, Find("notebooks").Status);
    }

    [Fact]
    public void Run_browser_on_the_path_is_found()
    {
        Assert.Equal(CheckStatus.Optional, Find("browser").Status);
        string browser = _course.Write("bin/chromium", "");
        _course.SetVariable("PATH", $"/nowhere{Path.PathSeparator}{Path.GetDirectoryName(browser)}");
        Assert.Equal(browser, Find("browser").Detail);
    }

    [Fact]
    public void Run_kernel_for_csharp_is_found_and_others_are_not()
    {
        _course.SetVariable("JUPYTER_PATH", Path.Combine(_course.Root, "jupyter"));
        _course.SetVariable("JUPYTER_DATA_DIR", Path.Combine(_course.Root, "nothing"));
        _course.Write("jupyter/kernels/python3/kernel.json", """{ "language": "python" }""");
        _course.Write("jupyter/kernels/broken/kernel.json", "{");
        Assert.DoesNotContain(_course.Root, Find("kernels").Detail, StringComparison.Ordinal);

        string kernel = _course.Write("jupyter/kernels/course/kernel.json", """{ "language": "C#" }""");
        Assert.Contains(Path.GetDirectoryName(kernel)!, Find("kernels").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_data_folder_that_does_not_exist_is_missing()
    {
        _course.SetVariable("COURSE_CACHE", _course.Root);
        _course.SetVariable("COURSE_DATA", _course.Root);
        Assert.Equal(CheckStatus.Optional, Find("data").Status);
        _course.SetVariable("COURSE_DATA", Path.Combine(_course.Root, "nowhere"));
        Assert.Equal(CheckStatus.Missing, Find("data").Status);
    }

    [Fact]
    public async Task Doctor_whatever_is_not_ready_says_what_it_means_and_how_to_get_it()
    {
        await _course.RunAsync("doctor", "--json");

        using JsonDocument json = JsonDocument.Parse(_course.Output.ToString());
        Assert.All(json.RootElement.GetProperty("checks").EnumerateArray(), check =>
        {
            Assert.NotEmpty(check.GetProperty("detail").GetString()!);
            Assert.Equal(check.GetProperty("status").GetString() == "ready", check.GetProperty("remedy").ValueKind == JsonValueKind.Null);
        });
    }

    [Fact]
    public async Task Doctor_something_missing_exits_with_1_and_says_so()
    {
        Assert.Equal(ExitCode.Failure, await _course.RunAsync("doctor"));
        Assert.Contains("MISSING notebooks", _course.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("cannot run here yet", _course.Output.ToString(), StringComparison.Ordinal);
        // Not a terminal: no colours.
        Assert.DoesNotContain("\u001b[", _course.Output.ToString(), StringComparison.Ordinal);
    }

    private Check Find(string name) => Assert.Single(new Examination(_course.Context).Run(), check => check.Name == name);
}
