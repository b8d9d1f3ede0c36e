using CourseCompanion.Data;
using CourseCompanion.Data.Sources;
using CourseCompanion.Experiments;
using CourseCompanion.Results;
using CourseCompanion.SelfSupervised;
using CourseCompanion.Tests.Work;
using CourseCompanion.Work;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Experiments;

[Collection(WorkContextTests.Name)]
public sealed class ThesisExperimentTests(ThesisExperimentTests.Data data) : IClassFixture<ThesisExperimentTests.Data>, IDisposable
{
    private static readonly string[] Durations = ["seconds", "pretraining_seconds"];

    private readonly IProgressDisplay _display = WorkContext.Progress;
    private readonly MedicalDataset _data = data.Images;
    private readonly TemporaryFolder _folder = new();
    private Stopping? _progress;

    // As small as they get: 48 images, in batches of 12; and MAE with further images, as a transformer is faster than a ResNet.
    private static ThesisProtocol Tiny { get; } = ThesisProtocol.Default with
    {
        Methods = new Dictionary<string, ThesisMethod>(ThesisProtocol.Default.Methods) { ["MAE Plus"] = new("vit", "mae", ["other"]) },
        Profiles = new Dictionary<string, ThesisSizes>
        {
            ["essai"] = ThesisProtocol.Default.Profiles["essai"] with
            {
                Images = 48, BatchSize = 12, PretrainingEpochs = 2, TrainingEpochs = 2, ResnetWidth = 1 / 16.0, VitWidth = 16, VitDepth = 1, Projection = 16, MemoryBank = 64, Hidden = 16,
            },
        },
    };

    public static TheoryData<string> Methods =>
        [.. ThesisProtocol.Default.Methods.Where(method => method.Value is { Pretext: not null, FurtherImages: null }).Select(method => method.Key)];

