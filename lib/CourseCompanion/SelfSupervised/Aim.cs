using CourseCompanion.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>
/// The autoregressive image model: patch k has to be told from the patches before it, as a language model tells the next word. A prefix of random
/// length is given: its patches see each other, and are not asked for; those that follow see only what comes before.
/// </summary>
/// <remarks>
/// <para>El-Nouby et al., "Scalable Pre-training of Large Autoregressive Image Models", 2024. Encoder of the thesis: width 280, depth 12, patches of 4; the
/// default head is for two cores (the paper's has 12 blocks). Each image has a prefix of its own. Later every patch sees every other: the prefix is
/// what prepares the encoder for that.</para>
/// <para>Trains with <see cref="PretrainingOptions.Generative"/>, views being random crops and flips.</para>
/// </remarks>
public sealed class Aim : PretextMethod
{
    private readonly VisionTransformer _encoder;
    private readonly Sequential _head;
    private readonly bool _normalizeTargets;

    /// <summary>A model whose head has learnt nothing yet.</summary>
    /// <param name="encoder">What learns to describe images, with two patches or more; disposed of with the method.</param>
    /// <param name="headDepth">Blocks between the encoder and the prediction, in which each token thinks by itself; 0 for none.</param>
    /// <param name="normalizeTargets">
    /// Whether the pattern of a patch has to be told, whatever its brightness and contrast (<see cref="Patches.Normalize"/>), as in the paper. If not,
    /// its pixels: predicted images then owe nothing to the original.
    /// </param>
    /// <param name="device">Where the head lives: where the encoder does; the default device if null.</param>
    public Aim(VisionTransformer encoder, int headDepth = 1, bool normalizeTargets = true, Device? device = null)
        : base("AIM")
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentOutOfRangeException.ThrowIfNegative(headDepth);
        if (encoder.PatchCount < 2)
        {
            throw new ArgumentException("One patch has no next one: the images must be larger than the patches.", nameof(encoder));
        }

