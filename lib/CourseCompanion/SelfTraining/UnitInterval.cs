using System.Runtime.CompilerServices;

namespace CourseCompanion.SelfTraining;

/// <summary>What the selection rules share.</summary>
internal static class UnitInterval
{
    /// <summary>A value that must lie strictly between 0 and 1.</summary>
    public static double Require(double value, string what, string example, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is > 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"The {what} must lie strictly between 0 and 1, for example {example}.");
}
