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

    [Fact]
    public async Task Bench_options_belong_to_one_measurement()
    {
        Assert.Equal(ExitCode.Success, await RunAsync("measuring", "--rows", "a,b"));
        Assert.Contains("rows_given", _course.Output.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, await RunAsync("counting", "--rows", "a,b"));
        Assert.Contains("--rows is an option of 'measuring'", _course.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rows", "bloodmnist/quarter/frozen/MoCa", "names no row")]
    [InlineData("--seeds", "6x", "seeds")]
    [InlineData("--seeds", "", "seeds")]
    public async Task Bench_thesis_refuses_what_it_does_not_know(string option, string value, string message)
    {
        RootCommand root = [BenchCommand.Create(_course.Context)];
        Assert.Equal(ExitCode.Usage, await root.Parse(["bench", "thesis", option, value]).InvokeAsync());
        Assert.Contains(message, _course.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("99")]
    [InlineData("5e3")]
    [InlineData("-500")]
    public async Task Bench_endurance_refuses_what_is_no_number_of_cells(string cells)
    {
        Environment.SetEnvironmentVariable("COURSE_CELLS", cells);
        try
        {
            RootCommand root = [BenchCommand.Create(_course.Context)];
            Assert.Equal(ExitCode.Usage, await root.Parse(["bench", "endurance"]).InvokeAsync());
            Assert.Contains($"COURSE_CELLS is a number of cells from 100 to 1,000,000, not '{cells}'", _course.Error.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("COURSE_CELLS", null);
        }
    }

    private Task<int> RunAsync(params string[] arguments)
    {
        RootCommand root = [BenchCommand.Create(_course.Context, [new Counting(), new Measuring([])])];
        return root.Parse(["bench", .. arguments]).InvokeAsync();
    }

    private sealed class Counting : IBenchmark
    {
        public string Name => "counting";

        public string Description => "Counts to two.";

        public Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation) => Task.FromResult(new BenchmarkResult(
            new Dictionary<string, double> { ["seconds"] = 1.5, ["auc"] = double.NaN }, new { seeds = (int[])[42] }));
    }

    private sealed class Measuring(string[] rows) : IBenchmark
    {
        private static readonly Option<string> Rows = new("--rows");

        public string Name => "measuring";

        public string Description => "Counts what it is given.";

        public IReadOnlyList<Option> Options => [Rows];

        public IBenchmark Configured(ParseResult parsed) => new Measuring(parsed.GetValue(Rows)?.Split(',') ?? []);

        public Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation) =>
            Task.FromResult(new BenchmarkResult(new Dictionary<string, double> { ["rows_given"] = rows.Length }, new { }));
    }
}
