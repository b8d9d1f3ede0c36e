using CourseCompanion.BrainScan;
using CourseCompanion.Display;
using CourseCompanion.Evaluation;
using CourseCompanion.French;
using CourseCompanion.Labelling.Shards;

namespace CourseCompanion.Labelling.Simulation;

/// <summary>How a simulated job went.</summary>
/// <param name="Workers">Number of workers.</param>
/// <param name="Seconds">From the first shard to the last.</param>
/// <param name="ShardsPerSecond">Shards done a second.</param>
/// <param name="DatabaseUse">Share of the time that the database worked, in [0, 1].</param>
/// <param name="WorkerUse">Share of the workers' time that went into shards that count, in [0, 1].</param>
/// <param name="WaitSeconds">Mean time that a finished shard waited for its turn at the database.</param>
/// <param name="Lost">Tries that died with their worker.</param>
public sealed record ClusterOutcome(int Workers, double Seconds, double ShardsPerSecond, double DatabaseUse, double WorkerUse, double WaitSeconds, int Lost);

/// <summary>One number of workers, over several seeds: means, and the range of nine seeds in ten.</summary>
/// <param name="Workers">Number of workers.</param>
/// <param name="Days">Duration in days.</param>
/// <param name="ImagesPerSecond">Images labelled a second.</param>
/// <param name="DatabaseUse">Share of the time that the database worked, in [0, 1].</param>
/// <param name="WorkerUse">Share of the workers' time that went into shards that count, in [0, 1].</param>
public sealed record ClusterRow(int Workers, ConfidenceInterval Days, ConfidenceInterval ImagesPerSecond, ConfidenceInterval DatabaseUse, ConfidenceInterval WorkerUse);

/// <summary>A job simulated on more and more workers: how long it takes, and from where on the database decides.</summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class ClusterStudy : IDisplayable
{
    private const double SecondsPerDay = 86_400;
    private static readonly string[] Columns = ["Machines", "Durée", "Images par seconde", "Base de données occupée", "Machines occupées"];

    private ClusterStudy(ClusterSetting setting, IReadOnlyList<ClusterRow> rows)
    {
        Setting = setting;
        Rows = rows;
    }

    /// <summary>What the job is made of.</summary>
    public ClusterSetting Setting { get; }

    /// <summary>A row per number of workers, in the order asked for.</summary>
    public IReadOnlyList<ClusterRow> Rows { get; }

    /// <summary>The number of workers from which on the database decides.</summary>
    public double WorkersAtLimit => Setting.WorkersAtLimit;

    /// <summary>Simulates a job on each number of workers, once for every seed.</summary>
    /// <param name="setting">What it is made of.</param>
    /// <param name="shardSize">Images per shard.</param>
    /// <param name="workers">Numbers of workers.</param>
    /// <param name="seeds">How many seeds, from 1 on.</param>
    public static ClusterStudy Run(ClusterSetting setting, int shardSize, IReadOnlyList<int> workers, int seeds = 5)
    {
        ArgumentNullException.ThrowIfNull(setting);
        ArgumentNullException.ThrowIfNull(workers);
        ArgumentOutOfRangeException.ThrowIfLessThan(shardSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 1);
        return new ClusterStudy(setting, [.. workers.Select(count =>
        {
            ClusterOutcome[] outcomes = [.. Enumerable.Range(1, seeds).Select(seed => ClusterSimulation.Run(setting, count, seed))];
            return new ClusterRow(
                count, Over(outcomes, one => one.Seconds / SecondsPerDay), Over(outcomes, one => one.ShardsPerSecond * shardSize),
                Over(outcomes, one => one.DatabaseUse), Over(outcomes, one => one.WorkerUse));
        })]);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
    {
        [MimeTypes.Html] = ReportHtml.Table($"{FrenchNumbers.Count(Setting.Shards, "lot")} sur de plus en plus de machines : simulation", Columns, Cells, Note),
        [MimeTypes.PlainText] = ToString(),
    };

    /// <summary>The rows as text.</summary>
    /// <returns>French text.</returns>
    public override string ToString() => FrenchText.Typeset(string.Join('\n', Cells.Select(row => $"{row[0]} : {row[1]}, {row[2]} images/s, base occupée {row[3]}").Append(Note)));

    private string Note => $"La base de données décide à partir de {FrenchNumbers.Whole(WorkersAtLimit)} machines environ. Une machine y tient jusqu’à {PostgresShardStore.MaximalConnections} connexions : "
        + $"au-delà de {PostgresShardStore.WorkersByDefault} machines, relevez max_connections (100 par défaut).";

    private IEnumerable<IReadOnlyList<string>> Cells => Rows.Select(row => (string[])
    [
        FrenchNumbers.Count(row.Workers, "machine"), FrenchNumbers.Duration(TimeSpan.FromDays(row.Days.Estimate)), FrenchNumbers.Whole(row.ImagesPerSecond.Estimate),
        FrenchNumbers.Percent(row.DatabaseUse.Estimate, 0), FrenchNumbers.Percent(row.WorkerUse.Estimate, 0),
    ]);

    private static ConfidenceInterval Over(ClusterOutcome[] outcomes, Func<ClusterOutcome, double> value)
    {
        List<double> sorted = [.. outcomes.Select(value).Order()];
        return new ConfidenceInterval(sorted.Average(), Bootstrap.Percentile(sorted, 0.05), Bootstrap.Percentile(sorted, 0.95), 0.9);
    }
}
