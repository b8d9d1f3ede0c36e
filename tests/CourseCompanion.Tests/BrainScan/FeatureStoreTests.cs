using CourseCompanion.BrainScan;
using CourseCompanion.Data.Sources;
using CourseCompanion.Files;
using CourseCompanion.Tests.Work;
using CourseCompanion.Work;
using Microsoft.Data.Sqlite;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.BrainScan;

[Collection(WorkContextTests.Name)]
public sealed class FeatureStoreTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly ScanFolder _folder;
    private readonly ScanFile[] _files;

    public FeatureStoreTests()
    {
        SyntheticScans.Write(_temporary["brain-mri"], new SyntheticScans(PerClass: 6, Unlabelled: 30, Size: 32));
        _folder = ScanFolder.Open(_temporary["brain-mri"]);
        _files = [.. QualityControl.Examine(_folder).Usable.Select(scan => scan.File)];
    }

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void What_was_computed_is_read_and_not_computed_again()
    {
        using ScanEncoder encoder = Encoder(32);
        using Tensor first = Use(store => store.Features(encoder, _folder, _files));
        string[] shards = Shards();
        using Tensor again = Use(store => store.Features(encoder, _folder, [.. _files.Reverse()]));

        Assert.True(first.equal(again.flip(0)).all().item<bool>());
        Assert.Equal(shards, Shards());
    }

    [Fact]
    public void Another_preprocessing_or_encoder_never_gets_these_features()
    {
        using ScanEncoder encoder = Encoder(32), larger = Encoder(48);
        using Tensor first = Use(store => store.Features(encoder, _folder, _files));
        Assert.NotEqual(encoder.Preprocessing, larger.Preprocessing);
        Assert.Equal(0, Use(store => store.Count(larger)));
        using Tensor other = Use(store => store.Features(larger, _folder, _files));
        Assert.False(first.allclose(other));

        // The same name with other weights.
        Safetensors.Save(_temporary["weights/squeezenet1_1-imagenet.safetensors"], Weights(1), Metadata);
        using ScanEncoder taught = Taught();
        using Tensor features = Use(store => store.Features(taught, _folder, _files));
        Safetensors.Save(_temporary["weights/squeezenet1_1-imagenet.safetensors"], Weights(2), Metadata);
        using ScanEncoder retaught = Taught();
        Assert.Equal(taught.Name, retaught.Name);
        Assert.Equal(0, Use(store => store.Count(retaught)));
    }

    [Fact]
    public void A_file_with_other_content_never_gets_the_features_of_the_old_one()
    {
        using ScanEncoder encoder = Encoder(32);
        using Tensor first = Use(store => store.Features(encoder, _folder, _files));

        // The second file now has the content of the first, under its old name.
        File.Copy(_folder.PathOf(_files[0]), _folder.PathOf(_files[1]), overwrite: true);
        ScanFolder changed = ScanFolder.Open(_temporary["brain-mri"]);
        ScanFile file = changed.Files.Single(other => other.Path == _files[1].Path);
        using Tensor now = Use(store => store.Features(encoder, changed, [file]));
        Assert.True(now[0].equal(first[0]).all().item<bool>());
        Assert.False(now[0].equal(first[1]).all().item<bool>());
    }

    [Fact]
    public void A_manifest_that_points_to_a_wrong_vector_is_not_believed()
    {
        using ScanEncoder encoder = Encoder(32);
        using Tensor first = Use(store => store.Features(encoder, _folder, _files));
        using (var manifest = new SqliteConnection($"Data Source={Manifest()};Pooling=False"))
        {
            manifest.Open();
            using SqliteCommand command = manifest.CreateCommand();
            command.CommandText = "UPDATE vectors SET row = (row + 1) % 3";
            command.ExecuteNonQuery();
        }

        Assert.True(Use(store => store.Count(encoder)) < _files.Length);
        using Tensor again = Use(store => store.Features(encoder, _folder, _files));
        Assert.True(first.allclose(again, 1e-4, 1e-5));
    }

    [Fact]
    public void Damaged_vectors_and_a_damaged_manifest_are_made_again()
    {
        using ScanEncoder encoder = Encoder(32);
        using Tensor first = Use(store => store.Features(encoder, _folder, _files));
        File.WriteAllText(Shards()[0], "not a safetensors file");
        using Tensor again = Use(store => store.Features(encoder, _folder, _files));
        Assert.True(first.allclose(again, 1e-4, 1e-5));

        File.WriteAllText(Manifest(), new string('x', 5000));
        using Tensor third = Use(store => store.Features(encoder, _folder, _files));
        Assert.True(first.allclose(third, 1e-4, 1e-5));
        Assert.True(File.Exists(Manifest() + ".damaged"));
    }

    [Fact]
    public void Work_that_was_stopped_goes_on_where_it_was()
    {
        using ScanEncoder encoder = Encoder(32);
        using var stop = new CancellationTokenSource();
        IProgressDisplay before = WorkContext.Progress;
        WorkContext.Progress = new StopAfter(12, stop);
        try
        {
            Assert.ThrowsAny<OperationCanceledException>(() => Use(store => store.Features(encoder, _folder, _files, stop.Token)));
        }
        finally
        {
            WorkContext.Progress = before;
        }

        string[] kept = Shards();
        int known = Use(store => store.Count(encoder));
        Assert.InRange(known, 8, _files.Length - 1);
        using Tensor features = Use(store => store.Features(encoder, _folder, _files));
        Assert.Equal(_files.Length, Use(store => store.Count(encoder)));
        Assert.All(kept, shard => Assert.Contains(shard, Shards()));
        Assert.Equal(_files.Length - known, Shards().Except(kept).Sum(CountOf));
    }

    [Fact]
    public void The_manifest_answers_questions_and_refuses_to_be_changed() => Use(store =>
    {
        QualityReport report = QualityControl.Examine(_folder);
        store.Enter(report);
        var counts = store.Query("SELECT status, COUNT(*) AS n FROM scans WHERE label = $label GROUP BY status ORDER BY n DESC", ("$label", -1));
        Assert.Equal(30, (long)counts["n"][0] + (long)counts["n"][1]);
        Assert.Equal("quarantined", store.Query("SELECT status FROM scans WHERE fault = 'Truncated'")["status"][0]);
        Assert.Equal(42.0, (double)store.Query("SELECT 42.0 AS x, NULL AS y")["x"][0]);
        Assert.Throws<SqliteException>(() => store.Query("DELETE FROM files"));
        Assert.Throws<SqliteException>(() => store.Query("PRAGMA query_only = 0; DELETE FROM files"));
        Assert.Equal(42L, (long)store.Query("SELECT COUNT(*) AS n FROM scans")["n"][0]);
        Assert.Equal(_folder.Files, ScanFolder.Open(_temporary["brain-mri"]).Files);
        return 0;
    });

    private static readonly Dictionary<string, string> Metadata = new() { ["input"] = "RGB 0..1 minus (0.485,0.456,0.406) divided by (0.229,0.224,0.225)" };

    private static int CountOf(string shard)
    {
        using SafetensorsFile file = Safetensors.Load(shard);
        return (int)file.Tensors["features"].shape[0];
    }

    private static Dictionary<string, Tensor> Weights(int seed)
    {
        random.manual_seed(seed);
        using var network = new CourseCompanion.Models.SqueezeNet(CourseCompanion.Models.ImageNetInput.Standardised, 32);
        return network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
    }

    private ScanEncoder Taught() => ScanEncoder.Load(size: 32, options: new DataOptions { Directory = _temporary.Path, CacheDirectory = _temporary.Path });

    private static ScanEncoder Encoder(int size) => ScanEncoder.Load(ScanEncoder.RandomName, size);

    private T Use<T>(Func<FeatureStore, T> work)
    {
        using var store = new FeatureStore(_temporary["store"]) { BatchSize = 4, ShardSize = 4 };
        return work(store);
    }

    private string[] Shards() => [.. Directory.GetFiles(_temporary["store/vectors"]).Order(StringComparer.Ordinal)];

    private string Manifest() => Directory.GetFiles(_temporary["store"], "manifest-*.sqlite").Single();

    private sealed class StopAfter(int steps, CancellationTokenSource stop) : IProgressDisplay, IProgressTask
    {
        public IProgressTask Start(string title, int total) => this;

        public void Report(int step, string? detail = null)
        {
            if (step >= steps)
            {
                stop.Cancel();
            }
        }

        public void Dispose()
        {
        }
    }
}
