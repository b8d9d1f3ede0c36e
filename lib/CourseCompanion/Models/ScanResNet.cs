using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>
/// ResNet-18 with a linear layer behind it, for two classes: every weight goes on learning from where ImageNet left it (fine-tuning). The averages
/// and variances of its batch norms stay those of ImageNet, since a hundred scans tell less of them.
/// </summary>
/// <remarks>Input [N, 1, H, W] or [N, 3, H, W] float in [-1, 1]; output log-odds [N] of class 1.</remarks>
public sealed class ScanResNet : Module<Tensor, Tensor>
{
    private readonly ResNet18 _network;
    private readonly Linear _head;

    /// <summary>The last layer begins at zero: the first answer is one half for every image.</summary>
    /// <param name="network">The network to go on from; from now on part of this one.</param>
    public ScanResNet(ResNet18 network)
        : base(nameof(ScanResNet))
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
        _head = Linear(network.FeatureCount, 1);
        using (no_grad())
        {
            init.zeros_(_head.weight);
            init.zeros_(_head.bias);
        }

        register_module("network", _network);
        register_module("head", _head);
    }

    /// <summary>Log-odds [N] of class 1.</summary>
    public override Tensor forward(Tensor input)
    {
        _network.eval();
        using Tensor features = _network.Features(input);    // [N, 512]
        using Tensor logits = _head.call(features);           // [N, 1]
        return logits.flatten();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _network.Dispose();
            _head.Dispose();
        }

        base.Dispose(disposing);
    }
}
