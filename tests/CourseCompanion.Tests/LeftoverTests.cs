using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.Graphs;
using CourseCompanion.Models;
using CourseCompanion.Projection;
using CourseCompanion.SelfTraining;
using CourseCompanion.Tests.Training;
using CourseCompanion.Tests.Work;
using CourseCompanion.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests;

/// <summary>
/// What the library makes in between goes at once. Left to the caller's dispose scope, which in a notebook is none and in a loop
/// is outside of it, it would keep memory until that ends or the garbage collector comes by.
/// </summary>
[Collection(WorkContextTests.Name)]
public class LeftoverTests
{
    [Fact]
    public void Evaluation_leaves_no_tensor_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor probabilities = rand(20, 3, ScalarType.Float64).softmax(1), labels = arange(20).remainder(3).to(ScalarType.Int32);
        AssertLeavesNothing(scope, () =>
        {
            ClassificationReport.Compute(probabilities, labels);
            Calibration.ExpectedCalibrationError(probabilities, labels);
            TemperatureScaling.Fit(probabilities, labels);
            RiskCoverage.Curve(probabilities, labels);
            Bootstrap.ConfidenceInterval(ClassificationReport.Compute(probabilities, labels), confusion => confusion.Accuracy, resamples: 2);
        });
    }

    [Fact]
    public void Graphs_and_projections_leave_no_tensor_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor points = rand(40, 5, ScalarType.Float64), labels = arange(40).remainder(3), known = arange(6);
        AssertLeavesNothing(scope, () =>
        {
            using NeighbourGraph graph = NeighbourGraph.Build(points, new GraphOptions { Neighbours = 3 });
            using Tensor some = KnownLabels.Only(labels, known);
            using Tensor components = graph.ConnectedComponents(), normalized = graph.NormalizedMatrix();
            PropagationResult result = LabelSpreading.Fit(graph, some);
            Dispose(result, result.Predict(points), LabelPropagation.Fit(graph, some));
            using Pca pca = Pca.Fit(points);
            pca.Transform(points).Dispose();
            Tsne.Embed(points, new TsneOptions { Iterations = 2 }).Dispose();
        });

        static void Dispose(params ClassPredictions[] predictions)
        {
            foreach (ClassPredictions prediction in predictions)
            {
                prediction.Probabilities.Dispose();
                prediction.Labels.Dispose();
            }
        }
    }

    [Fact]
    public void Endless_batches_leave_no_tensor_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        var sampler = new BatchSampler(10, batchSize: 4);
        using IEnumerator<Tensor> batches = sampler.Endless().GetEnumerator();
        batches.MoveNext();
        batches.Current.Dispose();
        AssertLeavesNothing(scope, () =>
        {
            for (int step = 0; step < 9; step++)
            {
                batches.MoveNext();
                batches.Current.Dispose();
            }
        });
    }

    [Fact]
    public void Training_predicting_and_selecting_leave_no_tensor_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        using var toys = new ToyImages(perClass: 6);
        using var model = new SimpleCnn(1, 3, 4, 8);
        using var trainer = new Trainer(model, new TrainingOptions { Epochs = 2, ClassWeights = [1, 2, 3] });
        LabelledImages all = toys.All;
        AssertLeavesNothing(scope, () =>
        {
            trainer.Fit(all, all);
            using Tensor probabilities = Predictor.Probabilities(model, toys.Images);
            using PseudoLabels selected = new ConfidenceThreshold(0.5).Select(probabilities);
            using WeightSnapshot snapshot = WeightSnapshot.Take(model);
            snapshot.Restore(model);
        });
    }

    private static void AssertLeavesNothing(DisposeScope scope, Action work)
    {
        int before = scope.DisposablesCount;
        work();
        Assert.Equal(before, scope.DisposablesCount);
    }
}