    public void Dispose()
    {
        WorkContext.Progress = _display;
        WorkContext.Cancellation = CancellationToken.None;
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_pretext_task_of_the_protocol_can_be_made_and_trained(string method)
    {
        using DisposeScope scope = NewDisposeScope();
        var networks = new ThesisNetworks(Tiny.Settings["improved"], Tiny.Profiles["essai"], "bloodmnist", channels: 3, seed: 1, CPU);
        using PretextMethod task = networks.NewMethod(Tiny.Methods[method]);
        PretrainingOptions options = networks.PretrainingOf(Tiny.Methods[method].Pretext!);
        using var generator = new Generator(1);
        Tensor loss = task.Loss(new PretextBatch(rand([8, 3, 28, 28], generator: generator), generator) { Views = options.Views });
        loss.backward();
        Assert.True(double.IsFinite(loss.item<float>()));
        Assert.Equal((2, 12), (options.Epochs, options.BatchSize));
        Assert.Equal(method is "MAE" or "AIM" ? 1.5e-4 : 0.06, options.LearningRate);
    }

    [Theory]
    [InlineData("improved", "supervised", "supervised")]
    [InlineData("improved", "scratch", "ViT")]
    [InlineData("replication", "frozen", "SimCLR")]
    [InlineData("improved", "finetuned", "AIM")]
    [InlineData("improved", "frozen", "MAE Plus")]
    public void A_row_of_each_kind_runs_and_goes_on_after_a_stop(string setting, string backbone, string method)
    {
        var row = new ThesisRow("breastmnist", "quarter", backbone, method);
        ThesisResult whole = Run("whole", setting, row);

        // A pretraining is stopped in its second pass, a classifier that has none in its first.
        int inTheMiddle = method == "MAE Plus" ? 13 : backbone is "frozen" or "finetuned" ? 7 : 1;
        Assert.Throws<OperationCanceledException>(() => Run("stopped", setting, row, inTheMiddle));
        ThesisResult resumed = Run("stopped", setting, row);

        Assert.Equal(Comparable(whole), Comparable(resumed));
        Assert.InRange(whole.BalancedAccuracy, 0, 1);
        Assert.Equal(2, whole.Recalls.Count);
        Assert.Equal((12, 2), (whole.Figures["labelled_images"], whole.Figures["steps"]));
        Assert.Equal(backbone == "frozen", whole.Figures.ContainsKey("linear_probe_accuracy"));
        Assert.Equal(method == "MAE Plus" ? 16 : 8, whole.Figures.GetValueOrDefault("pretraining_steps", 8));
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "*.training.safetensors", SearchOption.AllDirectories));
    }

    [Fact]
    public void Fusions_run_their_members_once_and_go_on_after_a_stop()
    {
        var row = new ThesisRow("breastmnist", "full", "finetuned", "FAA");
        ThesisResult whole = Run("whole", "replication", row);
        Assert.Throws<OperationCanceledException>(() => Run("stopped", "replication", row, stopAfter: 20));
        ThesisResult resumed = Run("stopped", "replication", row);

        Assert.Equal(Comparable(whole), Comparable(resumed));
        Assert.Contains("stacking_balanced_accuracy", whole.Figures.Keys);
        Assert.Contains("most_confident_balanced_accuracy", whole.Figures.Keys);
        Assert.Equal(
            ["full/finetuned/AIM", "full/finetuned/FAA", "full/finetuned/MAE"],
            Directory.EnumerateFiles(Path.Combine(_folder.Path, "whole"), $"*{ThesisResult.Extension}", SearchOption.AllDirectories)
                .Select(file => ThesisResult.Load(file).Row.Name["breastmnist/".Length..]).Order(StringComparer.Ordinal));

        // Nothing is left to do: neither encoders nor classifiers.
        Assert.Equal(whole.Figures, Run("whole", "replication", row).Figures);
        Assert.Equal(0, _progress!.Steps);
    }

    [Fact]
    public void Rows_share_a_pretrained_encoder_and_its_curve_is_kept()
    {
        Run("a", "replication", new ThesisRow("breastmnist", "full", "frozen", "MAE"));
        string encoder = Directory.EnumerateFiles(_folder.Path, "MAE.safetensors", SearchOption.AllDirectories).Single();
        DateTime written = File.GetLastWriteTimeUtc(encoder);

        ThesisResult other = Run("a", "replication", new ThesisRow("breastmnist", "quarter", "finetuned", "MAE"));

        Assert.Equal(written, File.GetLastWriteTimeUtc(encoder));
        Assert.Equal(8, other.Figures["pretraining_steps"]);
        Assert.Equal(other.Provenance.Commit, other.EncoderCommit);
        using ThesisExperiment experiment = New("a", "replication");
        Assert.Equal([1, 2], experiment.Curve("MAE").Select(epoch => epoch.Epoch));
        Assert.All(experiment.Curve("MAE"), epoch => Assert.InRange(epoch.Neighbours, 0, 1));
        Assert.Empty(experiment.Curve("MoCo"));
    }

    [Fact]
    public void A_result_says_where_it_comes_from()
    {
        var row = new ThesisRow("breastmnist", "quarter", "supervised", "supervised");
        ThesisResult made = Run("a", "replication", row);
        string path = Directory.EnumerateFiles(_folder.Path, "*.result.json", SearchOption.AllDirectories).Single();
        ThesisResult read = ThesisResult.Load(path);

        Assert.Equal(made.Figures, read.Figures);
        Assert.Equal(("replication", "essai", _data.Provenance.Md5, true), (read.Setting, read.Provenance.Profile, read.Provenance.DatasetMd5, read.Provenance.Synthetic));
        Assert.Equal([621], read.Provenance.Seeds);
        Assert.Equal(row.Name, read.Row.Name);
        Assert.Equal(made.Accuracy, RecordedFigures.Load(path)["accuracy"]);
        Assert.Contains("\"halving\"", read.Protocol, StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_of_another_protocol_are_refused_not_mixed_in()
    {
        var row = new ThesisRow("breastmnist", "full", "frozen", "MAE");
        Run("a", "replication", row);
        ThesisSetting setting = Tiny.Settings["replication"];
        ThesisProtocol other = Tiny with
        {
            Settings = new Dictionary<string, ThesisSetting>
            {
                ["replication"] = setting with { Pretexts = new Dictionary<string, ThesisPretraining>(setting.Pretexts) { ["mae"] = setting.Pretexts["mae"] with { LearningRate = 0.003 } } },
            },
        };

        Assert.Throws<InvalidDataException>(() => Run("a", "replication", row, protocol: other));
        Assert.Throws<InvalidDataException>(() => Run("a", "replication", row with { Share = "quarter" }, protocol: other));
        Run("a", "replication", row with { Method = "ViT", Backbone = "scratch" }, protocol: other);  // nothing of it has changed
        Assert.Throws<ArgumentException>(() => Run("a", "replication", row with { Dataset = "bloodmnist" }));
        Assert.Throws<ArgumentException>(() => Run("a", "replication", row with { Method = "DINO" }));
        Assert.Throws<ArgumentException>(() => Run("a", "other", row));
    }

    private static Dictionary<string, double> Comparable(ThesisResult result) =>
        result.Figures.Where(figure => !Durations.Contains(figure.Key)).ToDictionary();

    private ThesisExperiment New(string folder, string setting, ThesisProtocol? protocol = null) => new(
        _data, setting, Profile.Essai, Path.Combine(_folder.Path, folder), protocol: protocol ?? Tiny,
        further: _ => MedicalDataset.Load("breastmnist", new DataOptions { Offline = true, SyntheticSeed = 7 }));

    private ThesisResult Run(string folder, string setting, ThesisRow row, int? stopAfter = null, ThesisProtocol? protocol = null)
    {
        using ThesisExperiment experiment = New(folder, setting, protocol);
        using var stop = new CancellationTokenSource();
        _progress = new Stopping(stop, stopAfter);
        WorkContext.Progress = _progress;
        return experiment.Run(row, stop.Token);
    }

    /// <summary>The images of all tests: drawn ones.</summary>
    public sealed class Data : IDisposable
    {
        public MedicalDataset Images { get; } = MedicalDataset.Load("breastmnist", new DataOptions { Offline = true });

        public void Dispose() => Images.Dispose();
    }

    /// <summary>Counts steps, of whatever they are, and cancels after a number of them.</summary>
    private sealed class Stopping(CancellationTokenSource stop, int? after) : IProgressDisplay, IProgressTask
    {
        public int Steps { get; private set; }

        public IProgressTask Start(string title, int steps) => this;

        public void Report(int step, string? detail = null)
        {
            if (++Steps == after)
            {
                stop.Cancel();
            }
        }

        public void Dispose()
        {
        }
    }
}
