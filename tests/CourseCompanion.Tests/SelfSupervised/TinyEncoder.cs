using CourseCompanion.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.SelfSupervised;

/// <summary>An encoder of a few weights: a convolution, normalised over the batch, and its averages over four quarters of the image.</summary>
internal sealed class TinyEncoder : Encoder
{
    private readonly Conv2d _conv;
    private readonly BatchNorm2d _norm;

    public TinyEncoder(int channels = 8, int inputs = 3)
        : base(nameof(TinyEncoder))
    {
        _conv = nn.Conv2d(inputs, channels, kernel_size: 3, stride: 2);
        _norm = nn.BatchNorm2d(channels);
        FeatureCount = 4 * channels;
        register_module("conv", _conv);
        register_module("norm", _norm);
    }

    public override long FeatureCount { get; }

    public static TinyEncoder Of(int seed, int channels = 8)
    {
        random.manual_seed(seed);
        return new TinyEncoder(channels);
    }

    public override Tensor forward(Tensor input) =>
        nn.functional.adaptive_avg_pool2d(_norm.call(_conv.call(input)).relu(), [2, 2]).flatten(1);
}
