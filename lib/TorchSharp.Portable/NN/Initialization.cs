using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Fills tensors in place and returns them; nothing is recorded for gradients.</summary>
        public static class init
        {
            public enum NonlinearityType
            {
                Linear = 0,
                Conv1D = 1,
                Conv2D = 2,
                Conv3D = 3,
                ConvTranspose1D = 4,
                ConvTranspose2D = 5,
                ConvTranspose3D = 6,
                Sigmoid = 7,
                Tanh = 8,
                ReLU = 9,
                LeakyReLU = 10,
            }

            public enum FanInOut
            {
                FanIn = 0,
                FanOut = 1,
            }

            public static double calculate_gain(NonlinearityType nonlinearity, double param = 0.0) => nonlinearity switch
            {
                NonlinearityType.Tanh => 5.0 / 3.0,
                NonlinearityType.ReLU => Math.Sqrt(2.0),
                NonlinearityType.LeakyReLU => Math.Sqrt(2.0 / (1 + (param * param))),
                _ => 1.0,
            };

            public static Tensor ones_(Tensor tensor) => Fill("fill_.Scalar", tensor, 1.0);

            public static Tensor zeros_(Tensor tensor) => Fill("zero_", tensor);

            public static Tensor constant_(Tensor tensor, Scalar val) => Fill("fill_.Scalar", tensor, val);

            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1, Generator? generator = null) => Fill("uniform_", tensor, low, high, generator);

            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator? generator = null) => Fill("normal_", tensor, mean, std, generator);

            /// <summary>Normal values of mean and deviation as given, drawn until they lie in [a, b].</summary>
            public static Tensor trunc_normal_(Tensor tensor, double mean = 0.0, double std = 1.0, double a = -2.0, double b = 2.0, Generator? generator = null)
            {
                // The inverse of the distribution function, applied to uniform values between those of a and b.
                var low = NormalDistribution((a - mean) / std);
                var high = NormalDistribution((b - mean) / std);
                Fill("uniform_", tensor, (2 * low) - 1, (2 * high) - 1, generator);
                Fill("erfinv_", tensor);
                Fill("mul_.Scalar", tensor, std * Math.Sqrt(2));
                Fill("add_.Scalar", tensor, mean);
                return Fill("clamp_", tensor, a, b);
            }

            /// <summary>Glorot and Bengio 2010.</summary>
            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1.0)
            {
                var bound = Math.Sqrt(3.0) * XavierDeviation(tensor, gain);
                return uniform_(tensor, -bound, bound);
            }

            /// <summary>Glorot and Bengio 2010.</summary>
            public static Tensor xavier_normal_(Tensor tensor, double gain = 1.0) => normal_(tensor, 0, XavierDeviation(tensor, gain));

            /// <summary>He et al. 2015; <paramref name="a"/> is the slope of the leaky ReLU.</summary>
            public static Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU)
            {
                var bound = Math.Sqrt(3.0) * KaimingDeviation(tensor, a, mode, nonlinearity);
                return uniform_(tensor, -bound, bound);
            }

            /// <summary>He et al. 2015; <paramref name="a"/> is the slope of the leaky ReLU.</summary>
            public static Tensor kaiming_normal_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU) =>
                normal_(tensor, 0, KaimingDeviation(tensor, a, mode, nonlinearity));

            /// <summary>A (semi-)orthogonal matrix (Saxe et al. 2013); dimensions after the first are taken together.</summary>
            public static Tensor orthogonal_(Tensor tensor, double gain = 1.0)
            {
                if (tensor.ndim < 2)
                {
                    throw new ArgumentException("Only tensors with 2 or more dimensions are supported", nameof(tensor));
                }
                using var scope = NewDisposeScope();
                using (no_grad())
                {
                    var rows = tensor.shape[0];
                    var columns = tensor.numel() / rows;
                    var wide = rows < columns;
                    var random = empty([rows, columns], tensor.dtype, tensor.device);
                    normal_(random);
                    var (q, r) = Op.Call2("linalg_qr", wide ? random.t() : random);
                    // Signs that make the decomposition unique, hence the distribution uniform.
                    q = q.mul(r.diagonal().sign());
                    tensor.copy_((wide ? q.t() : q).reshape(tensor.shape)).mul_(gain);
                }
                return tensor;
            }

            public static (long fanIn, long fanOut) CalculateFanInAndFanOut(Tensor tensor)
            {
                var shape = tensor.shape;
                if (shape.Length < 2)
                {
                    throw new ArgumentException("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions", nameof(tensor));
                }
                var field = shape.Skip(2).Aggregate(1L, (product, size) => product * size);
                return (shape[1] * field, shape[0] * field);
            }

            // What PyTorch's linear and convolution layers start with.
            internal static void ResetLikePyTorch(Tensor weight, Tensor? bias)
            {
                kaiming_uniform_(weight, Math.Sqrt(5));
                if (bias is not null)
                {
                    var (fanIn, _) = CalculateFanInAndFanOut(weight);
                    var bound = fanIn > 0 ? 1 / Math.Sqrt(fanIn) : 0;
                    uniform_(bias, -bound, bound);
                }
            }

            private static double XavierDeviation(Tensor tensor, double gain)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return gain * Math.Sqrt(2.0 / (fanIn + fanOut));
            }

            private static double KaimingDeviation(Tensor tensor, double a, FanInOut mode, NonlinearityType nonlinearity)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return calculate_gain(nonlinearity, a) / Math.Sqrt(mode == FanInOut.FanIn ? fanIn : fanOut);
            }

            private static double NormalDistribution(double x)
            {
                using var argument = torch.tensor(x / Math.Sqrt(2), ScalarType.Float64);
                using var error = Op.Call("erf", argument);
                return (1 + error.item<double>()) / 2;
            }

            private static Tensor Fill(string name, Tensor tensor, params ReadOnlySpan<Argument> arguments)
            {
                using (no_grad())
                {
                    return Op.InPlace(name, tensor, arguments);
                }
            }
        }
    }
}
