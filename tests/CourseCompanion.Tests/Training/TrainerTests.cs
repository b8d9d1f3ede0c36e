using CourseCompanion.Augmentations;
using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.Models;
using CourseCompanion.Tests.Work;
using CourseCompanion.Training;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Training;

[Collection(WorkContextTests.Name)]
public sealed class TrainerTests : IDisposable
{
    private readonly IProgressDisplay _display = WorkContext.Progress;
    private readonly RecordingProgress _progress = new();

    public TrainerTests() => WorkContext.Progress = _progress;

    public void Dispose()
    {
        WorkContext.Progress = _display;
        WorkContext.Cancellation = CancellationToken.None;
    }

    [Fact]
    public void Fit_learns_the_stripes()
    {
        using var scope = NewDisposeScope();
        using var train = new ToyImages(perClass: 60);
        using var test = new ToyImages(perClass: 40, seed: 1);
        using SimpleCnn model = NewModel();
        using var trainer = new Trainer(model, new TrainingOptions { Epochs = 6 });

        TrainingHistory history = trainer.Fit(train.All);

        var report = ClassificationReport.Compute(Predictor.Probabilities(model, test.Images), test.Labels);
        Assert.True(history.Epochs[^1].Loss < 0.5 * history.Epochs[0].Loss, $"loss {history.Epochs[0].Loss} -> {history.Epochs[^1].Loss}");
        Assert.True(report.Accuracy > 0.9, $"accuracy {report.Accuracy}");
        Assert.Equal([1, 2, 3, 4, 5, 6], history.Epochs.Select(epoch => epoch.Epoch));
        Assert.Equal(6, history.BestEpoch);
    }

    [Fact]
    public void Fit_on_image_sets_is_the_same_training()
    {
        using var scope = NewDisposeScope();
        using var toys = new ToyImages(perClass: 10);
        using var set = new ImageSet(toys.Pixels.clone(), toys.Labels.clone(), toys.ClassCount);
        var options = new TrainingOptions { Epochs = 2 };
        using SimpleCnn first = NewModel();
        using SimpleCnn second = NewModel();
        using var trainer = new Trainer(first, options);

        TrainingHistory expected = trainer.Fit(toys.All, toys.All);
        TrainingHistory actual = Trainer.Fit(second, set, options, set);

        Assert.Equal(expected.Epochs.Select(epoch => epoch.Loss), actual.Epochs.Select(epoch => epoch.Loss));
        Assert.Equal(Flat(Predictor.Probabilities(first, toys.Images)), Flat(Predictor.Probabilities(second, set)));
    }

    [Fact]
    public void Fit_with_the_same_seed_gives_the_same_losses_and_with_another_does_not()
    {
        double[] Losses(int seed)
        {
            using var scope = NewDisposeScope();
            using var train = new ToyImages(perClass: 20);
            using SimpleCnn model = NewModel();
            using var trainer = new Trainer(model, new TrainingOptions { Epochs = 2, Seed = seed });
            return [.. trainer.Fit(train.All).Epochs.Select(epoch => epoch.Loss)];
        }

        double[] first = Losses(1);
        Assert.Equal(first, Losses(1));
        Assert.NotEqual(first, Losses(2));
    }

    [Fact]
    public void Each_option_changes_the_training()
    {
        double[] Losses(TrainingOptions options)
        {
            using var scope = NewDisposeScope();
            using var train = new ToyImages(perClass: 20);
            using SimpleCnn model = NewModel();
            using var trainer = new Trainer(model, options);
            return [.. trainer.Fit(train.All).Epochs.Select(epoch => epoch.Loss)];
        }

        var options = new TrainingOptions { Epochs = 2 };
        double[] reference = Losses(options);
        Assert.NotEqual(reference, Losses(options with { BatchSize = 16 }));
        Assert.NotEqual(reference, Losses(options with { LearningRate = 2e-3 }));
        Assert.NotEqual(reference, Losses(options with { Augmentation = new Change(images => images.mul(0.5)) }));
        Assert.NotEqual(reference, Losses(options with { Optimizer = (parameters, rate) => optim.AdamW(parameters, rate, weight_decay: 1) }));
        Assert.NotEqual(reference, Losses(options with { Schedule = optimizer => optim.lr_scheduler.StepLR(optimizer, 1, 0.1) }));
        Assert.NotEqual(reference, Losses(options with { ClassWeights = [1, 2, 1] }));
        Assert.Equal(reference[1], Losses(options with { ClassWeights = [2, 2, 2] })[1], 1e-2);
        Assert.Equal(3, Losses(options with { Epochs = 3 }).Length);
    }

