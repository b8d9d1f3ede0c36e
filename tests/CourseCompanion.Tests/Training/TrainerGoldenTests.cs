using System.Text.Json;
using CourseCompanion.Tests.Work;
using CourseCompanion.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Training;

/// <summary>Optimisers, learning-rate schedules and class weights of the options, against the same training by PyTorch.</summary>
[Collection(WorkContextTests.Name)]
public class TrainerGoldenTests
{
    private static readonly JsonElement s_golden = Golden.Load("Training", "trainer_golden.json");

    [Theory]
    [InlineData("adam")]
    [InlineData("sgd")]
    [InlineData("sgd_step")]
    [InlineData("sgd_cosine")]
    [InlineData("adam_weighted")]
    [InlineData("all")]
    public void Fit_gives_the_losses_and_weights_of_PyTorch(string run)
    {
        JsonElement expected = s_golden.GetProperty("runs").GetProperty(run);
        int side = s_golden.GetProperty("side").GetInt32(), classes = s_golden.GetProperty("classes").GetInt32();
        using var scope = NewDisposeScope();
        byte[] pixels = [.. s_golden.GetProperty("pixels").Longs().Select(pixel => (byte)pixel)];
        using var images = new ResidentImages(tensor(pixels).reshape(-1, 1, side, side));
        using Linear linear = nn.Linear(side * side, classes, dtype: ScalarType.Float64);
        using (no_grad())
        {
            linear.weight.copy_(tensor(s_golden.GetProperty("start").Doubles()).reshape(classes, -1));
            linear.bias!.zero_();
        }

        using Sequential model = nn.Sequential(nn.Flatten(), linear);
        using var trainer = new Trainer(model, Options(run));
        TrainingHistory history = trainer.Fit(LabelledImages.All(images, tensor(s_golden.GetProperty("labels").Longs())));

        double[] losses = expected.GetProperty("losses").Doubles();
        Assert.Equal(losses.Length, history.Epochs.Count);
        for (int epoch = 0; epoch < losses.Length; epoch++)
        {
            Assert.Equal(losses[epoch], history.Epochs[epoch].Loss, 1e-6);
        }

        AssertClose(expected.GetProperty("weight").Doubles(), linear.weight);
        AssertClose(expected.GetProperty("bias").Doubles(), linear.bias!);
    }

    private static TrainingOptions Options(string run)
    {
        var plain = new TrainingOptions
        {
            Epochs = s_golden.GetProperty("epochs").GetInt32(),
            BatchSize = 1000,
            LearningRate = s_golden.GetProperty("rate").GetDouble(),
            Augmentation = new Change(images => images.to(ScalarType.Float64)),
        };
        TrainingOptions sgd = plain with { Optimizer = (parameters, rate) => optim.SGD(parameters, rate, momentum: 0.9) };
        TrainingOptions halved = sgd with { Schedule = optimizer => optim.lr_scheduler.StepLR(optimizer, 3, 0.5) };
        double[] weights = s_golden.GetProperty("weights").Doubles();
        return run switch
        {
            "adam" => plain,
            "sgd" => sgd,
            "sgd_step" => halved,
            "sgd_cosine" => sgd with { Schedule = optimizer => optim.lr_scheduler.CosineAnnealingLR(optimizer, plain.Epochs) },
            "adam_weighted" => plain with { ClassWeights = weights },
            "all" => halved with { ClassWeights = weights },
            _ => throw new ArgumentException(run),
        };
    }

    private static void AssertClose(double[] expected, Tensor actual)
    {
        double[] values = actual.detach().contiguous().data<double>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(expected[i], values[i], 1e-9);
        }
    }
}
