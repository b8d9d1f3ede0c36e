using System.Runtime.CompilerServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Python-like indexing: views for numbers and slices, copies for tensors and masks.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => select(0, i1);
            set => Assign(value, i1);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => Select(i1, i2);
            set => Assign(value, i1, i2);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => Select(i1, i2, i3);
            set => Assign(value, i1, i2, i3);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => Select(i1, i2, i3, i4);
            set => Assign(value, i1, i2, i3, i4);
        }

        public Tensor index(params TensorIndex[] indices)
        {
            var (view, tensors) = Locate(indices);
            if (tensors is null)
            {
                return view;
            }
            using (view)
            {
                return Op.Call("index.Tensor", view, Argument.OptionalTensors(tensors));
            }
        }

        public Tensor index(params Tensor[] indices) => Op.Call("index.Tensor", this, Argument.OptionalTensors(indices));

        public Tensor index_put_(Tensor value, params TensorIndex[] indices)
        {
            var (view, tensors) = Locate(indices);
            using (view)
            {
                if (tensors is null)
                {
                    view.copy_(value);
                }
                else
                {
                    Op.Run("index_put_", view, Argument.OptionalTensors(tensors), value, false);
                }
            }
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) =>
            Op.InPlace("index_put_", this, Argument.OptionalTensors(indices), value, accumulate);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var filled = torch.full([], value, dtype, device);
            return index_put_(filled, indices);
        }

        private Tensor Select(params ReadOnlySpan<long> indices)
        {
            var view = select(0, indices[0]);
            foreach (var index in indices[1..])
            {
                var inner = view.select(0, index);
                view.Dispose();
                view = inner;
            }
            return view;
        }

        private void Assign(Tensor value, params ReadOnlySpan<long> indices)
        {
            using var view = Select(indices);
            view.copy_(value);
        }

        /// <summary>
        /// Applies numbers, slices, new axes and ellipses as views; returns the tensors that are left to index with, by
        /// dimension of the view, or null when there are none.
        /// </summary>
        private (Tensor View, Tensor?[]? Tensors) Locate(TensorIndex[] indices)
        {
            var consumed = 0L;
            foreach (var index in indices)
            {
                consumed += index.Consumes;
            }
            if (consumed > Dimensions)
            {
                throw new System.Runtime.InteropServices.ExternalException(
                    $"too many indices for tensor of dimension {Dimensions}");
            }
            var view = alias();
            List<Tensor?>? tensors = null;
            var dim = 0;
            foreach (var index in indices)
            {
                var previous = view;
                switch (index.kind)
                {
                    case TensorIndex.Kind.Ellipsis:
                        dim += (int)(Dimensions - consumed);
                        continue;
                    case TensorIndex.Kind.Single:
                        view = view.select(dim, index.startIndexOrBoolOrSingle!.Value);
                        break;
                    case TensorIndex.Kind.Slice when index.IsEverything:
                        dim++;
                        continue;
                    case TensorIndex.Kind.Slice:
                        view = Op.Call("slice.Tensor", view, dim, index.startIndexOrBoolOrSingle, index.stopIndex, index.step ?? 1);
                        dim++;
                        break;
                    case TensorIndex.Kind.None or TensorIndex.Kind.Null:
                        view = view.unsqueeze(dim);
                        dim++;
                        break;
                    case TensorIndex.Kind.Bool:
                        view = view.unsqueeze(dim);
                        Place(ref tensors, dim, torch.full([1], index.startIndexOrBoolOrSingle != 0, ScalarType.Bool, device));
                        dim++;
                        break;
                    default:
                        Place(ref tensors, dim, index.tensor!);
                        // A mask stands for as many dimensions as it has.
                        dim += (int)index.Consumes;
                        continue;
                }
                previous.Dispose();
            }
            return (view, tensors?.ToArray());
        }

        private static void Place(ref List<Tensor?>? tensors, int dim, Tensor index)
        {
            tensors ??= [];
            // A mask of k dimensions fills k places of the view but only one of the list.
            var filled = 0;
            foreach (var earlier in tensors)
            {
                filled += earlier is { dtype: ScalarType.Bool } mask ? (int)mask.Dimensions : 1;
            }
            for (; filled < dim; filled++)
            {
                tensors.Add(null);
            }
            tensors.Add(index);
        }
    }

    /// <summary>One of the indices that Python's brackets take.</summary>
    public struct TensorIndex
    {
        internal enum Kind
        {
            None,
            Single,
            Null,
            Ellipsis,
            Bool,
            Tensor,
            Slice,
        }

        internal long? startIndexOrBoolOrSingle;
        internal long? stopIndex;
        internal long? step;
        internal Kind kind;
        internal Tensor? tensor;

        public static readonly TensorIndex Ellipsis = new() { kind = Kind.Ellipsis };

        public static readonly TensorIndex None = new() { kind = Kind.None };

        public static readonly TensorIndex Null = new() { kind = Kind.Null };

        public static readonly TensorIndex Colon = Slice();

        internal readonly bool IsEverything => kind == Kind.Slice && startIndexOrBoolOrSingle is null && stopIndex is null && step is null;

        /// <summary>How many dimensions of the indexed tensor this index stands for.</summary>
        internal readonly long Consumes => kind switch
        {
            Kind.Single or Kind.Slice => 1,
            Kind.Tensor => tensor!.dtype is ScalarType.Bool ? tensor.Dimensions : 1,
            _ => 0,
        };

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { startIndexOrBoolOrSingle = start, stopIndex = stop, step = step, kind = Kind.Slice };

        public static TensorIndex Slice((int? start, int? end) range) => Slice(range.start, range.end);

        public static TensorIndex Slice(Range range) => Slice(
            range.Start.IsFromEnd ? -range.Start.Value : range.Start.Value,
            !range.End.IsFromEnd ? range.End.Value : range.End.Value == 0 ? null : -range.End.Value);

        public static TensorIndex Bool(bool value) => new() { startIndexOrBoolOrSingle = value ? 1 : 0, kind = Kind.Bool };

        public static TensorIndex Single(long? index) => new() { startIndexOrBoolOrSingle = index, kind = Kind.Single };

        public static TensorIndex Tensor(Tensor tensor) => new() { tensor = tensor, kind = Kind.Tensor };

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);

        public static implicit operator TensorIndex(Range range) => Slice(range);

        public static implicit operator TensorIndex(Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);

        /// <summary>Guides overload resolution, as in TorchSharp; never called.</summary>
        public static implicit operator Tensor(TensorIndex value) =>
            throw new InvalidOperationException("Implicit conversion from TensorIndex to Tensor -- this should never be invoked, the operator is only here to guide the compiler's overload resolution.");
    }
}
