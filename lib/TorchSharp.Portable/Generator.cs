using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A source of random numbers on one device, with a state of its own.</summary>
    public class Generator : IDisposable
    {
        /// <summary>The default generator of the CPU.</summary>
        public static Generator Default => new(NativeError.Check(NativeMethods.tsp_default_generator((int)DeviceType.CPU, -1)), torch.CPU);

        private nint _handle;

        public Generator(ulong seed = 0, Device? device = null)
            : this(NewHandle(device), device ?? torch.CPU)
        {
            manual_seed((long)seed);
        }

        internal Generator(nint handle, Device device)
        {
            _handle = handle;
            this.device = device;
        }

        ~Generator() => Release();

        public Device device { get; }

        internal nint Handle => _handle != 0 ? _handle : throw new InvalidOperationException("Generator invalid -- empty handle.");

        /// <summary>Gets the state of the generator as a tensor of bytes.</summary>
        public Tensor get_state() => new(NativeError.Check(NativeMethods.tsp_generator_state(Handle)));

        /// <summary>Sets the state of the generator to one that <see cref="get_state"/> gave.</summary>
        public void set_state(Tensor value)
        {
            ArgumentNullException.ThrowIfNull(value);
            NativeError.Check(NativeMethods.tsp_generator_set_state(Handle, value.Handle));
        }

        public Generator manual_seed(long seed)
        {
            NativeError.Check(NativeMethods.tsp_generator_set_seed(Handle, seed));
            return this;
        }

        /// <summary>Seeds the generator with an unpredictable number, and returns it.</summary>
        public long seed() => NativeMethods.tsp_generator_seed(Handle);

        public long initial_seed() => NativeMethods.tsp_generator_initial_seed(Handle);

        public void Dispose()
        {
            Release();
            GC.SuppressFinalize(this);
        }

        private static nint NewHandle(Device? device)
        {
            var on = device ?? torch.CPU;
            var shared = NativeError.Check(NativeMethods.tsp_default_generator((int)on.type, on.index));
            try
            {
                return NativeError.Check(NativeMethods.tsp_clone_generator(shared));
            }
            finally
            {
                NativeMethods.tsp_free_generator(shared);
            }
        }

        private void Release()
        {
            var handle = Interlocked.Exchange(ref _handle, 0);
            if (handle != 0)
            {
                NativeMethods.tsp_free_generator(handle);
            }
        }
    }
}
