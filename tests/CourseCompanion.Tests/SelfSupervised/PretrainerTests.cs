using CourseCompanion.Augmentations;
using CourseCompanion.SelfSupervised;
using CourseCompanion.Tests.Work;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.SelfSupervised;

[Collection(WorkContextTests.Name)]
public class PretrainerTests
{
    public static TheoryData<string> Methods => [.. All.Keys];

    private static Dictionary<string, Func<PretextMethod>> All { get; } = new()
    {
        ["SimCLR"] = () => new SimClr(TinyEncoder.Of(1), hidden: 32, outputs: 16),
        ["MoCo"] = () => new MoCo(TinyEncoder.Of(1), TinyEncoder.Of(1), bankSize: 64, hidden: 32, outputs: 16),
        ["BYOL"] = () => new Byol(TinyEncoder.Of(1), TinyEncoder.Of(1), hidden: 32, outputs: 16),
        ["Rotations"] = () => new RotationPrediction(TinyEncoder.Of(1)),
    };

    private static PretrainingOptions Options => PretrainingOptions.Contrastive with { Epochs = 4, BatchSize = 16, Views = ContrastiveViews.SimClr };

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_gradient_reaches_every_weight_of_the_encoder(string name)
    {
        using var scope = NewDisposeScope();
        using PretextMethod method = All[name]();
        using var generator = new Generator(3);
        method.train();
        method.Loss(new PretextBatch(rand([16, 3, 28, 28], generator: generator).mul(2).sub(1), generator) { Views = ContrastiveViews.SimClr }).backward();
        Assert.All(method.Encoder.parameters(), weight => Assert.True(weight.grad is { } gradient && gradient.abs().sum().item<float>() > 0));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Each_weight_is_saved_once_and_an_encoder_is_the_same_inside_a_method_and_outside(string name)
    {
        using PretextMethod method = All[name]();
        Tensor[] saved = [.. method.state_dict().Values];
        Assert.Equal(saved.Length, saved.Select(value => value.Handle).Distinct().Count());

        using TinyEncoder alone = TinyEncoder.Of(1);
        Assert.Equal(alone.state_dict().Keys, method.Encoder.state_dict().Keys);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_training_that_is_resumed_goes_on_as_if_it_had_never_stopped(string name)
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "training.safetensors");
        using ResidentImages images = Images(70);
        using PretextMethod whole = All[name](), first = All[name](), second = All[name]();

        using (var trainer = new Pretrainer(whole, images, Options))
        {
            trainer.Run();
        }

        using (var trainer = new Pretrainer(first, images, Options))
        {
            trainer.Run(epochs: 2);
            trainer.Save(file);
        }

        using (var trainer = new Pretrainer(second, images, Options))
        {
            trainer.Resume(file);
            Assert.Equal(2, trainer.EpochsDone);
            Assert.Equal([3, 4], trainer.Run().Select(epoch => epoch.Epoch));
        }

        Dictionary<string, Tensor> expected = whole.state_dict();
        Assert.All(second.state_dict(), entry => Assert.Equal(0, entry.Value.sub(expected[entry.Key]).abs().to(ScalarType.Float64).sum().item<double>()));
    }

    [Fact]
    public void Another_training_is_not_resumed()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "training.safetensors");
        using ResidentImages images = Images(40);
        using PretextMethod method = All["SimCLR"]();
        using var saved = new Pretrainer(method, images, Options);
        saved.Run(epochs: 1);
        saved.Save(file);

        using var other = new Pretrainer(method, images, Options with { LearningRate = 0.01 });
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => other.Resume(file));
        Assert.Contains("is of another training", error.Message, StringComparison.Ordinal);

        using var colder = new SimClr(TinyEncoder.Of(1), hidden: 32, outputs: 16, temperature: 0.1);
        using var another = new Pretrainer(colder, images, Options);
        Assert.Contains("temperature 0.5", Assert.Throws<InvalidDataException>(() => another.Resume(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SimClr_learns_to_find_partners()
    {
        using ResidentImages images = Images(96);
        using PretextMethod method = All["SimCLR"]();
        using var trainer = new Pretrainer(method, images, Options with { Epochs = 12, BatchSize = 32 });
        IReadOnlyList<PretrainingEpoch> epochs = trainer.Run();
        Assert.True(epochs[^1].Loss < epochs[0].Loss - 0.2, $"{epochs[0].Loss} to {epochs[^1].Loss}");
        Assert.InRange(epochs[^1].Spread, 0.1, 1.1);
        Assert.InRange(epochs[^1].EffectiveRank, 1, 32);
    }

    [Fact]
    public void The_trained_encoder_is_left_as_training_mode_demands_and_gives_finite_features()
    {
        using var scope = NewDisposeScope();
        using ResidentImages images = Images(40);
        using PretextMethod method = All["BYOL"]();
        using var trainer = new Pretrainer(method, images, Options with { Epochs = 1 });
        trainer.Run();
        method.Encoder.eval();
        Assert.True(method.Encoder.Features(images.Batch(0, 10)).isfinite().all().item<bool>());
    }

    [Fact]
    public void A_trial_ends_its_passes_early()
    {
        using ResidentImages images = Images(70);
        using PretextMethod method = All["SimCLR"]();
        using var trainer = new Pretrainer(method, images, Options with { Epochs = 2, StepsPerEpoch = 3 });
        Assert.Equal(2, trainer.Run().Count);
        Assert.Equal(6, trainer.StepsDone);
    }

    [Fact]
    public void Fewer_images_than_a_batch_are_refused()
    {
        using ResidentImages images = Images(10);
        using PretextMethod method = All["SimCLR"]();
        ArgumentException error = Assert.Throws<ArgumentException>(() => new Pretrainer(method, images, Options));
        Assert.Contains("no full batch of 16", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0.1, 0)]
    [InlineData(0.05, 0.1, 0.5)]
    [InlineData(0.1, 0.1, 1)]
    [InlineData(0.55, 0.1, 0.5)]
    [InlineData(0.5, 0, 0.5)]
    public void The_learning_rate_rises_and_then_follows_a_cosine(double progress, double warmUp, double share) =>
        Assert.Equal(2 * share, (Options with { LearningRate = 2, WarmUp = warmUp }).LearningRateAt(progress), 6);

    /// <summary>Images that differ in colour and in where they are bright: something for views to have in common.</summary>
    private static ResidentImages Images(int count)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(9);
        Tensor coarse = rand([count, 3, 3, 3], generator: generator);
        Tensor fine = nn.functional.interpolate(coarse, [28, 28], mode: InterpolationMode.Bilinear, align_corners: false);
        return new ResidentImages(fine.mul(255).to(ScalarType.Byte));
    }
}
