using System.Numerics;

namespace CourseCompanion.Data.Synthetic;

/// <summary>
/// What a painter draws on: one image of 1 or 3 channels in floating point, coordinates from -1 (left, top) to 1 (right,
/// bottom), values nominally 0 to 255.
/// </summary>
/// <param name="channels">1 or 3.</param>
/// <param name="height">In pixels.</param>
/// <param name="width">In pixels.</param>
internal sealed class Canvas(int channels, int height, int width)
{
    private readonly float[] _values = new float[channels * height * width];

    public int Channels => channels;

    public int Height => height;

    public int Width => width;

    /// <summary>The middle of a pixel, each coordinate in (-1, 1).</summary>
    public Vector2 Position(int row, int column) =>
        new((((2 * column) + 1f) / width) - 1f, (((2 * row) + 1f) / height) - 1f);

    /// <summary>
    /// Makes it as it was when new. Covering is not enough: what lies below still shows in how the colour above is rounded.
    /// </summary>
    public void Clear() => Array.Clear(_values);

    /// <summary>Covers the whole canvas.</summary>
    public void Fill(Vector3 colour)
    {
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++)
            {
                Blend(row, column, colour, 1f);
            }
        }
    }

    /// <summary>Lays a colour over a pixel; on a grey canvas the first component counts.</summary>
    /// <param name="row">The pixel's row.</param>
    /// <param name="column">The pixel's column.</param>
    /// <param name="colour">Red, green, blue.</param>
    /// <param name="opacity">0 leaves the pixel as it is, 1 replaces it.</param>
    public void Blend(int row, int column, Vector3 colour, float opacity)
    {
        int plane = height * width;
        int pixel = (row * width) + column;
        for (int channel = 0; channel < channels; channel++)
        {
            ref float value = ref _values[(channel * plane) + pixel];
            value += opacity * (colour[channel] - value);
        }
    }

    /// <summary>A soft ellipse: opaque inside, fading over <paramref name="softness"/> of its radius.</summary>
    /// <param name="centre">Its middle.</param>
    /// <param name="axis">The direction of its first radius.</param>
    /// <param name="radii">Its two radii.</param>
    /// <param name="colour">Its colour.</param>
    /// <param name="opacity">Its opacity in the middle.</param>
    /// <param name="softness">The width of its rim, as a share of the radius.</param>
    public void Ellipse(Vector2 centre, Vector2 axis, Vector2 radii, Vector3 colour, float opacity, float softness)
    {
        float reach = MathF.Max(radii.X, radii.Y) * (1f + softness);
        (int top, int bottom) = PixelRange(centre.Y, reach, height);
        (int left, int right) = PixelRange(centre.X, reach, width);
        for (int row = top; row < bottom; row++)
        {
            for (int column = left; column < right; column++)
            {
                float radius = EllipticRadius(Position(row, column) - centre, axis, radii);
                float cover = Ramp((1f + (0.5f * softness) - radius) / softness);
                if (cover > 0f)
                {
                    Blend(row, column, colour, opacity * cover);
                }
            }
        }
    }

    /// <summary>Writes the image as bytes [C, H, W], with grain, as a camera would.</summary>
    /// <param name="grain">The standard deviation of the noise.</param>
    /// <param name="random">Where the noise comes from.</param>
    /// <param name="image">Receives the bytes.</param>
    public void Develop(float grain, ref PortableRandom random, Span<byte> image)
    {
        for (int index = 0; index < _values.Length; index++)
        {
            image[index] = (byte)Math.Clamp(_values[index] + (grain * random.NextNormal()) + 0.5f, 0f, 255f);
        }
    }

    /// <summary>How far out a point lies in an ellipse: 0 in the middle, 1 on the rim.</summary>
    public static float EllipticRadius(Vector2 offset, Vector2 axis, Vector2 radii)
    {
        float along = ((offset.X * axis.X) + (offset.Y * axis.Y)) / radii.X;
        float across = ((offset.Y * axis.X) - (offset.X * axis.Y)) / radii.Y;
        return MathF.Sqrt((along * along) + (across * across));
    }

    /// <summary>The pixels along one side that lie within reach of a coordinate: first, and one past the last.</summary>
    private static (int First, int End) PixelRange(float centre, float reach, int length) =>
        (Math.Clamp((int)((centre - reach + 1f) * 0.5f * length), 0, length), Math.Clamp((int)((centre + reach + 1f) * 0.5f * length) + 1, 0, length));

    /// <summary>
    /// Part of the way from one colour to another. Not <c>Vector3.Lerp</c>: that one may fuse the product and the sum where
    /// the processor can, and then rounds differently from machine to machine.
    /// </summary>
    public static Vector3 Mix(Vector3 from, Vector3 to, float share) => from + ((to - from) * share);

    /// <summary>A smooth step from 0 to 1 as <paramref name="value"/> goes from 0 to 1.</summary>
    public static float Ramp(float value)
    {
        float clamped = Math.Clamp(value, 0f, 1f);
        return clamped * clamped * (3f - (2f * clamped));
    }
}
