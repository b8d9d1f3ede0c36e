using CourseCompanion.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>
/// The masked autoencoder: three patches of four are hidden, and have to be rebuilt from the others. The encoder is shown the visible patches only,
/// so a step costs little; a small decoder, thrown away in the end, fills the gaps.
/// </summary>
/// <remarks>
/// <para>He et al., "Masked Autoencoders Are Scalable Vision Learners", 2022. Decoder of the thesis: width 512, 1 block, 16 heads; the defaults are for
/// two cores. There is no class token: the paper's is a dummy that no loss reads, and the mean of the patches serves as well.</para>
/// <para>Trains with <see cref="PretrainingOptions.Generative"/>, views being random crops and flips.</para>
/// </remarks>
public sealed class Mae : PretextMethod
{
    private const string MaskToken = "mask_token", Positions = "positions";

    private readonly VisionTransformer _encoder;
    private readonly Linear _bridge;
    private readonly TransformerBlock[] _decoder;
    private readonly LayerNorm _norm;
    private readonly Linear _head;
    private readonly bool _normalizeTargets;
    private readonly int _decoderWidth;

    /// <summary>A masked autoencoder whose decoder has learnt nothing yet.</summary>
    /// <param name="encoder">What learns to describe images; disposed of with the method.</param>
    /// <param name="maskRatio">Share of the patches that is hidden, in (0, 1).</param>
    /// <param name="decoderWidth">Numbers of a token in the decoder; a multiple of 4 and of its heads.</param>
    /// <param name="decoderDepth">Blocks of the decoder.</param>
    /// <param name="decoderHeads">Heads of the decoder's attention.</param>
    /// <param name="normalizeTargets">
    /// Whether the pattern of a patch has to be found, whatever its brightness and contrast (<see cref="Patches.Normalize"/>): the paper's encoders are
    /// the better for it. If not, its pixels: rebuilt images then owe nothing to the original.
    /// </param>
    /// <param name="device">Where the decoder lives: where the encoder does; the default device if null.</param>
    public Mae(
        VisionTransformer encoder, double maskRatio = 0.75, int decoderWidth = 64, int decoderDepth = 1, int decoderHeads = 4,
        bool normalizeTargets = true, Device? device = null)
        : base("MAE")
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentOutOfRangeException.ThrowIfLessThan(decoderDepth, 1);
        VisibleCount = maskRatio is > 0 and < 1 ? (int)Math.Floor(encoder.PatchCount * (1 - maskRatio) + 1e-9) : 0;
        if (VisibleCount < 1 || VisibleCount == encoder.PatchCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(maskRatio), maskRatio, $"Of {encoder.PatchCount} patches one at least must be hidden, and one at least shown; 0.75 hides three of four.");
        }

        (_encoder, _normalizeTargets, _decoderWidth) = (encoder, normalizeTargets, decoderWidth);
        _bridge = TransformerBlock.Layer(encoder.Width, decoderWidth, device);
        _decoder = [.. Enumerable.Range(0, decoderDepth).Select(_ => new TransformerBlock(decoderWidth, decoderHeads, device))];
        _norm = nn.LayerNorm(decoderWidth, eps: 1e-6, device: device);
        _head = TransformerBlock.Layer(decoderWidth, encoder.PatchNumbers, device);
        register_module("encoder", _encoder);
        register_module("bridge", _bridge);
        for (int block = 0; block < decoderDepth; block++)
        {
            register_module($"decoder{block}", _decoder[block]);
        }

        register_module("norm", _norm);
        register_module("head", _head);
        var maskToken = new Parameter(randn(decoderWidth, device: device).mul_(0.02));
        maskToken.DetachFromDisposeScope();
        register_parameter(MaskToken, maskToken);
        Tensor positions = VisionTransformer.SinesAndCosines(encoder.ImageSize / encoder.PatchSize, decoderWidth);
        register_buffer(Positions, positions.to(device ?? get_default_device()).DetachFromDisposeScope(), persistent: false);
    }

    /// <inheritdoc/>
    public override Encoder Encoder => _encoder;

    /// <summary>Number V of patches that the encoder is shown, of L.</summary>
    public int VisibleCount { get; }

    /// <inheritdoc/>
    public override Tensor Loss(PretextBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Tensor images = batch.View();                                                       // [N, C, H, W]
        Tensor order = RandomOrder(images.shape[0], _encoder.PatchCount, batch.Generator).to(images.device);
        Tensor predicted = Decode(Encode(images, order), order);                            // [N, L, P]
        return ReconstructionLoss(predicted, Patches.Targets(images, _encoder.PatchSize, _normalizeTargets), Hidden(order, VisibleCount));
    }

    /// <summary>Shuffles the patches of each image: the first V of the order will be shown, the others hidden.</summary>
    /// <param name="images">Number of images N.</param>
    /// <param name="patches">Number of patches L of an image.</param>
    /// <param name="generator">Where chance comes from; on the CPU.</param>
    /// <returns>Indices of patches [N, L], int64, in random order.</returns>
    public static Tensor RandomOrder(long images, long patches, Generator generator)
    {
        using Tensor noise = rand([images, patches], generator: generator);
        return noise.argsort(1);
    }

    /// <summary>Which patches an order hides.</summary>
    /// <param name="order">Indices of patches [N, L] as <see cref="RandomOrder"/> gives them.</param>
    /// <param name="visible">How many of them V are shown.</param>
    /// <returns>Booleans [N, L], true where the patch is hidden.</returns>
    public static Tensor Hidden(Tensor order, long visible)
    {
        ArgumentNullException.ThrowIfNull(order);
        using Tensor place = order.argsort(1);                                              // [N, L]: where in the order each patch comes
        return place.ge(visible);
    }

    /// <summary>The encoder, on the visible patches of each image: nothing of a hidden one enters.</summary>
    /// <param name="images">Images [N, C, H, W].</param>
    /// <param name="order">Indices of patches [N, L], those to be shown first.</param>
    /// <returns>Tokens [N, V, D] of the visible patches, in this order.</returns>
    public Tensor Encode(Tensor images, Tensor order)
    {
        ArgumentNullException.ThrowIfNull(order);
        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = _encoder.Embed(images);                                             // [N, L, D]
        Tensor visible = order.narrow(1, 0, VisibleCount).unsqueeze(2).expand(-1, -1, _encoder.Width);
        return _encoder.Encode(tokens.gather(1, visible)).MoveToOuterDisposeScope();        // [N, V, D]
    }

    /// <summary>The decoder: one same token stands in for every hidden patch, told apart by position only.</summary>
    /// <param name="visible">Tokens [N, V, D] of <see cref="Encode"/>.</param>
    /// <param name="order">The order [N, L] that they were chosen by.</param>
    /// <returns>Predictions [N, L, P] of all patches, normalised ones if targets are; those of visible patches mean nothing.</returns>
    public Tensor Decode(Tensor visible, Tensor order)
    {
        ArgumentNullException.ThrowIfNull(visible);
        ArgumentNullException.ThrowIfNull(order);
        using DisposeScope scope = NewDisposeScope();
        long n = order.shape[0], l = order.shape[1];
        Tensor gaps = get_parameter(MaskToken)!.expand(n, l - VisibleCount, _decoderWidth);
        Tensor shuffled = cat([_bridge.call(visible), gaps], 1);                            // [N, L, D'], in the order
        Tensor place = order.argsort(1).unsqueeze(2).expand(-1, -1, _decoderWidth);
        Tensor tokens = shuffled.gather(1, place) + get_buffer(Positions)!;                 // [N, L, D'], as in the image
        foreach (TransformerBlock block in _decoder)
        {
            tokens = block.call(tokens, null);
        }

        return _head.call(_norm.call(tokens)).MoveToOuterDisposeScope();                    // [N, L, P]
    }

    /// <summary>Mean squared error over the numbers of the hidden patches; what is predicted of visible ones does not count.</summary>
    /// <param name="predicted">Predictions [N, L, P].</param>
    /// <param name="target">Patches [N, L, P].</param>
    /// <param name="hidden">Booleans [N, L], true where the patch is hidden.</param>
    /// <returns>One number, with its gradient.</returns>
    public static Tensor ReconstructionLoss(Tensor predicted, Tensor target, Tensor hidden)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(hidden);
        using DisposeScope scope = NewDisposeScope();
        Tensor error = (predicted - target).square().mean([2]);                             // [N, L]
        Tensor counted = hidden.to(error.dtype);
        return ((error * counted).sum() / counted.sum()).MoveToOuterDisposeScope();
    }

    /// <summary>Hides patches of images and rebuilds them, for a chart.</summary>
    /// <remarks>
    /// With normalised targets the network tells the pattern of a patch, and brightness and contrast are taken from the original, as in the paper's
    /// figures: even a network that answers 0 everywhere shows each patch in its mean colour.
    /// </remarks>
    /// <param name="images">Images [N, C, H, W] in [-1, 1].</param>
    /// <param name="seed">Chooses the patches that are hidden.</param>
    /// <returns>The images, what was shown of them, and with what the hidden patches were filled.</returns>
    public Reconstruction Reconstruct(Tensor images, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(images);
        using DisposeScope scope = NewDisposeScope();
        using var noGradient = no_grad();
        using Generator generator = new((ulong)(uint)seed);
        Tensor order = RandomOrder(images.shape[0], _encoder.PatchCount, generator).to(images.device);
        Tensor hidden = Hidden(order, VisibleCount).unsqueeze(2);                           // [N, L, 1]
        Tensor predicted = Decode(Encode(images, order), order);                            // [N, L, P]
        return Reconstruction.Of(images, hidden, predicted, _normalizeTargets, _encoder.PatchSize);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _encoder.Dispose();
            _bridge.Dispose();
            Array.ForEach(_decoder, block => block.Dispose());
            _norm.Dispose();
            _head.Dispose();
        }

        base.Dispose(disposing);
    }
}
