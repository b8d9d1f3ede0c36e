using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests;

public class ThreadTests
{
    [Fact]
    public void Threads_train_side_by_side()
    {
        var losses = new float[8];
        Parallel.For(0, losses.Length, i =>
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator((ulong)i);
            var x = randn([32, 8], generator: generator);
            var w = randn([1, 8], generator: generator).requires_grad_();
            for (var step = 0; step < 200; step++)
            {
                using var inner = NewDisposeScope();
                var loss = (x.matmul(w.t()) - x.sum(1, keepdim: true)).square().mean();
                loss.backward();
                using (no_grad())
                {
                    w.add_(w.grad!, -0.05);
                }
                w.grad!.zero_();
                losses[i] = loss.item<float>();
            }
        });
        Assert.All(losses, loss => Assert.InRange(loss, 0, 0.05f));
    }

    [Fact]
    public async Task Tensor_made_on_one_thread_is_used_and_disposed_of_on_another()
    {
        var x = ones(100);
        Parallel.For(0, 64, _ =>
        {
            using var sum = x.sum();
            Assert.Equal(100, sum.item<float>());
        });
        await Task.Run(x.Dispose);
        Assert.True(x.IsInvalid);
    }

    [Fact]
    public void Error_of_one_thread_is_not_seen_by_another() =>
        Parallel.For(0, 100, i =>
        {
            using var a = ones(2, i + 3);
            using var b = ones(1, 1);
            var error = Assert.ThrowsAny<Exception>(() => a.mm(b));
            Assert.Contains($"(2x{i + 3} and 1x1)", error.Message, StringComparison.Ordinal);
        });
}
