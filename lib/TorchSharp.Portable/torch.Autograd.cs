using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Within it, operations record no graph; the mode before it comes back when it is disposed of.</summary>
    public static IDisposable no_grad() => new AutoGradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new AutoGradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new AutoGradMode(mode);

    public static bool is_grad_enabled() => AutoGradMode.IsEnabled;

    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    public static bool is_inference_mode_enabled() => InferenceMode.IsEnabled;

    public static unsafe class autograd
    {
        /// <summary>Accumulates gradients in the leaves, or in <paramref name="inputs"/> only.</summary>
        public static void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            var outputHandles = Handles(tensors);
            var gradientHandles = Handles(grad_tensors);
            var inputHandles = Handles(inputs);
            fixed (nint* outputs = outputHandles, gradients = gradientHandles, into = inputHandles)
            {
                NativeError.Check(NativeMethods.tsp_backward(
                    outputs, gradientHandles is null ? null : gradients, tensors.Count, retain_graph ?? create_graph ? 1 : 0, create_graph ? 1 : 0,
                    into, inputHandles?.Length ?? 0));
            }
        }

        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        /// <summary>The gradients of the outputs' sum by each input; null for an unused input when that is allowed.</summary>
        public static IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            var outputHandles = Handles(outputs);
            var gradientHandles = Handles(grad_outputs);
            var inputHandles = Handles(inputs);
            var resultHandles = new nint[inputs.Count];
            fixed (nint* from = outputHandles, gradients = gradientHandles, to = inputHandles, results = resultHandles)
            {
                NativeError.Check(NativeMethods.tsp_autograd_grad(
                    from, gradientHandles is null ? null : gradients, outputs.Count, to, inputs.Count,
                    retain_graph || create_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, results));
            }
            return Array.ConvertAll(resultHandles, handle => handle == 0 ? null! : new Tensor(handle));
        }

        private static nint[]? Handles(IList<Tensor>? tensors)
        {
            if (tensors is null)
            {
                return null;
            }
            var handles = new nint[tensors.Count];
            for (var i = 0; i < handles.Length; i++)
            {
                handles[i] = tensors[i].Handle;
            }
            return handles;
        }
    }
}

/// <summary>Switches the recording of gradients on this thread until it is disposed of.</summary>
internal sealed class AutoGradMode : IDisposable
{
    private readonly bool _previous;

    public AutoGradMode(bool enabled)
    {
        _previous = IsEnabled;
        NativeMethods.tsp_set_grad_enabled(enabled ? 1 : 0);
    }

    public static bool IsEnabled => NativeMethods.tsp_grad_enabled() != 0;

    public void Dispose() => NativeMethods.tsp_set_grad_enabled(_previous ? 1 : 0);
}

/// <summary>
/// Inference mode on this thread until it is disposed of: faster than no_grad, but its tensors never enter a graph.
/// </summary>
internal sealed class InferenceMode : IDisposable
{
    private nint _guard;

    public InferenceMode(bool mode)
    {
        _guard = NativeError.Check(NativeMethods.tsp_enter_inference_mode(mode ? 1 : 0));
    }

    public static bool IsEnabled => NativeMethods.tsp_inference_mode_enabled() != 0;

    public void Dispose()
    {
        var guard = Interlocked.Exchange(ref _guard, 0);
        if (guard != 0)
        {
            NativeMethods.tsp_leave_inference_mode(guard);
        }
    }
}
