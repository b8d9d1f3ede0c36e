using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor relu(Tensor x, bool inplace = false) => Activate("relu", x, inplace);

            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) =>
                inplace ? Op.InPlace("leaky_relu_", input, negative_slope).alias() : Op.Call("leaky_relu", input, negative_slope);

            public static Tensor gelu(Tensor x) => gelu(x, false);

            public static Tensor gelu(Tensor x, bool inplace) => Activate("gelu", x, inplace);

            public static Tensor silu(Tensor x, bool inplace = false) => Activate("silu", x, inplace);

            public static Tensor tanh(Tensor x, bool inplace = false) => Activate("tanh", x, inplace);

            public static Tensor sigmoid(Tensor x) => sigmoid(x, false);

            public static Tensor sigmoid(Tensor x, bool inplace) => Activate("sigmoid", x, inplace);

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => Op.Call("softmax.int", input, dim, dtype);

            public static Tensor log_softmax(Tensor x, long dim) => Op.Call("log_softmax.int", x, dim);

            public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) => Op.Call("softplus", x, beta, threshold);

            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                Drop("dropout", input, p, training, inplace);

            /// <summary>Zeroes whole channels of <c>[N, C, H, W]</c>.</summary>
            public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                Drop("feature_dropout", input, p, training, inplace);

            // In place, the result is an alias, so that disposing it does not dispose the input.
            private static Tensor Activate(string name, Tensor x, bool inplace) =>
                inplace ? Op.InPlace(name + "_", x).alias() : Op.Call(name, x);

            private static Tensor Drop(string name, Tensor input, double p, bool training, bool inplace) =>
                inplace ? Op.InPlace(name + "_", input, p, training).alias() : Op.Call(name, input, p, training);
        }
    }
}
