namespace CourseCompanion.Evaluation;

/// <summary>What McNemar's test says of two classifiers.</summary>
/// <param name="OnlyFirst">Images that only the first answers rightly.</param>
/// <param name="OnlySecond">Images that only the second answers rightly.</param>
/// <param name="PValue">How likely a division at least as uneven is, if both are equally good; in (0, 1].</param>
public sealed record McNemarResult(int OnlyFirst, int OnlySecond, double PValue);

/// <summary>
/// McNemar's exact test (1947): two classifiers answer the same images; only those on which one is right and the other wrong tell
/// them apart. If both were equally good, each such image would fall to either side like a coin.
/// </summary>
public static class McNemar
{
    /// <summary>Compares two classifiers.</summary>
    /// <param name="first">For each image, whether the first is right.</param>
    /// <param name="second">The same for the second, in the same order.</param>
    /// <exception cref="ArgumentException">Not as many answers of each.</exception>
    public static McNemarResult Exact(IReadOnlyList<bool> first, IReadOnlyList<bool> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count != second.Count)
        {
            throw new ArgumentException($"{first.Count} answers of one classifier but {second.Count} of the other: both must answer the same images.", nameof(second));
        }

        int onlyFirst = first.Zip(second).Count(pair => pair is (true, false));
        int onlySecond = first.Zip(second).Count(pair => pair is (false, true));
        return new McNemarResult(onlyFirst, onlySecond, Exact(onlyFirst, onlySecond));
    }

    /// <summary>Two-sided p-value of two counts of discordant images; 1 where there are none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative count.</exception>
    public static double Exact(int onlyFirst, int onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        int tosses = onlyFirst + onlySecond;
        double term = Math.Pow(0.5, tosses), tail = 0;   // term: C(n, i) / 2^n
        for (int heads = 0; heads <= Math.Min(onlyFirst, onlySecond); heads++)
        {
            tail += term;
            term *= (tosses - heads) / (heads + 1.0);
        }

        return Math.Min(1, 2 * tail);
    }
}
