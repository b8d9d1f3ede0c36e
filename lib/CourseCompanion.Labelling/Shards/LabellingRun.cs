namespace CourseCompanion.Labelling.Shards;

/// <summary>How far a job has come.</summary>
public enum RunState
{
    /// <summary>Shards are being labelled.</summary>
    Running,

    /// <summary>All shards are done or set aside; their files are being brought together.</summary>
    Merging,

    /// <summary>The results lie there.</summary>
    Done,

    /// <summary>Stopped by hand; it can be resumed.</summary>
    Cancelled,
}

/// <summary>What a job is asked to do. Two requests that say the same are one job.</summary>
public sealed record RunRequest
{
    /// <summary>The folder that holds the images, as every worker sees it.</summary>
    public required string Images { get; init; }

    /// <summary>The folder that results go to, as every worker sees it.</summary>
    public required string Output { get; init; }

    /// <summary>Checksum of names, sizes and dates of the images.</summary>
    public required string ImagesFingerprint { get; init; }

    /// <summary>Number of images.</summary>
    public required long ImageCount { get; init; }

    /// <summary>Images per shard.</summary>
    public required int ShardSize { get; init; }

    /// <summary>File of the model, as every worker sees it.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 of all that decides an answer of the model.</summary>
    public required string ModelFingerprint { get; init; }

    /// <summary>Least probability to label by.</summary>
    public required double Threshold { get; init; }

    /// <summary>Whether embeddings are kept.</summary>
    public bool KeepEmbeddings { get; init; }

    /// <summary>Whether the results name images by pseudonyms. They then hold no checksum either: whoever has the images could find them by it.</summary>
    public bool IsPseudonymised { get; init; }

    /// <summary>Names of the classes.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>The risk-coverage curve that came with the model, as JSON; null where none did.</summary>
    public string? RiskCoverage { get; init; }

    /// <summary>Number of shards.</summary>
    public int ShardCount => checked((int)((ImageCount + ShardSize - 1) / ShardSize));

    /// <summary>The list of images, shard by shard, with their true paths.</summary>
    public string Manifest => Path.Combine(Output, ".job", "manifest.parquet");

    /// <summary>Where the shards' files lie.</summary>
    public string ShardFolder => Path.Combine(Output, "shards");

    /// <summary>The results.</summary>
    public string Labels => Path.Combine(Output, "labels.parquet");
}

/// <summary>A job as the store knows it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Request">What it is asked to do.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Created">When it was submitted.</param>
/// <param name="Finished">When the results were there; null before.</param>
/// <param name="Counts">Its shards and images, counted.</param>
/// <param name="Error">Why its results could not be brought together so far; null where nothing went wrong.</param>
public sealed record LabellingRun(long Id, RunRequest Request, RunState State, DateTime Created, DateTime? Finished, RunCounts Counts, string? Error = null);

/// <summary>Shards and images of a job, counted.</summary>
/// <param name="Todo">Shards that wait.</param>
/// <param name="Running">Shards that a worker has.</param>
/// <param name="Done">Shards that are done.</param>
/// <param name="SetAside">Shards that were given up.</param>
/// <param name="Images">Images labelled, abstained or unreadable.</param>
/// <param name="Abstained">Images left to a human.</param>
/// <param name="Unreadable">Images that could not be read.</param>
/// <param name="Seconds">Worker time of the shards done, in seconds.</param>
/// <param name="Starts">How often a shard was begun.</param>
public sealed record RunCounts(int Todo, int Running, int Done, int SetAside, long Images, long Abstained, long Unreadable, double Seconds, long Starts);

/// <summary>A shard that was done or given up.</summary>
/// <param name="Shard">Its number, from 0.</param>
/// <param name="File">Its file; null where it was given up.</param>
/// <param name="Starts">How often it was begun.</param>
/// <param name="Worker">Who had it last.</param>
/// <param name="Error">Why it was given up; null where it was not.</param>
public sealed record ShardOutcome(int Shard, string? File, int Starts, string? Worker, string? Error);

/// <summary>What a worker found when a shard was done.</summary>
/// <param name="File">Name of its file, in the folder of shards.</param>
/// <param name="Images">Its images.</param>
/// <param name="Abstained">Images left to a human.</param>
/// <param name="Unreadable">Images that could not be read.</param>
/// <param name="Seconds">Time it took.</param>
public sealed record ShardResult(string File, int Images, int Abstained, int Unreadable, double Seconds);

/// <summary>A worker as the store last heard of it.</summary>
/// <param name="Name">Machine and process.</param>
/// <param name="Seen">When it was heard of.</param>
/// <param name="Images">Images of the shards that it finished.</param>
/// <param name="Shard">The shard that it has; null when it waits.</param>
public sealed record WorkerRecord(string Name, DateTime Seen, long Images, string? Shard);