    [Fact]
    public void Fit_with_validation_leaves_the_weights_of_the_best_epoch_not_of_the_last()
    {
        using var scope = NewDisposeScope();
        using var train = new ToyImages(perClass: 20);
        using var validation = new ToyImages(perClass: 20, seed: 1);
        using SimpleCnn model = NewModel();
        int call = 0;
        // The figure says that epoch 2 is the best; what the model predicts at that moment is kept to compare.
        float[] atEpoch2 = [];
        double Figure(ClassificationReport report)
        {
            call++;
            if (call == 2)
            {
                atEpoch2 = Flat(Predictor.Logits(model, validation.Images));
            }

            return call == 2 ? 1 : 0;
        }

        using var trainer = new Trainer(model, new TrainingOptions { Epochs = 4, KeepBest = Figure });
        TrainingHistory history = trainer.Fit(train.All, validation.All);

        Assert.Equal(2, history.BestEpoch);
        Assert.Equal(atEpoch2, Flat(Predictor.Logits(model, validation.Images)));
        Assert.All(history.Epochs, epoch => Assert.NotNull(epoch.Validation));
    }

    [Fact]
    public void Fit_without_a_figure_keeps_the_last_epoch()
    {
        using var scope = NewDisposeScope();
        using var train = new ToyImages(perClass: 10);
        using SimpleCnn model = NewModel();
        using var trainer = new Trainer(model, new TrainingOptions { Epochs = 3, KeepBest = null });

        Assert.Equal(3, trainer.Fit(train.All, train.All).BestEpoch);
    }

    [Fact]
    public void Fit_reports_every_step_of_a_known_total()
    {
        using var scope = NewDisposeScope();
        using var train = new ToyImages(perClass: 15);
        using SimpleCnn model = NewModel();
        using var trainer = new Trainer(model, new TrainingOptions { Epochs = 2 });

        trainer.Fit(train.All);

        Assert.Equal(("Entraînement", 4), Assert.Single(_progress.Started));
        Assert.Equal([1, 2, 3, 4], _progress.Reports);
        Assert.StartsWith("époque 2/2, perte ", _progress.LastDetail, StringComparison.Ordinal);
        Assert.Equal(1, _progress.Ended);
    }

    [Fact]
    public void Augmentation_draws_from_the_seed_and_from_nothing_else()
    {
        Assert.Equal(Loss(1, drawn: 0), Loss(1, drawn: 3));
        Assert.NotEqual(Loss(1, drawn: 0), Loss(2, drawn: 0));

        double Loss(int seed, int drawn)
        {
            using var train = new ToyImages(perClass: 10);
            using SimpleCnn model = NewModel();
            // One batch: its order does not matter, and what is left is how its images are turned.
            using var trainer = new Trainer(model, new TrainingOptions { BatchSize = 30, Seed = seed, Augmentation = new Rotate(180) });
            rand(drawn + 1).Dispose();
            return Math.Round(trainer.RunEpoch(train.All).Loss, 5);
        }
    }

    [Fact]
    public void RunSteps_takes_as_many_steps_as_asked_for_and_goes_through_all_images()
    {
        using var train = new ToyImages(perClass: 10);
        using SimpleCnn model = NewModel();
        long seen = 0;
        int steps = 0;
        var count = new Change(images => { seen += images.shape[0]; steps++; return images.clone(); });
        using var trainer = new Trainer(model, new TrainingOptions { BatchSize = 8, Augmentation = count });

        EpochRecord pass = trainer.RunSteps(train.First(20), 6);  // batches of 8, 8, 4, twice

        Assert.Equal((6, 40), (steps, seen));
        Assert.Equal(1, pass.Epoch);
        Assert.InRange(pass.Accuracy, 0, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => trainer.RunSteps(train.First(20), 0));
    }

    [Fact]
    public void RunSteps_in_parts_of_whole_passes_is_the_same_training_as_epochs()
    {
        using var train = new ToyImages(perClass: 10);
        using SimpleCnn one = NewModel(), other = NewModel();
        using (var trainer = new Trainer(one, new TrainingOptions { BatchSize = 8 }))
        {
            trainer.RunEpoch(train.First(20));
            trainer.RunEpoch(train.First(20));
        }

        using (var trainer = new Trainer(other, new TrainingOptions { BatchSize = 8 }))
        {
            trainer.RunSteps(train.First(20), 6);
        }

        Assert.Equal(Flat(Predictor.Logits(one, train.Images)), Flat(Predictor.Logits(other, train.Images)));
    }

