using CourseCompanion.BrainScan;
using CourseCompanion.Evaluation;
using CourseCompanion.Results;
using Microsoft.Data.Analysis;
using Microsoft.Data.Sqlite;

namespace CourseCompanion.Tests.BrainScan;

public sealed class ModelRegistryTests : IDisposable
{
    private static readonly Dictionary<string, ConfidenceInterval> Good = new() { ["recall"] = new(0.96, 0.90, 0.99, 0.95), ["auc"] = new(0.98, 0.95, 1, 0.95) };
    private static readonly Dictionary<string, ConfidenceInterval> Better = new() { ["recall"] = new(0.98, 0.94, 1, 0.95) };
    private static readonly PromotionRule[] Rules = [new("recall", 0.95), new("recall", 0.85, OfLowerBound: true)];

    private readonly TemporaryFolder _folder = new();
    private readonly ModelRegistry _registry;

    public ModelRegistryTests()
    {
        File.WriteAllText(Weights, "weights");
        _registry = ModelRegistry.Open(_folder["registry.sqlite"]);
    }

    private string Weights => _folder["head.safetensors"];

    private static Provenance Origin => Provenance.Capture(null, seed: 1);

    public void Dispose()
    {
        _registry.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_version_keeps_what_was_registered_across_processes()
    {
        ModelVersion registered = _registry.Register("head", Weights, Good, Origin);
        using ModelRegistry again = ModelRegistry.Open(_folder["registry.sqlite"]);

        ModelVersion read = again.Version("head", 1);

        Assert.Equal((1, ModelStage.Draft, ModelRegistry.Checksum(Weights)), (read.Version, read.Stage, read.Sha256));
        Assert.Equal(Good.OrderBy(one => one.Key), read.Metrics.OrderBy(one => one.Key));
        Assert.Equal(registered.RegisteredUtc, read.RegisteredUtc);
        Assert.Equal(Origin.ToJson(), read.Provenance);
        Assert.Equal("head.safetensors", read.Path);
    }

    [Fact]
    public void Registering_the_same_again_makes_no_new_version()
    {
        _registry.Register("head", Weights, Good, Origin);

        Assert.Equal(1, _registry.Register("head", Weights, Good, Origin).Version);
        Assert.Equal(2, _registry.Register("head", Weights, Better, Origin).Version);
        Assert.Equal(1, _registry.Register("other", Weights, Good, Origin).Version);
    }

    [Fact]
    public void A_version_moves_up_stage_by_stage_and_the_former_one_is_archived()
    {
        foreach (Dictionary<string, ConfidenceInterval> metrics in (Dictionary<string, ConfidenceInterval>[])[Good, Better])
        {
            int version = _registry.Register("head", Weights, metrics, Origin).Version;
            _registry.Promote("head", version, ModelStage.Candidate, Rules, Weights);
            Assert.Equal(ModelStage.Production, _registry.Promote("head", version, ModelStage.Production, Rules, Weights).Stage);
        }

        Assert.Equal([ModelStage.Archived, ModelStage.Production], _registry.Versions("head").Select(version => version.Stage));
        Assert.Equal(2, _registry.Versions("head").Single(model => model.Stage == ModelStage.Production).Version);
        DataFrame history = _registry.Query("SELECT version, from_stage, to_stage, reason FROM promotions ORDER BY rowid");
        Assert.Equal(["Candidate", "Production", "Candidate", "Archived", "Production"], history["to_stage"].Cast<string>());
        Assert.Equal("replaced by version 2", history["reason"][3]);
    }

    [Fact]
    public void Promotion_is_refused_with_every_reason_and_changes_nothing()
    {
        _registry.Register("head", Weights, Good, Origin);
        File.AppendAllText(Weights, "!");

        var refused = Assert.Throws<PromotionRefusedException>(() => _registry.Promote(
            "head", 1, ModelStage.Production, [new("recall", 0.97), new("recall", 0.91, OfLowerBound: true), new("f1", 0.5)], Weights));

        Assert.Collection(
            refused.Reasons,
            stage => Assert.Contains("from Draft to Production", stage, StringComparison.Ordinal),
            file => Assert.Contains("checksum", file, StringComparison.Ordinal),
            estimate => Assert.Equal("recall is 0.96, 0.97 is needed.", estimate),
            bound => Assert.Equal("recall (lower bound) is 0.9, 0.91 is needed.", bound),
            unknown => Assert.Equal("f1 is NaN, 0.5 is needed.", unknown));
        Assert.Equal(ModelStage.Draft, _registry.Version("head", 1).Stage);
        Assert.Equal(0, _registry.Query("SELECT * FROM promotions").Rows.Count);
    }

    [Fact]
    public void An_archived_version_does_not_come_back()
    {
        _registry.Register("head", Weights, Good, Origin);

        Assert.Equal(ModelStage.Archived, _registry.Archive("head", 1, "scanner replaced").Stage);
        Assert.Throws<PromotionRefusedException>(() => _registry.Promote("head", 1, ModelStage.Candidate, [], Weights));
    }

    [Fact]
    public void Runs_keep_their_parameters_and_curves()
    {
        ExperimentRun run = _registry.StartRun("active-learning", 42, ("strategy", "badge"), ("share", 0.5));
        run.Log("score", 0.7, 10).Log("score", 0.8, 20).Log("score", 0.81, 20).Finish();

        DataFrame curve = _registry.Query("SELECT step, value FROM run_metrics WHERE run = $run ORDER BY step", ("$run", run.Id));
        Assert.Equal([10L, 20L], curve["step"].Cast<long>());
        Assert.Equal([0.7, 0.81], curve["value"].Cast<double>());
        Assert.Equal("0.5", _registry.Query("SELECT value FROM run_parameters WHERE name = 'share'")["value"][0]);
        Assert.Equal("finished", _registry.Query("SELECT status FROM runs")["status"][0]);
    }

    [Fact]
    public void A_run_becomes_an_event_file_that_TensorBoard_reads()
    {
        ExperimentRun run = _registry.StartRun("active-learning", 42);
        run.Log("score", 0.25, 10).Log("score", 0.5, 20);

        run.ToTensorBoard(_folder["tensorboard"]);
        string file = run.ToTensorBoard(_folder["tensorboard"]);

        // Records: length (8 bytes), its checksum (4), an event, its checksum (4).
        byte[] bytes = File.ReadAllBytes(file);
        var scalars = new List<(string Tag, long Step, float Value)>();
        for (int at = 0; at < bytes.Length;)
        {
            int length = checked((int)BitConverter.ToInt64(bytes, at));
            var record = Tensorboard.Event.Parser.ParseFrom(bytes, at + 12, length);
            scalars.AddRange((record.Summary?.Value ?? []).Select(value => (value.Tag, record.Step, value.SimpleValue)));
            at += 12 + length + 4;
        }

        Assert.Equal([("score", 10L, 0.25f), ("score", 20L, 0.5f)], scalars);
    }

    [Fact]
    public void A_question_cannot_change_the_registry()
    {
        _registry.Register("head", Weights, Good, Origin);

        Assert.Throws<SqliteException>(() => _registry.Query("DELETE FROM model_metrics"));
        Assert.Throws<SqliteException>(() => _registry.Query("PRAGMA query_only = 0; DELETE FROM model_metrics"));
        Assert.Equal(2, _registry.Query("SELECT metric FROM model_metrics").Rows.Count);
        // And it can still be written to afterwards.
        Assert.Equal(2, _registry.Register("head", Weights, Better, Origin).Version);
    }

    [Fact]
    public void Names_are_values_and_never_SQL()
    {
        const string Name = "'; DROP TABLE models; --";
        _registry.Register(Name, Weights, Good, Origin);

        Assert.Equal(Name, Assert.Single(_registry.Query("SELECT name FROM models")["name"].Cast<string>()));
    }

    [Fact]
    public void What_is_not_there_is_an_error()
    {
        Assert.Throws<KeyNotFoundException>(() => _registry.Version("head", 1));
        Assert.DoesNotContain(_registry.Versions("head"), model => model.Stage == ModelStage.Production);
        Assert.Throws<FileNotFoundException>(() => _registry.Register("head", _folder["none"], Good, Origin));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        File.WriteAllText(_folder["text.sqlite"], new string('x', 5_000));

        Assert.Throws<SqliteException>(() => ModelRegistry.Open(_folder["text.sqlite"]));
    }
}
