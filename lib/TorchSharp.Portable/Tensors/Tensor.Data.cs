using TorchSharp.Interop;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The values of the tensor, copied to the CPU first when it is elsewhere.</summary>
        /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the .NET type of the tensor's elements.</exception>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            ValidateType(typeof(T));
            return new TensorAccessor<T>(device_type == DeviceType.CPU ? this : cpu());
        }

        /// <summary>The only value of the tensor.</summary>
        /// <exception cref="ArgumentException">The tensor does not hold exactly one value, or of another type.</exception>
        public T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1)
            {
                throw new ArgumentException("Number of elements in the tensor must be 1");
            }
            ValidateType(typeof(T));
            if (device_type == DeviceType.CPU)
            {
                unsafe
                {
                    var value = *(T*)NativeMethods.tsp_data(Handle);
                    GC.KeepAlive(this);
                    return value;
                }
            }
            using var local = cpu();
            return local.item<T>();
        }

        /// <summary>The contents as raw bytes; reading gives the tensor's own memory.</summary>
        public unsafe Span<byte> bytes
        {
            get
            {
                if (!is_contiguous())
                {
                    throw new NotImplementedException("Bytes() called on non-contiguous tensor.");
                }
                var total = NumberOfElements * ElementSize;
                if (total > int.MaxValue)
                {
                    throw new ArgumentException("Span only supports up to int.MaxValue elements.");
                }
                RequireCpu();
                return new Span<byte>((void*)NativeMethods.tsp_data(Handle), (int)total);
            }
            set
            {
                if (!is_contiguous())
                {
                    throw new NotImplementedException("SetBytes() called on non-contiguous tensor.");
                }
                if (NumberOfElements * ElementSize != value.Length)
                {
                    throw new ArgumentException("Mismatched data sizes in SetBytes().");
                }
                RequireCpu();
                value.CopyTo(bytes);
            }
        }

        /// <summary>The only value of the tensor as a scalar.</summary>
        public Scalar ToScalar() => Op.CallScalar("item", this);

        internal void ValidateType(Type dotnetType)
        {
            var expected = dtype switch
            {
                ScalarType.Byte => typeof(byte),
                ScalarType.Int8 => typeof(sbyte),
                ScalarType.Int16 => typeof(short),
                ScalarType.Int32 => typeof(int),
                ScalarType.Int64 => typeof(long),
                ScalarType.Bool => typeof(bool),
                ScalarType.Float16 => typeof(Half),
                ScalarType.Float32 => typeof(float),
                ScalarType.Float64 => typeof(double),
                _ => null,
            };
            if (dotnetType != expected)
            {
                throw new ArgumentException($"{dotnetType.Name} is not compatible with {dtype}");
            }
        }

        private void RequireCpu()
        {
            if (device_type != DeviceType.CPU)
            {
                throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
            }
        }
    }
}
