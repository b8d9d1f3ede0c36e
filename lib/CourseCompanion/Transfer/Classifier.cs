using CourseCompanion.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Transfer;

/// <summary>
/// An encoder with a head that names the class: what an encoder becomes after its pretraining. The head of the thesis that the course
/// reproduces has one hidden layer: D features, 2,048 ReLU units, K classes.
/// </summary>
/// <remarks>Input [N, C, H, W] float, scaled to [-1, 1]; output logits [N, K]. Random weights of the head come from torch's generator.</remarks>
public sealed class Classifier : Module<Tensor, Tensor>, IFeatureExtractor
{
    /// <summary>Units of the hidden layer in the thesis.</summary>
    public const int DefaultHidden = 2048;

    /// <summary>Puts a new head on an encoder.</summary>
    /// <param name="encoder">What describes the images. It becomes a part of the classifier, and is disposed of with it.</param>
    /// <param name="classCount">Number of classes K.</param>
    /// <param name="hidden">Units of the hidden layer; 0 for a head without one, that is a linear classifier.</param>
    /// <param name="normalize">
    /// Whether features are brought to mean 0 and variance 1 before the head (batch normalisation without weights of its own). Features of encoders that
    /// rebuild pixels (MAE, AIM) are of very different sizes: without it, a head on the frozen encoder learns slowly or not at all
    /// (He and others, 2022, <i>Masked Autoencoders Are Scalable Vision Learners</i>, appendix A.1).
    /// </param>
    /// <param name="device">Where the head lives: where the encoder does. The default device if null.</param>
    public Classifier(Encoder encoder, int classCount, int hidden = DefaultHidden, bool normalize = false, Device? device = null)
        : base(nameof(Classifier))
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(hidden);
        (Encoder, ClassCount) = (encoder, classCount);
        long features = encoder.FeatureCount;
        List<(string, Module<Tensor, Tensor>)> layers = [];
        if (normalize)
        {
            layers.Add(("norm", BatchNorm1d(features, affine: false, device: device)));
        }

        if (hidden > 0)
        {
            layers.Add(("hidden", Linear(features, hidden, device: device)));
            layers.Add(("relu", ReLU()));
        }

        layers.Add(("classes", Linear(hidden > 0 ? hidden : features, classCount, device: device)));
        Head = Sequential(layers);
        register_module("encoder", Encoder);
        register_module("head", Head);
    }

    /// <summary>What describes the images.</summary>
    public Encoder Encoder { get; }

    /// <summary>What names the class: features [N, D] to logits [N, K].</summary>
    public Sequential Head { get; }

    /// <summary>Number of classes K.</summary>
    public int ClassCount { get; }

    /// <inheritdoc/>
    public long FeatureCount => Encoder.FeatureCount;

    /// <inheritdoc/>
    public Tensor Features(Tensor images) => Encoder.call(images);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using Tensor features = Encoder.call(input);   // [N, D]
        return Head.call(features);                    // [N, K]
    }

    // TorchSharp would register every field once more, under the field's name, when the module becomes a part of another.
    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Encoder.Dispose();
            Head.Dispose();
        }

        base.Dispose(disposing);
    }
}
