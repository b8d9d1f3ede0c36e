using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// Attention of several heads (Vaswani et al. 2017) over <c>[L, N, E]</c>: sequence, batch, features, as in TorchSharp.
/// </summary>
public sealed class MultiheadAttention : nn.Module<Tensor, Tensor, Tensor, Tensor?, bool, Tensor?, Tuple<Tensor, Tensor>>
{
    private readonly long _size;
    private readonly long _heads;
    private readonly double _dropout;
    private readonly bool _addZeroAttention;
    private readonly bool _sameSizes;

    internal MultiheadAttention(long embedded_dim, long num_heads, double dropout, bool bias, bool add_bias_kv, bool add_zero_attn, long? kdim, long? vdim)
        : base(nameof(MultiheadAttention))
    {
        if (embedded_dim % num_heads != 0)
        {
            throw new ArgumentException($"embedded_dim ({embedded_dim}) must be divisible by num_heads ({num_heads}).", nameof(num_heads));
        }
        _size = embedded_dim;
        _heads = num_heads;
        _dropout = dropout;
        _addZeroAttention = add_zero_attn;
        _sameSizes = (kdim ?? embedded_dim) == embedded_dim && (vdim ?? embedded_dim) == embedded_dim;

        // The order of creation is PyTorch's, so that a seed gives the same weights.
        var output = new Linear(embedded_dim, embedded_dim, bias, null, null);
        if (_sameSizes)
        {
            Add("in_proj_weight", nn.init.xavier_uniform_, 3 * embedded_dim, embedded_dim);
        }
        else
        {
            Add("q_proj_weight", nn.init.xavier_uniform_, embedded_dim, embedded_dim);
            Add("k_proj_weight", nn.init.xavier_uniform_, embedded_dim, kdim ?? embedded_dim);
            Add("v_proj_weight", nn.init.xavier_uniform_, embedded_dim, vdim ?? embedded_dim);
        }
        if (bias)
        {
            Add("in_proj_bias", (tensor, _) => nn.init.zeros_(tensor), 3 * embedded_dim);
            nn.init.zeros_(output.bias!);
        }
        if (add_bias_kv)
        {
            Add("bias_k", nn.init.xavier_normal_, 1, 1, embedded_dim);
            Add("bias_v", nn.init.xavier_normal_, 1, 1, embedded_dim);
        }
        register_module("out_proj", output);
    }

    /// <param name="query">Queries <c>[L, N, E]</c>.</param>
    /// <param name="key">Keys <c>[S, N, kdim]</c>.</param>
    /// <param name="value">Values <c>[S, N, vdim]</c>.</param>
    /// <param name="key_padding_mask">True where a key is padding, <c>[N, S]</c>.</param>
    /// <param name="need_weights">Whether to return the attention weights <c>[N, L, S]</c>, averaged over heads.</param>
    /// <param name="attn_mask">True where a query must not look, or numbers to add, <c>[L, S]</c> or <c>[N * heads, L, S]</c>.</param>
    public override Tuple<Tensor, Tensor> forward(Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask, bool need_weights, Tensor? attn_mask)
    {
        using var scope = NewDisposeScope();
        var (length, batch) = (query.shape[0], query.shape[1]);
        var headSize = _size / _heads;

        var biases = get_parameter("in_proj_bias")?.chunk(3);
        var weights = _sameSizes
            ? get_parameter("in_proj_weight")!.chunk(3)
            : [get_parameter("q_proj_weight")!, get_parameter("k_proj_weight")!, get_parameter("v_proj_weight")!];
        var projectedQuery = nn.functional.linear(query, weights[0], biases?[0]);
        var projectedKey = nn.functional.linear(key, weights[1], biases?[1]);
        var projectedValue = nn.functional.linear(value, weights[2], biases?[2]);
        var added = 0;
        if (get_parameter("bias_k") is { } extraKey)
        {
            projectedKey = cat([projectedKey, extraKey.expand(1, batch, _size)], 0);
            projectedValue = cat([projectedValue, get_parameter("bias_v")!.expand(1, batch, _size)], 0);
            added++;
        }
        // [L, N, E] -> [N * heads, L, E / heads]
        Tensor Split(Tensor tensor) => tensor.contiguous().view(-1, batch * _heads, headSize).transpose(0, 1);
        var (queries, keys, values) = (Split(projectedQuery), Split(projectedKey), Split(projectedValue));
        if (_addZeroAttention)
        {
            var nothing = zeros([batch * _heads, 1, headSize], keys.dtype, keys.device);
            keys = cat([keys, nothing], 1);
            values = cat([values, nothing], 1);
            added++;
        }
        var scores = queries.div(Math.Sqrt(headSize)).bmm(keys.transpose(1, 2));
        if (attn_mask is not null)
        {
            scores = scores.add(Extend(Additive(attn_mask, scores.dtype), added));
        }
        if (key_padding_mask is not null)
        {
            var padding = Extend(Additive(key_padding_mask, scores.dtype), added).view(batch, 1, 1, -1).expand(-1, _heads, -1, -1);
            scores = scores.add(padding.reshape(batch * _heads, 1, -1));
        }
        var attention = scores.softmax(-1);
        var dropped = nn.functional.dropout(attention, _dropout, training);
        var context = dropped.bmm(values).transpose(0, 1).contiguous().view(length, batch, _size);
        var output = ((Linear)children().Single()).call(context);
        var averaged = need_weights ? attention.view(batch, _heads, length, -1).mean([1]) : null;
        return Tuple.Create(output.MoveToOuterDisposeScope(), averaged?.MoveToOuterDisposeScope()!);
    }

    public new Tuple<Tensor, Tensor> call(Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask = null, bool need_weights = true, Tensor? attn_mask = null) =>
        base.call(query, key, value, key_padding_mask, need_weights, attn_mask);

    private void Add(string name, Func<Tensor, double, Tensor> initialize, params long[] shape)
    {
        var parameter = nn.Parameter(empty(shape));
        initialize(parameter, 1.0);
        register_parameter(name, parameter);
    }

    private static Tensor Additive(Tensor mask, ScalarType type) =>
        mask.dtype == ScalarType.Bool
            ? zeros(mask.shape, type, mask.device).masked_fill(mask, double.NegativeInfinity)
            : mask.to(type);

    // Every query may look at the added keys.
    private static Tensor Extend(Tensor mask, int added) => added == 0 ? mask : nn.functional.pad(mask, (0, added));
}
