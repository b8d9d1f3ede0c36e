using CourseCompanion.Data;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Data;

public class ImageSetTests
{
    [Fact]
    public void Select_TakesImagesAndLabelsInThatOrder()
    {
        using ImageSet set = Small();
        using Tensor indices = tensor(new long[] { 2, 0 });
        using ImageSet part = set.Select(indices);

        Assert.Equal([2, 0], part.Labels.data<long>().ToArray());
        Assert.Equal(8, part.Images[0, 0, 0, 0].item<byte>());
        Assert.Equal(2, part.Count);
        Assert.Equal(3, part.ClassCount);
    }

    [Fact]
    public void Set_OutlivesTheScopeItWasMadeIn_AndItsSource()
    {
        ImageSet copy;
        using (NewDisposeScope())
        {
            using ImageSet set = Small();
            copy = set.To(CPU);
        }

        Assert.Equal([1, 1, 1], copy.CountByClass());
        copy.Dispose();
    }

    [Fact]
    public void Constructor_TensorsThatDoNotFit_AreRefused()
    {
        using Tensor images = zeros([3, 1, 2, 2], ScalarType.Byte);
        using Tensor labels = zeros([3], ScalarType.Int64);
        using Tensor floats = zeros([3, 1, 2, 2]);
        using Tensor two = zeros([2], ScalarType.Int64);
        using Tensor findings = zeros([3, 5], ScalarType.Int64);

        Assert.Throws<ArgumentException>(() => new ImageSet(floats, labels, 2));
        Assert.Throws<ArgumentException>(() => new ImageSet(images, two, 2));
        Assert.Throws<ArgumentException>(() => new ImageSet(images, findings, 4));
    }

    [Fact]
    public void CountByClass_MultiLabel_CountsFindings()
    {
        using ImageSet set = new(zeros([3, 1, 2, 2], ScalarType.Byte), tensor(new long[] { 1, 0, 1, 1, 0, 0 }).reshape(3, 2), 2);

        Assert.Equal([2, 1], set.CountByClass());
    }

    [Fact]
    public void Normalize_MapsBytesToMinusOneToOne_AndBack()
    {
        using Tensor bytes = arange(256, ScalarType.Byte).reshape(1, 1, 16, 16);
        using Tensor normal = Preprocessing.Normalize(bytes);
        using Tensor back = Preprocessing.ToPixels(normal);

        Assert.Equal(-1f, normal[0, 0, 0, 0].item<float>());
        Assert.Equal(1f, normal[0, 0, 15, 15].item<float>());
        Assert.True(back.Equals(bytes));
        Assert.Throws<ArgumentException>(() => Preprocessing.Normalize(normal));
        Assert.Throws<ArgumentException>(() => Preprocessing.ToPixels(bytes));
    }

    private static ImageSet Small() =>
        new(arange(12, ScalarType.Byte).reshape(3, 1, 2, 2), tensor(new long[] { 0, 1, 2 }), 3);
}
