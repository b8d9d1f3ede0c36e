using CourseCompanion.SelfTraining;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.SelfTraining;

public class SelectionRuleTests
{
    private static readonly float[,] Probabilities =
    {
        { 0.95f, 0.03f, 0.02f },
        { 0.60f, 0.38f, 0.02f },
        { 0.10f, 0.85f, 0.05f },
        { 0.50f, 0.25f, 0.25f },
        { 0.05f, 0.05f, 0.90f },
        { 0.70f, 0.20f, 0.10f },
    };

    [Fact]
    public void ConfidenceThreshold_keeps_rows_at_or_above_it() =>
        AssertSelects(new ConfidenceThreshold(0.85), [0, 2, 4], [0, 1, 2]);

    [Fact]
    public void ConfidenceThreshold_above_every_row_keeps_nothing() =>
        AssertSelects(new ConfidenceThreshold(0.99), [], []);

    [Fact]
    public void MarginThreshold_keeps_rows_whose_lead_is_large() =>
        AssertSelects(new MarginThreshold(0.3), [0, 2, 4, 5], [0, 1, 2, 0]);

    [Fact]
    public void ClassBalanced_top_keeps_the_most_confident_of_each_class() =>
        AssertSelects(ClassBalanced.Top(2), [0, 2, 4, 5], [0, 1, 2, 0]);

    [Fact]
    public void ClassBalanced_proportion_rounds_up_in_each_class() =>
        AssertSelects(ClassBalanced.Proportion(0.5), [0, 2, 4, 5], [0, 1, 2, 0]);

    [Fact]
    public void ClassBalanced_with_a_threshold_drops_rows_below_it() =>
        AssertSelects(ClassBalanced.Top(2, threshold: 0.88), [0, 4], [0, 2]);

    [Fact]
    public void ClassBalanced_with_a_class_that_is_never_predicted_goes_without_it()
    {
        using Tensor probabilities = tensor(new[,] { { 0.9f, 0.1f }, { 0.8f, 0.2f } });
        using PseudoLabels selected = ClassBalanced.Top(1).Select(probabilities);

        Assert.Equal([0L], selected.Rows.data<long>().ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.2)]
    [InlineData(90)]
    [InlineData(double.NaN)]
    public void A_threshold_outside_0_and_1_is_refused_with_its_value_and_a_way_out(double value)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new ConfidenceThreshold(value));

        Assert.Equal(value, error.ActualValue);
        Assert.Contains("strictly between 0 and 1, for example 0.9", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MarginThreshold(value));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassBalanced.Proportion(value));
    }

    [Fact]
    public void ClassBalanced_proportion_is_not_rounded_up_by_rounding()
    {
        // 0.07 * 100 is 7.000000000000001.
        using Tensor probabilities = tensor(new[] { 0.9f, 0.1f }).repeat(100, 1);
        using PseudoLabels selected = ClassBalanced.Proportion(0.07).Select(probabilities);

        Assert.Equal(7, selected.Count);
    }

    public static TheoryData<float[,], string> NotProbabilities => new()
    {
        { new[,] { { 0.5f, 0.5f }, { 4, 1 } }, "Row 1" },
        { new[,] { { float.NaN, float.NaN } }, "Row 0" },
        { new[,] { { 1.5f, -0.5f } }, "Row 0" },
        { new[,] { { 1f }, { 1f } }, "[2, 1]" },
    };

    [Theory]
    [MemberData(nameof(NotProbabilities))]
    public void Rows_that_are_no_probabilities_are_refused(float[,] rows, string expected)
    {
        using Tensor scores = tensor(rows);
        foreach (ISelectionRule rule in (ISelectionRule[])[new ConfidenceThreshold(), new MarginThreshold(), ClassBalanced.Top(1)])
        {
            Assert.Contains(expected, Assert.Throws<ArgumentException>(() => rule.Select(scores)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_rule_on_no_row_selects_none()
    {
        using Tensor nothing = zeros(0, 3);
        foreach (ISelectionRule rule in (ISelectionRule[])[new ConfidenceThreshold(), new MarginThreshold(), ClassBalanced.Top(1)])
        {
            using PseudoLabels selected = rule.Select(nothing);
            Assert.Equal(0, selected.Count);
        }
    }

    [Fact]
    public void A_probability_of_exactly_1_is_kept() =>
        Assert.Equal(1, new ConfidenceThreshold(0.999).Select(tensor(new[,] { { 0f, 1f } })).Count);

    [Fact]
    public void ClassBalanced_with_no_image_per_class_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassBalanced.Top(0));

    private static void AssertSelects(ISelectionRule rule, long[] rows, long[] labels)
    {
        using Tensor probabilities = tensor(Probabilities);
        using PseudoLabels selected = rule.Select(probabilities);

        Assert.Equal(rows, selected.Rows.data<long>().ToArray());
        Assert.Equal(labels, selected.Labels.data<long>().ToArray());
        Assert.Equal(rows.Length, selected.Count);
    }
}
