namespace CourseCompanion.BrainScan;

/// <summary>
/// One figure that a calculation rests on, with where it comes from and how far it may be wrong. Nothing enters
/// <see cref="CostModel"/> in any other way.
/// </summary>
/// <param name="Key">Name for machines.</param>
/// <param name="Name">French name.</param>
/// <param name="Value">The most likely value.</param>
/// <param name="Low">Lowest value that is plausible.</param>
/// <param name="High">Highest value that is plausible.</param>
/// <param name="Unit">French unit.</param>
/// <param name="Source">Where the value comes from, in French: a measurement, a price list, or a guess that says so.</param>
/// <param name="IsMeasured">Whether it was measured here; otherwise it is assumed.</param>
public sealed record Assumption(
    string Key, string Name, double Value, double Low, double High, string Unit, string Source, bool IsMeasured = false)
{
    /// <summary>A value that nobody doubts, such as the number of images.</summary>
    /// <param name="key">Name for machines.</param>
    /// <param name="name">French name.</param>
    /// <param name="value">The value.</param>
    /// <param name="unit">French unit.</param>
    /// <param name="source">Where it comes from, in French.</param>
    /// <param name="isMeasured">Whether it was measured here.</param>
    public static Assumption Known(string key, string name, double value, string unit, string source, bool isMeasured = false) =>
        new(key, name, value, value, value, unit, source, isMeasured);

    /// <summary>Whether the range has any width.</summary>
    public bool IsUncertain => Low < High;

    /// <summary>The same assumption with another value; the range is widened to hold it.</summary>
    /// <param name="value">The value.</param>
    public Assumption At(double value) => this with { Value = value, Low = Math.Min(Low, value), High = Math.Max(High, value) };

    /// <summary>The same assumption with a value that is certain.</summary>
    /// <param name="value">The value.</param>
    public Assumption Exactly(double value) => this with { Value = value, Low = value, High = value };

    /// <summary>
    /// A draw from the triangular distribution on [<see cref="Low"/>, <see cref="High"/>] with its peak at <see cref="Value"/>; its
    /// mean is (low + value + high) / 3.
    /// </summary>
    /// <param name="unit">A uniform number in [0, 1): the share of the draws that lie below this one.</param>
    /// <exception cref="InvalidOperationException">The value lies outside its range, or a figure is not finite.</exception>
    public double Quantile(double unit)
    {
        if (!(double.IsFinite(Low) && double.IsFinite(High) && Low <= Value && Value <= High))
        {
            throw new InvalidOperationException($"Assumption '{Key}' needs finite figures with {Low} <= {Value} <= {High}.");
        }

        double width = High - Low;
        if (width == 0)
        {
            return Value;
        }

        double peak = (Value - Low) / width;
        return unit < peak
            ? Low + (width * Math.Sqrt(unit * peak))
            : High - (width * Math.Sqrt((1 - unit) * (1 - peak)));
    }
}
