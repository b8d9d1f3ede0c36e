using CourseCompanion.Display;
using CourseCompanion.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Models;

public sealed class ModelSummaryTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void SimpleCnn_layer_by_layer()
    {
        using var model = new SimpleCnn(3, 7);

        ModelSummary summary = ModelSummary.Of(model, [3, 28, 28]);

        (string, string, string, long)[] expected =
        [
            ("features.0", "Conv2d", "16 28 28", 448),
            ("features.1", "BatchNorm2d", "16 28 28", 32),
            ("features.2", "MaxPool2d", "16 14 14", 0),
            ("features.3", "ReLU", "16 14 14", 0),
            ("features.4", "Conv2d", "32 14 14", 4640),
            ("features.5", "BatchNorm2d", "32 14 14", 64),
            ("features.6", "MaxPool2d", "32 7 7", 0),
            ("features.7", "ReLU", "32 7 7", 0),
            ("features.8", "Flatten", "1568", 0),
            ("classifier", "Linear", "7", 10983),
        ];
        Assert.Equal(expected, summary.Layers.Select(layer => (layer.Name, layer.Type, string.Join(' ', layer.OutputShape), layer.Parameters)));
        Assert.Equal(16_167, summary.ParameterCount);
    }

    [Fact]
    public void Text_is_aligned_and_French()
    {
        using var model = new SimpleCnn(1, 2);

        string[] lines = ModelSummary.Of(model, [1, 28, 28]).ToString().Split('\n');

        Assert.Equal("SimpleCnn, pour une entrée [N, 1, 28, 28]", lines[0]);
        Assert.Equal("Couche      Type         Sortie           Paramètres", lines[1]);
        Assert.Equal("features.4  Conv2d       [N, 32, 14, 14]       4\u202F640", lines[6]);
        Assert.Equal("classifier  Linear       [N, 2]                3\u202F138", lines[11]);
        Assert.Equal("Total                                          8\u202F034", lines[^1]);
    }

    [Theory]
    [InlineData("resnet", 11_176_512, "layer4.1", "512 2 2", 10)]
    [InlineData("squeezenet", 722_496, "features.12", "512 3 3", 13)]
    [InlineData("wide", 1_467_610, "classifier", "10", 15)]
    public void Other_networks_show_their_blocks_as_wholes(string name, long parameters, string last, string shape, int layers)
    {
        using nn.Module<Tensor, Tensor> model = name switch
        {
            "resnet" => new ResNet18(ImageNetInput.Standardised),
            "squeezenet" => new SqueezeNet(ImageNetInput.Standardised),
            _ => new WideResNet(3, 10),
        };

        ModelSummary summary = ModelSummary.Of(model, name == "wide" ? [3, 28, 28] : [3, 64, 64]);

        Assert.Equal(parameters, summary.ParameterCount);
        Assert.Equal(parameters, summary.Layers.Sum(layer => layer.Parameters));
        Assert.Equal((last, shape), (summary.Layers[^1].Name, string.Join(' ', summary.Layers[^1].OutputShape)));
        Assert.Equal(layers, summary.Layers.Count);
    }

    [Fact]
    public void Depth_says_how_far_into_nested_layers_to_look()
    {
        using var model = new SqueezeNet(ImageNetInput.Standardised);

        Assert.Equal(["features"], ModelSummary.Of(model, [3, 64, 64], depth: 1).Layers.Select(layer => layer.Name));
        ModelSummary deep = ModelSummary.Of(model, [3, 64, 64], depth: 3);
        Assert.Contains(deep.Layers, layer => layer.Name == "features.3.squeeze" && layer.Parameters == (64 * 16) + 16);
        Assert.Equal(722_496, deep.Layers.Sum(layer => layer.Parameters));
    }

    [Fact]
    public void A_layer_met_twice_counts_once()
    {
        using nn.Module<Tensor, Tensor> shared = nn.Linear(4, 4);
        using var model = nn.Sequential(("first", shared), ("second", nn.ReLU()), ("third", shared));

        ModelSummary summary = ModelSummary.Of(model, [4]);

        Assert.Equal(20, summary.Layers.Sum(layer => layer.Parameters));
        Assert.Equal(20, summary.ParameterCount);
    }

    [Fact]
    public void The_network_is_left_as_it_was()
    {
        using var model = new WideResNet(3, 10, depth: 10);
        model.train();
        Part("group2").eval();
        Dictionary<string, Tensor> before = model.state_dict().ToDictionary(one => one.Key, one => one.Value.clone());

        _ = ModelSummary.Of(model, [3, 28, 28]);

        Assert.True(model.training);
        Assert.True(Part("group1").training);
        Assert.False(Part("group2").training);
        Assert.False(Part("group2.0.conv1").training);
        Assert.All(model.state_dict(), one => Assert.True(one.Value.Equals(before[one.Key]), one.Key));
        Assert.True(is_grad_enabled());
        Assert.Equal(2, ModelSummary.Of(model, [3, 28, 28], depth: 1).Layers.Count(layer => layer.Name is "stem" or "classifier"));

        nn.Module Part(string name) => model.named_modules().Single(one => one.name == name).module;
    }

    [Fact]
    public void In_a_notebook_it_is_a_table()
    {
        using var model = new SimpleCnn(3, 7);

        var bundle = ModelSummary.Of(model, [3, 28, 28]).ToMimeBundle();

        Assert.Contains("<th scope=\"row\"", bundle[MimeTypes.Html], StringComparison.Ordinal);
        Assert.Contains("16\u202F167", bundle[MimeTypes.Html], StringComparison.Ordinal);
        Assert.StartsWith("SimpleCnn", bundle[MimeTypes.PlainText], StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ModelSummary.Of(model, []));
    }
}
