using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>
/// The operators behind torch.nn: convolutions, normalisations, pooling, activations, losses, attention. NN/ surfaces
/// them with TorchSharp's names. Reductions are libtorch's numbers: 0 none, 1 mean, 2 sum.
/// </summary>
internal static class Functional
{
    // Linear maps and convolutions; input [N, C, ...], weight [out, in / groups, ...]
    public static Tensor linear(Tensor input, Tensor weight, Tensor? bias) => Op.Call("linear", input, weight, bias);
    public static Tensor bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias) => Op.Call("bilinear", input1, input2, weight, bias);
    public static Tensor conv1d(Tensor input, Tensor weight, Tensor? bias, long[] stride, long[] padding, long[] dilation, long groups) => Op.Call("conv1d", input, weight, bias, stride, padding, dilation, groups);
    public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias, long[] stride, long[] padding, long[] dilation, long groups) => Op.Call("conv2d", input, weight, bias, stride, padding, dilation, groups);
    public static Tensor conv3d(Tensor input, Tensor weight, Tensor? bias, long[] stride, long[] padding, long[] dilation, long groups) => Op.Call("conv3d", input, weight, bias, stride, padding, dilation, groups);
    public static Tensor conv_transpose1d(Tensor input, Tensor weight, Tensor? bias, long[] stride, long[] padding, long[] outputPadding, long groups, long[] dilation) => Op.Call("conv_transpose1d", input, weight, bias, stride, padding, outputPadding, groups, dilation);
    public static Tensor conv_transpose2d(Tensor input, Tensor weight, Tensor? bias, long[] stride, long[] padding, long[] outputPadding, long groups, long[] dilation) => Op.Call("conv_transpose2d.input", input, weight, bias, stride, padding, outputPadding, groups, dilation);
    public static Tensor embedding(Tensor weight, Tensor indices, long paddingIndex = -1, bool scaleByFrequency = false, bool sparse = false) => Op.Call("embedding", weight, indices, paddingIndex, scaleByFrequency, sparse);

    // Normalisation; running statistics are updated in place when training
    public static Tensor batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? runningMean, Tensor? runningVar, bool training, double momentum, double eps) => Op.Call("batch_norm", input, weight, bias, runningMean, runningVar, training, momentum, eps, true);
    public static Tensor instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? runningMean, Tensor? runningVar, bool useInputStatistics, double momentum, double eps) => Op.Call("instance_norm", input, weight, bias, runningMean, runningVar, useInputStatistics, momentum, eps, true);
    public static Tensor layer_norm(Tensor input, long[] normalizedShape, Tensor? weight, Tensor? bias, double eps) => Op.Call("layer_norm", input, normalizedShape, weight, bias, eps);
    public static Tensor group_norm(Tensor input, long groups, Tensor? weight, Tensor? bias, double eps) => Op.Call("group_norm", input, groups, weight, bias, eps);
    public static Tensor dropout(Tensor input, double p, bool training) => Op.Call("dropout", input, p, training);
    public static Tensor dropout_(Tensor input, double p, bool training) => Op.InPlace("dropout_", input, p, training);
    public static Tensor feature_dropout(Tensor input, double p, bool training) => Op.Call("feature_dropout", input, p, training);

    // Pooling; an empty stride means the kernel's size
    public static Tensor max_pool1d(Tensor input, long[] kernel, long[] stride, long[] padding, long[] dilation, bool ceilMode) => Op.Call("max_pool1d", input, kernel, stride, padding, dilation, ceilMode);
    public static Tensor max_pool2d(Tensor input, long[] kernel, long[] stride, long[] padding, long[] dilation, bool ceilMode) => Op.Call("max_pool2d", input, kernel, stride, padding, dilation, ceilMode);
    public static (Tensor, Tensor) max_pool2d_with_indices(Tensor input, long[] kernel, long[] stride, long[] padding, long[] dilation, bool ceilMode) => Op.Call2("max_pool2d_with_indices", input, kernel, stride, padding, dilation, ceilMode);
    public static Tensor avg_pool1d(Tensor input, long[] kernel, long[] stride, long[] padding, bool ceilMode, bool countIncludePad) => Op.Call("avg_pool1d", input, kernel, stride, padding, ceilMode, countIncludePad);
    public static Tensor avg_pool2d(Tensor input, long[] kernel, long[] stride, long[] padding, bool ceilMode, bool countIncludePad, long? divisor) => Op.Call("avg_pool2d", input, kernel, stride, padding, ceilMode, countIncludePad, divisor);
    public static Tensor adaptive_avg_pool1d(Tensor input, long[] outputSize) => Op.Call("adaptive_avg_pool1d", input, outputSize);
    public static Tensor adaptive_avg_pool2d(Tensor input, long[] outputSize) => Op.Call("adaptive_avg_pool2d", input, outputSize);
    public static (Tensor, Tensor) adaptive_max_pool2d(Tensor input, long[] outputSize) => Op.Call2("adaptive_max_pool2d", input, outputSize);

    // Activations
    public static Tensor relu_(Tensor input) => Op.InPlace("relu_", input);
    public static Tensor leaky_relu(Tensor input, double slope) => Op.Call("leaky_relu", input, slope);
    public static Tensor leaky_relu_(Tensor input, double slope) => Op.InPlace("leaky_relu_", input, slope);
    public static Tensor elu(Tensor input, double alpha) => Op.Call("elu", input, alpha);
    public static Tensor elu_(Tensor input, double alpha) => Op.InPlace("elu_", input, alpha);
    public static Tensor gelu(Tensor input, string approximate = "none") => Op.Call("gelu", input, approximate);
    public static Tensor hardtanh(Tensor input, double min, double max) => Op.Call("hardtanh", input, min, max);
    public static Tensor hardswish(Tensor input) => Op.Call("hardswish", input);
    public static Tensor mish(Tensor input) => Op.Call("mish", input);
    public static Tensor prelu(Tensor input, Tensor weight) => Op.Call("prelu", input, weight);
    public static Tensor log_sigmoid(Tensor input) => Op.Call("log_sigmoid", input);
    public static Tensor softplus(Tensor input, double beta = 1, double threshold = 20) => Op.Call("softplus", input, beta, threshold);
    public static Tensor glu(Tensor input, long dim) => Op.Call("glu", input, dim);

    // Losses; input [N, K, ...], target [N, ...]
    public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight, long reduction, long ignoreIndex, double labelSmoothing) => Op.Call("cross_entropy_loss", input, target, weight, reduction, ignoreIndex, labelSmoothing);
    public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight, long reduction, long ignoreIndex) => Op.Call("nll_loss_nd", input, target, weight, reduction, ignoreIndex);
    public static Tensor binary_cross_entropy(Tensor input, Tensor target, Tensor? weight, long reduction) => Op.Call("binary_cross_entropy", input, target, weight, reduction);
    public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight, Tensor? positiveWeight, long reduction) => Op.Call("binary_cross_entropy_with_logits", input, target, weight, positiveWeight, reduction);
    public static Tensor mse_loss(Tensor input, Tensor target, long reduction) => Op.Call("mse_loss", input, target, reduction);
    public static Tensor l1_loss(Tensor input, Tensor target, long reduction) => Op.Call("l1_loss", input, target, reduction);
    public static Tensor smooth_l1_loss(Tensor input, Tensor target, long reduction, double beta) => Op.Call("smooth_l1_loss", input, target, reduction, beta);
    public static Tensor huber_loss(Tensor input, Tensor target, long reduction, double delta) => Op.Call("huber_loss", input, target, reduction, delta);
    public static Tensor kl_div(Tensor input, Tensor target, long reduction, bool logTarget) => Op.Call("kl_div", input, target, reduction, logTarget);
    public static Tensor cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, double margin, long reduction) => Op.Call("cosine_embedding_loss", input1, input2, target, margin, reduction);
    public static Tensor triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, double margin, double p, double eps, bool swap, long reduction) => Op.Call("triplet_margin_loss", anchor, positive, negative, margin, p, eps, swap, reduction);

    // Similarity
    public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim, double eps) => Op.Call("cosine_similarity", x1, x2, dim, eps);
    public static Tensor pairwise_distance(Tensor x1, Tensor x2, double p, double eps, bool keepdim) => Op.Call("pairwise_distance", x1, x2, p, eps, keepdim);

    /// <summary>Divides by the p-norm along a dimension, at least <paramref name="eps"/>.</summary>
    public static Tensor normalize(Tensor input, double p, long dim, double eps)
    {
        using var scope = NewDisposeScope();
        var norm = Op.Call("norm.ScalarOpt_dim", input, p, Argument.List(dim), true);
        return input.div(norm.clamp_min(eps).expand_as(input)).MoveToOuterDisposeScope();
    }

    // Images
    public static Tensor one_hot(Tensor labels, long classes) => Op.Call("one_hot", labels, classes);
    public static Tensor pad(Tensor input, long[] padding, string mode, double? value) => Op.Call("pad", input, padding, mode, value);
    public static Tensor affine_grid(Tensor theta, long[] size, bool alignCorners) => Op.Call("affine_grid_generator", theta, size, alignCorners);

    /// <param name="input">[N, C, H, W].</param>
    /// <param name="grid">[N, H', W', 2] in [-1, 1].</param>
    /// <param name="interpolation">0 bilinear, 1 nearest, 2 bicubic.</param>
    /// <param name="paddingMode">0 zeros, 1 border, 2 reflection.</param>
    /// <param name="alignCorners">Whether -1 and 1 are the centres of the corner pixels.</param>
    public static Tensor grid_sample(Tensor input, Tensor grid, long interpolation, long paddingMode, bool alignCorners) => Op.Call("grid_sampler", input, grid, interpolation, paddingMode, alignCorners);

    public static Tensor upsample_nearest(Tensor input, long[]? size, double[]? scale) => Op.Call("upsample_nearest2d.vec", input, size, scale);
    public static Tensor upsample_bilinear(Tensor input, long[]? size, double[]? scale, bool alignCorners) => Op.Call("upsample_bilinear2d.vec", input, size, alignCorners, scale);
    public static Tensor upsample_bilinear_antialiased(Tensor input, long[]? size, double[]? scale, bool alignCorners) => Op.Call("_upsample_bilinear2d_aa.vec", input, size, alignCorners, scale);
    public static Tensor upsample_bicubic(Tensor input, long[]? size, double[]? scale, bool alignCorners) => Op.Call("upsample_bicubic2d.vec", input, size, alignCorners, scale);
    public static Tensor pixel_shuffle(Tensor input, long factor) => Op.Call("pixel_shuffle", input, factor);
    public static Tensor unfold(Tensor input, long[] kernel, long[] dilation, long[] padding, long[] stride) => Op.Call("im2col", input, kernel, dilation, padding, stride);
    public static Tensor fold(Tensor input, long[] outputSize, long[] kernel, long[] dilation, long[] padding, long[] stride) => Op.Call("col2im", input, outputSize, kernel, dilation, padding, stride);

    /// <summary>
    /// softmax(query key^T / sqrt(E) + mask) value over [..., L, E]; the fused operator where libtorch has it.
    /// </summary>
    /// <exception cref="ArgumentException">Both a mask and <paramref name="isCausal"/> are given.</exception>
    public static Tensor scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? mask, double dropout, bool isCausal)
    {
        if (mask is not null && isCausal)
        {
            throw new ArgumentException("An explicit attention mask cannot be combined with is_casual.", nameof(mask));
        }
        if (Op.Exists("scaled_dot_product_attention"))
        {
            return Op.Call("scaled_dot_product_attention", query, key, value, mask, dropout, isCausal);
        }
        using var scope = NewDisposeScope();
        // Scaling both factors keeps half-precision products in range.
        var scale = Math.Pow(query.size(-1), -0.25);
        var scores = query.mul(scale).matmul(key.mul(scale).transpose(-2, -1));
        if (isCausal)
        {
            var future = ones(query.size(-2), key.size(-2), dtype: ScalarType.Bool, device: query.device).triu(1);
            scores = scores.masked_fill(future, double.NegativeInfinity);
        }
        else if (mask is { dtype: ScalarType.Bool })
        {
            scores = scores.masked_fill(mask.logical_not(), double.NegativeInfinity);
        }
        else if (mask is not null)
        {
            scores = scores.add(mask);
        }
        var weights = scores.softmax(-1);
        if (dropout > 0)
        {
            weights = Functional.dropout(weights, dropout, true);
        }
        return weights.matmul(value).MoveToOuterDisposeScope();
    }
}

