using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests;

public class MemoryTests
{
    private static readonly long[] One = [1, 1];

    [Fact]
    public void Ten_thousand_training_steps_leave_nothing_behind()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var x = randn(4, 3, 8, 8);
        var y = randint(0, 5, [4]);
        var w = randn(4, 3, 3, 3).mul_(0.1).requires_grad_();
        var f = randn(5, 64).mul_(0.1).requires_grad_();
        for (var step = 0; step < 200; step++)
        {
            Train(x, y, w, f);
        }
        Settle();
        var (handles, bytes, tensors, resident) = (NativeMemory.LiveHandles, NativeMemory.LiveBytes, Tensor.TotalCount, Resident());
        for (var step = 0; step < 10_000; step++)
        {
            Train(x, y, w, f);
        }
        Assert.Equal(tensors, Tensor.TotalCount);
        Assert.Equal(handles, NativeMemory.LiveHandles);
        Assert.Equal(bytes, NativeMemory.LiveBytes);
        Assert.InRange(Resident() - resident, long.MinValue, 64 << 20);
    }

    [Fact]
    public void Bytes_of_a_tensor_are_counted_while_it_lives()
    {
        Settle();
        var before = NativeMemory.LiveBytes;
        var x = zeros(1 << 20);
        Assert.InRange(NativeMemory.LiveBytes - before, 4 << 20, 5 << 20);
        using (var view = x[..10])
        {
            x.Dispose();
            Assert.InRange(NativeMemory.LiveBytes - before, 4 << 20, 5 << 20);
        }
        Assert.InRange(NativeMemory.LiveBytes - before, long.MinValue, 1 << 16);
    }

    [Fact]
    public void Forgotten_tensors_are_collected_under_pressure()
    {
        var peak = 0L;
        var before = NativeMemory.LiveBytes;
        for (var i = 0; i < 2_000; i++)
        {
            Forget();
            peak = Math.Max(peak, NativeMemory.LiveBytes - before);
        }
        // 2,000 forgotten tensors of 4 MB: without pressure on the collector they would all be there.
        Assert.InRange(peak, 0, 3L << 30);
    }

    [Fact]
    public void Failed_call_leaks_no_handle()
    {
        Settle();
        using var scope = NewDisposeScope();
        var (a, b) = (ones(2, 3), ones(2, 3));
        var before = NativeMemory.LiveHandles;
        for (var i = 0; i < 100; i++)
        {
            Assert.ThrowsAny<Exception>(() => a.mm(b));
        }
        Assert.Equal(before, NativeMemory.LiveHandles);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Forget() => zeros(1 << 20);

    private static void Train(Tensor x, Tensor y, Tensor w, Tensor f)
    {
        using var scope = NewDisposeScope();
        var h = Functional.conv2d(x, w, null, One, One, One, 1).relu();
        h = Functional.max_pool2d(h, [2, 2], [2, 2], [0, 0], One, false).flatten(1);
        Functional.cross_entropy(Functional.linear(h, f, null), y, null, 1, -100, 0).backward();
        using (no_grad())
        {
            w.add_(w.grad!, -1e-3);
            f.add_(f.grad!, -1e-3);
        }
        w.grad!.zero_();
        f.grad!.zero_();
    }

    /// <summary>Lets go of what other tests left to the finalizer.</summary>
    private static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private static long Resident() => Environment.WorkingSet;
}
