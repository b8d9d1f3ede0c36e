namespace CourseCompanion.Cli.Tests;

public sealed class WeightsCommandTests : IDisposable
{
    private readonly TestCourse _course = new();

    public WeightsCommandTests()
    {
        _course.SetVariable("COURSE_CACHE", Path.Combine(_course.Root, "cache"));
        // Real data of this machine, with weights beside them, are none of these tests' business.
        _course.SetVariable("COURSE_DATA", Directory.CreateDirectory(Path.Combine(_course.Root, "data")).FullName);
    }

    public void Dispose() => _course.Dispose();

    [Fact]
    public async Task List_says_where_a_file_is_and_how_to_get_one_that_is_not_here()
    {
        string here = _course.Write("cache/weights/squeezenet1_1-imagenet.safetensors", "");

        Assert.Equal(ExitCode.Success, await _course.RunAsync("weights", "list"));
        Assert.Contains(here, _course.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("./course weights get resnet18", _course.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_a_file_that_is_here_is_not_fetched_again()
    {
        string here = _course.Write("cache/weights/resnet18-imagenet.safetensors", "");

        Assert.Equal(ExitCode.Success, await _course.RunAsync("weights", "get", "resnet18"));
        Assert.Equal(here, _course.Output.ToString().Trim());
    }

    [Theory]
    [InlineData("squeezenet", "datasets/README.md")]
    [InlineData("resnet", "There are: squeezenet, resnet18")]
    public async Task Get_what_no_package_has_says_what_there_is(string name, string message)
    {
        Assert.Equal(ExitCode.Usage, await _course.RunAsync("weights", "get", name));
        Assert.Contains(message, _course.Error.ToString(), StringComparison.Ordinal);
    }
}
