using System.CommandLine;
using System.Text.Json;
using CourseCompanion.Cli.Bench;
using CourseCompanion.Cli.Commands;

namespace CourseCompanion.Cli.Tests;

public sealed class BenchCommandTests : IDisposable
{
    private readonly TestCourse _course = new();

    public void Dispose() => _course.Dispose();

    [Fact]
    public async Task Bench_without_a_name_lists_what_can_be_measured()
    {
        Assert.Equal(ExitCode.Success, await RunAsync());
        Assert.Contains("counting", _course.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_with_json_writes_one_flat_object_and_its_provenance()
    {
        string file = Path.Combine(_course.Root, "new", "figures.json");

        Assert.Equal(ExitCode.Success, await RunAsync("counting", "--json", file));

        using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        Assert.Equal(1.5, json.RootElement.GetProperty("seconds").GetDouble());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("auc").ValueKind);
        Assert.Equal(42, Assert.Single(json.RootElement.GetProperty("provenance").GetProperty("seeds").EnumerateArray()).GetInt32());
        Assert.Equal(["figures.json"], Directory.GetFiles(Path.GetDirectoryName(file)!).Select(path => Path.GetFileName(path)));
    }

    [Fact]
    public async Task Bench_unknown_name_is_a_usage_error_with_the_nearest()
    {
        Assert.Equal(ExitCode.Usage, await RunAsync("conting"));
        Assert.Contains("Did you mean 'counting'?", _course.Error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(params string[] arguments)
    {
        RootCommand root = [BenchCommand.Create(_course.Context, [new Counting()])];
        return root.Parse(["bench", .. arguments]).InvokeAsync();
    }

    private sealed class Counting : IBenchmark
    {
        public string Name => "counting";

        public string Description => "Counts to two.";

        public Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation) => Task.FromResult(new BenchmarkResult(
            new Dictionary<string, double> { ["seconds"] = 1.5, ["auc"] = double.NaN }, new { seeds = (int[])[42] }));
    }
}
