using CourseCompanion.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Tests.Transfer;

/// <summary>A very small encoder with batch normalisation: 28 x 28 grey images to 16 features.</summary>
internal sealed class TinyEncoder : Encoder
{
    private readonly Sequential _layers;

    public TinyEncoder(int seed = 1, int channels = 1)
        : base(nameof(TinyEncoder))
    {
        random.manual_seed(seed);
        _layers = Sequential(
            ("conv", Conv2d(channels, 8, kernel_size: 7, stride: 4)), ("norm", BatchNorm2d(8)), ("relu", ReLU()), ("flat", Flatten()), ("linear", Linear(8 * 6 * 6, 16)));
        register_module("layers", _layers);
    }

    public override long FeatureCount => 16;

    public override Tensor forward(Tensor input) => _layers.call(input);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _layers.Dispose();
        }

        base.Dispose(disposing);
    }
}
