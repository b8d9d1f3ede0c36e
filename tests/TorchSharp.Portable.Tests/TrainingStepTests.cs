using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests;

public class TrainingStepTests
{
    [Fact]
    public void Convolution_steps_lower_the_loss()
    {
        manual_seed(1);
        using var scope = NewDisposeScope();
        var x = randn(16, 3, 8, 8);
        var y = randint(0, 4, [16]);
        var w = randn(8, 3, 3, 3).mul_(0.2).requires_grad_();
        var f = randn(4, 8 * 4 * 4).mul_(0.05).requires_grad_();
        double first = 0, last = 0;
        for (var step = 0; step < 30; step++)
        {
            using var inner = NewDisposeScope();
            var h = Functional.conv2d(x, w, null, [1, 1], [1, 1], [1, 1], 1).relu();
            h = Functional.max_pool2d(h, [2, 2], [2, 2], [0, 0], [1, 1], false).flatten(1);
            var loss = Functional.cross_entropy(Functional.linear(h, f, null), y, null, 1, -100, 0);
            loss.backward();
            using (no_grad())
            {
                w.add_(w.grad!, -0.05);
                f.add_(f.grad!, -0.05);
            }
            w.grad = null;
            f.grad = null;
            last = loss.item<float>();
            if (step == 0)
            {
                first = last;
            }
        }
        Assert.True(last < first / 2, $"{first} -> {last}");
    }
}
