using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Portable.Tests.NN;

/// <summary>The same seed gives PyTorch's weights: the generator is libtorch's own.</summary>
public class InitializationTests
{
    private static readonly Golden Expected = Golden.Load("NN.golden_modules.json");

    private static readonly Dictionary<string, Func<Module>> Layers = new()
    {
        ["initial linear"] = () => Linear(4, 3),
        ["initial conv1d"] = () => Conv1d(3, 2, 2),
        ["initial conv2d"] = () => Conv2d(4, 6, 3, groups: 2),
        ["initial convtranspose2d"] = () => ConvTranspose2d(4, 6, 2),
        ["initial embedding"] = () => Embedding(4, 3, padding_idx: 2),
        ["initial attention"] = () => MultiheadAttention(4, 2),
        ["initial batchnorm2d"] = () => BatchNorm2d(3),
    };

    private static readonly Dictionary<string, Func<Tensor>> Functions = new()
    {
        ["init kaiming_uniform_"] = () => init.kaiming_uniform_(empty(3, 4, 2, 2), nonlinearity: init.NonlinearityType.ReLU),
        ["init kaiming_normal_"] = () => init.kaiming_normal_(empty(3, 4, 2, 2), mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU),
        ["init xavier_uniform_"] = () => init.xavier_uniform_(empty(3, 4), 2.0),
        ["init xavier_normal_"] = () => init.xavier_normal_(empty(3, 4)),
        ["init trunc_normal_"] = () => init.trunc_normal_(empty(5, 6), mean: 0.1, std: 0.8, a: -1.0, b: 0.5),
        ["init orthogonal_ wide"] = () => init.orthogonal_(empty(3, 5), 2.0),
        ["init orthogonal_ tall"] = () => init.orthogonal_(empty(4, 1, 3)),
        ["init uniform_"] = () => init.uniform_(empty(3, 4), -2.0, 3.0),
        ["init normal_"] = () => init.normal_(empty(3, 4), 1.0, 2.0),
        ["dropout"] = () => functional.dropout(ones(4, 3, 2, 2), 0.3),
        ["dropout2d"] = () => functional.dropout2d(ones(4, 3, 2, 2), 0.4),
    };

    public static TheoryData<string> LayerNames => [.. Layers.Keys];

    public static TheoryData<string> FunctionNames => [.. Functions.Keys];

    [Theory]
    [MemberData(nameof(LayerNames))]
    public void Layer_starts_with_pytorchs_weights(string name)
    {
        manual_seed(7);
        using var layer = Layers[name]();
        var expected = Expected[name].GetProperty("parameters").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value);
        var parameters = layer.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        Assert.Equal(expected.Keys, parameters.Keys);
        Assert.All(expected, entry => Golden.AssertClose(entry.Value, parameters[entry.Key], entry.Key, 1e-6));
        Assert.All(parameters.Values, parameter => Assert.True(parameter.requires_grad && parameter.is_leaf));
    }

    [Theory]
    [MemberData(nameof(FunctionNames))]
    public void Function_draws_pytorchs_values(string name)
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        Golden.AssertClose(Expected[name].GetProperty("output"), Functions[name](), name, 1e-5);
    }

    [Fact]
    public void Initialising_a_parameter_leaves_it_a_leaf_that_requires_gradients()
    {
        using var layer = Linear(3, 2);
        var same = init.constant_(layer.weight, 0.25);
        Assert.Same(layer.weight, same);
        Assert.True(layer.weight.is_leaf && layer.weight.requires_grad);
        Assert.Equal(0.25f, layer.weight[1, 2].item<float>());
    }

    [Fact]
    public void Fan_needs_two_dimensions()
    {
        using var vector = zeros(3);
        Assert.Throws<ArgumentException>(() => init.kaiming_uniform_(vector));
    }
}
