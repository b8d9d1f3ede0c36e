using CourseCompanion.Evaluation;

namespace CourseCompanion.Tests.Evaluation;

public sealed class RiskCoverageTests
{
    private static readonly float[,] Probabilities = { { 0.9f, 0.1f }, { 0.2f, 0.8f }, { 0.6f, 0.4f }, { 0.4f, 0.6f }, { 0, 0 } };
    private static readonly long[] Labels = [0, 1, 1, 1, 1];

    [Fact]
    public void Curve_takes_images_by_confidence_and_equal_ones_together()
    {
        IReadOnlyList<RiskCoveragePoint> curve = RiskCoverage.Curve(Probabilities, Labels);
        Assert.Equal([0.2, 0.4, 0.8, 1], curve.Select(point => point.Coverage));
        Assert.Equal([0, 0, 0.25, 0.4], curve.Select(point => point.Risk));
        Assert.Equal([0.9f, 0.8f, 0.6f, 0], curve.Select(point => (float)point.Confidence));
    }

    [Fact]
    public void Curve_counts_rows_of_zeros_as_wrong_whatever_their_class()
    {
        IReadOnlyList<RiskCoveragePoint> curve = RiskCoverage.Curve(new[,] { { 0.9f, 0.1f }, { 0, 0 } }, [0, 0]);
        Assert.Equal([0, 0.5], curve.Select(point => point.Risk));
    }

    [Fact]
    public void PerClass_counts_answers_and_right_ones()
    {
        IReadOnlyList<AssignedClass> classes = RiskCoverage.PerClass([0, 1, -1, 0, -1], [0, 0, 0, 1, 1], 3);
        Assert.Equal(new AssignedClass(0, 3, 2, 2 / 3.0, 0.5), classes[0]);
        Assert.Equal(new AssignedClass(1, 2, 1, 0.5, 0), classes[1]);
        Assert.True(double.IsNaN(classes[2].Coverage) && double.IsNaN(classes[2].Precision));
    }

    [Fact]
    public void PerClass_with_labels_that_do_not_fit_is_refused()
    {
        Assert.Throws<ArgumentException>(() => RiskCoverage.PerClass([0], [0, 1], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => RiskCoverage.PerClass([2], [0], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => RiskCoverage.PerClass([0], [-1], 2));
    }
}
