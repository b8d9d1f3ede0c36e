using CourseCompanion.BrainScan;
using CourseCompanion.Classifiers;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.BrainScan;

public class WeakLabelsTests
{
    [Fact]
    public void A_cluster_takes_the_label_of_most_and_none_without_a_majority()
    {
        using var scope = NewDisposeScope();

        // Cluster 0: two cancers, one normal; 1: one of each; 2: one normal; 3: nobody labelled.
        WeakLabelling weak = WeakLabels.FromClusters(
            tensor(new long[] { 0, 0, 0, 1, 1, 2 }), tensor(new long[] { 1, 1, 0, 1, 0, 0 }), tensor(new long[] { 3, 0, 1, 2, 0 }));

        Assert.Equal([1L, 3L, 4L], weak.Rows.data<long>().ToArray());
        Assert.Equal([1L, 0L, 1L], weak.Labels.data<long>().ToArray());
    }

    [Fact]
    public void Two_clouds_are_labelled_rightly_by_spreading_and_by_self_training()
    {
        using var scope = NewDisposeScope();
        (Tensor labelled, Tensor labels, Tensor unlabelled, Tensor truth) = Clouds();
        foreach (WeakLabelling weak in new[] { WeakLabels.FromSpreading(labelled, labels, unlabelled), WeakLabels.FromSelfTraining(labelled, labels, unlabelled, c: 1) })
        {
            Assert.InRange(weak.Count, 50, 100);
            Assert.True(weak.Labels.eq(truth.index_select(0, weak.Rows)).to(ScalarType.Float32).mean().item<float>() > 0.97);
        }
    }

    [Fact]
    public void A_higher_confidence_keeps_fewer_and_one_that_nothing_reaches_changes_nothing()
    {
        using var scope = NewDisposeScope();
        (Tensor labelled, Tensor labels, Tensor unlabelled, _) = Clouds();
        int Kept(double confidence) => WeakLabels.FromSelfTraining(labelled, labels, unlabelled, c: 0.1, confidence, rounds: 1).Count;

        Assert.True(Kept(0.95) < Kept(0.7));
        WeakLabelling none = WeakLabels.FromSelfTraining(labelled, labels, unlabelled, c: 1e-4, confidence: 1);
        Assert.Equal(0, none.Count);
        Assert.Equal(
            LogisticRegression.Fit(labelled, labels, 1e-4).Weights, WeakLabels.Together(labelled, labels, unlabelled, none, 1e-4).Weights);
    }

    [Fact]
    public void Weak_labels_weigh_together_as_much_as_true_ones()
    {
        using var scope = NewDisposeScope();
        (Tensor labelled, Tensor labels, Tensor unlabelled, Tensor truth) = Clouds();
        var weak = new WeakLabelling(arange(100, ScalarType.Int64), truth);
        Tensor weights = cat([ones(8), full(100, 8.0 / 100)], 0);

        Assert.Equal(
            LogisticRegression.Fit(cat([labelled, unlabelled], 0), cat([labels, truth], 0), 1, weights).Weights,
            WeakLabels.Together(labelled, labels, unlabelled, weak, 1).Weights);
    }

    // Two clouds of 54 points in 4 dimensions, four of each labelled.
    private static (Tensor Labelled, Tensor Labels, Tensor Unlabelled, Tensor Truth) Clouds()
    {
        using var generator = new Generator(11);
        Tensor truth = arange(108, ScalarType.Int64).remainder(2);
        Tensor points = randn([108, 4], generator: generator).mul_(0.5).add_(truth.unsqueeze(1).mul(2));
        return (points.narrow(0, 0, 8), truth.narrow(0, 0, 8), points.narrow(0, 8, 100), truth.narrow(0, 8, 100));
    }
}
