using CourseCompanion.Models;
using CourseCompanion.Tests.Work;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Training;

[Collection(WorkContextTests.Name)]
public class WeightAverageTests
{
    [Fact]
    public void Average_is_a_plain_mean_at_first_and_exponential_afterwards()
    {
        using nn.Module<Tensor, Tensor> network = nn.Linear(1, 1, hasBias: false), second = nn.Linear(1, 1, hasBias: false);
        Tensor weight = network.parameters().Single(), average = second.parameters().Single();
        Set(1);
        using var averages = new WeightAverage(network, second, decay: 0.6);
        Assert.Equal(1, average.item<float>());

        Set(3);
        averages.Update();
        Assert.Equal(0.5 * (1 + 3), average.item<float>(), 6);   // a = 1 - 1/2
        Set(5);
        averages.Update();
        Assert.Equal((0.6 * 2) + (0.4 * 5), average.item<float>(), 6);  // a = min(1 - 1/3, 0.6)
        Assert.False(average.requires_grad);
        Assert.Equal(2, averages.Updates.item<long>());

        void Set(float value)
        {
            using var noGradient = no_grad();
            weight.fill_(value);
        }
    }

    [Fact]
    public void Statistics_of_batch_normalisation_are_copied()
    {
        using SimpleCnn network = new(1, 3, 4, 8), second = new(1, 3, 4, 8);
        using var averages = new WeightAverage(network, second, decay: 0.99);
        using Tensor images = rand(8, 1, 28, 28);
        network.train();
        network.call(images).Dispose();
        averages.Update();
        Assert.All(network.named_buffers().Zip(second.named_buffers()), pair => Assert.True(pair.First.buffer.equal(pair.Second.buffer).all().item<bool>()));
    }

    [Fact]
    public void Networks_that_are_not_alike_are_refused()
    {
        using SimpleCnn network = new(1, 3, 4, 8), second = new(1, 3, 4, 9);
        Assert.Throws<ArgumentException>(() => new WeightAverage(network, second, decay: 0.99));
    }
}
