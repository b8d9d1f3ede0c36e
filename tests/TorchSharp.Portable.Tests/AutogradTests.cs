using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests;

public class AutogradTests
{
    [Fact]
    public void Gradients_accumulate_until_cleared()
    {
        var x = tensor(new[] { 3f }, requires_grad: true);
        x.square().sum().backward();
        x.square().sum().backward();
        Assert.Equal(12, x.grad!.item<float>());
        x.grad = null;
        Assert.Null(x.grad);
    }

    [Fact]
    public void No_grad_nests_and_comes_back()
    {
        Assert.True(is_grad_enabled());
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            using (enable_grad())
            {
                Assert.True(is_grad_enabled());
            }
            Assert.False(ones(1, requires_grad: true).exp().requires_grad);
        }
        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void Inference_mode_nests_and_comes_back()
    {
        using (inference_mode())
        {
            Assert.True(is_inference_mode_enabled());
            Assert.False(ones(1, requires_grad: true).exp().requires_grad);
        }
        Assert.False(is_inference_mode_enabled());
    }

    [Fact]
    public void Grad_mode_belongs_to_a_thread()
    {
        using var quiet = no_grad();
        var elsewhere = false;
        var thread = new Thread(() => elsewhere = is_grad_enabled());
        thread.Start();
        thread.Join();
        Assert.True(elsewhere);
    }

    [Fact]
    public void Second_derivative_by_autograd_grad()
    {
        var x = tensor(2.0, requires_grad: true);
        var first = autograd.grad([x.pow(3)], [x], create_graph: true)[0];
        var second = autograd.grad([first], [x])[0];
        Assert.Equal(12, first.item<double>(), 10);
        Assert.Equal(12, second.item<double>(), 10);
        Assert.Null(x.grad);
    }

    [Fact]
    public void Unused_input_is_refused_unless_allowed()
    {
        var x = ones(1, requires_grad: true);
        var unused = ones(1, requires_grad: true);
        Assert.ThrowsAny<Exception>(() => autograd.grad([x.exp()], [unused]));
        Assert.Null(autograd.grad([x.exp()], [unused], allow_unused: true)[0]);
    }

    [Fact]
    public void Vector_jacobian_product_weighs_the_outputs()
    {
        var x = ones(2, requires_grad: true);
        x.mul(3).backward([tensor(new[] { 1f, 10f })]);
        Assert.Equal([3f, 30f], x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Backward_into_inputs_leaves_the_others()
    {
        var x = ones(1, requires_grad: true);
        var y = ones(1, requires_grad: true);
        x.mul(y).backward(inputs: [x]);
        Assert.NotNull(x.grad);
        Assert.Null(y.grad);
    }

    [Fact]
    public void Detached_tensor_shares_values_but_no_graph()
    {
        var x = ones(2, requires_grad: true);
        var detached = x.exp().detach();
        Assert.False(detached.requires_grad);
        Assert.True(x.is_leaf);
        Assert.False(x.exp().is_leaf);
    }

    [Fact]
    public void Retained_gradient_of_an_inner_tensor_is_there()
    {
        var x = ones(1, requires_grad: true);
        var inner = x.mul(2);
        inner.retain_grad();
        inner.square().backward();
        Assert.Equal(4, inner.grad!.item<float>());
    }
}
