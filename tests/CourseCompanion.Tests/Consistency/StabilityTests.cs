using CourseCompanion.Augmentations;
using CourseCompanion.Consistency;
using CourseCompanion.Models;
using CourseCompanion.Tests.Training;
using CourseCompanion.Tests.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

[Collection(WorkContextTests.Name)]
public class StabilityTests
{
    [Fact]
    public void Views_that_change_nothing_change_no_answer_and_black_and_white_ones_do()
    {
        using var scope = NewDisposeScope();
        using var images = new ToyImages(perClass: 10);
        random.manual_seed(1);
        using var model = new SimpleCnn(1, 3, 4, 8);
        Tensor all = arange(30, dtype: ScalarType.Int64);

        Assert.Equal(1, Stability.Agreement(model, images.Images, all, new Compose()));
        double agreement = Stability.Agreement(model, images.Images, all, new Cutout(0.9));
        Assert.InRange(agreement, 0.1, 0.95);
        Assert.Equal(agreement, Stability.Agreement(model, images.Images, all, new Cutout(0.9)));
        Assert.True(model.training);
    }
}
