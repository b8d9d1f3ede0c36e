using CourseCompanion.Models;
using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>
/// An encoder with a projection behind it: the pretext task compares projections, and the features before them are what is kept. What the
/// task has to forget (colour, place) is forgotten in the projection.
/// </summary>
/// <remarks>Input [N, C, H, W] float in [-1, 1]; output projections [N, D].</remarks>
public sealed class ProjectedEncoder : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> _projection;

    /// <param name="encoder">The encoder; disposed of with this network.</param>
    /// <param name="hidden">Width of the projection's hidden layer.</param>
    /// <param name="outputs">Length D of a projection.</param>
    /// <param name="normalise">Whether the hidden layer is normalised over the batch.</param>
    public ProjectedEncoder(Encoder encoder, int hidden, int outputs, bool normalise)
        : base(nameof(ProjectedEncoder))
    {
        ArgumentNullException.ThrowIfNull(encoder);
        Encoder = encoder;
        _projection = Projection(encoder.FeatureCount, hidden, outputs, normalise, encoder.parameters().First().device);
        register_module("encoder", encoder);
        register_module("projection", _projection);
    }

    /// <summary>The encoder.</summary>
    public Encoder Encoder { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using Tensor features = Encoder.call(input);       // [N, F]
        return _projection.call(features);                  // [N, D]
    }

    // TorchSharp would register every field once more, under the field's name, when the module becomes a part of another.
    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }

    /// <summary>Two layers: F to hidden, ReLU, hidden to D.</summary>
    internal static nn.Module<Tensor, Tensor> Projection(long inputs, int hidden, int outputs, bool normalise, Device device) => normalise
        ? nn.Sequential(
            nn.Linear(inputs, hidden, hasBias: false, device: device), nn.BatchNorm1d(hidden, device: device), nn.ReLU(), nn.Linear(hidden, outputs, device: device))
        : nn.Sequential(nn.Linear(inputs, hidden, device: device), nn.ReLU(), nn.Linear(hidden, outputs, device: device));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Encoder.Dispose();
            _projection.Dispose();
        }

        base.Dispose(disposing);
    }
}
