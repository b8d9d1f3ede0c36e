using CourseCompanion.Data;
using CourseCompanion.Files;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Data;

public class LabelledSplitTests
{
    private static readonly long[] Labels = [.. Enumerable.Range(0, 300).Select(index => (long)(index % 3 == 0 ? 2 : index % 2))];

    [Fact]
    public void PerClass_TakesThatManyOfEach_AndAllTheRestIsUnlabelled()
    {
        using Tensor labels = tensor(Labels);
        using LabelledSplit split = LabelledSplit.PerClass(labels, perClass: 20);

        long[] labelled = split.LabelledIndices.data<long>().ToArray();
        long[] unlabelled = split.UnlabelledIndices.data<long>().ToArray();
        Assert.All(Enumerable.Range(0, 3), label => Assert.Equal(20, labelled.Count(index => Labels[index] == label)));
        Assert.Equal(Enumerable.Range(0, 300).Select(index => (long)index), labelled.Concat(unlabelled).Order());
        Assert.Equal(labelled.Order(), labelled);
    }

    [Fact]
    public void PerClass_SameSeedSameImages_OtherSeedOthers()
    {
        using Tensor labels = tensor(Labels);
        using LabelledSplit first = LabelledSplit.PerClass(labels, 20, seed: 1);
        using LabelledSplit again = LabelledSplit.PerClass(labels, 20, seed: 1);
        using LabelledSplit other = LabelledSplit.PerClass(labels, 20, seed: 2);

        Assert.True(first.LabelledIndices.Equals(again.LabelledIndices));
        Assert.False(first.LabelledIndices.Equals(other.LabelledIndices));
    }

    [Fact]
    public void PerClass_TooFewImagesOfAClass_NamesClassAndCount()
    {
        using Tensor labels = tensor(new long[] { 0, 0, 0, 1, 1 });

        string message = Assert.Throws<DatasetException>(() => LabelledSplit.PerClass(labels, 3)).Message;

        Assert.Contains("Class 1 has 2 images", message);
        Assert.Contains("at most 2", message);
    }

    [Fact]
    public void PerClass_NoClassNumbers_IsRefused()
    {
        using Tensor floats = zeros(5);
        using Tensor negative = tensor(new long[] { 0, -1 });
        using Tensor labels = tensor(Labels);

        Assert.Throws<ArgumentException>(() => LabelledSplit.PerClass(floats));
        Assert.Throws<ArgumentException>(() => LabelledSplit.PerClass(negative, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LabelledSplit.PerClass(labels, 0));
    }

    [Fact]
    public void PerClass_InsideADisposeScope_OutlivesIt()
    {
        using Tensor labels = tensor(Labels);
        LabelledSplit split;
        using (NewDisposeScope())
        {
            split = LabelledSplit.PerClass(labels, 20);
        }

        Assert.Equal(60, split.LabelledIndices.shape[0]);
        split.Dispose();
    }
}
