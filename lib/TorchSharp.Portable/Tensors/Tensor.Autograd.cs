using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public bool requires_grad
        {
            get => NativeMethods.tsp_requires_grad(Handle) != 0;
            set => NativeError.Check(NativeMethods.tsp_set_requires_grad(Handle, value ? 1 : 0));
        }

        public bool is_leaf => NativeMethods.tsp_is_leaf(Handle) != 0;

        /// <summary>The gradient that backward accumulated here, or null.</summary>
        /// <remarks>A new reference at every read, as in TorchSharp: disposing of it leaves the gradient in place.</remarks>
        public Tensor? grad
        {
            get
            {
                var gradient = NativeMethods.tsp_grad(Handle);
                return gradient == 0 ? null : new Tensor(gradient);
            }
            set => NativeError.Check(NativeMethods.tsp_set_grad(Handle, value?.Handle ?? 0));
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        /// <summary>Keeps the gradient of a tensor that is not a leaf.</summary>
        public void retain_grad() => NativeError.Check(NativeMethods.tsp_retain_grad(Handle));

        /// <summary>Accumulates the gradients of this scalar in the leaves it was computed from.</summary>
        public void backward() => autograd.backward(this);

        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph || create_graph, create_graph, inputs);
    }
}
