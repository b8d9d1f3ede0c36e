using System.Numerics;

namespace CourseCompanion.Data;

/// <summary>
/// Random numbers that are the same on every machine and in every version of .NET: SplitMix64 (Steele, Lea and Flood,
/// 2014), and nothing but additions, multiplications and square roots on top, which all processors round alike.
/// </summary>
/// <param name="seed">Equal seeds give equal sequences.</param>
internal struct PortableRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A generator for one item of a series: as independent of its neighbours as of the other series.</summary>
    /// <param name="seed">The seed of everything.</param>
    /// <param name="series">The series, for instance a dataset's split.</param>
    /// <param name="item">The item in it, for instance an image.</param>
    /// <returns>A generator of its own.</returns>
    public static PortableRandom For(int seed, ulong series, long item)
    {
        PortableRandom random = new((ulong)(uint)seed);
        random._state = random.NextBits() ^ series;
        random._state = random.NextBits() ^ (ulong)item;
        random._state = random.NextBits();
        return random;
    }

    /// <summary>A number for a name, the same everywhere (unlike <see cref="string.GetHashCode()"/>): FNV-1a.</summary>
    /// <param name="name">A name.</param>
    /// <returns>Its number.</returns>
    public static ulong Series(string name)
    {
        ulong hash = 14695981039346656037;
        foreach (char letter in name)
        {
            hash = (hash ^ letter) * 1099511628211;
        }

        return hash;
    }

    /// <summary>64 random bits.</summary>
    /// <returns>The bits.</returns>
    public ulong NextBits()
    {
        ulong mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    /// <returns>The number.</returns>
    public float NextUnit() => (NextBits() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    /// <param name="low">The lower end.</param>
    /// <param name="high">The upper end.</param>
    /// <returns>The number.</returns>
    public float Next(float low, float high) => low + ((high - low) * NextUnit());

    /// <summary>Uniform in 0 .. <paramref name="count"/> - 1.</summary>
    /// <param name="count">How many values there are.</param>
    /// <returns>The number.</returns>
    public int NextIndex(int count) => (int)Math.BigMul(NextBits(), (ulong)count, out _);

    /// <summary>Near enough normal, mean 0 and variance 1: four uniform numbers added (so never beyond 3.5).</summary>
    /// <returns>The number.</returns>
    public float NextNormal() => (NextUnit() + NextUnit() + NextUnit() + NextUnit() - 2f) * 1.7320508f;

    /// <summary>A direction, every one equally likely.</summary>
    /// <returns>A vector of length 1.</returns>
    public Vector2 NextDirection()
    {
        while (true)
        {
            Vector2 point = new(Next(-1f, 1f), Next(-1f, 1f));
            float square = (point.X * point.X) + (point.Y * point.Y);
            if (square is > 0.01f and < 1f)
            {
                return point / MathF.Sqrt(square);
            }
        }
    }

    /// <summary>Shuffles in place (Fisher and Yates), every order equally likely.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">What to shuffle.</param>
    public void Shuffle<T>(Span<T> values)
    {
        for (int last = values.Length - 1; last > 0; last--)
        {
            int other = NextIndex(last + 1);
            (values[last], values[other]) = (values[other], values[last]);
        }
    }
}
