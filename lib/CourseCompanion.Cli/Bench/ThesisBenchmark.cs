using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using CourseCompanion.Data;
using CourseCompanion.Data.Sources;
using CourseCompanion.Experiments;
using CourseCompanion.Files;
using CourseCompanion.Results;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// The rows of the thesis that chapter 5 reproduces (<see cref="ThesisExperiment"/>): any of them, with the thesis' settings or ours, one result file each.
/// </summary>
/// <remarks>
/// From minutes to days. It may be ended at any moment, also by force: started again with the same folder, it reads what is done and goes on with the
/// pretraining that was under way.
/// </remarks>
internal sealed class ThesisBenchmark : IBenchmark
{
    private static readonly Option<string> RowsOption = new("--rows")
    {
        Description = "thesis: rows to run, DATASET/SHARE/BACKBONE/METHOD, each part with * and ?, separated by commas. Default: the 53 of the thesis.",
        HelpName = "SELECTORS",
    };

    private static readonly Option<string> ProfileOption = new("--profile")
    {
        Description = $"thesis: sizes, essai, rapide or complet (the thesis'). Default: {Work.Profile.Variable}, else rapide.",
    };

    private static readonly Option<string> SettingOption = new("--setting")
    {
        Description = "thesis: hyper-parameters, replication (the thesis') or improved (ours). Default: replication.",
    };

    private static readonly Option<string> SeedsOption = new("--seeds")
    {
        Description = "thesis: seeds, separated by commas. Default: the thesis', 621.",
    };

    private static readonly Option<DirectoryInfo> FolderOption = new("--folder")
    {
        Description = "thesis: where encoders and results are kept, and found again. Default: out/thesis.",
        HelpName = "DIR",
    };

    private readonly IReadOnlyList<ThesisRow> _rows = ThesisRow.Published;
    private readonly Profile? _profile;
    private readonly string _setting = "replication";
    private readonly int[] _seeds = [ThesisProtocol.Default.Seed];
    private readonly string? _folder;

    public ThesisBenchmark()
    {
    }

    private ThesisBenchmark(ParseResult parsed)
    {
        try
        {
            _rows = parsed.GetValue(RowsOption) is { } selectors ? ThesisRow.Select(ThesisProtocol.Default.Rows, selectors) : _rows;
            _profile = parsed.GetValue(ProfileOption) is { } profile ? Profile.Parse(profile) : null;
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(exception.Message);
        }

        _setting = parsed.GetValue(SettingOption) ?? _setting;
        if (!ThesisProtocol.Default.Settings.ContainsKey(_setting))
        {
            throw new UsageException($"There is no setting '{_setting}': choose {string.Join(" or ", ThesisProtocol.Default.Settings.Keys)}.");
        }

        _seeds = parsed.GetValue(SeedsOption) is { } seeds ? ParseSeeds(seeds) : _seeds;
        _folder = parsed.GetValue(FolderOption)?.FullName;
    }

    public string Name => "thesis";

    public string Description => "The rows of the thesis behind chapter 5: pretraining, transfer, fusion; one result file each.";

    public IReadOnlyList<Option> Options => [RowsOption, ProfileOption, SettingOption, SeedsOption, FolderOption];

    public IBenchmark Configured(ParseResult parsed) => new ThesisBenchmark(parsed);

    public Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        Profile profile = _profile ?? Profile.Current;
        string folder = _folder ?? Path.Combine(CourseFolder.Containing(AppContext.BaseDirectory).Output, "thesis");
        Device device = cuda.is_available() ? CUDA : CPU;
        log.WriteLine($"{_rows.Count} rows, {_setting}, {profile}, seeds {string.Join(", ", _seeds)}, {device}; results in {folder}");
        var found = new Dictionary<ThesisRow, List<ThesisResult>>();
        var sources = new List<DataProvenance>();
        foreach (IGrouping<string, ThesisRow> rows in _rows.GroupBy(row => row.Dataset))
        {
            using var data = MedicalDataset.Load(rows.Key, new DataOptions { Device = device });
            sources.Add(data.Provenance);
            foreach (int seed in _seeds)
            {
                using var experiment = new ThesisExperiment(data, _setting, profile, folder, seed);

                // Few labels first: these are what pretraining is for.
                foreach (ThesisRow row in rows.OrderBy(row => row.Share != "quarter"))
                {
                    Run(experiment, row, seed);
                }
            }
        }

        var figures = new Dictionary<string, double>
        {
            ["rows_asked"] = _rows.Count,
            ["rows_run"] = found.Values.Count(results => results.Count == _seeds.Length),
        };
        foreach ((ThesisRow row, List<ThesisResult> results) in found)
        {
            string name = row.Name.Replace('/', '_').Replace('-', '_').ToLowerInvariant();
            figures[$"accuracy_{name}"] = results.Average(result => result.Accuracy);
            figures[$"balanced_accuracy_{name}"] = results.Average(result => result.BalancedAccuracy);
            figures[$"balanced_accuracy_{name}_min"] = results.Min(result => result.BalancedAccuracy);
            figures[$"balanced_accuracy_{name}_max"] = results.Max(result => result.BalancedAccuracy);
            if (row.Thesis is { } thesis)
            {
                figures[$"accuracy_{name}_thesis"] = thesis.Accuracy;
                figures[$"balanced_accuracy_{name}_thesis"] = thesis.BalancedAccuracy;
            }
        }

        Provenance provenance = Provenance.OfRuns(sources.Count == 1 ? sources[0] : null, _seeds, device) with { Profile = profile.Name, Synthetic = sources.Any(source => source.IsSynthetic) };
        JsonNode described = JsonNode.Parse(provenance.ToJson())!;
        described["setting"] = _setting;
        described["datasets"] = new JsonArray([.. sources.Select(source => (JsonNode)new JsonObject { ["name"] = source.Dataset, ["md5"] = source.Md5 })]);
        return Task.FromResult(new BenchmarkResult(figures, described));

        void Run(ThesisExperiment experiment, ThesisRow row, int seed)
        {
            try
            {
                ThesisResult result = experiment.Run(row, cancellation);
                if (!found.TryGetValue(row, out List<ThesisResult>? list))
                {
                    found[row] = list = [];
                }

                list.Add(result);
                string thesis = row.Thesis is { } published ? FormattableString.Invariant($" (thesis {published.BalancedAccuracy:P1})") : "";
                log.WriteLine(FormattableString.Invariant($"{row}, seed {seed}: balanced accuracy {result.BalancedAccuracy:P1}{thesis}, {result.Figures["seconds"]:F0} s"));
            }
            catch (DatasetException exception)
            {
                log.WriteLine($"{row}, seed {seed}: not run. {exception.Message}");
            }
        }
    }

    private static int[] ParseSeeds(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        int[] seeds = [.. parts.Where(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _)).Select(part => int.Parse(part, CultureInfo.InvariantCulture)).Distinct()];
        return parts.Length > 0 && seeds.Length == parts.Length ? seeds : throw new UsageException($"--seeds takes different numbers separated by commas, such as 621,622; not '{text}'.");
    }
}
