using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>
/// Two convolutions whose result is added to the input; where size or channels change, the input goes through a 1x1
/// convolution first. Input [N, inputs, H, W]; output [N, outputs, H / stride, W / stride].
/// </summary>
internal sealed class ResidualBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly Conv2d _conv2;
    private readonly BatchNorm2d _bn2;
    private readonly Conv2d? _projection;
    private readonly BatchNorm2d? _norm;
    private readonly Sequential? _downsample;
    private readonly int _stride;

    public ResidualBlock(int inputs, int outputs, int stride, Device? device)
        : base(nameof(ResidualBlock))
    {
        _stride = stride;
        _conv1 = Conv2d(inputs, outputs, kernel_size: 3, stride: stride, padding: 1, bias: false, device: device);
        _bn1 = BatchNorm2d(outputs, device: device);
        _conv2 = Conv2d(outputs, outputs, kernel_size: 3, padding: 1, bias: false, device: device);
        _bn2 = BatchNorm2d(outputs, device: device);
        register_module("conv1", _conv1);
        register_module("bn1", _bn1);
        register_module("conv2", _conv2);
        register_module("bn2", _bn2);
        if (stride != 1 || inputs != outputs)
        {
            _projection = Conv2d(inputs, outputs, kernel_size: 1, stride: stride, bias: false, device: device);
            _norm = BatchNorm2d(outputs, device: device);
            _downsample = Sequential(_projection, _norm);
            register_module("downsample", _downsample);
        }
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor first = _conv1.call(input);
        using Tensor hidden = _bn1.call(first).relu_();
        using Tensor second = _conv2.call(hidden);
        using Tensor correction = _bn2.call(second);
        if (_projection is null)
        {
            return correction.add(input).relu_();
        }

        using Tensor projected = PointwiseConvolution.Apply(_projection, input, _stride);
        using Tensor shortcut = _norm!.call(projected);
        return correction.add(shortcut).relu_();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _conv1.Dispose();
            _bn1.Dispose();
            _conv2.Dispose();
            _bn2.Dispose();
            _downsample?.Dispose();
        }

        base.Dispose(disposing);
    }
}
