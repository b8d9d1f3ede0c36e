using CourseCompanion.Augmentations;
using CourseCompanion.Consistency;
using CourseCompanion.Data;
using CourseCompanion.Models;
using CourseCompanion.Tests.Training;
using CourseCompanion.Tests.Work;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

[Collection(WorkContextTests.Name)]
public class StabilityTests
{
    [Fact]
    public void Views_that_change_nothing_change_no_answer_and_others_change_some_the_same_ones_each_time()
    {
        using var scope = NewDisposeScope();
        using var images = new ToyImages(perClass: 10);
        random.manual_seed(1);
        using var model = new SimpleCnn(1, 3, 4, 8);
        Tensor all = arange(30, dtype: ScalarType.Int64);

        Assert.Equal(1, Stability.Agreement(model, images.Images, all, new Compose()));
        Trainer.Fit(model, new ImageSet(images.Pixels, images.Labels, 3), new TrainingOptions { Epochs = 4 });
        double agreement = Stability.Agreement(model, images.Images, all, new Rotate(180));
        Assert.InRange(agreement, 0.1, 0.95);
        Assert.Equal(agreement, Stability.Agreement(model, images.Images, all, new Rotate(180)));
        model.train();
        Stability.Agreement(model, images.Images, all, new Rotate(180));
        Assert.True(model.training);
    }
}
