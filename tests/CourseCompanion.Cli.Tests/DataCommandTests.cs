using CourseCompanion.Cli.Running;
using CourseCompanion.Data.Sources;

namespace CourseCompanion.Cli.Tests;

public sealed class DataCommandTests : IDisposable
{
    private readonly TestCourse _course = new();

    public DataCommandTests()
    {
        _course.SetVariable("COURSE_DATA", Directory.CreateDirectory(Path.Combine(_course.Root, "data")).FullName);
        _course.SetVariable("COURSE_CACHE", Path.Combine(_course.Root, "cache"));
        _course.SetVariable("COURSE_OFFLINE", "1");
    }

    public void Dispose() => _course.Dispose();

    [Fact]
    public async Task List_names_every_data_set_with_its_licence_and_what_is_here()
    {
        _course.Write("data/deep/dermamnist.npz", "not the official file");

        Assert.Equal(ExitCode.Success, await _course.RunAsync("data", "list"));

        string[] lines = _course.Output.ToString().Split('\n');
        Assert.All(DatasetCatalog.Default.Datasets, info =>
            Assert.Contains(info.Licence.Name, Assert.Single(lines, line => line.StartsWith(info.Name + " ", StringComparison.Ordinal)), StringComparison.Ordinal));
        Assert.EndsWith("your folder, not the official file", Line("dermamnist"), StringComparison.Ordinal);
        Assert.EndsWith("not here", Line("bloodmnist"), StringComparison.Ordinal);

        string Line(string name) => lines.Single(line => line.StartsWith(name + " ", StringComparison.Ordinal)).TrimEnd();
    }

    [Fact]
    public async Task Get_unknown_data_set_is_a_usage_error_with_the_nearest_name()
    {
        Assert.Equal(ExitCode.Usage, await _course.RunAsync("data", "get", "dermamist"));
        Assert.Contains("Did you mean 'dermamnist'?", _course.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_offline_fails_with_the_way_out_and_leaves_nothing()
    {
        Assert.Equal(ExitCode.Failure, await _course.RunAsync("data", "get", "bloodmnist"));
        Assert.Contains("COURSE_OFFLINE=1", _course.Error.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_course.Root, "cache")));
    }

    [Fact]
    public async Task Slices_with_masks_are_listed_verified_and_have_no_download()
    {
        string path = _course.Write("data/lgg128_flair.npz", "no zip at all");
        Assert.Equal(ExitCode.Success, await _course.RunAsync("data", "list"));
        Assert.Contains("lgg-flair", _course.Output.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failure, await _course.RunAsync("data", "verify"));
        Assert.Contains($"DAMAGED  lgg-flair  {path}", _course.Output.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, await _course.RunAsync("data", "get", "lgg-flair"));
        Assert.Contains("has no download", _course.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_file_that_is_here_says_where()
    {
        string path = _course.Write("data/dermamnist.npz", "anything");
        Assert.Equal(ExitCode.Success, await _course.RunAsync("data", "get", "dermamnist"));
        Assert.Contains(path, _course.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_damaged_file_exits_with_1_and_names_it()
    {
        Assert.Equal(ExitCode.Success, await _course.RunAsync("data", "verify"));
        string path = _course.Write("data/dermamnist.npz", "no archive at all");

        Assert.Equal(ExitCode.Failure, await _course.RunAsync("data", "verify"));
        Assert.Contains("DAMAGED  dermamnist", _course.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains(path, _course.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_without_a_subcommand_is_a_usage_error()
    {
        Assert.Equal(ExitCode.Usage, await _course.RunAsync("data"));
        Assert.Contains("./course data --help", _course.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_without_a_terminal_writes_a_line_every_tenth()
    {
        DownloadLines lines = new(_course.Context);
        for (int received = 0; received <= 1000; received++)
        {
            lines.Report(new DownloadProgress("a.npz", received, 1000));
        }

        Assert.Equal(11, _course.Error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }
}
