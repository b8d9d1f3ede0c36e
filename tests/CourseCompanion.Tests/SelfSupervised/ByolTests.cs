using CourseCompanion.SelfSupervised;
using CourseCompanion.Tests.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.SelfSupervised;

[Collection(WorkContextTests.Name)]
public class ByolTests
{
    [Fact]
    public void The_distance_is_that_of_directions()
    {
        using var scope = NewDisposeScope();
        Tensor predictions = tensor(new float[,] { { 2, 0 }, { 0, 3 }, { 1, 0 } });
        Tensor targets = tensor(new float[,] { { 1, 0 }, { 1, 0 }, { -5, 0 } });
        Assert.Equal((0 + 2 + 4) / 3.0, Byol.Distance(predictions, targets).item<float>(), 5);
    }

    [Fact]
    public void No_gradient_goes_through_the_target()
    {
        using var scope = NewDisposeScope();
        Tensor predictions = ones(2, 3).requires_grad_(), targets = eye(2, 3).requires_grad_();
        Byol.Distance(predictions, targets).backward();
        Assert.NotNull(predictions.grad);
        Assert.Null(targets.grad);
    }

    [Fact]
    public void The_follower_learns_nothing_and_comes_nearer_after_the_step()
    {
        using var scope = NewDisposeScope();
        using var method = new Byol(TinyEncoder.Of(1), TinyEncoder.Of(2), hidden: 8, outputs: 4, momentum: 0.5);
        Dictionary<string, Tensor> weights = method.named_parameters().ToDictionary(entry => entry.name, entry => (Tensor)entry.parameter);
        Tensor network = weights["network.encoder.conv.weight"], follower = weights["follower.encoder.conv.weight"];
        using (no_grad())
        {
            network.add_(1);
        }

        using var generator = new Generator(5);
        var batch = new PretextBatch(randn([4, 3, 8, 8], generator: generator), generator);
        method.Loss(batch).backward();
        Assert.Equal(1, network.sub(follower).mean().item<float>(), 5);
        Assert.All(weights, entry => Assert.Equal(!entry.Key.StartsWith("follower.", StringComparison.Ordinal), entry.Value.grad is not null));

        method.AfterStep(batch);
        Assert.Equal(0.5, network.sub(follower).mean().item<float>(), 5);
    }
}
