using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public enum UpsampleMode
    {
        Nearest = 0,
        Linear = 1,
        Bilinear = 2,
        Bicubic = 3,
        Trilinear = 4,
    }

    public enum InterpolationMode
    {
        Nearest = 0,
        Linear = 1,
        Bilinear = 2,
        Bicubic = 3,
        Trilinear = 4,
        Area = 5,
    }

    public enum GridSampleMode
    {
        Nearest = 0,
        Bilinear = 2,
    }

    public enum GridSamplePaddingMode
    {
        Zeros = 0,
        Reflection = 1,
        Border = 2,
    }

    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>
            /// Pads the last dimensions; <paramref name="pad"/> starts with the last one: (left, right, top, bottom, ...).
            /// </summary>
            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
            {
                var name = mode switch
                {
                    PaddingModes.Zeros or PaddingModes.Constant => "constant",
                    PaddingModes.Reflect => "reflect",
                    PaddingModes.Replicate => "replicate",
                    PaddingModes.Circular => "circular",
                    _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Unknown padding mode."),
                };
                return Op.Call("pad", input, pad, name, name == "constant" ? value : (double?)null);
            }

            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, pad.ToArray(), mode, value);

            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2], mode, value);

            public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2, pad.Item3, pad.Item4], mode, value);

            /// <summary>
            /// Resizes <c>[N, C, W]</c>, <c>[N, C, H, W]</c> or <c>[N, C, D, H, W]</c> to a size or by a factor per spatial dimension;
            /// with <paramref name="antialias"/>, a smaller image averages over all of what each of its pixels covers.
            /// </summary>
            public static Tensor interpolate(Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest, bool? align_corners = null, bool recompute_scale_factor = false, bool antialias = false)
            {
                if ((size is null) == (scale_factor is null))
                {
                    throw new ArgumentException("Give either size or scale_factor to interpolate.");
                }
                var spatial = (int)x.ndim - 2;
                if (scale_factor is not null && (recompute_scale_factor || mode == InterpolationMode.Area))
                {
                    var shape = x.shape;
                    size = [.. scale_factor.Select((factor, i) => (long)Math.Floor(shape[i + 2] * factor))];
                    scale_factor = null;
                }
                if (antialias && (mode is not (InterpolationMode.Bilinear or InterpolationMode.Bicubic) || spatial != 2))
                {
                    throw new ArgumentException("Only bilinear and bicubic interpolation of images can avoid aliasing.", nameof(antialias));
                }
                var corners = align_corners ?? false;
                return (mode, spatial) switch
                {
                    (InterpolationMode.Nearest, 1) => Op.Call("upsample_nearest1d.vec", x, size, scale_factor),
                    (InterpolationMode.Nearest, 2) => Op.Call("upsample_nearest2d.vec", x, size, scale_factor),
                    (InterpolationMode.Nearest, 3) => Op.Call("upsample_nearest3d.vec", x, size, scale_factor),
                    (InterpolationMode.Linear, 1) => Op.Call("upsample_linear1d.vec", x, size, corners, scale_factor),
                    (InterpolationMode.Bilinear, 2) when antialias => Op.Call("_upsample_bilinear2d_aa.vec", x, size, corners, scale_factor),
                    (InterpolationMode.Bicubic, 2) when antialias => Op.Call("_upsample_bicubic2d_aa.vec", x, size, corners, scale_factor),
                    (InterpolationMode.Bilinear, 2) => Op.Call("upsample_bilinear2d.vec", x, size, corners, scale_factor),
                    (InterpolationMode.Bicubic, 2) => Op.Call("upsample_bicubic2d.vec", x, size, corners, scale_factor),
                    (InterpolationMode.Trilinear, 3) => Op.Call("upsample_trilinear3d.vec", x, size, corners, scale_factor),
                    (InterpolationMode.Area, 1) => Op.Call("adaptive_avg_pool1d", x, size),
                    (InterpolationMode.Area, 2) => Op.Call("adaptive_avg_pool2d", x, size),
                    (InterpolationMode.Area, 3) => Op.Call("adaptive_avg_pool3d", x, size),
                    _ => throw new ArgumentException($"Interpolation mode {mode} does not apply to a tensor of {x.ndim} dimensions.", nameof(mode)),
                };
            }

            /// <summary>
            /// Reads <c>[N, C, H, W]</c> at the points of a grid <c>[N, H', W', 2]</c> of (x, y) in [-1, 1].
            /// </summary>
            public static Tensor grid_sample(Tensor input, Tensor grid, GridSampleMode mode = GridSampleMode.Bilinear, GridSamplePaddingMode padding_mode = GridSamplePaddingMode.Zeros, bool? align_corners = null)
            {
                var interpolation = mode == GridSampleMode.Nearest ? 1 : 0;
                var padding = padding_mode switch
                {
                    GridSamplePaddingMode.Zeros => 0,
                    GridSamplePaddingMode.Border => 1,
                    _ => 2,
                };
                return Op.Call("grid_sampler", input, grid, interpolation, padding, align_corners ?? false);
            }

            /// <summary>A grid <c>[N, H, W, 2]</c> for <see cref="grid_sample"/> from affine matrices <c>[N, 2, 3]</c>.</summary>
            public static Tensor affine_grid(Tensor theta, long[]? size = null, bool align_corners = false)
            {
                ArgumentNullException.ThrowIfNull(size);
                return Op.Call("affine_grid_generator", theta, size, align_corners);
            }
        }
    }
}
