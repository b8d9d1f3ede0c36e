using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public long Dimensions => NativeMethods.tsp_dim(Handle);

        public long dim() => Dimensions;

        public long ndim => Dimensions;

        public long NumberOfElements => NativeMethods.tsp_numel(Handle);

        public long numel() => NumberOfElements;

        public long ElementSize => NativeMethods.tsp_element_size(Handle);

        public long element_size() => ElementSize;

        public ScalarType dtype => (ScalarType)NativeMethods.tsp_dtype(Handle);

        public Device device
        {
            get
            {
                var (type, index) = Location;
                return type == DeviceType.CPU ? CPU : new Device(type, index);
            }
        }

        public int device_index => Location.Index;

        public DeviceType device_type => Location.Type;

        public bool is_cuda => device_type == DeviceType.CUDA;

        public bool is_meta => device_type == DeviceType.META;

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_sparse => NativeMethods.tsp_layout(Handle) == (int)Layout.Sparse;

        public bool is_integral() => torch.is_integral(dtype);

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public bool is_complex() => torch.is_complex(dtype);

        public bool is_contiguous() => is_contiguous(MemoryFormat.Contiguous);

        internal bool is_contiguous(MemoryFormat format) => NativeMethods.tsp_is_contiguous(Handle, (int)format) != 0;

        /// <summary>Whether a single value differs from zero.</summary>
        /// <exception cref="InvalidOperationException">The tensor does not hold exactly one value.</exception>
        public bool is_nonzero() =>
            numel() == 1
                ? Op.CallBool("is_nonzero", this)
                : throw new InvalidOperationException("is_nonzero() called on non-singleton tensor");

        public long storage_offset() => NativeMethods.tsp_storage_offset(Handle);

        public unsafe long[] shape
        {
            get
            {
                var sizes = new long[NativeMethods.tsp_dim(Handle)];
                fixed (long* pointer = sizes)
                {
                    NativeMethods.tsp_sizes(Handle, pointer);
                }
                return sizes;
            }
        }

        public long[] size() => shape;

        public long size(int dim) => NativeMethods.tsp_size(Handle, Wrap(dim));

        public unsafe long[] stride()
        {
            RequireStrides();
            var strides = new long[NativeMethods.tsp_dim(Handle)];
            fixed (long* pointer = strides)
            {
                NativeMethods.tsp_strides(Handle, pointer);
            }
            return strides;
        }

        public long stride(int dim)
        {
            var wrapped = Wrap(dim);
            return stride()[wrapped];
        }

        private unsafe (DeviceType Type, int Index) Location
        {
            get
            {
                int type, index;
                NativeMethods.tsp_device(Handle, &type, &index);
                return ((DeviceType)type, index);
            }
        }

        private int Wrap(int dim)
        {
            var rank = NativeMethods.tsp_dim(Handle);
            return dim >= -rank && dim < rank
                ? dim < 0 ? dim + rank : dim
                : throw new System.Runtime.InteropServices.ExternalException(
                    $"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {dim})");
        }

        private void RequireStrides()
        {
            if (NativeMethods.tsp_layout(Handle) != (int)Layout.Strided)
            {
                throw new InvalidOperationException("A sparse tensor has no strides.");
            }
        }
    }
}