/// <summary>One operation on every tensor of a list, in one call (and few kernels on a GPU); for the optimisers.</summary>
internal static class Foreach
{
    public static void zero_(Tensor[] self) => Op.Run("_foreach_zero_", self);
    public static void add_(Tensor[] self, Scalar value) => Op.Run("_foreach_add_.Scalar", self, value);
    public static void add_(Tensor[] self, Tensor[] other, Scalar alpha) => Op.Run("_foreach_add_.List", self, other, alpha);
    public static void mul_(Tensor[] self, Scalar value) => Op.Run("_foreach_mul_.Scalar", self, value);
    public static void mul_(Tensor[] self, Tensor[] other) => Op.Run("_foreach_mul_.List", self, other);
    public static void div_(Tensor[] self, Scalar value) => Op.Run("_foreach_div_.Scalar", self, value);
    public static void div_(Tensor[] self, Tensor[] other) => Op.Run("_foreach_div_.List", self, other);
    public static void neg_(Tensor[] self) => Op.Run("_foreach_neg_", self);
    public static void sqrt_(Tensor[] self) => Op.Run("_foreach_sqrt_", self);
    public static void addcmul_(Tensor[] self, Tensor[] first, Tensor[] second, Scalar value) => Op.Run("_foreach_addcmul_.Scalar", self, first, second, value);
    public static void addcdiv_(Tensor[] self, Tensor[] first, Tensor[] second, Scalar value) => Op.Run("_foreach_addcdiv_.Scalar", self, first, second, value);
    public static void addcdiv_(Tensor[] self, Tensor[] first, Tensor[] second, double[] values) => Op.Run("_foreach_addcdiv_.ScalarList", self, first, second, Argument.Scalars(values));
    public static Tensor[] add(Tensor[] self, Tensor[] other, Scalar alpha) => Op.CallList("_foreach_add.List", self, other, alpha);
    public static Tensor[] mul(Tensor[] self, Scalar value) => Op.CallList("_foreach_mul.Scalar", self, value);
    public static Tensor[] div(Tensor[] self, Scalar value) => Op.CallList("_foreach_div.Scalar", self, value);
    public static Tensor[] sqrt(Tensor[] self) => Op.CallList("_foreach_sqrt", self);
    public static Tensor[] norm(Tensor[] self, Scalar p) => Op.CallList("_foreach_norm.Scalar", self, p);
}
