using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests;

public class DisposeScopeTests
{
    [Fact]
    public void Leaving_a_scope_disposes_of_its_tensors()
    {
        Tensor inside;
        using (NewDisposeScope())
        {
            inside = ones(2);
        }
        Assert.True(inside.IsInvalid);
        Assert.Throws<InvalidOperationException>(() => inside.shape);
    }

    [Fact]
    public void Moved_tensor_belongs_to_the_outer_scope()
    {
        Tensor moved;
        using (var outer = NewDisposeScope())
        {
            using (NewDisposeScope())
            {
                moved = ones(2).MoveToOuterDisposeScope();
            }
            Assert.False(moved.IsInvalid);
            Assert.Equal(1, outer.DisposablesCount);
        }
        Assert.True(moved.IsInvalid);
    }

    [Fact]
    public void Tensor_moved_out_of_the_outermost_scope_lives_on()
    {
        Tensor moved;
        using (NewDisposeScope())
        {
            moved = ones(2).MoveToOuterDisposeScope();
        }
        Assert.False(moved.IsInvalid);
        moved.Dispose();
    }

    [Fact]
    public void Detached_tensor_lives_on()
    {
        Tensor detached;
        using (NewDisposeScope())
        {
            using (NewDisposeScope())
            {
                detached = ones(2).DetachFromDisposeScope();
            }
        }
        Assert.Equal(2, detached.sum().item<float>());
        detached.Dispose();
    }

    [Fact]
    public void Attached_tensor_is_disposed_of_with_the_scope_and_only_once()
    {
        var attached = ones(2);
        using (var outer = NewDisposeScope())
        {
            outer.Attach(attached);
            using (var inner = NewDisposeScope())
            {
                inner.Attach(attached);
                Assert.Equal(0, outer.DisposablesCount);
                Assert.True(inner.Contains(attached));
            }
            Assert.True(attached.IsInvalid);
        }
    }

    [Fact]
    public void Disposing_of_everything_but_some_keeps_the_scope_in_use()
    {
        using var scope = NewDisposeScope();
        var kept = ones(2);
        var dropped = Enumerable.Range(0, 100).Select(_ => ones(1)).ToArray();
        scope.DisposeEverythingBut(kept);
        Assert.All(dropped, tensor => Assert.True(tensor.IsInvalid));
        Assert.Equal([kept], scope.DisposablesView);
        var later = ones(1);
        Assert.Equal(2, scope.DisposablesCount);
        scope.DisposeEverything();
        Assert.True(kept.IsInvalid && later.IsInvalid);
    }

    [Fact]
    public void Tensors_disposed_of_in_any_order_leave_the_scope()
    {
        using var scope = NewDisposeScope();
        var tensors = Enumerable.Range(0, 500).Select(_ => ones(1)).ToArray();
        new Random(3).Shuffle(tensors);
        foreach (var tensor in tensors[..400])
        {
            tensor.Dispose();
        }
        Assert.Equal(100, scope.DisposablesCount);
        var moved = tensors[450].MoveToOuterDisposeScope();
        Assert.Equal(99, scope.DisposablesCount);
        scope.Dispose();
        Assert.All(tensors[400..], tensor => Assert.Equal(!ReferenceEquals(tensor, moved), tensor.IsInvalid));
        moved.Dispose();
    }

    [Fact]
    public void Scopes_disposed_of_out_of_order_do_not_swallow_later_tensors()
    {
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();
        outer.Dispose();
        var made = ones(1);
        inner.Dispose();
        Assert.True(made.IsInvalid);
        using var after = ones(1);
        Assert.False(after.IsInvalid);
    }

    [Fact]
    public void Wrapped_expression_keeps_its_result_only()
    {
        using var scope = NewDisposeScope();
        var result = WrappedTensorDisposeScope(() => ones(3).add(1).sum());
        Assert.Equal(6, result.item<float>());
        Assert.Equal(1, scope.DisposablesCount);
    }

    [Fact]
    public void Scope_of_one_thread_does_not_see_tensors_of_another()
    {
        using var scope = NewDisposeScope();
        Tensor? other = null;
        var thread = new Thread(() => other = ones(2));
        thread.Start();
        thread.Join();
        Assert.Equal(0, scope.DisposablesCount);
        other!.Dispose();
    }
}
