using CourseCompanion.Adversarial;
using CourseCompanion.Data;
using CourseCompanion.Data.Synthetic;
using CourseCompanion.Models;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Tests.Training;
using CourseCompanion.Tests.Work;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Adversarial;

/// <summary>The SGAN as a method: what reaches whom, what changes what, and whether it learns.</summary>
[Collection(WorkContextTests.Name)]
public sealed class SganTests : IDisposable
{
    private const int Latent = 6;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(1);
    private readonly SimpleCnn _student;
    private readonly DcganGenerator _generator;
    private readonly SemiSupervisedBatch _batch;

    public SganTests()
    {
        random.manual_seed(1);
        // The course's channels: with 4 and two threads, libtorch's gradient of a convolution's input varies from call to call.
        _student = new SimpleCnn(1, 3);
        _generator = new DcganGenerator(1, Latent, channels: 4);
        _batch = new SemiSupervisedBatch(
            rand(6, 1, 28, 28), tensor(new long[] { 0, 1, 2, 0, 1, 2 }), rand(8, 1, 28, 28), arange(8), _random);
    }

    public void Dispose()
    {
        _student.Dispose();
        _generator.Dispose();
        _random.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Losses_are_those_of_the_discriminators_answers_to_the_three_kinds_of_images()
    {
        using var method = new Sgan(_generator, Latent);
        StepLosses losses = At(method, () => method.Losses(_student, _batch));

        _random.manual_seed(7);
        Tensor real = _student.call(cat([_batch.Labelled, _batch.Unlabelled]));
        Tensor generated = _student.call(_generator.call(randn(8, Latent, generator: _random)));
        Assert.Equal(["labelled", "unlabelled"], losses.Parts.Select(part => part.Name));
        Assert.Equal(SganLoss.Labelled(real.narrow(0, 0, 6), _batch.Labels).item<float>(), losses.Parts[0].Value.item<float>(), 5);
        Assert.Equal(SganLoss.Unlabelled(real.narrow(0, 6, 8), generated).item<float>(), losses.Parts[1].Value.item<float>(), 5);
    }

    [Fact]
    public void Unlabelled_loss_reaches_every_weight_of_the_discriminator_and_none_of_the_generator()
    {
        using var method = new Sgan(_generator, Latent);
        method.Losses(_student, _batch).Parts[1].Value.backward();

        // A convolution before batch normalisation has a bias without effect.
        Assert.All(_student.named_parameters().Where(entry => !entry.name.EndsWith("bias", StringComparison.Ordinal)), entry =>
            Assert.True(entry.parameter.grad!.abs().sum().item<float>() > 0, entry.name));
        Assert.All(_generator.parameters(), weight => Assert.Null(weight.grad));
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    [InlineData(0.0)]
    public void Generators_step_moves_the_generator_and_nothing_of_the_discriminator(double featureMatching)
    {
        using var method = new Sgan(_generator, Latent, new SganOptions { FeatureMatchingWeight = featureMatching });
        float[] discriminator = Everything(_student);
        float[][] generator = [.. _generator.parameters().Select(weight => TrainerTests.Flat(weight))];
        Assert.True(double.IsNaN(method.GeneratorLoss));
        method.AfterStep(_student, _batch);

        Assert.Equal(discriminator, Everything(_student));
        Assert.All(_student.parameters(), weight => Assert.Null(weight.grad));
        Assert.All(_generator.parameters().Zip(generator), pair => Assert.NotEqual(pair.Second, TrainerTests.Flat(pair.First)));
        Assert.True(double.IsFinite(method.GeneratorLoss));
    }

    [Fact]
    public void Generated_images_leave_the_discriminators_running_statistics_alone()
    {
        using var method = new Sgan(_generator, Latent);
        using SimpleCnn twin = Twin();
        method.Losses(_student, _batch);
        method.AfterStep(_student, _batch);
        twin.call(cat([_batch.Labelled, _batch.Unlabelled]));

        Assert.Equal(Running(twin), Running(_student));
        Assert.All(_student.modules().OfType<BatchNorm2d>(), layer => Assert.Equal(0.1, layer.momentum));

        static float[] Running(SimpleCnn network) => [.. network.named_buffers().Where(entry => entry.name.Contains("running", StringComparison.Ordinal)).SelectMany(entry => TrainerTests.Flat(entry.buffer))];
    }

    [Fact]
    public void Every_setting_changes_what_is_learnt()
    {
        (double Total, double Generator, float[] Moved) plain = Step(new SganOptions());

        Assert.NotEqual(plain.Total, Step(new SganOptions { UnlabelledWeight = 0.5 }).Total);
        Assert.NotEqual(plain.Generator, Step(new SganOptions { FeatureMatchingWeight = 0.5 }).Generator);
        Assert.NotEqual(plain.Moved, Step(new SganOptions { FeatureMatchingWeight = 0.5 }).Moved);
        Assert.NotEqual(plain.Moved, Step(new SganOptions { GeneratorLearningRate = 1e-3 }).Moved);
        Assert.NotEqual(plain.Moved, Step(new SganOptions { GeneratorBeta1 = 0.9 }).Moved);
        (double Total, double Generator, float[] Moved) again = Step(new SganOptions());
        Assert.Equal((plain.Total, plain.Generator), (again.Total, again.Generator));
        Assert.Equal(plain.Moved, again.Moved);

        (double Total, double Generator, float[] Moved) Step(SganOptions options)
        {
            using var scope = NewDisposeScope();
            random.manual_seed(2);
            using var method = new Sgan(new DcganGenerator(1, Latent, channels: 4), Latent, options);
            using SimpleCnn twin = Twin();
            double total = At(method, () => method.Losses(twin, _batch)).Total.item<float>();
            method.AfterStep(twin, _batch);
            double generator = method.GeneratorLoss;
            method.AfterStep(twin, _batch);   // beta1 shows from the second step on
            return (total, generator, TrainerTests.Flat(method.Sample(ones(1, Latent))));
        }
    }

    [Fact]
    public void Weak_augmentation_changes_real_images_and_not_generated_ones()
    {
        using var method = new Sgan(_generator, Latent);
        SemiSupervisedBatch augmented = _batch with { WeakAugmentation = new CourseCompanion.Augmentations.Flip(1, 1) };
        double plain = At(method, () => method.Losses(_student, _batch)).Parts[0].Value.item<float>();

        Assert.NotEqual(plain, At(method, () => method.Losses(_student, augmented)).Parts[0].Value.item<float>());
    }

    [Fact]
    public void Sampling_disturbs_nothing_and_the_same_numbers_give_the_same_image()
    {
        using var method = new Sgan(_generator, Latent);
        float[] before = Everything(_generator);
        Tensor z = randn(2, Latent);

        Assert.Equal(TrainerTests.Flat(method.Sample(z)), TrainerTests.Flat(method.Sample(z)));
        Assert.Equal(before, Everything(_generator));
        Assert.True(_generator.training);
        Assert.False(method.Sample(z).requires_grad);
    }

    [Fact]
    public void State_holds_all_that_the_next_step_depends_on()
    {
        using var method = new Sgan(_generator, Latent);
        method.AfterStep(_student, _batch);
        using var other = new Sgan(new DcganGenerator(1, Latent, channels: 4), Latent);
        using (no_grad())
        {
            foreach ((string name, Tensor value) in method.State)
            {
                other.State[name].copy_(value);
            }
        }

        At(method, () => After(method));
        At(other, () => After(other));
        Assert.Equal(TrainerTests.Flat(method.Sample(ones(1, Latent))), TrainerTests.Flat(other.Sample(ones(1, Latent))));

        StepLosses? After(Sgan sgan)
        {
            sgan.AfterStep(_student, _batch);
            return null;
        }
    }

    [Fact]
    public void A_network_without_features_is_refused_where_features_are_matched()
    {
        using var network = nn.Sequential(nn.Flatten(), nn.Linear(784, 3));
        using var method = new Sgan(_generator, Latent);
        Assert.Contains("IFeatureExtractor", Assert.Throws<ArgumentException>(() => method.AfterStep(network, _batch)).Message, StringComparison.Ordinal);

        using var other = new Sgan(new DcganGenerator(1, Latent, channels: 4), Latent, new SganOptions { FeatureMatchingWeight = 0 });
        other.AfterStep(network, _batch);
    }

    [Theory]
    [InlineData(-1, 1, 3e-4, 0.5)]
    [InlineData(1, 1.5, 3e-4, 0.5)]
    [InlineData(1, 1, 0, 0.5)]
    [InlineData(1, 1, 3e-4, 1)]
    public void Settings_that_cannot_work_are_refused(double unlabelled, double matching, double rate, double beta1) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sgan(_generator, Latent, new SganOptions
        {
            UnlabelledWeight = unlabelled,
            FeatureMatchingWeight = matching,
            GeneratorLearningRate = rate,
            GeneratorBeta1 = beta1,
        }));

    // Two moons, three labels each: 0.87 with the labels alone, 0.99 and more in most draws with a generator that surrounds the moons.
    [Fact]
    public void On_two_moons_the_discriminator_beats_the_same_network_trained_on_the_labels_alone()
    {
        double[] gains = [.. Enumerable.Range(1, 4).Select(Gain)];

        Assert.True(gains.Average() > 0.08, $"gains: {string.Join(", ", gains)}");
        Assert.All(gains, gain => Assert.True(gain > -0.02, $"gains: {string.Join(", ", gains)}"));
    }

    private static double Gain(int seed)
    {
        using var scope = NewDisposeScope();
        PlanePoints moons = TwoMoons.Generate(150, 0.1, seed), fresh = TwoMoons.Generate(500, 0.1, seed + 1000);
        using var split = LabelledSplit.PerClass(moons.Labels, 3, seed);
        using var random = new Generator((ulong)seed);
        var batch = new SemiSupervisedBatch(
            moons.Points.index_select(0, split.LabelledIndices), moons.Labels.index_select(0, split.LabelledIndices),
            moons.Points, arange(moons.Count), random);

        return Accuracy(withGenerator: true) - Accuracy(withGenerator: false);

        double Accuracy(bool withGenerator)
        {
            manual_seed(seed);
            using var network = new PlaneNetwork(2);
            using Sequential generator = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2));
            using var method = new Sgan(generator, 2, new SganOptions { GeneratorLearningRate = 3e-3 });
            using OptimizerHelper optimizer = Sgan.DiscriminatorOptimizer(network.parameters(), 3e-3);
            for (int step = 0; step < 600; step++)
            {
                using var stepScope = NewDisposeScope();
                optimizer.zero_grad();
                Tensor loss = withGenerator ? method.Losses(network, batch).Total : SganLoss.Labelled(network.call(batch.Labelled), batch.Labels);
                loss.backward();
                optimizer.step();
                if (withGenerator)
                {
                    method.AfterStep(network, batch);
                }
            }

            return network.call(fresh.Points).argmax(1).eq(fresh.Labels).to(ScalarType.Float64).mean().item<double>();
        }
    }

    /// <summary>The same draw of random numbers for whatever is compared.</summary>
    private StepLosses At(Sgan method, Func<StepLosses?> work)
    {
        Assert.NotNull(method);
        _random.manual_seed(7);
        return work()!;
    }

    private SimpleCnn Twin()
    {
        var twin = new SimpleCnn(1, 3);
        twin.load_state_dict(_student.state_dict());
        return twin;
    }

    private static float[] Everything(nn.Module network) =>
        [.. network.state_dict().Where(entry => entry.Value.is_floating_point()).SelectMany(entry => TrainerTests.Flat(entry.Value))];

    /// <summary>A small network of points of the plane.</summary>
    private sealed class PlaneNetwork : nn.Module<Tensor, Tensor>, IFeatureExtractor
    {
        private readonly Sequential _features = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU());
        private readonly Linear _classifier;

        public PlaneNetwork(int classCount)
            : base(nameof(PlaneNetwork))
        {
            _classifier = nn.Linear(32, classCount);
            register_module("features", _features);
            register_module("classifier", _classifier);
        }

        public long FeatureCount => 32;

        public Tensor Features(Tensor images) => _features.call(images);

        public override Tensor forward(Tensor input) => _classifier.call(Features(input));
    }
}
