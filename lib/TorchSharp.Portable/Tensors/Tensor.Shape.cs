using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor view(params long[] shape) => Op.Call("view", this, shape);
        public Tensor view_as(Tensor other) => Op.Call("view_as", this, other);
        public Tensor reshape(params long[] shape) => Op.Call("reshape", this, shape);
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Op.Call("flatten.using_ints", this, start_dim, end_dim);
        public Tensor unflatten(long dim, params long[] sizes)
        {
            var wrapped = Wrap((int)dim);
            long[] all = shape;
            return reshape([.. all[..wrapped], .. sizes, .. all[(wrapped + 1)..]]);
        }

        public Tensor ravel() => Op.Call("ravel", this);
        public Tensor squeeze(long? dim = null) => dim is { } only ? Op.Call("squeeze.dim", this, only) : Op.Call("squeeze", this);
        public Tensor squeeze_(long? dim = null) => dim is { } only ? Op.InPlace("squeeze_.dim", this, only) : Op.InPlace("squeeze_", this);
        public Tensor unsqueeze(long dim) => Op.Call("unsqueeze", this, dim);
        public Tensor unsqueeze_(long dim) => Op.InPlace("unsqueeze_", this, dim);
        public Tensor permute(params long[] permutation) => Op.Call("permute", this, permutation);
        public Tensor transpose(long dim0, long dim1) => Op.Call("transpose.int", this, dim0, dim1);
        public Tensor transpose_(long dim0, long dim1) => Op.InPlace("transpose_", this, dim0, dim1);
        public Tensor swapaxes(long dim0, long dim1) => transpose(dim0, dim1);
        public Tensor swapdims(long dim0, long dim1) => transpose(dim0, dim1);
        public Tensor t() => Op.Call("t", this);
        public Tensor T => Op.Call("numpy_T", this);
        public Tensor mT => Op.Call("mT", this);
        public Tensor H => Op.Call("matrix_H", this);
        public Tensor movedim(long[] source, long[] destination) => Op.Call("movedim.intlist", this, source, destination);
        public Tensor moveaxis(long[] source, long[] destination) => movedim(source, destination);
        public Tensor expand(params long[] sizes) => Op.Call("expand", this, sizes);
        public Tensor expand(long[] sizes, bool isImplicit = false) => Op.Call("expand", this, sizes, isImplicit);
        public Tensor expand_as(Tensor other) => Op.Call("expand_as", this, other);
        public Tensor broadcast_to(params long[] shape) => Op.Call("broadcast_to", this, shape);
        public Tensor repeat(params long[] sizes) => Op.Call("repeat", this, sizes);
        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) => Op.Call("repeat_interleave.self_int", this, repeats, dim, output_size);
        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) => Op.Call("repeat_interleave.self_Tensor", this, repeats, dim, output_size);
        public Tensor tile(long[] reps) => Op.Call("tile", this, reps);
        public Tensor contiguous() => Op.Call("contiguous", this, MemoryFormat.Contiguous);
        internal Tensor contiguous(MemoryFormat format) => Op.Call("contiguous", this, format);
        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0L) => Op.Call("as_strided", this, size, strides, storageOffset);

        public Tensor flip(params long[] dims) => Op.Call("flip", this, dims);
        public Tensor fliplr() => Op.Call("fliplr", this);
        public Tensor flipud() => Op.Call("flipud", this);
        public Tensor rot90(long k = 1, (long, long)? dims = null) => Op.Call("rot90", this, k, dims ?? (0, 1));
        public Tensor roll(long shifts, long? dims = null) => Op.Call("roll", this, Argument.List(shifts), dims is { } dim ? Argument.List(dim) : Array.Empty<long>());
        public Tensor roll(long[] shifts, long[] dims) => Op.Call("roll", this, shifts, dims);
        public Tensor roll((long, long) shifts, (long, long) dims) => Op.Call("roll", this, shifts, dims);

        public Tensor[] split(long size, int dim = 0) => Op.CallList("split.Tensor", this, size, dim);
        public Tensor[] split(long[] sizes, long dim = 0) => Op.CallList("split_with_sizes", this, sizes, dim);
        public Tensor[] chunk(long chunks, long dim = 0) => Op.CallList("chunk", this, chunks, dim);
        public Tensor[] tensor_split(long size, long dim = 0) => Op.CallList("tensor_split.sections", this, size, dim);
        public Tensor[] tensor_split(long[] sizes, long dim = 0) => Op.CallList("tensor_split.indices", this, sizes, dim);
        public Tensor[] unbind(long dimension = 0) => Op.CallList("unbind.int", this, dimension);
        public Tensor unfold(long dimension, long size, long step) => Op.Call("unfold", this, dimension, size, step);

        public Tensor tril(long diagonal = 0) => Op.Call("tril", this, diagonal);
        public Tensor tril_(long diagonal = 0) => Op.InPlace("tril_", this, diagonal);
        public Tensor triu(long diagonal = 0) => Op.Call("triu", this, diagonal);
        public Tensor triu_(long diagonal = 0) => Op.InPlace("triu_", this, diagonal);
        public Tensor diag(long diagonal = 0) => Op.Call("diag", this, diagonal);
        public Tensor diag_embed(long offset = 0L, long dim1 = -2L, long dim2 = -1L) => Op.Call("diag_embed", this, offset, dim1, dim2);
        public Tensor diagonal(long offset = 0L, long dim1 = 0L, long dim2 = 1L) => Op.Call("diagonal", this, offset, dim1, dim2);
        public Tensor trace() => Op.Call("trace", this);
    }
}
