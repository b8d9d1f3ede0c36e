using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor sum(ScalarType? type = null) => Op.Call("sum", this, type);
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Op.Call("sum.dim_IntList", this, Argument.List(dim), keepdim, type);
        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => Op.Call("sum.dim_IntList", this, dim.ToArray(), keepdim, type);
        public Tensor nansum() => Op.Call("nansum", this);
        public Tensor mean() => Op.Call("mean", this);
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => Op.Call("mean.dim", this, dimensions, keepdim, type);
        public Tensor median() => Op.Call("median", this);
        public Tensor prod(ScalarType? type = null) => Op.Call("prod", this, type);
        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) => Op.Call("prod.dim_int", this, dim, keepdim, type);

        public Tensor var(bool unbiased = true) => Op.Call("var", this, unbiased);
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Cast(Op.Call("var.dim", this, dimensions, unbiased, keepdim), type);
        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var(dimensions.ToArray(), unbiased, keepdim, type);
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Cast(Op.Call("var.dim", this, Argument.List(dim), unbiased, keepdim), type);
        public Tensor var((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Cast(Op.Call("var.dim", this, dim, unbiased, keepdim), type);
        public Tensor std(bool unbiased = true) => Op.Call("std", this, unbiased);
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Cast(Op.Call("std.dim", this, dimensions, unbiased, keepdim), type);
        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std(dimensions.ToArray(), unbiased, keepdim, type);
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Cast(Op.Call("std.dim", this, Argument.List(dim), unbiased, keepdim), type);
        public Tensor std((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Cast(Op.Call("std.dim", this, dim, unbiased, keepdim), type);

        public Tensor max() => Op.Call("max", this);
        public Tensor max(Tensor other) => maximum(other);
        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => Op.Call2("max.dim", this, dim, keepdim);
        public Tensor min() => Op.Call("min", this);
        public Tensor min(Tensor other) => minimum(other);
        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => Op.Call2("min.dim", this, dim, keepdim);
        public Tensor amax(params long[] dims) => Op.Call("amax", this, dims);
        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) => Into(@out, Op.Call("amax", this, dims, keepdim));
        public Tensor amin(params long[] dims) => Op.Call("amin", this, dims);
        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) => Into(@out, Op.Call("amin", this, dims, keepdim));
        public Tensor argmax() => Op.Call("argmax", this);
        public Tensor argmax(long dim, bool keepdim = false) => Op.Call("argmax", this, dim, keepdim);
        public Tensor argmin() => Op.Call("argmin", this);
        public Tensor argmin(long dim, bool keepdim = false) => Op.Call("argmin", this, dim, keepdim);
        public Tensor all() => Op.Call("all", this);
        public Tensor all(long dim, bool keepdim = false) => Op.Call("all.dim", this, dim, keepdim);
        public Tensor any() => Op.Call("any", this);
        public Tensor any(long dim, bool keepdim = false) => Op.Call("any.dim", this, dim, keepdim);
        public Tensor logsumexp(long dim, bool keepdim = false) => Op.Call("logsumexp", this, Argument.List(dim), keepdim);
        public Tensor norm(float p = 2.0f) => Op.Call("norm.Scalar", this, p);
        public Tensor norm(int dim, bool keepdim = false, float p = 2.0f) => Op.Call("norm.ScalarOpt_dim", this, p, Argument.List(dim), keepdim);
        public Tensor count_nonzero(long[]? dims = null) => dims is null ? Op.Call("count_nonzero", this, default(Argument)) : Op.Call("count_nonzero.dim_IntList", this, dims);
        public Tensor quantile(Tensor q, long dim = -1, bool keepdim = false) => Op.Call("quantile", this, q, dim, keepdim);
        public Tensor softmax(long dim, ScalarType? dtype = null) => Op.Call("softmax.int", this, dim, dtype);
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Op.Call("log_softmax.int", this, dim, dtype);

        public Tensor cumsum(long dim, ScalarType? type = null) => Op.Call("cumsum", this, dim, type);
        public Tensor cumprod(long dim, ScalarType? type = null) => Op.Call("cumprod", this, dim, type);
        public (Tensor values, Tensor indexes) cummax(long dim) => Op.Call2("cummax", this, dim);
        public (Tensor values, Tensor indexes) cummin(long dim) => Op.Call2("cummin", this, dim);
        public Tensor logcumsumexp(long dim) => Op.Call("logcumsumexp", this, dim);
        public Tensor bincount(Tensor? weights, long minlength = 0) => Op.Call("bincount", this, weights, minlength);
        public Tensor histc(long bins = 100, long min = 0, long max = 0) => Op.Call("histc", this, bins, min, max);
        public (Tensor values, Tensor indices) mode(long dim = -1, bool keepdim = false) => Op.Call2("mode", this, dim, keepdim);

        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) =>
            Op.Call2("sort.stable", this, stable, dim, descending);

        public Tensor argsort(long dim = -1, bool descending = false) => Op.Call("argsort", this, dim, descending);
        public Tensor msort() => Op.Call("msort", this);

        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) =>
            Op.Call2("topk", this, k, dim, largest, sorted);

        public (Tensor values, Tensor indices) kthvalue(long k, long? dim, bool keepdim = false) =>
            Op.Call2("kthvalue", this, k, dim ?? -1, keepdim);

        public (Tensor output, Tensor? inverse_indices, Tensor? counts) unique(bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null)
        {
            var (output, inverse, counts) = dim is { } along
                ? Op.Call3("unique_dim", this, along, sorted, return_inverse, return_counts)
                : Op.Call3("_unique2", this, sorted, return_inverse, return_counts);
            return (output, Keep(inverse, return_inverse), Keep(counts, return_counts));
        }

        private static Tensor? Keep(Tensor tensor, bool keep)
        {
            if (keep)
            {
                return tensor;
            }
            tensor.Dispose();
            return null;
        }

        private static Tensor Cast(Tensor result, ScalarType? type)
        {
            if (type is not { } wanted || wanted == result.dtype)
            {
                return result;
            }
            using (result)
            {
                return result.to_type(wanted);
            }
        }

        private static Tensor Into(Tensor? target, Tensor result)
        {
            if (target is null)
            {
                return result;
            }
            using (result)
            {
                return target.copy_(result);
            }
        }
    }
}
