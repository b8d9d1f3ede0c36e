using CourseCompanion.Models;
using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>
/// SimCLR (Chen and others, 2020, <i>A Simple Framework for Contrastive Learning of Visual Representations</i>): two views of each image;
/// among all views of the batch, each is to find its partner.
/// </summary>
public sealed class SimClr : PretextMethod
{
    private readonly ProjectedEncoder _network;
    private readonly double _temperature;

    /// <param name="encoder">What learns; disposed of with the method.</param>
    /// <param name="hidden">Width of the projection's hidden layer.</param>
    /// <param name="outputs">Length of a projection.</param>
    /// <param name="temperature">See <see cref="NtXent.Loss"/>.</param>
    public SimClr(Encoder encoder, int hidden = 1024, int outputs = 1024, double temperature = 0.5)
        : base("SimCLR")
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        _temperature = temperature;
        _network = new ProjectedEncoder(encoder, hidden, outputs, normalise: true);
        register_module("network", _network);
    }

    /// <inheritdoc/>
    public override Encoder Encoder => _network.Encoder;

    /// <inheritdoc/>
    public override Tensor Loss(PretextBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Tensor first = _network.call(batch.View());                        // [B, D]
        Tensor second = _network.call(batch.View());
        return NtXent.Loss(first, second, _temperature);
    }
}
