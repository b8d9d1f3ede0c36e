using System.Globalization;
using CourseCompanion.Evaluation;
using CourseCompanion.Files;
using CourseCompanion.Results;
using CourseCompanion.Tables;
using Microsoft.Data.Analysis;
using Microsoft.Data.Sqlite;
using TorchSharp;

namespace CourseCompanion.BrainScan;

/// <summary>How far a version of a model has come.</summary>
public enum ModelStage
{
    /// <summary>Trained, and nothing more.</summary>
    Draft,

    /// <summary>Meets the rules; runs beside the one in use.</summary>
    Candidate,

    /// <summary>In use: one version of a model at most.</summary>
    Production,

    /// <summary>Was in use, or will never be.</summary>
    Archived,
}

/// <summary>A version of a model.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Version">Number from 1.</param>
/// <param name="Path">File of the weights.</param>
/// <param name="Sha256">Checksum of that file when it was registered, in lower-case hexadecimal.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="Metrics">Figures with their intervals, by name.</param>
/// <param name="Provenance">Where the figures come from, as JSON.</param>
/// <param name="RegisteredUtc">When it was registered.</param>
public sealed record ModelVersion(
    string Name, int Version, string Path, string Sha256, ModelStage Stage, IReadOnlyDictionary<string, ConfidenceInterval> Metrics, string Provenance, DateTime RegisteredUtc);

/// <summary>What a metric must reach before a version is promoted.</summary>
/// <param name="Metric">Name of the metric.</param>
/// <param name="Minimum">Least value.</param>
/// <param name="OfLowerBound">Whether the lower end of the interval has to reach it, rather than the estimate.</param>
public sealed record PromotionRule(string Metric, double Minimum, bool OfLowerBound = false);

/// <summary>A promotion was refused; the message lists every reason.</summary>
public sealed class PromotionRefusedException : InvalidOperationException
{
    /// <param name="reasons">Why, one sentence each.</param>
    public PromotionRefusedException(IReadOnlyList<string> reasons)
        : base(string.Join(' ', reasons ?? throw new ArgumentNullException(nameof(reasons)))) => Reasons = reasons;

    /// <summary>Why, one sentence each.</summary>
    public IReadOnlyList<string> Reasons { get; }
}

