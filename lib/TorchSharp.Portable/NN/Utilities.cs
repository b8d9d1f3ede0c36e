using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            /// <summary>
            /// Scales all gradients together so that their norm, as one vector, is at most <paramref name="max_norm"/>;
            /// returns the norm that they had.
            /// </summary>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                using var scope = NewDisposeScope();
                using (no_grad())
                {
                    var gradients = Gradients(tensors);
                    if (gradients.Length == 0)
                    {
                        return 0;
                    }
                    var norms = gradients.Select(gradient => Op.Call("norm.Scalar", gradient, norm_type)).ToArray();
                    var total = Op.Call("norm.Scalar", Op.Call("stack", norms, 0), norm_type).to(ScalarType.Float64).item<double>();
                    var scale = max_norm / (total + 1e-6);
                    if (scale < 1)
                    {
                        Op.Run("_foreach_mul_.Scalar", gradients, scale);
                    }
                    return total;
                }
            }

            /// <summary>Clamps every element of the gradients to [-clip_value, clip_value].</summary>
            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using var scope = NewDisposeScope();
                using (no_grad())
                {
                    foreach (var gradient in Gradients(tensors))
                    {
                        gradient.clamp_(-clip_value, clip_value);
                    }
                }
            }

            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors)
            {
                using var scope = NewDisposeScope();
                return cat([.. tensors.Select(tensor => tensor.reshape(-1))], 0).MoveToOuterDisposeScope();
            }

            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors)
            {
                using var scope = NewDisposeScope();
                using (no_grad())
                {
                    long start = 0;
                    foreach (var tensor in tensors)
                    {
                        var count = tensor.numel();
                        tensor.copy_(vec.narrow(0, start, count).view(tensor.shape));
                        start += count;
                    }
                }
            }

            private static Tensor[] Gradients(IEnumerable<Parameter> parameters) =>
                [.. parameters.Select(parameter => parameter.grad).OfType<Tensor>()];
        }
    }
}
