using System.Globalization;
using System.Runtime.CompilerServices;

namespace CourseCompanion.Consistency;

/// <summary>Refuses settings that no method can work with, where they are handed over.</summary>
internal static class Setting
{
    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1].</exception>
    public static double Share(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is >= 0 and <= 1 ? value : throw Refused(value, name, "between 0 and 1");

    /// <exception cref="ArgumentOutOfRangeException">The value is not in [0, 1).</exception>
    public static double Decay(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is >= 0 and < 1 ? value : throw Refused(value, name, "at least 0 and less than 1");

    /// <exception cref="ArgumentOutOfRangeException">The value is not positive and finite.</exception>
    public static double Positive(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value > 0 && double.IsFinite(value) ? value : throw Refused(value, name, "a positive number");

    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public static double NotNegative(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= 0 && double.IsFinite(value) ? value : throw Refused(value, name, "0 or more");

    private static ArgumentOutOfRangeException Refused(double value, string name, string wanted) =>
        new(name, value, string.Create(CultureInfo.InvariantCulture, $"The setting '{name}' must be {wanted}, not {value}."));
}