/// <summary>
/// Versions of models and the experiments that led to them, in one SQLite file that any tool can read. A version moves up by rules, never by
/// hand, and only while its file is the one that was judged.
/// </summary>
/// <example>
/// <code>
/// ModelRegistry registry = ModelRegistry.Open(CourseOutput.PathOf("registry.sqlite"));
/// var metrics = new Dictionary&lt;string, ConfidenceInterval&gt; { ["cancer_recall"] = new(0.95, 0.88, 0.98, Level: 0.95) };
/// ModelVersion first = registry.Register("head", "head.safetensors", metrics, Provenance.Capture(null, seed: 42));
/// registry.Promote("head", first.Version, ModelStage.Candidate, [new("cancer_recall", 0.9)], "head.safetensors");
/// </code>
/// </example>
public sealed class ModelRegistry : IDisposable
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS models (
            name TEXT NOT NULL, version INTEGER NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL, stage TEXT NOT NULL,
            provenance TEXT NOT NULL, registered_utc TEXT NOT NULL, PRIMARY KEY (name, version));
        CREATE UNIQUE INDEX IF NOT EXISTS one_in_production ON models (name) WHERE stage = 'Production';
        CREATE TABLE IF NOT EXISTS model_metrics (
            name TEXT NOT NULL, version INTEGER NOT NULL, metric TEXT NOT NULL, estimate REAL NOT NULL, lower REAL NOT NULL, upper REAL NOT NULL,
            level REAL NOT NULL, PRIMARY KEY (name, version, metric), FOREIGN KEY (name, version) REFERENCES models (name, version));
        CREATE TABLE IF NOT EXISTS promotions (
            name TEXT NOT NULL, version INTEGER NOT NULL, from_stage TEXT NOT NULL, to_stage TEXT NOT NULL, reason TEXT NOT NULL, at_utc TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY, experiment TEXT NOT NULL, seed INTEGER NOT NULL, status TEXT NOT NULL, started_utc TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS run_parameters (run INTEGER NOT NULL REFERENCES runs (id), name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, name));
        CREATE TABLE IF NOT EXISTS run_metrics (
            run INTEGER NOT NULL REFERENCES runs (id), name TEXT NOT NULL, step INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY (run, name, step));
        """;

    private readonly SqliteFile _file;

    private ModelRegistry(SqliteFile file) => _file = file;

    /// <summary>Opens a registry; makes its file if there is none.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SqliteException">The file is not a database, or the folder cannot be written.</exception>
    public static ModelRegistry Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        return new ModelRegistry(new SqliteFile(path, Schema));
    }

    /// <summary>Takes a model in as a draft.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="path">File of the weights, which must exist.</param>
    /// <param name="metrics">Figures with their intervals.</param>
    /// <param name="provenance">Where the figures come from.</param>
    /// <returns>The new version; an unchanged file with unchanged figures gives the version that is there already.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public ModelVersion Register(string name, string path, IReadOnlyDictionary<string, ConfidenceInterval> metrics, Provenance provenance)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(provenance);
        string checksum = Checksum(path);
        string origin = provenance.ToJson();
        if (Versions(name) is [.., var last] && last.Sha256 == checksum && last.Provenance == origin && Same(last.Metrics, metrics))
        {
            return last;
        }

        using SqliteTransaction transaction = _file.Begin();
        int version = (int)(long)_file.Read("SELECT COALESCE(MAX(version), 0) + 1 FROM models WHERE name = $name", ("$name", name))[0][0];
        Execute(
            "INSERT INTO models VALUES ($name, $version, $path, $sha256, 'Draft', $provenance, $now)",
            ("$name", name), ("$version", version), ("$path", System.IO.Path.GetFileName(path)), ("$sha256", checksum), ("$provenance", origin), ("$now", Now()));
        foreach ((string metric, ConfidenceInterval value) in metrics)
        {
            Execute(
                "INSERT INTO model_metrics VALUES ($name, $version, $metric, $estimate, $lower, $upper, $level)",
                ("$name", name), ("$version", version), ("$metric", metric), ("$estimate", value.Estimate), ("$lower", value.Lower), ("$upper", value.Upper), ("$level", value.Level));
        }

        transaction.Commit();
        return Version(name, version);
    }

    /// <summary>Moves a version up one stage, if every rule holds. The version that was in production is archived at the same moment.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="version">Number of the version.</param>
    /// <param name="to"><see cref="ModelStage.Candidate"/> for a draft, <see cref="ModelStage.Production"/> for a candidate.</param>
    /// <param name="rules">What its figures must reach: one rule or more.</param>
    /// <param name="weights">File of the weights, which must still be the one that was registered.</param>
    /// <returns>The version in its new stage.</returns>
    /// <exception cref="PromotionRefusedException">A rule does not hold, the file has changed, or a stage would be skipped; nothing has changed.</exception>
    /// <exception cref="KeyNotFoundException">There is no such version.</exception>
    public ModelVersion Promote(string name, int version, ModelStage to, IReadOnlyList<PromotionRule> rules, string weights)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ModelVersion model = Version(name, version);
        string[] refusals = [.. Refusals(model, to, rules, weights)];
        if (refusals.Length > 0)
        {
            throw new PromotionRefusedException(refusals);
        }

        using SqliteTransaction transaction = _file.Begin();
        if (to == ModelStage.Production && Versions(name).FirstOrDefault(other => other.Stage == ModelStage.Production) is { } former)
        {
            Move(former, ModelStage.Archived, $"replaced by version {version}");
        }

        string reason = string.Join("; ", rules.Select(rule => string.Create(
            CultureInfo.InvariantCulture, $"{rule.Metric} {Measured(model, rule):0.####} >= {rule.Minimum:0.####}{(rule.OfLowerBound ? " (lower bound)" : "")}")));
        Move(model, to, reason);
        transaction.Commit();
        return Version(name, version);
    }

    /// <summary>Takes a version out of use, or out of the way.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="version">Number of the version.</param>
    /// <param name="reason">Why.</param>
    /// <exception cref="KeyNotFoundException">There is no such version.</exception>
    public ModelVersion Archive(string name, int version, string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        using SqliteTransaction transaction = _file.Begin();
        Move(Version(name, version), ModelStage.Archived, reason);
        transaction.Commit();
        return Version(name, version);
    }

    /// <summary>A version.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="version">Its number.</param>
    /// <exception cref="KeyNotFoundException">There is no such version.</exception>
    public ModelVersion Version(string name, int version) => Versions(name).FirstOrDefault(model => model.Version == version)
        ?? throw new KeyNotFoundException($"The registry has no version {version} of '{name}'.");

    /// <summary>All versions of a model, the oldest first.</summary>
    /// <param name="name">The model's name.</param>
    public IReadOnlyList<ModelVersion> Versions(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var metrics = _file.Read("SELECT version, metric, estimate, lower, upper, level FROM model_metrics WHERE name = $name", ("$name", name))
            .ToLookup(row => (long)row[0], row => (Metric: (string)row[1], Value: new ConfidenceInterval((double)row[2], (double)row[3], (double)row[4], (double)row[5])));
        return [.. _file.Read("SELECT version, path, sha256, stage, provenance, registered_utc FROM models WHERE name = $name ORDER BY version", ("$name", name))
            .Select(row => new ModelVersion(
                name, (int)(long)row[0], (string)row[1], (string)row[2], Enum.Parse<ModelStage>((string)row[3]),
                metrics[(long)row[0]].ToDictionary(one => one.Metric, one => one.Value), (string)row[4],
                DateTime.Parse((string)row[5], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)))];
    }

    /// <summary>Starts the record of an experiment's run.</summary>
    /// <param name="experiment">The experiment's name.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="parameters">Its settings.</param>
    /// <returns>The run, to which metrics are added.</returns>
    public ExperimentRun StartRun(string experiment, int seed, params IReadOnlyList<(string Name, object Value)> parameters)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(experiment);
        ArgumentNullException.ThrowIfNull(parameters);
        using SqliteTransaction transaction = _file.Begin();
        Execute("INSERT INTO runs (experiment, seed, status, started_utc) VALUES ($experiment, $seed, 'running', $now)", ("$experiment", experiment), ("$seed", seed), ("$now", Now()));
        long run = (long)_file.Read("SELECT last_insert_rowid()")[0][0];
        foreach ((string name, object value) in parameters)
        {
            Execute(
                "INSERT INTO run_parameters VALUES ($run, $name, $value)",
                ("$run", run), ("$name", name), ("$value", Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
        }

        transaction.Commit();
        return new ExperimentRun(this, run);
    }

    /// <summary>The answer to a question in SQL, as a data frame: <c>registry.Query("SELECT name, version, stage FROM models")</c>.</summary>
    /// <param name="sql">One SELECT; the registry cannot be changed by it.</param>
    /// <param name="parameters">Values of the parameters that the question names, such as <c>("$name", "head")</c>.</param>
    /// <exception cref="SqliteException">The question is not SQL, or would change something.</exception>
    public DataFrame Query(string sql, params IReadOnlyList<(string Name, object Value)> parameters) => _file.Query(sql, parameters);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>SHA-256 of a file, in lower-case hexadecimal.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static string Checksum(string path) => Sha256.OfFile(path);

    internal void Execute(string sql, params IReadOnlyList<(string Name, object Value)> parameters) => _file.Execute(sql, parameters);

    private static IEnumerable<string> Refusals(ModelVersion model, ModelStage to, IReadOnlyList<PromotionRule> rules, string weights)
    {
        if ((model.Stage, to) is not ((ModelStage.Draft, ModelStage.Candidate) or (ModelStage.Candidate, ModelStage.Production)))
        {
            yield return $"Version {model.Version} goes from {model.Stage} to {to}: a draft becomes a candidate, a candidate goes into production.";
        }

        if (rules.Count == 0)
        {
            yield return "No rule is given: name at least one figure that the model must reach.";
        }

        if (!File.Exists(weights))
        {
            yield return $"The file of the weights is gone: '{System.IO.Path.GetFileName(weights)}'.";
        }
        else if (Checksum(weights) != model.Sha256)
        {
            yield return $"'{System.IO.Path.GetFileName(weights)}' is not the file that was judged: its checksum has changed.";
        }

        foreach (PromotionRule rule in rules)
        {
            double measured = Measured(model, rule);
            if (!(measured >= rule.Minimum))
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{rule.Metric}{(rule.OfLowerBound ? " (lower bound)" : "")} is {measured:0.####}, {rule.Minimum:0.####} is needed.");
            }
        }
    }

    private static double Measured(ModelVersion model, PromotionRule rule) =>
        !model.Metrics.TryGetValue(rule.Metric, out ConfidenceInterval? value) ? double.NaN : rule.OfLowerBound ? value.Lower : value.Estimate;

    private static bool Same(IReadOnlyDictionary<string, ConfidenceInterval> first, IReadOnlyDictionary<string, ConfidenceInterval> second) =>
        first.Count == second.Count && first.All(one => second.TryGetValue(one.Key, out ConfidenceInterval? value) && value == one.Value);

    private static string Now() => DateTime.UtcNow.ToString("O", CultureInfo.InvariantCulture);

    private void Move(ModelVersion model, ModelStage to, string reason)
    {
        Execute("UPDATE models SET stage = $to WHERE name = $name AND version = $version", ("$to", to.ToString()), ("$name", model.Name), ("$version", model.Version));
        Execute(
            "INSERT INTO promotions VALUES ($name, $version, $from, $to, $reason, $now)",
            ("$name", model.Name), ("$version", model.Version), ("$from", model.Stage.ToString()), ("$to", to.ToString()), ("$reason", reason), ("$now", Now()));
    }
}

/// <summary>One run of an experiment in a <see cref="ModelRegistry"/>.</summary>
public sealed class ExperimentRun
{
    private readonly ModelRegistry _registry;

    internal ExperimentRun(ModelRegistry registry, long id)
    {
        _registry = registry;
        Id = id;
    }

    /// <summary>Number of the run.</summary>
    public long Id { get; }

    /// <summary>Adds a figure.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The figure, finite.</param>
    /// <param name="step">Where it stands on its curve; 0 for a figure that is none.</param>
    /// <returns>The run.</returns>
    public ExperimentRun Log(string name, double value, int step = 0)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _registry.Execute("INSERT OR REPLACE INTO run_metrics VALUES ($run, $name, $step, $value)", ("$run", Id), ("$name", name), ("$step", step), ("$value", value));
        return this;
    }

    /// <summary>Writes the run's figures as a TensorBoard event file (TorchSharp's <c>SummaryWriter</c>), one curve per name.</summary>
    /// <param name="folder">The folder that TensorBoard is shown; the run gets a folder of its own in it.</param>
    /// <returns>The event file.</returns>
    public string ToTensorBoard(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string own = System.IO.Path.Combine(folder, $"run-{Id.ToString("D4", CultureInfo.InvariantCulture)}");
        if (Directory.Exists(own))
        {
            Directory.Delete(own, recursive: true);  // An earlier file would show every curve twice.
        }

        Directory.CreateDirectory(own);
        var writer = torch.utils.tensorboard.SummaryWriter(own);
        DataFrame figures = _registry.Query("SELECT name, step, value FROM run_metrics WHERE run = $run ORDER BY name, step", ("$run", Id));
        foreach (DataFrameRow row in figures.Rows)
        {
            writer.add_scalar((string)row[0], (float)(double)row[2], (int)(long)row[1]);
        }

        return Directory.EnumerateFiles(writer.LogDir, "*", SearchOption.AllDirectories).Single();
    }

    /// <summary>Ends the run.</summary>
    /// <param name="status"><c>finished</c> or <c>failed</c>.</param>
    public void Finish(string status = "finished") =>
        _registry.Execute("UPDATE runs SET status = $status WHERE id = $run", ("$status", status), ("$run", Id));
}
