using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests.Gradients;

/// <summary>Every differentiable operation of the engine, by the name of its method.</summary>
internal static class GradientCases
{
    private static readonly long[] One = [1, 1];
    private static readonly long[] Two = [2, 2];
    private static readonly long[] Zero = [0, 0];

    public static IReadOnlyList<GradientCase> All { get; } =
    [
        // One tensor, element by element
        Unary("abs", x => x.abs()), Unary("absolute", x => x.absolute()), Unary("acos", x => x.acos(), -0.9, 0.9), Unary("acosh", x => x.acosh(), 1.2, 3),
        Unary("asin", x => x.asin(), -0.9, 0.9), Unary("asinh", x => x.asinh()), Unary("atan", x => x.atan()), Unary("atanh", x => x.atanh(), -0.9, 0.9),
        Unary("cos", x => x.cos()), Unary("cosh", x => x.cosh()), Unary("deg2rad", x => x.deg2rad()), Unary("digamma", x => x.digamma(), 0.5, 3),
        Unary("erf", x => x.erf()), Unary("erfc", x => x.erfc()), Unary("erfinv", x => x.erfinv(), -0.8, 0.8), Unary("exp", x => x.exp()),
        Unary("exp2", x => x.exp2()), Unary("expm1", x => x.expm1()), Unary("frac", x => x.frac(), 0.1, 0.9), Unary("lgamma", x => x.lgamma(), 0.5, 3),
        Unary("log", x => x.log(), 0.5, 3), Unary("log10", x => x.log10(), 0.5, 3), Unary("log1p", x => x.log1p(), 0.5, 3), Unary("log2", x => x.log2(), 0.5, 3),
        Unary("neg", x => x.neg()), Unary("negative", x => x.negative()), Unary("positive", x => x.positive()), Unary("rad2deg", x => x.rad2deg()),
        Unary("reciprocal", x => x.reciprocal(), 0.5, 3), Unary("relu", x => x.relu()), Unary("relu6", x => x.relu6()), Unary("rsqrt", x => x.rsqrt(), 0.5, 3),
        Unary("selu", x => x.selu()), Unary("sigmoid", x => x.sigmoid()), Unary("silu", x => x.silu()), Unary("sin", x => x.sin()), Unary("sinh", x => x.sinh()),
        Unary("sqrt", x => x.sqrt(), 0.5, 3), Unary("square", x => x.square()), Unary("tan", x => x.tan(), -1, 1), Unary("tanh", x => x.tanh()),
        Unary("gelu", x => x.gelu()), Unary("hardsigmoid", x => x.hardsigmoid()), Unary("softplus", x => x.softplus()), Unary("logit", x => x.logit(), 0.1, 0.9),
        Unary("nan_to_num", x => x.nan_to_num()), Unary("clamp", x => x.clamp(-0.4, 0.4)), Unary("clamp_max", x => x.clamp_max(0.4)),
        Unary("clamp_min", x => x.clamp_min(-0.4)), Unary("clip", x => x.clip(-0.4, 0.4)), Unary("rsub", x => x.rsub(2)),

        // Two and three tensors, with broadcasting
        Binary("add", (a, b) => a.add(b)), Binary("add", (a, b) => a.add(b, 0.3)), Binary("sub", (a, b) => a.sub(b)), Binary("subtract", (a, b) => a.subtract(b)),
        Binary("mul", (a, b) => a.mul(b)), Binary("multiply", (a, b) => a.multiply(b)), Binary("div", (a, b) => a.div(b)), Binary("divide", (a, b) => a.divide(b)),
        Binary("true_divide", (a, b) => a.true_divide(b)), Binary("pow", (a, b) => a.pow(b)), Binary("pow", (a, b) => a.pow(3) + b.pow(0.5)),
        Binary("float_power", (a, b) => a.float_power(b)), Binary("atan2", (a, b) => a.atan2(b)), Binary("hypot", (a, b) => a.hypot(b)),
        Binary("xlogy", (a, b) => a.xlogy(b)), Binary("logaddexp", (a, b) => a.logaddexp(b)), Binary("copysign", (a, b) => a.copysign(b)),
        Binary("maximum", (a, b) => a.maximum(b)), Binary("minimum", (a, b) => a.minimum(b)), Binary("fmax", (a, b) => a.fmax(b)), Binary("fmin", (a, b) => a.fmin(b)),
        Binary("fmod", (a, b) => a.fmod(2.5) + b.fmod(2.5)), Binary("remainder", (a, b) => a.remainder(2.5) + b.remainder(2.5)),
        Binary("lerp", (a, b) => a.lerp(b.expand_as(a), tensor(0.3))), Binary("addcmul", (a, b) => a.addcmul(b, b, 0.7)), Binary("addcdiv", (a, b) => a.addcdiv(a, b, 0.7)),
        Binary("dist", (a, b) => a.dist(b)),

        // Reductions
        Unary("sum", x => x.sum(1)), Unary("nansum", x => x.nansum()), Unary("mean", x => x.mean([0])), Unary("median", x => x.median()), Unary("prod", x => x.prod(1)),
        Unary("var", x => x.var(1)), Unary("std", x => x.std([0L], unbiased: false)), Unary("max", x => x.max(1).values), Unary("min", x => x.min(1).values),
        Unary("amax", x => x.amax([1L], true)), Unary("amin", x => x.amin([1L], true)), Unary("logsumexp", x => x.logsumexp(1)), Unary("norm", x => x.norm(1, false, 3f)),
        Unary("quantile", x => x.quantile(tensor(0.3), 1)), Unary("softmax", x => x.softmax(1)), Unary("log_softmax", x => x.log_softmax(1)),
        Unary("cumsum", x => x.cumsum(1)), Unary("cumprod", x => x.cumprod(1)), Unary("cummax", x => x.cummax(1).values), Unary("cummin", x => x.cummin(1).values),
        Unary("logcumsumexp", x => x.logcumsumexp(1)), Unary("mode", x => x.mode(1).values), Unary("sort", x => x.sort(1, true).Values), Unary("msort", x => x.msort()),
        Unary("topk", x => x.topk(2, 1).values), Unary("kthvalue", x => x.kthvalue(2, 1).values), Unary("cov", x => x.cov()), Unary("corrcoef", x => x.corrcoef()),
        Unary("renorm", x => x.renorm(2, 0, 0.5f)),

        // Shape
        Unary("view", x => x.view(4, 3)), Unary("view_as", x => x.view_as(zeros(4, 3))), Unary("reshape", x => x.reshape(2, 6)), Unary("flatten", x => x.flatten()),
        Unary("unflatten", x => x.unflatten(1, 2, 2)), Unary("ravel", x => x.ravel()), Unary("squeeze", x => x.unsqueeze(0).squeeze(0)), Unary("unsqueeze", x => x.unsqueeze(1)),
        Unary("permute", x => x.permute(1, 0)), Unary("transpose", x => x.transpose(0, 1)), Unary("swapaxes", x => x.swapaxes(0, 1)), Unary("swapdims", x => x.swapdims(0, 1)),
        Unary("t", x => x.t()), Unary("T", x => x.T), Unary("mT", x => x.mT), Unary("H", x => x.H), Unary("movedim", x => x.movedim([0], [1])), Unary("moveaxis", x => x.moveaxis([0], [1])),
        Unary("expand", x => x.unsqueeze(0).expand(2, 3, 4)), Unary("expand_as", x => x.unsqueeze(0).expand_as(zeros(2, 3, 4))), Unary("broadcast_to", x => x.broadcast_to(2, 3, 4)),
        Unary("repeat", x => x.repeat(2, 1)), Unary("repeat_interleave", x => x.repeat_interleave(2, 1)), Unary("tile", x => x.tile([1, 2])),
        Unary("contiguous", x => x.t().contiguous()), Unary("as_strided", x => x.as_strided([2, 2], [1, 2])), Unary("flip", x => x.flip(1)), Unary("fliplr", x => x.fliplr()),
        Unary("flipud", x => x.flipud()), Unary("rot90", x => x.rot90()), Unary("roll", x => x.roll(1, 1)), Unary("split", x => x.split(2, 1)[0]), Unary("chunk", x => x.chunk(2, 1)[1]),
        Unary("tensor_split", x => x.tensor_split(2, 1)[0]), Unary("unbind", x => x.unbind(0)[1]), Unary("unfold", x => x.unfold(1, 2, 1)), Unary("tril", x => x.tril()),
        Unary("triu", x => x.triu()), Unary("diag", x => x.diag()), Unary("diag_embed", x => x.diag_embed()), Unary("diagonal", x => x.diagonal()), Unary("trace", x => x.trace()),
        Unary("alias", x => x.alias()), Unary("clone", x => x.clone()), Unary("to_dense", x => x.to_dense()), Unary("to", x => x.to(CPU)), Unary("cpu", x => x.cpu()),
        Unary("to_type", x => x.to_type(ScalarType.Float64)), Unary("type", x => x.type(ScalarType.Float64)), Unary("type_as", x => x.type_as(x)), Unary("double", x => x.@double()),

        // Indexing
        Unary("select", x => x.select(1, 2)), Unary("narrow", x => x.narrow(1, 1, 2)), Unary("slice", x => x.slice(1, 0, 4, 2)), Unary("index", x => x[Index(2, 0)]),
        Unary("index_select", x => x.index_select(1, Index(2, 0, 2))), Unary("gather", x => x.gather(1, Index(2, 0, 1).unsqueeze(1))), Unary("take", x => x.take(Index(0, 5))),
        Unary("take_along_dim", x => x.take_along_dim(Index(2, 0, 1).unsqueeze(1), 1)), Unary("masked_select", x => x.masked_select(Mask)),
        Unary("masked_fill", x => x.masked_fill(Mask, 0.5)), Of("masked_scatter", x => x[0].masked_scatter(Mask, x[1]), [3, 4], [3, 4]), Binary("where", (a, b) => a.where(Mask, b)),
        Binary("scatter", (a, b) => a.scatter(0, Index(2, 0, 1, 1).unsqueeze(0), b.unsqueeze(0))), Binary("scatter_add", (a, b) => a.scatter_add(0, Index(2, 0, 1, 1).unsqueeze(0), b.unsqueeze(0))),
        Binary("index_add", (a, b) => a.index_add(0, Index(1), b.unsqueeze(0), 0.5)), Binary("index_copy", (a, b) => a.index_copy(0, Index(1), b.unsqueeze(0))),
        Unary("index_fill", x => x.index_fill(0, Index(1), 0.5)), Binary("select_scatter", (a, b) => a.select_scatter(b, 0, 1)),
        Binary("slice_scatter", (a, b) => a.slice_scatter(b.unsqueeze(0), 0, 1, 2)),

        // Linear algebra
        Of("matmul", x => x[0].matmul(x[1]), [2, 3], [3, 2]), Of("mm", x => x[0].mm(x[1]), [2, 3], [3, 2]), Of("mv", x => x[0].mv(x[1]), [2, 3], [3]),
        Of("bmm", x => x[0].bmm(x[1]), [2, 2, 3], [2, 3, 2]), Of("dot", x => x[0].dot(x[1]), [3], [3]), Of("vdot", x => x[0].vdot(x[1]), [3], [3]),
        Of("outer", x => x[0].outer(x[1]), [2], [3]), Of("ger", x => x[0].ger(x[1]), [2], [3]), Of("inner", x => x[0].inner(x[1]), [2, 3], [2, 3]),
        Of("kron", x => x[0].kron(x[1]), [2, 2], [2, 1]), Of("addmm", x => x[0].addmm(x[1], x[2], 0.5f, 2), [2, 2], [2, 3], [3, 2]),
        Of("addmv", x => x[0].addmv(x[1], x[2]), [2], [2, 3], [3]), Of("addr", x => x[0].addr(x[1], x[2]), [2, 3], [2], [3]),
        Of("baddbmm", x => x[0].baddbmm(x[1], x[2]), [2, 2, 2], [2, 2, 3], [2, 3, 2]), Of("einsum", x => einsum("bij,bjk->ik", x), [2, 2, 3], [2, 3, 2]),
        Of("cdist", x => cdist(x[0], x[1]), [2, 3], [4, 3]), Of("cholesky", x => linalg.cholesky(Definite(x[0])), [3, 3]),
        Of("inverse", x => Definite(x[0]).inverse(), [3, 3]), Of("inv", x => linalg.inv(Definite(x[0])), [3, 3]), Of("pinverse", x => x[0].pinverse(), [3, 2]), Of("pinv", x => linalg.pinv(x[0]), [3, 2]),
        Of("det", x => x[0].det(), [3, 3]), Of("logdet", x => Definite(x[0]).logdet(), [3, 3]), Of("slogdet", x => linalg.slogdet(Definite(x[0])).Item2, [3, 3]),
        Of("matrix_power", x => x[0].matrix_power(3), [2, 2]), Of("eigh", x => linalg.eigh(Definite(x[0])).Item1, [3, 3]), Of("eigvalsh", x => linalg.eigvalsh(Definite(x[0])), [3, 3]),
        Of("multi_dot", x => linalg.multi_dot(x), [2, 3], [3, 2], [2, 2]), Of("vector_norm", x => linalg.vector_norm(x[0], 3), [4]), Of("norm", x => linalg.norm(x[0]), [2, 3]),
        Of("qr", x => linalg.qr(x[0]).R, [3, 2]), Of("solve", x => linalg.solve(Definite(x[0]), x[1]), [3, 3], [3, 2]),
        Of("solve_triangular", x => linalg.solve_triangular(Definite(x[0]).triu(), x[1], true), [3, 3], [3, 2]), Of("svd", x => linalg.svd(x[0], false).S, [3, 2]),
        Of("svdvals", x => linalg.svdvals(x[0]), [3, 2]),

        // Several tensors
        Of("cat", x => cat(x, 1), [2, 3], [2, 1]), Of("concat", x => concat(x, 1), [2, 3], [2, 1]), Of("stack", x => stack(x), [2], [2]), Of("hstack", x => hstack(x), [2], [3]),
        Of("vstack", x => vstack(x), [2], [2]), Of("meshgrid", x => meshgrid(x)[0], [2], [3]), Of("broadcast_tensors", x => broadcast_tensors(x)[1], [2, 1], [3]),
        Of("block_diag", x => block_diag(x), [2, 1], [2, 2]), Of("cartesian_prod", x => cartesian_prod(x), [2], [3]),

        // Behind torch.nn
        Of("linear", x => Functional.linear(x[0], x[1], x[2]), [2, 3], [4, 3], [4]), Of("bilinear", x => Functional.bilinear(x[0], x[1], x[2], x[3]), [2, 2], [2, 3], [2, 2, 3], [2]),
        Of("conv1d", x => Functional.conv1d(x[0], x[1], x[2], [2], [1], [1], 1), [1, 2, 5], [3, 2, 3], [3]),
        Of("conv2d", x => Functional.conv2d(x[0], x[1], x[2], One, One, One, 1), [1, 2, 4, 4], [2, 2, 3, 3], [2]),
        Of("conv3d", x => Functional.conv3d(x[0], x[1], x[2], [1, 1, 1], [0, 0, 0], [1, 1, 1], 1), [1, 1, 3, 3, 3], [1, 1, 2, 2, 2], [1]),
        Of("conv_transpose1d", x => Functional.conv_transpose1d(x[0], x[1], x[2], [2], [1], [0], 1, [1]), [1, 2, 4], [2, 3, 3], [3]),
        Of("conv_transpose2d", x => Functional.conv_transpose2d(x[0], x[1], x[2], Two, One, One, 1, One), [1, 2, 3, 3], [2, 2, 3, 3], [2]),
        Of("embedding", x => Functional.embedding(x[0], Index(2, 0, 2)), [4, 3]),
        Of("batch_norm", x => Functional.batch_norm(x[0], x[1], x[2], null, null, true, 0.1, 1e-5), [3, 2, 2, 2], [2], [2]),
        Of("instance_norm", x => Functional.instance_norm(x[0], x[1], x[2], null, null, true, 0.1, 1e-5), [2, 2, 3, 3], [2], [2]),
        Of("layer_norm", x => Functional.layer_norm(x[0], [4], x[1], x[2], 1e-5), [2, 4], [4], [4]), Of("group_norm", x => Functional.group_norm(x[0], 2, x[1], x[2], 1e-5), [2, 4, 3], [4], [4]),
        Seeded("dropout", x => Functional.dropout(x, 0.5, true)), Seeded("feature_dropout", x => Functional.feature_dropout(x, 0.5, true)),
        Of("max_pool1d", x => Functional.max_pool1d(x[0], [2], [2], [0], [1], false), [1, 2, 6]), Of("max_pool2d", x => Functional.max_pool2d(x[0], Two, Two, Zero, One, false), [1, 2, 4, 4]),
        Of("max_pool2d_with_indices", x => Functional.max_pool2d_with_indices(x[0], Two, Two, Zero, One, false).Item1, [1, 2, 4, 4]),
        Of("avg_pool1d", x => Functional.avg_pool1d(x[0], [2], [2], [0], false, true), [1, 2, 6]), Of("avg_pool2d", x => Functional.avg_pool2d(x[0], Two, Two, Zero, false, true, null), [1, 2, 4, 4]),
        Of("adaptive_avg_pool1d", x => Functional.adaptive_avg_pool1d(x[0], [2]), [1, 2, 5]), Of("adaptive_avg_pool2d", x => Functional.adaptive_avg_pool2d(x[0], One), [1, 2, 3, 3]),
        Of("adaptive_max_pool2d", x => Functional.adaptive_max_pool2d(x[0], Two).Item1, [1, 2, 4, 4]),
        Unary("leaky_relu", x => Functional.leaky_relu(x, 0.1)), Unary("elu", x => Functional.elu(x, 1)), Unary("hardtanh", x => Functional.hardtanh(x, -0.5, 0.5)),
        Unary("hardswish", Functional.hardswish), Unary("mish", Functional.mish), Unary("log_sigmoid", Functional.log_sigmoid), Unary("glu", x => Functional.glu(x, 1)),
        Of("prelu", x => Functional.prelu(x[0], x[1]), [2, 3], [3]),
        Of("cross_entropy", x => Functional.cross_entropy(x[0], Index(1, 0, 2), null, 1, -100, 0.1), [3, 4]), Of("cross_entropy", x => Functional.cross_entropy(x[0], x[1].softmax(1), null, 1, -100, 0), [3, 4], [3, 4]),
        Of("nll_loss", x => Functional.nll_loss(x[0], Index(1, 0, 2), null, 1, -100), [3, 4]),
        Binary("binary_cross_entropy", (a, b) => Functional.binary_cross_entropy((a * b).sigmoid(), full_like(a, 0.3).detach(), null, 1)),
        Binary("binary_cross_entropy_with_logits", (a, b) => Functional.binary_cross_entropy_with_logits(a, b.sigmoid().expand_as(a), null, null, 1)),
        Binary("mse_loss", (a, b) => Functional.mse_loss(a, b.expand_as(a), 1)), Binary("l1_loss", (a, b) => Functional.l1_loss(a, b.expand_as(a), 1)),
        Binary("smooth_l1_loss", (a, b) => Functional.smooth_l1_loss(a, b.expand_as(a), 1, 1)), Binary("huber_loss", (a, b) => Functional.huber_loss(a, b.expand_as(a), 1, 0.7)),
        Binary("kl_div", (a, b) => Functional.kl_div(a.log_softmax(1), b.expand_as(a).softmax(1), 2, false)),
        Of("cosine_embedding_loss", x => Functional.cosine_embedding_loss(x[0], x[1], tensor(new double[] { 1, -1 }), 0.1, 1), [2, 3], [2, 3]),
        Of("triplet_margin_loss", x => Functional.triplet_margin_loss(x[0], x[1], x[2], 5, 2, 1e-6, false, 1), [2, 3], [2, 3], [2, 3]),
        Of("cosine_similarity", x => Functional.cosine_similarity(x[0], x[1], 1, 1e-8), [2, 3], [2, 3]), Of("pairwise_distance", x => Functional.pairwise_distance(x[0], x[1], 2, 1e-6, false), [2, 3], [2, 3]),
        Unary("normalize", x => Functional.normalize(x, 2, 1, 1e-12)), Of("pad", x => Functional.pad(x[0], [1, 2], "reflect", null), [1, 2, 4]),
        Of("affine_grid", x => Functional.affine_grid(x[0], [1, 1, 2, 3], false), [1, 2, 3]),
        Of("grid_sample", x => Functional.grid_sample(x[0], x[1] * 0.3, 0, 0, false), [1, 2, 4, 4], [1, 3, 3, 2]),
        Of("upsample_nearest", x => Functional.upsample_nearest(x[0], [4, 4], null), [1, 1, 2, 2]), Of("upsample_bilinear", x => Functional.upsample_bilinear(x[0], [5, 5], null, false), [1, 1, 3, 3]),
        Of("upsample_bilinear_antialiased", x => Functional.upsample_bilinear_antialiased(x[0], Two, null, false), [1, 1, 4, 4]),
        Of("upsample_bicubic", x => Functional.upsample_bicubic(x[0], [5, 5], null, false), [1, 1, 3, 3]), Of("pixel_shuffle", x => Functional.pixel_shuffle(x[0], 2), [1, 4, 2, 2]),
        Of("fold", x => Functional.fold(x[0], [3, 3], Two, One, Zero, One), [1, 4, 4]), Of("unfold", x => Functional.unfold(x[0], Two, One, Zero, One), [1, 2, 3, 3]),
        Of("scaled_dot_product_attention", x => Functional.scaled_dot_product_attention(x[0], x[1], x[2], null, 0, true), [1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]),
        Of("scaled_dot_product_attention", x => Functional.scaled_dot_product_attention(x[0], x[1], x[2], zeros(3, 3, dtype: ScalarType.Float64), 0, false), [1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]),
    ];

