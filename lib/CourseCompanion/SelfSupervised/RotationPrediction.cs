using CourseCompanion.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>
/// Rotation prediction (Gidaris and others, 2018, <i>Unsupervised Representation Learning by Predicting Image Rotations</i>): each image is
/// turned by 0, 90, 180 and 270 degrees, and the network is to say by how much.
/// </summary>
/// <remarks>
/// The question has an answer where images have a top: photographs of a street, slices of a brain. A mole or a blood cell has none.
/// </remarks>
public sealed class RotationPrediction : PretextMethod
{
    private const int Turns = 4;
    private readonly Encoder _encoder;
    private readonly Linear _head;

    /// <param name="encoder">What learns; disposed of with the method.</param>
    public RotationPrediction(Encoder encoder)
        : base("Rotations")
    {
        ArgumentNullException.ThrowIfNull(encoder);
        _encoder = encoder;
        _head = nn.Linear(encoder.FeatureCount, Turns, device: encoder.parameters().First().device);
        register_module("encoder", _encoder);
        register_module("head", _head);
    }

    /// <inheritdoc/>
    public override Encoder Encoder => _encoder;

    /// <summary>All images unturned, then all turned by a quarter, by a half and by three quarters.</summary>
    /// <param name="images">Images [N, C, S, S], square.</param>
    /// <returns>Images [4N, C, S, S], and the number of quarter turns of each, [4N], int64.</returns>
    public static (Tensor Images, Tensor Turns) Turned(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return (
            cat([.. Enumerable.Range(0, Turns).Select(turn => rot90(images, turn, (2, 3)))], 0),
            arange(Turns, ScalarType.Int64, images.device).repeat_interleave(images.shape[0]));
    }

    /// <inheritdoc/>
    public override Tensor Loss(PretextBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        (Tensor images, Tensor turns) = Turned(batch.View());
        Tensor logits = _head.call(_encoder.call(images));                  // [4B, 4]
        return nn.functional.cross_entropy(logits, turns);
    }
}
