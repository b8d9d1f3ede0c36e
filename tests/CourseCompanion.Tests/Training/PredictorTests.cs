using CourseCompanion.Models;
using CourseCompanion.Tests.Work;
using CourseCompanion.Training;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Training;

[Collection(WorkContextTests.Name)]
public class PredictorTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Predictions_leave_the_mode_and_the_statistics_of_the_model_as_they_were(bool training)
    {
        using var scope = NewDisposeScope();
        using var data = new ToyImages(perClass: 4);
        using var model = new SimpleCnn(1, 3, 4, 8);
        model.train(training);
        float[][] before = State(model);

        Predictor.Probabilities(model, data.Images);

        Assert.Equal(training, model.training);
        Assert.Equal(before, State(model));
    }

    [Fact]
    public void Predictions_leave_a_part_at_rest_that_was_at_rest()
    {
        using var scope = NewDisposeScope();
        using var data = new ToyImages(perClass: 4);
        using var model = new SimpleCnn(1, 3, 4, 8);
        nn.Module frozen = model.modules().First(module => module is TorchSharp.Modules.BatchNorm2d);
        frozen.eval();

        Predictor.Probabilities(model, data.Images);

        Assert.True(model.training);
        Assert.False(frozen.training);
        Assert.Equal(1, model.modules().Count(module => !module.training));
    }

    [Fact]
    public void Predictions_do_not_depend_on_the_batch_size()
    {
        using var scope = NewDisposeScope();
        using var data = new ToyImages(perClass: 7);
        using var model = new SimpleCnn(1, 3, 4, 8);

        float[] whole = TrainerTests.Flat(Predictor.Logits(model, data.Images, batchSize: 100));
        float[] pieces = TrainerTests.Flat(Predictor.Logits(model, data.Images, batchSize: 4));

        Assert.Equal(21 * 3, whole.Length);
        for (int i = 0; i < whole.Length; i++)
        {
            Assert.Equal(whole[i], pieces[i], 1e-5f);
        }
    }

    [Fact]
    public void Predictions_follow_the_order_of_the_indices()
    {
        using var scope = NewDisposeScope();
        using var data = new ToyImages(perClass: 3);
        using var model = new SimpleCnn(1, 3, 4, 8);
        Tensor all = Predictor.Logits(model, data.Images);

        Tensor chosen = Predictor.Logits(model, data.Images, tensor(new long[] { 5, 0, 5 }), batchSize: 2);

        Assert.True(allclose(chosen, all.index_select(0, tensor(new long[] { 5, 0, 5 })), atol: 1e-5));
    }

    [Fact]
    public void Probabilities_sum_to_one_and_carry_no_gradient()
    {
        using var scope = NewDisposeScope();
        using var data = new ToyImages(perClass: 3);
        using var model = new SimpleCnn(1, 3, 4, 8);

        Tensor probabilities = Predictor.Probabilities(model, data.Images);

        Assert.True(allclose(probabilities.sum(1), ones(9), atol: 1e-5));
        Assert.False(probabilities.requires_grad);
    }

    [Fact]
    public void Any_output_shows_its_progress_when_asked_to_and_stops_when_told_to()
    {
        using var scope = NewDisposeScope();
        using var data = new ToyImages(perClass: 3);
        using var model = new SimpleCnn(1, 3, 4, 8);
        var progress = new RecordingProgress();
        IProgressDisplay before = WorkContext.Progress;
        try
        {
            WorkContext.Progress = progress;

            Tensor features = Predictor.Apply(model, model.Features, data.Images, batchSize: 4, progressTitle: "Description des images");

            Assert.Equal([9, model.FeatureCount], features.shape);
            Assert.Equal([("Description des images", 9)], progress.Started);
            Assert.Equal([4, 8, 9], progress.Reports);
            Assert.Equal(1, progress.Ended);
        }
        finally
        {
            WorkContext.Progress = before;
        }

        Assert.Throws<OperationCanceledException>(
            () => Predictor.Apply(model, model.Features, data.Images, cancellation: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void ResidentImages_batch_is_the_normalised_pixels_in_the_order_asked_for()
    {
        using var scope = NewDisposeScope();
        Tensor pixels = arange(2 * 3 * 28 * 28, dtype: ScalarType.Int64).remainder(256).to(ScalarType.Byte).reshape(2, 3, 28, 28);
        using var images = new ResidentImages(pixels);

        Tensor batch = images.Batch(tensor(new long[] { 1, 0 }));

        Assert.Equal([2L, 3, 28, 28], batch.shape);
        Assert.True(allclose(batch, pixels.flip(0).to(ScalarType.Float32).div(127.5).sub(1), atol: 1e-6));
        Assert.Equal(1, batch.stride(1));
    }

    [Fact]
    public void ResidentImages_of_float_pixels_are_refused()
    {
        using Tensor pixels = zeros(2, 3, 28, 28);

        Assert.Contains("bytes [N, C, H, W]", Assert.Throws<ArgumentException>(() => new ResidentImages(pixels)).Message, StringComparison.Ordinal);
    }

    private static float[][] State(nn.Module model) =>
        [.. model.state_dict().Values.Select(value => TrainerTests.Flat(value.to(ScalarType.Float32)))];
}
