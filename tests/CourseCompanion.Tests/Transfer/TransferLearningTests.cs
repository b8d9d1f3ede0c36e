using CourseCompanion.Augmentations;
using CourseCompanion.Evaluation;
using CourseCompanion.Tests.SelfSupervised;
using CourseCompanion.Tests.Training;
using CourseCompanion.Tests.Work;
using CourseCompanion.Training;
using CourseCompanion.Transfer;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Transfer;

[Collection(WorkContextTests.Name)]
public sealed class TransferLearningTests : IDisposable
{
    private readonly IProgressDisplay _display = WorkContext.Progress;
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly ToyImages _toys = new(perClass: 40);

    public TransferLearningTests() => WorkContext.Progress = new RecordingProgress();

    public void Dispose()
    {
        _toys.Dispose();
        _scope.Dispose();
        WorkContext.Progress = _display;
    }

    [Fact]
    public void A_classifier_maps_images_to_logits()
    {
        using Classifier classifier = NewClassifier(hidden: 32);

        Assert.Equal([5, 3], classifier.call(zeros(5, 1, 28, 28)).shape);
        Assert.Equal([5, 32], classifier.Features(zeros(5, 1, 28, 28)).shape);
        Assert.Equal(["head.hidden.weight", "head.hidden.bias", "head.classes.weight", "head.classes.bias"],
            classifier.named_parameters().Select(entry => entry.name).Where(name => name.StartsWith("head", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_head_may_be_linear_or_normalise_its_features_without_weights()
    {
        using Classifier linear = NewClassifier(hidden: 0), normalised = NewClassifier(hidden: 0, normalize: true);

        Assert.Equal(2, linear.Head.parameters().Count());
        Assert.Equal(2, normalised.Head.parameters().Count());
        Tensor features = randn(64, 32).mul(1000).add(5000);
        Tensor seen = normalised.Head.named_children().First().module is nn.Module<Tensor, Tensor> norm ? norm.call(features) : features;
        Assert.Equal(0, seen.mean().item<float>(), 3);
        Assert.Equal(1, seen.std(0, unbiased: false).mean().item<float>(), 3);
    }

    [Fact]
    public void A_frozen_encoder_does_not_move_and_its_head_learns()
    {
        using Classifier classifier = NewClassifier(normalize: true);
        classifier.Encoder.train();  // as it comes out of a pretraining
        float[][] before = Values(classifier.Encoder), head = Values(classifier.Head);

        TrainingHistory history = TransferLearning.Frozen(classifier, _toys.All, new TransferOptions { Epochs = 15, BatchSize = 32, LearningRate = 0.1 });

        Assert.Equal(before, Values(classifier.Encoder));
        Assert.NotEqual(head, Values(classifier.Head));
        Assert.True(classifier.Encoder.training);
        Assert.True(history.Epochs[^1].Loss < 0.8 * history.Epochs[0].Loss, $"{history.Epochs[0].Loss} -> {history.Epochs[^1].Loss}");
    }

    [Fact]
    public void Features_of_a_frozen_encoder_are_those_of_evaluation_whatever_mode_it_is_in()
    {
        using Classifier training = NewClassifier(), resting = NewClassifier();
        training.train();
        resting.eval();
        var options = new TransferOptions { Epochs = 2, BatchSize = 32 };

        Assert.Equal(
            TransferLearning.Frozen(resting, _toys.All, options).Epochs.Select(epoch => epoch.Loss),
            TransferLearning.Frozen(training, _toys.All, options).Epochs.Select(epoch => epoch.Loss));
    }

    [Fact]
    public void End_to_end_moves_every_weight_and_learns()
    {
        using Classifier classifier = NewClassifier();
        float[][] before = Values(classifier);

        TransferLearning.EndToEnd(classifier, _toys.All, new TransferOptions { Epochs = 15, BatchSize = 32, LearningRate = 0.1 });

        Assert.All(before.Zip(Values(classifier)), pair => Assert.NotEqual(pair.First, pair.Second));
        using var test = new ToyImages(perClass: 30, seed: 1);
        var report = ClassificationReport.Compute(Predictor.Probabilities(classifier, test.Images), test.Labels);
        Assert.True(report.Accuracy > 0.8, $"accuracy {report.Accuracy}");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]   // 120 images make 3 full batches of 32
    [InlineData(7, 3)]
    public void As_many_steps_as_asked_for_on_however_many_images(int steps, int passes)
    {
        using Classifier classifier = NewClassifier();
        using Classifier averaged = NewClassifier(seed: 2);
        using var average = new WeightAverage(classifier, averaged, 0.5);

        TrainingHistory history = TransferLearning.EndToEnd(
            classifier, _toys.All, new TransferOptions { Steps = steps, BatchSize = 32 }, average);

        Assert.Equal(passes, history.Epochs.Count);
        Assert.Equal(steps, average.Updates.item<long>());
    }

    [Fact]
    public void Fewer_images_than_a_batch_are_one_step()
    {
        using Classifier classifier = NewClassifier();

        Assert.Equal(4, TransferLearning.Frozen(classifier, _toys.First(10), new TransferOptions { Epochs = 4 }).Epochs.Count);
    }

    [Fact]
    public void The_same_seed_gives_the_same_training_and_every_option_another()
    {
        double[] Losses(TransferOptions options)
        {
            using Classifier classifier = NewClassifier();
            return [.. TransferLearning.EndToEnd(classifier, _toys.First(100), options).Epochs.Select(epoch => epoch.Loss)];
        }

        var usual = new TransferOptions { Epochs = 2, BatchSize = 16 };
        double[] expected = Losses(usual);
        Assert.Equal(expected, Losses(usual));
        Assert.All(
            new[]
            {
                usual with { Seed = 7 }, usual with { LearningRate = 0.02 }, usual with { Schedule = _ => 1 }, usual with { BatchSize = 20 }, usual with { WeighClasses = false },
                usual with { Views = new Flip(1) }, usual with { Optimizer = (parameters, rate) => optim.SGD(parameters, rate) },
            },
            changed => Assert.NotEqual(expected, Losses(changed)));
    }

    [Fact]
    public void The_learning_rate_follows_its_schedule_from_step_to_step()
    {
        using Classifier classifier = NewClassifier();
        var seen = new List<double>();
        TransferLearning.Frozen(classifier, _toys.All, TransferOptions.Supervised with
        {
            Steps = 10,
            Schedule = progress =>
            {
                seen.Add(progress);
                return TransferOptions.Halving(progress);
            },
        });

        Assert.Equal(Enumerable.Range(0, 10).Select(step => step / 10.0), seen);
        Assert.Equal([1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.0625, 0.0625], seen.Select(TransferOptions.Halving));
        Assert.Equal(0.5, TransferOptions.Cosine(0.5), 12);
    }

    [Fact]
    public void A_stop_is_obeyed_and_a_diverged_training_says_so()
    {
        using Classifier classifier = NewClassifier();
        Assert.Throws<OperationCanceledException>(
            () => TransferLearning.EndToEnd(classifier, _toys.All, cancellation: new CancellationToken(canceled: true)));
        Exception found = Assert.Throws<InvalidOperationException>(
            () => TransferLearning.EndToEnd(classifier, _toys.All, new TransferOptions { Epochs = 5, BatchSize = 32, LearningRate = 1e30 }));
        Assert.Contains("learning rate", found.Message, StringComparison.Ordinal);
    }

    private static Classifier NewClassifier(int hidden = 64, bool normalize = false, int seed = 1)
    {
        random.manual_seed(seed);
        return new Classifier(new TinyEncoder(inputs: 1), 3, hidden, normalize);
    }

    private static float[][] Values(nn.Module module) =>
        [.. module.state_dict().Values.Select(value => value.@float().data<float>().ToArray())];
}
