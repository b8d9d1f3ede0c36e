using System.Text.Json;
using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Evaluation;

public class ConfidentLearningTests
{
    [Fact]
    public void Findings_are_those_of_a_naive_reference()
    {
        JsonElement golden = Golden.Load("Evaluation", "reliability_golden.json");

        LabelIssues found = ConfidentLearning.Find(golden.GetProperty("probabilities").Matrix(), golden.GetProperty("given").Longs());

        Assert.Equal(golden.GetProperty("thresholds").Doubles(), found.Thresholds, (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(golden.GetProperty("confident_joint").Matrix(), Floats(found.ConfidentJoint));
        Assert.Equal(golden.GetProperty("suspects").Longs(), found.Images.Select(image => (long)image));
        Assert.Equal(golden.GetProperty("suggested").Longs(), found.Suggested);
        float[,] joint = golden.GetProperty("joint").Matrix();
        Assert.All(
            from row in Enumerable.Range(0, 4) from column in Enumerable.Range(0, 4) select (row, column),
            cell => Assert.Equal(joint[cell.row, cell.column], found.Joint[cell.row, cell.column], 1e-6));
    }

    [Fact]
    public void The_joint_of_the_papers_figure_is_found_again()
    {
        // Figure 1 of the paper: dogs, foxes and cows.
        double[,] joint = ConfidentLearning.Calibrate(new long[,] { { 100, 40, 20 }, { 56, 60, 0 }, { 32, 12, 80 } }, [160, 116, 124]);

        Assert.Equal([0.25, 0.1, 0.05, 0.14, 0.15, 0, 0.08, 0.03, 0.2], joint.Cast<double>(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void A_contradicted_label_is_found_by_hand()
    {
        // Mean probability of its own label: class 0 (0.9 + 0.8 + 0.2) / 3 = 0.633, class 1 (0.7 + 0.9) / 2 = 0.8.
        float[,] probabilities = { { 0.9f, 0.1f }, { 0.8f, 0.2f }, { 0.2f, 0.8f }, { 0.3f, 0.7f }, { 0.1f, 0.9f } };

        LabelIssues found = ConfidentLearning.Find(probabilities, [0, 0, 0, 1, 1]);

        Assert.Equal([2], found.Images);
        Assert.Equal([1L], found.Suggested);
        Assert.Equal(new long[,] { { 2, 1 }, { 0, 1 } }, found.ConfidentJoint);
        Assert.Equal(0.2, found.NoiseShare, 1e-9);   // a third of the three images under label 0
    }

    [Fact]
    public void A_class_that_no_label_names_is_never_suggested()
    {
        LabelIssues found = ConfidentLearning.Find(new[,] { { 0.1f, 0.1f, 0.8f }, { 0.6f, 0.3f, 0.1f }, { 0.2f, 0.7f, 0.1f } }, [0, 0, 1]);

        Assert.True(double.IsNaN(found.Thresholds[2]));
        Assert.DoesNotContain(2, found.Suggested);
    }

    [Fact]
    public void Planted_noise_is_exact_reproducible_and_leaves_the_labels_alone()
    {
        using var scope = NewDisposeScope();
        Tensor labels = arange(200, ScalarType.Int64).remainder(4), before = labels.clone();
        NoisyLabels noisy = LabelNoise.Symmetric(labels, 4, 0.2, seed: 5), again = LabelNoise.Symmetric(labels, 4, 0.2, seed: 5);

        Assert.True(labels.Equals(before));
        Assert.True(noisy.Labels.Equals(again.Labels));
        Assert.True(noisy.Labels.ne(labels).Equals(noisy.Changed));
        Assert.Equal(40, noisy.Changed.sum().item<long>());
        Assert.Equal(4, noisy.Labels.masked_select(noisy.Changed).bincount(weights: null, minlength: 4).gt(0).sum().item<long>());
    }

    [Fact]
    public void Confusion_changes_mistakable_classes_only()
    {
        using var scope = NewDisposeScope();
        Tensor labels = arange(200, ScalarType.Int64).remainder(4);
        NoisyLabels noisy = LabelNoise.Confused(labels, [1, 0, 2, 3], 0.3);

        Assert.Equal(30, noisy.Changed.sum().item<long>());
        Assert.True(noisy.Changed.masked_select(labels.ge(2)).any().logical_not().item<bool>());
        Assert.True(noisy.Labels.add(labels).masked_select(noisy.Changed).eq(1).all().item<bool>());
    }

    [Fact]
    public void Bad_labels_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentOutOfRangeException>(() => LabelNoise.Symmetric(zeros(3, ScalarType.Int64), 2, 1.5));
        Assert.Throws<ArgumentException>(() => LabelNoise.Symmetric(full(3, 2, ScalarType.Int64), 2, 0.5));
        Assert.Throws<ArgumentException>(() => LabelNoise.Confused(zeros(3, ScalarType.Int64), [2, 0], 0.5));
        Assert.Throws<ArgumentException>(() => ConfidentLearning.Find(new[,] { { 2f, 1f } }, [0]));
    }

    private static float[,] Floats(long[,] counts)
    {
        var floats = new float[counts.GetLength(0), counts.GetLength(1)];
        for (int row = 0; row < floats.GetLength(0); row++)
        {
            for (int column = 0; column < floats.GetLength(1); column++)
            {
                floats[row, column] = counts[row, column];
            }
        }

        return floats;
    }
}
