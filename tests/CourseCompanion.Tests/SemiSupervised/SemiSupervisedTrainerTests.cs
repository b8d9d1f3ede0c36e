using CourseCompanion.Augmentations;
using CourseCompanion.Consistency;
using CourseCompanion.Evaluation;
using CourseCompanion.Models;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Tests.Training;
using CourseCompanion.Tests.Work;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.SemiSupervised;

[Collection(WorkContextTests.Name)]
public sealed class SemiSupervisedTrainerTests : IDisposable
{
    private readonly ToyImages _images = new(perClass: 20);
    private readonly string _folder = Directory.CreateTempSubdirectory("course-semi-").FullName;

    public void Dispose()
    {
        _images.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Batches_are_those_asked_for_and_go_round_without_end()
    {
        using var method = new Recorder();
        Train(method, new SemiSupervisedOptions { Steps = 12, BatchSize = 3, UnlabelledRatio = 4 });

        Assert.All(method.Labelled, labels => Assert.Equal(3, labels.Length));
        Assert.All(method.Rows, rows => Assert.Equal(12, rows.Length));

        // 9 labelled images are seen three by three, 51 unlabelled ones twelve by twelve: no image twice in a round.
        Assert.All(method.Labelled.Chunk(3), round => Assert.Equal([3, 3, 3], Enumerable.Range(0, 3).Select(label => round.Sum(labels => labels.Count(one => one == label)))));
        Assert.All(method.Rows.Chunk(4), round => Assert.Equal(48, round.SelectMany(rows => rows).Distinct().Count()));
        Assert.NotEqual(method.Rows[0], method.Rows[4]);
    }

    [Fact]
    public void A_method_without_unlabelled_images_gets_none()
    {
        using var method = new Recorder(usesUnlabelled: false);
        Train(method, new SemiSupervisedOptions { Steps = 2, BatchSize = 3 });
        Assert.All(method.Rows, Assert.Empty);
    }

    [Fact]
    public void More_images_than_there_are_make_a_batch_of_all()
    {
        using var method = new Recorder();
        Train(method, new SemiSupervisedOptions { Steps = 2, BatchSize = 32, UnlabelledRatio = 7 });
        Assert.All(method.Labelled, labels => Assert.Equal(9, labels.Length));
        Assert.All(method.Rows, rows => Assert.Equal(51, rows.Length));
    }

    [Fact]
    public void Learning_rate_follows_the_cosine_of_FixMatch()
    {
        var options = new SemiSupervisedOptions { LearningRate = 2 };
        Assert.Equal(2, options.LearningRateAt(0), 12);
        Assert.Equal(2 * 0.7730104533627370, options.LearningRateAt(0.5), 12);
        Assert.Equal(2 * 0.1950903220161283, options.LearningRateAt(1), 12);
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights_and_another_one_others()
    {
        float[] first = Weights(seed: 1), again = Weights(seed: 1), other = Weights(seed: 2);
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);

        float[] Weights(int seed)
        {
            using var method = new FixMatch(threshold: 0.4);
            (SimpleCnn model, SimpleCnn averaged) = Train(method, Small with { Seed = seed });
            return Flat(model, averaged);
        }
    }

    [Theory]
    [InlineData("FixMatch")]
    [InlineData("Mean Teacher")]
    public void A_training_that_was_saved_and_resumed_ends_like_one_that_never_stopped(string name)
    {
        string path = Path.Combine(_folder, "training.safetensors");
        float[] whole = Run(trainer => trainer.Run());
        Run(trainer =>
        {
            trainer.Run(steps: 7);
            trainer.Save(path);
        });
        float[] resumed = Run(trainer =>
        {
            trainer.Resume(path);
            Assert.Equal(7, trainer.StepsDone);
            trainer.Run();
        });
        Assert.Equal(whole, resumed);

        float[] Run(Action<SemiSupervisedTrainer> train)
        {
            SimpleCnn model = NewModel(), averaged = NewModel();
            using SemiSupervisedMethod method = name == "FixMatch" ? new FixMatch(threshold: 0.4) : new MeanTeacher(model, NewModel());
            using LabelledScope labelled = new(_images);
            using var trainer = new SemiSupervisedTrainer(model, averaged, method, labelled.Images, labelled.Rest, Small);
            train(trainer);
            return Flat(model, averaged);
        }
    }

    [Fact]
    public void A_saved_training_of_other_settings_is_refused_and_nothing_changes()
    {
        string path = Path.Combine(_folder, "training.safetensors");
        using LabelledScope labelled = new(_images);
        using SimpleCnn model = NewModel(), averaged = NewModel();
        using var method = new FixMatch();
        using var saved = new SemiSupervisedTrainer(model, averaged, method, labelled.Images, labelled.Rest, Small);
        saved.Run(steps: 1);
        saved.Save(path);

        using SimpleCnn other = NewModel(), otherAverage = NewModel();
        float[] before = Flat(other);
        using var trainer = new SemiSupervisedTrainer(other, otherAverage, method, labelled.Images, labelled.Rest, Small with { Seed = 9 });
        string message = Assert.Throws<InvalidDataException>(() => trainer.Resume(path)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains("seed 9", message, StringComparison.Ordinal);
        Assert.Equal(before, Flat(other));
        Assert.Equal(0, trainer.StepsDone);
    }

    [Fact]
    public void A_saved_training_of_the_same_method_with_another_setting_is_refused()
    {
        string path = Path.Combine(_folder, "training.safetensors");
        using LabelledScope labelled = new(_images);
        using SimpleCnn model = NewModel(), averaged = NewModel();
        using FixMatch method = new(threshold: 0.95), other = new(threshold: 0.7);
        using var saved = new SemiSupervisedTrainer(model, averaged, method, labelled.Images, labelled.Rest, Small);
        saved.Save(path);
        using var trainer = new SemiSupervisedTrainer(model, averaged, other, labelled.Images, labelled.Rest, Small);
        Assert.Contains("threshold 0.7", Assert.Throws<InvalidDataException>(() => trainer.Resume(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_told_after_each_step_and_returned_at_the_end_are_the_parts_of_the_loss()
    {
        using LabelledScope labelled = new(_images);
        using SimpleCnn model = NewModel(), averaged = NewModel();
        using var method = new FixMatch(threshold: 0.4);
        using var trainer = new SemiSupervisedTrainer(model, averaged, method, labelled.Images, labelled.Rest, Small);
        var told = new List<float>();
        IReadOnlyDictionary<string, double> means = trainer.Run(steps: 5, (_, losses) => told.Add(losses.Parts[1].Value.item<float>()));

        Assert.Equal([StepLosses.Labelled, StepLosses.Unlabelled], means.Keys);
        Assert.Equal(5, told.Count);
        Assert.Equal(told.Average(), means[StepLosses.Unlabelled], 1e-5);
    }

    [Fact]
    public void A_training_can_be_stopped()
    {
        using LabelledScope labelled = new(_images);
        using SimpleCnn model = NewModel(), averaged = NewModel();
        using var method = new FixMatch();
        using var trainer = new SemiSupervisedTrainer(model, averaged, method, labelled.Images, labelled.Rest, Small);
        Assert.Throws<OperationCanceledException>(() => trainer.Run(cancellation: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Divergence_is_said_with_the_name_of_the_method()
    {
        using var method = new FixMatch(threshold: 0);
        var exception = Assert.Throws<InvalidOperationException>(() => Train(method, Small with { LearningRate = 1e20 }));
        Assert.Contains("FixMatch", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Averaged_weights_learn_too()
    {
        using var method = new FixMatch(threshold: 0.8);
        (SimpleCnn model, SimpleCnn averaged) = Train(method, Small with { Steps = 80, BatchSize = 9, LearningRate = 0.02 });
        Assert.All([model, averaged], network =>
        {
            using Tensor scores = Predictor.Probabilities(network, _images.Images);
            Assert.True(ClassificationReport.Compute(scores, _images.Labels).Accuracy > 0.9);
        });
        model.Dispose();
        averaged.Dispose();
    }

    private static SemiSupervisedOptions Small => new()
    {
        Steps = 15,
        BatchSize = 3,
        Weak = new Flip(0.5, 0),
        Strong = new Compose(new Flip(0.5, 0), new Cutout(0.2)),
    };

    private static SimpleCnn NewModel()
    {
        random.manual_seed(3);
        return new SimpleCnn(1, 3, 4, 8);
    }

    private static float[] Flat(params nn.Module[] networks)
    {
        using var scope = NewDisposeScope();
        return [.. networks.SelectMany(network => network.state_dict().Values)
            .SelectMany(value => value.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray())];
    }

    private (SimpleCnn Model, SimpleCnn Averaged) Train(SemiSupervisedMethod method, SemiSupervisedOptions options)
    {
        using LabelledScope labelled = new(_images);
        SimpleCnn model = NewModel(), averaged = NewModel();
        using var trainer = new SemiSupervisedTrainer(model, averaged, method, labelled.Images, labelled.Rest, options);
        trainer.Run();
        return (model, averaged);
    }

    /// <summary>Nine labelled images, three a class, and the other 51.</summary>
    private sealed class LabelledScope(ToyImages images) : IDisposable
    {
        public LabelledImages Images { get; } = images.First(9);

        public Tensor Rest { get; } = images.Rest(9);

        public void Dispose()
        {
            Images.Indices.Dispose();
            Images.Labels.Dispose();
            Rest.Dispose();
        }
    }

    private sealed class Recorder(bool usesUnlabelled = true) : SemiSupervisedMethod
    {
        public override string Name => "recorder";

        public override bool UsesUnlabelled => usesUnlabelled;

        public List<long[]> Labelled { get; } = [];

        public List<long[]> Rows { get; } = [];

        public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
        {
            Labelled.Add(batch.Labels.data<long>().ToArray());
            Rows.Add(batch.Rows.data<long>().ToArray());
            return new StepLosses(new NamedLoss(StepLosses.Labelled, nn.functional.cross_entropy(student.call(batch.Labelled), batch.Labels)));
        }
    }
}