    private static Tensor Mask => tensor(new[] { true, false, true, true, false, true, false, true, true, false, false, true }, [3, 4]);

    private static Tensor Index(params long[] values) => tensor(values);

    private static Tensor Definite(Tensor x) => x.matmul(x.transpose(-2, -1)) + eye(x.size(-1), dtype: ScalarType.Float64) * 2;

    /// <summary>[3, 4] values spread over the interval, far from each other and from the kinks at its middle.</summary>
    private static Tensor Spread(double low, double high) =>
        (low + (randperm(12).to(ScalarType.Float64) + 0.4) / 12 * (high - low)).reshape(3, 4);

    private static GradientCase Unary(string name, Func<Tensor, Tensor> operation, double low = -2, double high = 2) =>
        new(name, x => operation(x[0]), () => [Spread(low, high)]);

    private static GradientCase Seeded(string name, Func<Tensor, Tensor> operation) =>
        Unary(name, x =>
        {
            manual_seed(3);
            return operation(x);
        });

    /// <summary>[3, 4] and [4], both positive and nowhere equal.</summary>
    private static GradientCase Binary(string name, Func<Tensor, Tensor, Tensor> operation) =>
        new(name, x => operation(x[0], x[1]), () => [Spread(0.5, 2), tensor(new[] { 1.07, 0.93, 1.51, 1.33 })]);

    private static GradientCase Of(string name, Func<Tensor[], Tensor> operation, params long[][] shapes) =>
        new(name, operation, () => Array.ConvertAll(shapes, shape => randn(shape, dtype: ScalarType.Float64)));
}
