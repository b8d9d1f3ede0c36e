using System.Runtime.CompilerServices;

namespace CourseCompanion.Augmentations;

/// <summary>Checks the strengths of augmentations.</summary>
internal static class Range
{
    /// <summary>Passes a number that lies in a range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not (or is no number).</exception>
    public static double Check(double value, double low, double high, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value >= low && value <= high
            ? value
            : throw new ArgumentOutOfRangeException(name, value, FormattableString.Invariant($"{name} must be between {low} and {high}."));
}