        (_encoder, _normalizeTargets) = (encoder, normalizeTargets);
        var layers = new List<nn.Module<Tensor, Tensor>>();
        layers.AddRange(Enumerable.Range(0, headDepth).Select(_ => new MlpBlock(encoder.Width, device)));
        layers.Add(TransformerBlock.Layer(encoder.Width, encoder.PatchNumbers, device));
        _head = nn.Sequential(layers);
        register_module("encoder", _encoder);
        register_module("head", _head);
    }

    /// <inheritdoc/>
    public override Encoder Encoder => _encoder;

    /// <inheritdoc/>
    public override Tensor Loss(PretextBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Tensor images = batch.View();                                                       // [N, C, H, W]
        Tensor prefix = RandomPrefix(images.shape[0], _encoder.PatchCount, batch.Generator).to(images.device);
        Tensor predicted = Predictions(Outputs(images, prefix));                            // [N, L - 1, P]: of patches 1 to L - 1
        return PrefixLoss(predicted, Following(Patches.Targets(images, _encoder.PatchSize, _normalizeTargets)), prefix);
    }

    /// <summary>Draws how many patches of each image are given.</summary>
    /// <param name="images">Number of images N.</param>
    /// <param name="patches">Number of patches L of an image.</param>
    /// <param name="generator">Where chance comes from; on the CPU.</param>
    /// <returns>Lengths [N], int64, uniform in 1 to L - 1.</returns>
    public static Tensor RandomPrefix(long images, long patches, Generator generator) =>
        randint(1, patches, [images], ScalarType.Int64, generator: generator);

    /// <summary>Who may look at whom: all tokens at the prefix, and every token at itself and at those before it.</summary>
    /// <param name="prefix">Lengths of the prefixes [N], int64.</param>
    /// <param name="patches">Number of patches L of an image.</param>
    /// <returns>Booleans [N, 1, L, L], true at [.., i, j] where token i sees token j.</returns>
    public static Tensor PrefixMask(Tensor prefix, long patches)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        using DisposeScope scope = NewDisposeScope();
        Tensor j = arange(patches, dtype: ScalarType.Int64, device: prefix.device);         // [L]
        Tensor causal = j.unsqueeze(0).le(j.unsqueeze(1));                                  // [L, L]: j <= i
        Tensor given = j.reshape(1, 1, 1, -1).lt(prefix.reshape(-1, 1, 1, 1));              // [N, 1, 1, L]: j in the prefix
        return causal.logical_or(given).MoveToOuterDisposeScope();                          // [N, 1, L, L]
    }

    /// <summary>What the network says at each token; token k has seen patch k, so it can only be asked for patch k + 1.</summary>
    /// <param name="images">Images [N, C, H, W].</param>
    /// <param name="prefix">Lengths of the prefixes [N], int64, in 1 to L - 1.</param>
    /// <returns>Outputs [N, L, P], one for each token.</returns>
    public Tensor Outputs(Tensor images, Tensor prefix)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mask = PrefixMask(prefix, _encoder.PatchCount);                              // [N, 1, L, L]
        Tensor tokens = _encoder.Encode(_encoder.Embed(images), mask);                      // [N, L, D]
        return _head.call(tokens).MoveToOuterDisposeScope();                                // [N, L, P]
    }

    /// <summary>The shift, left: outputs of tokens 0 to L - 2 are the predictions of patches 1 to L - 1; the last token has no next patch.</summary>
    /// <param name="outputs">Outputs [N, L, P], one for each token.</param>
    /// <returns>Predictions [N, L - 1, P].</returns>
    public static Tensor Predictions(Tensor outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        return outputs.narrow(1, 0, outputs.shape[1] - 1);
    }

    /// <summary>The shift, right: patches 1 to L - 1; patch 0 has none before it and is never asked for.</summary>
    /// <param name="patches">Patches [N, L, P].</param>
    /// <returns>Targets [N, L - 1, P].</returns>
    public static Tensor Following(Tensor patches)
    {
        ArgumentNullException.ThrowIfNull(patches);
        return patches.narrow(1, 1, patches.shape[1] - 1);
    }

    /// <summary>Mean squared error over the numbers of the patches that lie outside of the prefix.</summary>
    /// <param name="predicted">Predictions [N, L - 1, P] of patches 1 to L - 1.</param>
    /// <param name="target">These patches [N, L - 1, P].</param>
    /// <param name="prefix">Lengths of the prefixes [N], int64, in 1 to L - 1.</param>
    /// <returns>One number, with its gradient.</returns>
    public static Tensor PrefixLoss(Tensor predicted, Tensor target, Tensor prefix)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(prefix);
        using DisposeScope scope = NewDisposeScope();
        Tensor error = (predicted - target).square().mean([2]);                             // [N, L - 1]
        Tensor patch = arange(1, error.shape[1] + 1, dtype: ScalarType.Int64, device: error.device);
        Tensor counted = patch.unsqueeze(0).ge(prefix.unsqueeze(1)).to(error.dtype);        // [N, L - 1]
        return ((error * counted).sum() / counted.sum()).MoveToOuterDisposeScope();
    }

    /// <summary>Predicts every patch after a prefix from the true patches before it, for a chart.</summary>
    /// <remarks>
    /// With normalised targets the network tells the pattern of a patch, and brightness and contrast are taken from the original: even a network that
    /// answers 0 everywhere shows each patch in its mean colour.
    /// </remarks>
    /// <param name="images">Images [N, C, H, W] in [-1, 1].</param>
    /// <param name="prefixLength">How many patches are given, in 1 to L - 1; a third of them if null.</param>
    /// <returns>The images, their prefix, and with what it was continued: patch by patch, not from what was predicted before.</returns>
    public Reconstruction PredictNext(Tensor images, int? prefixLength = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        long l = _encoder.PatchCount, given = prefixLength ?? Math.Max(1, l / 3);
        if (given < 1 || given >= l)
        {
            throw new ArgumentOutOfRangeException(nameof(prefixLength), given, $"One patch at least is given, and one at least of {l} is predicted.");
        }

        using DisposeScope scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor prefix = full([images.shape[0]], given, ScalarType.Int64, images.device);
        Tensor outside = arange(l, device: images.device).ge(given).reshape(1, l, 1);       // [1, L, 1]
        Tensor outputs = Predictions(Outputs(images, prefix));                              // [N, L - 1, P]
        Tensor predicted = cat([zeros_like(outputs.narrow(1, 0, 1)), outputs], 1);          // [N, L, P]: nothing foretells patch 0
        return Reconstruction.Of(images, outside, predicted, _normalizeTargets, _encoder.PatchSize);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _encoder.Dispose();
            _head.Dispose();
        }

        base.Dispose(disposing);
    }
}
