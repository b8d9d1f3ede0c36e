using System.Diagnostics.CodeAnalysis;
using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A table of vectors read by index.</summary>
public sealed class Embedding : nn.Module<Tensor, Tensor>
{
    private readonly long? _paddingIndex;
    private readonly double? _maximalNorm;
    private readonly double _normType;
    private readonly bool _scaleGradientByFrequency;
    private readonly bool _sparse;
    private Parameter? _weight;

    internal Embedding(long num_embeddings, long embedding_dims, long? padding_idx, double? max_norm, double norm_type, bool scale_grad_by_freq, bool sparse, Device? device, ScalarType? dtype)
        : base(nameof(Embedding))
    {
        _paddingIndex = padding_idx < 0 ? num_embeddings + padding_idx : padding_idx;
        _maximalNorm = max_norm;
        _normType = norm_type;
        _scaleGradientByFrequency = scale_grad_by_freq;
        _sparse = sparse;
        weight = nn.Parameter(empty([num_embeddings, embedding_dims], dtype, device));
        nn.init.normal_(weight);
        if (_paddingIndex is { } row)
        {
            using (no_grad())
            {
                using var padding = weight.narrow(0, row, 1);
                padding.zero_();
            }
        }
    }

    [DisallowNull]
    public Parameter? weight
    {
        get => _weight;
        set => _weight = SetParameter(nameof(weight), _weight, value);
    }

    public override Tensor forward(Tensor input)
    {
        if (_maximalNorm is { } limit)
        {
            using (no_grad())
            {
                Op.Run("embedding_renorm_", weight, input.contiguous(), limit, _normType);
            }
        }
        return Op.Call("embedding", weight, input, _paddingIndex ?? -1, _scaleGradientByFrequency, _sparse);
    }
}
