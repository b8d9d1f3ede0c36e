using CourseCompanion.SelfSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.SelfSupervised;

public class RotationPredictionTests
{
    [Fact]
    public void Each_image_comes_in_four_positions_with_its_number_of_quarter_turns()
    {
        using var scope = NewDisposeScope();
        Tensor images = tensor(new float[] { 1, 2, 3, 4, 5, 6, 7, 8 }).reshape(2, 1, 2, 2);

        (Tensor turned, Tensor turns) = RotationPrediction.Turned(images);

        Assert.Equal([0L, 0, 1, 1, 2, 2, 3, 3], turns.data<long>().ToArray());
        Assert.Equal([1f, 2, 3, 4], turned[0].flatten().data<float>().ToArray());
        Assert.Equal([2f, 4, 1, 3], turned[2].flatten().data<float>().ToArray());
        Assert.Equal([8f, 7, 6, 5], turned[5].flatten().data<float>().ToArray());
        Assert.Equal([3f, 1, 4, 2], turned[6].flatten().data<float>().ToArray());
    }
}
