using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>
/// A vision transformer: the image is cut into patches, each patch becomes a token, and in every block each token looks at all others. The features
/// are the mean of the tokens in the end. Made for small images: 28 x 28 pixels in patches of 4 x 4 are 49 tokens.
/// </summary>
/// <remarks>
/// <para>Input [N, C, H, W] float, scaled to [-1, 1]; output features [N, D], D the width.</para>
/// <para>Dosovitskiy et al., "An Image Is Worth 16x16 Words: Transformers for Image Recognition at Scale", 2021. There is no class token: the mean of
/// the patches serves as well. Where a patch lies is told by sines and cosines that do not learn (He et al., 2022).</para>
/// </remarks>
public sealed class VisionTransformer : Encoder
{
    private const string Positions = "positions";

    private readonly Linear _embedding;
    private readonly TransformerBlock[] _blocks;
    private readonly LayerNorm _norm;

    /// <summary>A network with random weights; call <see cref="random.manual_seed(long)"/> before for the same ones each time.</summary>
    /// <param name="inputChannels">Channels C of the images: 3 for colour, 1 for grey.</param>
    /// <param name="width">Numbers D of a token; a multiple of 4 and of the heads.</param>
    /// <param name="depth">Number of blocks.</param>
    /// <param name="heads">Heads of the attention.</param>
    /// <param name="imageSize">Height and width of the images in pixels; a multiple of the patches'.</param>
    /// <param name="patchSize">Height and width p of a patch in pixels.</param>
    /// <param name="device">Where the weights live; the default device if null.</param>
    public VisionTransformer(
        int inputChannels, int width = 64, int depth = 4, int heads = 4, int imageSize = 28, int patchSize = 4, Device? device = null)
        : base(nameof(VisionTransformer))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(patchSize, 1);
        if (imageSize < patchSize || imageSize % patchSize != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(imageSize), imageSize, $"The size of the images must be a multiple of the patches', {patchSize}.");
        }

        (Channels, Width, ImageSize, PatchSize) = (inputChannels, width, imageSize, patchSize);
        _embedding = TransformerBlock.Layer(PatchNumbers, width, device);
        _blocks = [.. Enumerable.Range(0, depth).Select(_ => new TransformerBlock(width, heads, device))];
        _norm = LayerNorm(width, eps: 1e-6, device: device);
        register_module("embedding", _embedding);
        for (int block = 0; block < depth; block++)
        {
            register_module($"block{block}", _blocks[block]);
        }

        register_module("norm", _norm);
        register_buffer(Positions, SinesAndCosines(imageSize / patchSize, width).to(device ?? get_default_device()).DetachFromDisposeScope(), persistent: false);
    }

    /// <summary>Channels C of the images.</summary>
    public int Channels { get; }

    /// <summary>Numbers D of a token.</summary>
    public int Width { get; }

    /// <summary>Height and width of the images in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>Height and width p of a patch in pixels.</summary>
    public int PatchSize { get; }

    /// <summary>Number of patches L of an image.</summary>
    public int PatchCount => ImageSize / PatchSize * (ImageSize / PatchSize);

    /// <summary>Numbers P = p * p * C of a patch.</summary>
    public int PatchNumbers => PatchSize * PatchSize * Channels;

    /// <inheritdoc/>
    public override long FeatureCount => Width;

    /// <summary>Features [N, D] of images [N, C, H, W]: the mean of their tokens. Every patch sees every other.</summary>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Encode(Embed(input)).mean([1]).MoveToOuterDisposeScope();
    }

    /// <summary>One token for each patch, which knows where it lies and of no other patch yet.</summary>
    /// <param name="images">Images [N, C, H, W].</param>
    /// <returns>Tokens [N, L, D].</returns>
    public Tensor Embed(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4 || images.shape[1] != Channels || images.shape[2] != ImageSize || images.shape[3] != ImageSize)
        {
            throw new ArgumentException(
                $"This VisionTransformer takes images [N, {Channels}, {ImageSize}, {ImageSize}]; got [{string.Join(", ", images.shape)}].", nameof(images));
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor patches = Patches.Of(images, PatchSize);                                     // [N, L, P]
        return (_embedding.call(patches) + get_buffer(Positions)!).MoveToOuterDisposeScope();
    }

    /// <summary>Takes tokens through all blocks and the last layer normalisation.</summary>
    /// <param name="tokens">Tokens [N, L, D] of <see cref="Embed"/>; all of them, or a part [N, V, D].</param>
    /// <param name="mask">Who may look at whom, as in <see cref="TransformerBlock"/>; null where all see all.</param>
    /// <returns>Tokens of the same shape.</returns>
    public Tensor Encode(Tensor tokens, Tensor? mask = null)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        using DisposeScope scope = NewDisposeScope();
        Tensor current = tokens;
        foreach (TransformerBlock block in _blocks)
        {
            current = block.call(current, mask);
        }

        return _norm.call(current).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Where each patch of a square image lies, in numbers that a network can compare: sines and cosines of its row and of its column, from
    /// fast waves to slow ones.
    /// </summary>
    /// <param name="side">Patches in a row, and rows.</param>
    /// <param name="width">Numbers D of a token; a multiple of 4.</param>
    /// <returns>Positions [side * side, D] in [-1, 1]: sines and cosines of the row, then those of the column.</returns>
    public static Tensor SinesAndCosines(int side, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        if (width < 4 || width % 4 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(width), width, "The width must be a multiple of 4: a sine and a cosine of the row, and of the column.");
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor numbers = arange(side, dtype: ScalarType.Float64, device: CPU);
        Tensor frequencies = arange(width / 4, dtype: ScalarType.Float64, device: CPU).mul(-Math.Log(10_000) / (width / 4)).exp();
        Tensor angles = outer(numbers, frequencies);                                        // [side, D/4]
        Tensor waves = cat([angles.sin(), angles.cos()], 1);                                // [side, D/2]
        Tensor rows = waves.unsqueeze(1).expand(side, side, width / 2);
        Tensor columns = waves.unsqueeze(0).expand(side, side, width / 2);
        return cat([rows, columns], 2).reshape(side * side, width).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _embedding.Dispose();
            Array.ForEach(_blocks, block => block.Dispose());
            _norm.Dispose();
        }

        base.Dispose(disposing);
    }
}
