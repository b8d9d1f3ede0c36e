using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Portable.Tests.NN;

public class AttentionTests
{
    private static readonly Golden Expected = Golden.Load("NN.golden_modules.json");

    [Fact]
    public void Attention_agrees_with_pytorch() =>
        Check("attention", MultiheadAttention(4, 2), Golden.Wave([5, 2, 4], 0.3), Golden.Wave([5, 2, 4], 0.6));

    [Fact]
    public void Attention_with_masks_agrees_with_pytorch() =>
        Check("attention masks", MultiheadAttention(4, 2, bias: false), Golden.Wave([5, 2, 4], 0.3), Golden.Wave([5, 2, 4], 0.6), Padding(), Hidden());

    [Fact]
    public void Attention_of_other_sizes_with_added_keys_agrees_with_pytorch() =>
        Check(
            "attention sizes, added keys", MultiheadAttention(4, 2, add_bias_kv: true, add_zero_attn: true, kdim: 3, vdim: 6),
            Golden.Wave([5, 2, 3]), Golden.Wave([5, 2, 6]), Padding(), Golden.Wave([3, 5]));

    [Fact]
    public void Attention_without_weights_returns_none()
    {
        using var attention = MultiheadAttention(4, 1);
        using var x = randn(2, 1, 4);
        var (output, shares) = attention.call(x, x, x, need_weights: false);
        Assert.Null(shares);
        Assert.Equal([2, 1, 4], output.shape);
        output.Dispose();
    }

    private static void Check(string name, Modules.MultiheadAttention attention, Tensor key, Tensor value, Tensor? padding = null, Tensor? mask = null)
    {
        using var scope = NewDisposeScope();
        using var disposed = attention;
        using (no_grad())
        {
            var index = 0;
            foreach (var parameter in attention.parameters())
            {
                parameter.copy_(Golden.Wave(parameter.shape, ++index, 0.5));
            }
        }
        var query = Golden.Wave([3, 2, 4]).requires_grad_();

        var (output, shares) = attention.call(query, key, value, padding, true, mask);
        output.mul(Golden.Wave(output.shape, 0.5)).sum().backward();

        var expected = Expected[name];
        Golden.AssertClose(expected.GetProperty("output"), output, "output");
        Golden.AssertClose(expected.GetProperty("shares"), shares, "shares");
        foreach (var gradient in expected.GetProperty("gradients").EnumerateObject())
        {
            var actual = gradient.Name == "input" ? query.grad : attention.get_parameter(gradient.Name)!.grad;
            Golden.AssertClose(gradient.Value, actual!, gradient.Name);
        }
    }

    private static Tensor Padding() =>
        tensor(new[] { false, false, false, false, true, false, true, false, false, false }).reshape(2, 5);

    private static Tensor Hidden() => ones([3, 5], ScalarType.Bool).triu(2);
}
