using System.Buffers.Binary;
using System.Numerics;

namespace CourseCompanion.BrainScan;

/// <summary>
/// 256 bits that say how brightness runs over an image: equal for copies, nearly equal for the same image saved again, lit otherwise or
/// in another size; the farther apart, the less alike two images are.
/// </summary>
/// <remarks>
/// The difference hash (N. Krawetz, <i>Kind of Like That</i>, 2013), on 16 rows of 17 means instead of 8 of 9: slices of heads look too much
/// alike for 64 bits. A bit says whether the mean to the right is brighter, by more than a twentieth of the image's standard deviation:
/// otherwise noise would decide the bits of the dark background.
/// </remarks>
public readonly record struct PerceptualHash
{
    /// <summary>Number of bits.</summary>
    public const int Bits = Rows * Columns;

    private const int Rows = 16;
    private const int Columns = 16;

    private readonly ulong _first, _second, _third, _fourth;

    private PerceptualHash(ReadOnlySpan<ulong> words) => (_first, _second, _third, _fourth) = (words[0], words[1], words[2], words[3]);

    /// <summary>The hash of an image, and that of its mirror image (left and right exchanged).</summary>
    /// <param name="grey">Its pixels, row by row.</param>
    /// <param name="width">Pixels per row, at least 17.</param>
    /// <param name="height">Rows, at least 16.</param>
    public static (PerceptualHash AsIs, PerceptualHash Mirrored) Of(ReadOnlySpan<byte> grey, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, Columns + 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, Rows);
        ArgumentOutOfRangeException.ThrowIfNotEqual(grey.Length, width * height, nameof(grey));
        var tolerance = DeviationOf(grey) / 20;
        Span<ulong> asIs = stackalloc ulong[Bits / 64], mirrored = stackalloc ulong[Bits / 64];
        for (var row = 0; row < Rows; row++)
        {
            var left = Mean(grey, width, height, row, 0);
            for (var column = 0; column < Columns; column++)
            {
                var right = Mean(grey, width, height, row, column + 1);
                Set(asIs, (row * Columns) + column, right - left > tolerance);
                Set(mirrored, (row * Columns) + Columns - 1 - column, left - right > tolerance);
                left = right;
            }
        }

        return (new PerceptualHash(asIs), new PerceptualHash(mirrored));
    }

    /// <summary>In how many of the 256 bits two hashes differ.</summary>
    /// <param name="other">The other hash.</param>
    public int DistanceTo(PerceptualHash other) =>
        BitOperations.PopCount(_first ^ other._first) + BitOperations.PopCount(_second ^ other._second)
        + BitOperations.PopCount(_third ^ other._third) + BitOperations.PopCount(_fourth ^ other._fourth);

    /// <summary>The hash as 64 hexadecimal digits, which <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bits / 8];
        ulong[] words = [_first, _second, _third, _fourth];
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes[(8 * i)..], words[i]);
        }

        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text">64 hexadecimal digits.</param>
    /// <exception cref="FormatException">It is something else.</exception>
    public static PerceptualHash Parse(string text)
    {
        var bytes = Convert.FromHexString(text);
        if (bytes.Length != Bits / 8)
        {
            throw new FormatException($"A perceptual hash has {Bits / 4} hexadecimal digits, not {text.Length}.");
        }

        Span<ulong> words = stackalloc ulong[Bits / 64];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(8 * i));
        }

        return new PerceptualHash(words);
    }

    private static void Set(Span<ulong> words, int bit, bool value) => words[bit / 64] |= value ? 1UL << (bit % 64) : 0;

    private static double DeviationOf(ReadOnlySpan<byte> grey)
    {
        long sum = 0, squares = 0;
        foreach (var pixel in grey)
        {
            sum += pixel;
            squares += pixel * pixel;
        }

        var mean = (double)sum / grey.Length;
        return Math.Sqrt(Math.Max(0, ((double)squares / grey.Length) - (mean * mean)));
    }

    /// <summary>The mean of one of 16 x 17 cells.</summary>
    private static double Mean(ReadOnlySpan<byte> grey, int width, int height, int row, int column)
    {
        int top = row * height / Rows, bottom = (row + 1) * height / Rows;
        int left = Edge(column), right = Edge(column + 1);
        long sum = 0;
        for (var y = top; y < bottom; y++)
        {
            foreach (var pixel in grey.Slice((y * width) + left, right - left))
            {
                sum += pixel;
            }
        }

        return (double)sum / ((bottom - top) * (right - left));

        // Rounded to the nearest pixel, so that the cells of the mirror image are the mirrored cells.
        int Edge(int cell) => ((2 * cell * width) + Columns + 1) / (2 * (Columns + 1));
    }
}
