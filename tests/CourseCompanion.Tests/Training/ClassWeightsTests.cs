using CourseCompanion.Training;

namespace CourseCompanion.Tests.Training;

public class ClassWeightsTests
{
    [Fact]
    public void FromCounts_is_the_share_of_the_other_classes() =>
        Assert.Equal([0.9, 0.4, 0.7, 1], ClassWeights.FromCounts([10, 60, 30, 0]));

    [Theory]
    [InlineData()]
    [InlineData(0, 0)]
    [InlineData(5, 0)]
    [InlineData(5, 3, -1)]
    public void FromCounts_of_fewer_than_two_classes_or_less_than_nothing_is_refused(params int[] counts) =>
        Assert.Contains(string.Join(", ", counts), Assert.Throws<ArgumentException>(
            () => ClassWeights.FromCounts(counts.Select(count => (long)count))).Message, StringComparison.Ordinal);
}
