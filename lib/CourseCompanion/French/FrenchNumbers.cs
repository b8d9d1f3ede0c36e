using System.Globalization;

namespace CourseCompanion.French;

/// <summary>
/// Numbers as a French reader writes them: decimal comma, narrow no-break space between thousands, no-break space before a unit.
/// The format is fixed here rather than taken from the machine's culture data, which differ between versions.
/// </summary>
public static class FrenchNumbers
{
    /// <summary>The no-break space that stands before a unit and before « : ».</summary>
    public const string NoBreakSpace = "\u00A0";

    /// <summary>The narrow no-break space that separates thousands and stands before « ; », « ! » and « ? ».</summary>
    public const string NarrowNoBreakSpace = "\u202F";

    /// <summary>What stands for a number that is not known (not-a-number, infinite).</summary>
    public const string Missing = "n." + NoBreakSpace + "d.";

    /// <summary>French separators, as an argument of <see cref="IFormattable.ToString(string, IFormatProvider)"/>.</summary>
    public static NumberFormatInfo Format { get; } = NumberFormatInfo.ReadOnly(new NumberFormatInfo
    {
        NumberDecimalSeparator = ",",
        NumberGroupSeparator = NarrowNoBreakSpace,
        NumberGroupSizes = [3],
        NegativeSign = "\u2212",
        PercentDecimalSeparator = ",",
        PercentGroupSeparator = NarrowNoBreakSpace,
        PercentGroupSizes = [3],
        PercentPositivePattern = 1,  // "n%": the space before the sign is a part of the symbol, for the pattern's own is ordinary
        PercentNegativePattern = 1,
        PercentSymbol = NoBreakSpace + "%",
        NaNSymbol = Missing,
    });

    /// <summary>
    /// The culture of the cells of a notebook: these numbers, whatever the machine speaks. In it <c>$"{kept:N0} images, {share:P1}"</c>
    /// reads <c>1 406 images, 57,3 %</c>.
    /// </summary>
    public static CultureInfo Culture { get; } = CultureInfo.ReadOnly(new CultureInfo("") { NumberFormat = (NumberFormatInfo)Format.Clone() });

    /// <summary>A whole number: <c>1 406</c>.</summary>
    /// <param name="value">The number; rounded.</param>
    /// <returns>French text.</returns>
    public static string Whole(double value) => Number(value, 0);

    /// <summary>A number with a fixed count of decimals: <c>0,57</c>.</summary>
    /// <param name="value">The number.</param>
    /// <param name="decimals">How many decimals, 0 to 15.</param>
    /// <returns>French text.</returns>
    public static string Number(double value, int decimals = 2)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(decimals);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(decimals, 15);
        if (!double.IsFinite(value))
        {
            return Missing;
        }

        // Rounding first keeps a small negative number from becoming "−0,00".
        var rounded = Math.Round(value, decimals, MidpointRounding.AwayFromZero);
        return (rounded == 0 ? 0 : rounded).ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), Format);
    }

    /// <summary>A number with the decimals that its size calls for, without trailing zeros: <c>12 000</c>, <c>87,5</c>, <c>0,0312</c>.</summary>
    /// <param name="value">The number.</param>
    /// <returns>French text with at least three significant digits where there are any.</returns>
    public static string Compact(double value)
    {
        if (!double.IsFinite(value))
        {
            return Missing;
        }

        var text = Number(value, DecimalsFor(value));
        return text.Contains(',', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd(',') : text;
    }

    /// <summary>A share as a percentage: <c>57,3 %</c> for 0.573.</summary>
    /// <param name="fraction">The share, 1 for all.</param>
    /// <param name="decimals">How many decimals, 0 to 15.</param>
    /// <returns>French text.</returns>
    public static string Percent(double fraction, int decimals = 1) =>
        double.IsFinite(fraction) ? Number(100 * fraction, decimals) + NoBreakSpace + "%" : Missing;

    /// <summary>A duration in the two largest units that matter: <c>85 ms</c>, <c>12,3 s</c>, <c>2 min 05 s</c>, <c>1 h 02 min</c>.</summary>
    /// <param name="duration">The duration.</param>
    /// <returns>French text.</returns>
    public static string Duration(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero)
        {
            return Format.NegativeSign + Duration(duration.Negate());
        }

        if (duration.TotalMilliseconds < 999.5)
        {
            return Whole(duration.TotalMilliseconds) + NoBreakSpace + "ms";
        }

        if (duration.TotalSeconds < 59.95)
        {
            return Number(duration.TotalSeconds, 1) + NoBreakSpace + "s";
        }

        var seconds = (long)Math.Round(duration.TotalSeconds);
        if (seconds < 3600)
        {
            return Invariant($"{seconds / 60}{NoBreakSpace}min{NoBreakSpace}{seconds % 60:00}{NoBreakSpace}s");
        }

        var minutes = (long)Math.Round(duration.TotalMinutes);
        return Whole(minutes / 60) + Invariant($"{NoBreakSpace}h{NoBreakSpace}{minutes % 60:00}{NoBreakSpace}min");
    }

    /// <summary>A count with its noun; in French, 0 and 1 take the singular: <c>1 image</c>, <c>7 007 images</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="singular">The noun in the singular.</param>
    /// <param name="plural">The noun in the plural; null adds an s.</param>
    /// <returns>French text.</returns>
    public static string Count(long count, string singular, string? plural = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(singular);
        return Whole(count) + NoBreakSpace + (Math.Abs(count) < 2 ? singular : plural ?? singular + "s");
    }

    /// <summary>How many decimals show at least three significant digits of a number.</summary>
    /// <param name="magnitude">A number of that size.</param>
    /// <returns>0 for whole numbers and for numbers of 1 000 and more, at most 8.</returns>
    internal static int DecimalsFor(double magnitude)
    {
        var size = Math.Abs(magnitude);
        return size == 0 || size == Math.Truncate(size) || !double.IsFinite(size)
            ? 0
            : Math.Clamp(2 - (int)Math.Floor(Math.Log10(size)), 0, 8);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
