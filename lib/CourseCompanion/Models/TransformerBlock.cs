using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CourseCompanion.Models;

/// <summary>
/// A block of a transformer. First each token asks all others (attention) and adds what it is told; then each token thinks by itself
/// (<see cref="MlpBlock"/>) and adds that. Both begin with a layer normalisation ("pre-norm").
/// </summary>
/// <remarks>Vaswani et al., "Attention Is All You Need", 2017; Dosovitskiy et al., "An Image Is Worth 16x16 Words", 2021.</remarks>
public sealed class TransformerBlock : Module<Tensor, Tensor?, Tensor>
{
    private readonly LayerNorm _norm;
    private readonly Linear _qkv;
    private readonly Linear _projection;
    private readonly MlpBlock _mlp;
    private readonly int _heads;

    /// <summary>A block with random weights.</summary>
    /// <param name="width">Numbers D of a token.</param>
    /// <param name="heads">In how many parts of D/heads numbers tokens are compared; divides the width.</param>
    /// <param name="device">Where the weights live; the default device if null.</param>
    public TransformerBlock(int width, int heads, Device? device = null)
        : base(nameof(TransformerBlock))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        if (width % heads != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(heads), heads, $"The number of heads must divide the width, {width}.");
        }

        _heads = heads;
        _norm = LayerNorm(width, eps: 1e-6, device: device);
        _qkv = Layer(width, 3 * width, device);
        _projection = Layer(width, width, device);
        _mlp = new MlpBlock(width, device);
        register_module("norm", _norm);
        register_module("qkv", _qkv);
        register_module("projection", _projection);
        register_module("mlp", _mlp);
    }

    /// <summary>Tokens after the block.</summary>
    /// <param name="input">Tokens [N, L, D].</param>
    /// <param name="mask">Who may look at whom: true at [i, j] where token i sees token j. Booleans [L, L] or [N, 1, L, L]; null where all see all.</param>
    /// <returns>Tokens [N, L, D].</returns>
    public override Tensor forward(Tensor input, Tensor? mask)
    {
        ArgumentNullException.ThrowIfNull(input);
        using DisposeScope scope = NewDisposeScope();
        long n = input.shape[0], l = input.shape[1], d = input.shape[2];
        Tensor[] parts = _qkv.call(_norm.call(input))                                       // [N, L, 3D]
            .reshape(n, l, 3, _heads, d / _heads)
            .permute(2, 0, 3, 1, 4)                                                         // [3, N, heads, L, D/heads]
            .unbind(0);
        (Tensor queries, Tensor keys, Tensor values) = (parts[0], parts[1], parts[2]);
        Tensor told = functional.scaled_dot_product_attention(queries, keys, values, mask)  // [N, heads, L, D/heads]
            .transpose(1, 2)
            .reshape(n, l, d);
        return _mlp.call(input + _projection.call(told)).MoveToOuterDisposeScope();
    }

    /// <summary>A linear layer as transformers begin: weights by Glorot's rule, biases 0.</summary>
    internal static Linear Layer(long inputs, long outputs, Device? device)
    {
        Linear layer = Linear(inputs, outputs, device: device);
        using (no_grad())
        {
            init.xavier_uniform_(layer.weight);
            init.zeros_(layer.bias);
        }

        return layer;
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
            _norm.Dispose();
            _qkv.Dispose();
            _projection.Dispose();
            _mlp.Dispose();
        }

        base.Dispose(disposing);
    }
}