    [Fact]
    public void Fit_whose_token_is_cancelled_stops_at_the_next_step()
    {
        using var scope = NewDisposeScope();
        using var train = new ToyImages(perClass: 60);
        using SimpleCnn model = NewModel();
        using var source = new CancellationTokenSource();
        int steps = 0;
        using var trainer = new Trainer(model);

        Assert.ThrowsAny<OperationCanceledException>(() => trainer.RunEpoch(
            train.All,
            step =>
            {
                steps = step;
                source.Cancel();
            },
            source.Token));
        Assert.Equal(1, steps);
    }

    [Fact]
    public void Fit_obeys_the_token_of_the_host_and_ends_its_progress()
    {
        using var scope = NewDisposeScope();
        using var train = new ToyImages(perClass: 10);
        using SimpleCnn model = NewModel();
        using var trainer = new Trainer(model);
        WorkContext.Cancellation = new CancellationToken(canceled: true);

        Assert.ThrowsAny<OperationCanceledException>(() => trainer.Fit(train.All));
        Assert.Equal(1, _progress.Ended);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1e-3)]
    [InlineData(double.NaN)]
    public void A_learning_rate_that_is_not_positive_is_refused(double rate)
    {
        using SimpleCnn model = NewModel();

        Assert.Throws<ArgumentOutOfRangeException>(() => new Trainer(model, new TrainingOptions { LearningRate = rate }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void A_class_weight_that_is_not_positive_is_refused(double weight)
    {
        using SimpleCnn model = NewModel();

        Assert.Contains("positive", Assert.Throws<ArgumentException>(
            () => new Trainer(model, new TrainingOptions { ClassWeights = [1, weight, 1] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_diverges_is_told_of_with_the_way_out()
    {
        using var scope = NewDisposeScope();
        using var train = new ToyImages(perClass: 20);
        using SimpleCnn model = NewModel();
        using var trainer = new Trainer(model, new TrainingOptions { LearningRate = 1e20 });

        var error = Assert.Throws<InvalidOperationException>(() => trainer.Fit(train.All));

        Assert.Contains("diverged", error.Message, StringComparison.Ordinal);
        Assert.Contains("learning rate (1E+20)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_under_labels_that_do_not_fit_the_images_is_refused()
    {
        using var scope = NewDisposeScope();
        using var toys = new ToyImages(perClass: 2);

        Assert.Throws<ArgumentException>(() => LabelledImages.All(toys.Images, toys.Labels.narrow(0, 0, 5)));
        Assert.Contains("Int32", Assert.Throws<ArgumentException>(
            () => LabelledImages.All(toys.Images, toys.Labels.to(ScalarType.Int32))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_on_no_image_is_refused()
    {
        using var scope = NewDisposeScope();
        using var train = new ToyImages(perClass: 1);
        using SimpleCnn model = NewModel();
        using var trainer = new Trainer(model);

        Assert.Throws<ArgumentException>(() => trainer.Fit(train.First(0)));
    }

    [Fact]
    public void WeightSnapshot_is_a_deep_copy()
    {
        using var scope = NewDisposeScope();
        using var train = new ToyImages(perClass: 10);
        using SimpleCnn model = NewModel();
        float[] before = Flat(Predictor.Logits(model, train.Images));
        using var snapshot = WeightSnapshot.Take(model);
        using (var trainer = new Trainer(model, new TrainingOptions { Epochs = 1 }))
        {
            trainer.Fit(train.All);
        }

        Assert.NotEqual(before, Flat(Predictor.Logits(model, train.Images)));
        snapshot.Restore(model);
        Assert.Equal(before, Flat(Predictor.Logits(model, train.Images)));
    }

    [Fact]
    public void WeightSnapshot_of_another_architecture_is_refused()
    {
        using SimpleCnn model = NewModel();
        using var snapshot = WeightSnapshot.Take(model);
        using var other = nn.Linear(2, 2);

        Assert.Throws<ArgumentException>(() => snapshot.Restore(other));
    }

    internal static float[] Flat(Tensor values) => values.detach().cpu().contiguous().data<float>().ToArray();

    private static SimpleCnn NewModel()
    {
        random.manual_seed(7);
        return new SimpleCnn(1, 3, 4, 8);
    }
}
