using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A TorchSharp tensor: a handle to a tensor of libtorch, freed by a dispose scope, Dispose or the finalizer.</summary>
    public partial class Tensor : IDisposable
    {
        private static long _totalCount;
        private static long _peakCount;

        internal nint handle;

        internal Tensor(nint handle)
        {
            this.handle = handle;
            var total = Interlocked.Increment(ref _totalCount);
            if (total > _peakCount)
            {
                _peakCount = total;
            }
            DisposeScopeManager.Current?.Add(this);
            NativeMemory.Report();
        }

        ~Tensor() => Release();

        /// <summary>The number of tensors that exist in managed code.</summary>
        public static long TotalCount => Volatile.Read(ref _totalCount);

        /// <summary>The largest number of tensors that existed in managed code at a time.</summary>
        public static long PeakCount => Volatile.Read(ref _peakCount);

        /// <summary>A friendly name, for debugging.</summary>
        public string? name { get; set; }

        public bool IsInvalid => handle == 0;

        public nint Handle => handle != 0 ? handle : throw new InvalidOperationException("Tensor invalid -- empty handle.");

        internal DisposeScope? OwningDisposeScope { get; set; }

        internal int ScopeIndex { get; set; }

        public void Dispose()
        {
            OwningDisposeScope?.MarkAsDisposed(this);
            Release();
            GC.SuppressFinalize(this);
        }

        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        /// <summary>A second reference to the same native tensor, disposed of on its own.</summary>
        public Tensor alias() => new(NativeMethods.tsp_alias(Handle));

        /// <summary>Gives up the native handle without releasing it.</summary>
        internal nint MoveHandle()
        {
            var moved = Interlocked.Exchange(ref handle, 0);
            if (moved != 0)
            {
                Interlocked.Decrement(ref _totalCount);
            }
            return moved;
        }

        /// <summary>Takes over the native handle of another tensor, which becomes invalid.</summary>
        internal void ReplaceHandle(Tensor other)
        {
            var incoming = other.MoveHandle();
            other.Dispose();
            var outgoing = Interlocked.Exchange(ref handle, incoming);
            if (outgoing != 0)
            {
                NativeMethods.tsp_release(outgoing);
            }
            else
            {
                Interlocked.Increment(ref _totalCount);
            }
        }

        private void Release()
        {
            var released = MoveHandle();
            if (released != 0)
            {
                NativeMethods.tsp_release(released);
            }
        }
    }
}
