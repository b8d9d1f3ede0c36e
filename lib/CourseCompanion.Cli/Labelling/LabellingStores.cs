using System.CommandLine;
using System.Globalization;
using CourseCompanion.Labelling.Dispatch;
using CourseCompanion.Labelling.Shards;

namespace CourseCompanion.Cli.Labelling;

/// <summary>Where jobs are kept, as the commands of labelling are told.</summary>
internal static class LabellingStores
{
    /// <summary>The lease of workers over a network.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    private const string Variable = "COURSE_STORE";

    public static Option<string?> CreateOption() => new("--store")
    {
        Description = $"PostgreSQL that many machines share; also by {Variable}, which a list of processes does not show. The password is best kept in PGPASSFILE.",
        HelpName = "Host=...;Database=...",
    };

    /// <summary>The connection that is named; null where none is.</summary>
    public static string? Connection(ParseResult parsed, Option<string?> option, CommandContext context) => parsed.GetValue(option) ?? context.Environment(Variable);

    /// <summary>The connection, which has to be named.</summary>
    public static string RequiredConnection(ParseResult parsed, Option<string?> option, CommandContext context) =>
        Connection(parsed, option, context) ?? throw new UsageException($"Name the PostgreSQL that the machines share: --store \"Host=...;Database=...\", or {Variable}.");

    public static PostgresShardStore Open(string connection)
    {
        try
        {
            return new PostgresShardStore(connection);
        }
        catch (FormatException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    /// <summary>Opens store and dispatcher.</summary>
    public static (PostgresShardStore Store, HangfireDispatcher Dispatcher) OpenBoth(string connection)
    {
        PostgresShardStore store = Open(connection);
        return (store, Dispatcher(store));
    }

    /// <summary>Who hands the shards of a store out.</summary>
    public static HangfireDispatcher Dispatcher(PostgresShardStore store) => HangfireDispatcher.Postgres(store, Lease);

    /// <summary>A job by what the user calls it: a number in a store, or the folder of its results.</summary>
    public static (ShardStore Store, LabellingRun Run) Find(string job, string? connection)
    {
        if (LabellingJob.OpenLocal(job) is { } local)
        {
            return local.Runs() is [var own, ..] ? (local, own) : throw new UsageException($"'{job}' holds no job yet: './course label IMAGES --model MODEL --out {job}' begins one.");
        }

        if (!long.TryParse(job, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            throw new UsageException($"'{job}' is neither the folder of a job's results nor the number of a job in a store.");
        }

        ShardStore store = Open(connection ?? throw new UsageException($"Job {number} of which store? Add --store, or name the folder of the results."));
        if (store.Find(number) is { } run)
        {
            return (store, run);
        }

        string known = string.Join(", ", store.Runs().Select(one => one.Id.ToString(CultureInfo.InvariantCulture)));
        store.Dispose();
        throw new UsageException($"There is no job {number} in that store{(known.Length > 0 ? $": it has {known}" : "")}.");
    }
}
