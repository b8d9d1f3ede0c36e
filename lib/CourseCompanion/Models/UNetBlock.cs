using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>Twice convolution 3x3, batch normalisation and ReLU: [N, inputs, H, W] to [N, outputs, H, W].</summary>
internal sealed class UNetBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _norm1;
    private readonly Conv2d _conv2;
    private readonly BatchNorm2d _norm2;

    public UNetBlock(int inputs, int outputs, Device? device)
        : base(nameof(UNetBlock))
    {
        _conv1 = Conv2d(inputs, outputs, kernel_size: 3, padding: 1, bias: false, device: device);
        _norm1 = BatchNorm2d(outputs, device: device);
        _conv2 = Conv2d(outputs, outputs, kernel_size: 3, padding: 1, bias: false, device: device);
        _norm2 = BatchNorm2d(outputs, device: device);
        register_module("conv1", _conv1);
        register_module("norm1", _norm1);
        register_module("conv2", _conv2);
        register_module("norm2", _norm2);
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor first = _conv1.call(input);
        using Tensor hidden = _norm1.call(first).relu_();
        using Tensor second = _conv2.call(hidden);
        return _norm2.call(second).relu_();
    }

    protected override void RegisterComponents()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _conv1.Dispose();
            _norm1.Dispose();
            _conv2.Dispose();
            _norm2.Dispose();
        }

        base.Dispose(disposing);
    }
}
