using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Data.Synthetic;

/// <summary>Points of the plane and their classes.</summary>
/// <param name="Points">float32 [N, 2].</param>
/// <param name="Labels">int64 [N], class numbers from 0.</param>
public sealed record PlanePoints(Tensor Points, Tensor Labels)
{
    /// <summary>How many points there are.</summary>
    public int Count => (int)Points.shape[0];

    /// <summary>First coordinate of each point.</summary>
    public float[] X => Coordinate(0);

    /// <summary>Second coordinate of each point.</summary>
    public float[] Y => Coordinate(1);

    private float[] Coordinate(int column)
    {
        using DisposeScope scope = NewDisposeScope();
        return Points.select(1, column).cpu().contiguous().data<float>().ToArray();
    }
}

/// <summary>
/// Two half circles that interlock: the smallest problem on which one sees what unlabelled points are good for. No straight
/// line separates the two, yet each hangs together.
/// </summary>
/// <remarks>
/// The half circles have radius 1; class 0 is the upper half around (0, 0), class 1 the lower half around (1, 0.5). Points lie
/// on them with equal density, moved by noise. They depend on the seed alone: the same on every machine.
/// </remarks>
public static class TwoMoons
{
    /// <summary>Draws points of both moons.</summary>
    /// <param name="perClass">Points per moon, 1 or more.</param>
    /// <param name="noise">
    /// Standard deviation of the noise in both directions, 0 or more. The moons are about 0.5 apart: with 0.1 a gap stays between
    /// them, from 0.2 on they overlap.
    /// </param>
    /// <param name="seed">Other seeds give other points.</param>
    /// <returns>All points of class 0, then all of class 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no point to draw, or the noise is negative or not finite.</exception>
    public static PlanePoints Generate(int perClass = 150, double noise = 0.1, int seed = 42)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perClass);
        if (!(noise >= 0 && double.IsFinite(noise)))
        {
            throw new ArgumentOutOfRangeException(nameof(noise), noise, "The noise is a standard deviation: 0 or a positive number, for example 0.1.");
        }

        ulong series = PortableRandom.Series("two-moons");
        return Draw(2 * perClass, point =>
        {
            PortableRandom random = PortableRandom.For(seed, series, point);
            Vector2 onCircle = random.NextDirection();
            Vector2 onArc = new(onCircle.X, MathF.Abs(onCircle.Y));
            Vector2 onMoon = point < perClass ? onArc : new Vector2(1f, 0.5f) - onArc;
            return onMoon + ((float)noise * new Vector2(random.NextNormal(), random.NextNormal()));
        }, point => point < perClass ? 0 : 1);
    }

    /// <summary>
    /// Draws points that belong to neither moon, evenly over the rectangle around both: what gets into a collection of
    /// unlabelled data that nobody has looked through.
    /// </summary>
    /// <param name="count">How many, 1 or more.</param>
    /// <param name="seed">Other seeds give other points.</param>
    /// <returns>float32 [count, 2].</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not positive.</exception>
    public static Tensor Strangers(int count, int seed = 42)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ulong series = PortableRandom.Series("two-moons/strangers");
        return Draw(count, point =>
        {
            PortableRandom random = PortableRandom.For(seed, series, point);
            return new Vector2(random.Next(-1.2f, 2.2f), random.Next(-0.75f, 1.25f));
        }, _ => 0).Points;
    }

    private static PlanePoints Draw(int count, Func<int, Vector2> place, Func<int, long> label)
    {
        var coordinates = new float[count, 2];
        var labels = new long[count];
        for (int point = 0; point < count; point++)
        {
            Vector2 at = place(point);
            (coordinates[point, 0], coordinates[point, 1]) = (at.X, at.Y);
            labels[point] = label(point);
        }

        return new PlanePoints(tensor(coordinates), tensor(labels));
    }
}
