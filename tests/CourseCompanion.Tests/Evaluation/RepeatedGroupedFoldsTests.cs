using CourseCompanion.Evaluation;

namespace CourseCompanion.Tests.Evaluation;

public class RepeatedGroupedFoldsTests
{
    // A hundred images of two classes: ten groups of three of class 1, two pairs across the classes, the rest alone.
    private static readonly long[] s_labels = [.. Enumerable.Range(0, 100).Select(image => image < 50 ? 1L : 0L)];
    private static readonly long[] s_groups =
        [.. Enumerable.Range(0, 100).Select(image => image < 30 ? image / 3 : image is 40 or 60 ? 1000 : image is 41 or 61 ? 1001 : image)];

    [Fact]
    public void Each_image_is_judged_once_a_repetition() => Assert.All(
        RepeatedGroupedFolds.Split(s_labels, s_groups).GroupBy(fold => fold.Repeat),
        folds =>
        {
            Assert.Equal(Enumerable.Range(0, 100), folds.SelectMany(fold => fold.Test).Order());
            Assert.All(folds, fold => Assert.Equal(Enumerable.Range(0, 100), fold.Train.Concat(fold.Test).Order()));
        });

    [Fact]
    public void Groups_are_never_separated() => Assert.All(
        RepeatedGroupedFolds.Split(s_labels, s_groups),
        fold => Assert.Empty(fold.Train.Select(image => s_groups[image]).Intersect(fold.Test.Select(image => s_groups[image]))));

    [Fact]
    public void Classes_keep_their_shares() => Assert.All(
        RepeatedGroupedFolds.Split(s_labels, s_groups),
        fold =>
        {
            Assert.InRange(fold.Test.Count, 18, 22);
            Assert.InRange(fold.Test.Count(image => s_labels[image] == 1), 9, 11);
        });

    [Fact]
    public void Repetitions_differ_and_follow_the_seed()
    {
        Assert.Equal(Tests(42), Tests(42));
        Assert.NotEqual(Tests(42), Tests(43));
        Assert.Equal(50, Tests(42).Distinct().Count());
    }

    [Fact]
    public void What_cannot_be_divided_is_refused()
    {
        Assert.Throws<ArgumentException>(() => RepeatedGroupedFolds.Split([0, 1, 0, 1], [7, 7, 8, 8], folds: 3));
        Assert.Throws<ArgumentException>(() => RepeatedGroupedFolds.Split([0, 1], [0], folds: 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => RepeatedGroupedFolds.Split([0, 1], [0, 1], folds: 1));
    }

    private static string[] Tests(int seed) =>
        [.. RepeatedGroupedFolds.Split(s_labels, s_groups, seed: seed).Select(fold => string.Join(' ', fold.Test))];
}
