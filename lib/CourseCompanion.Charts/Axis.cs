namespace CourseCompanion.Charts;

/// <summary>
/// What an axis shows: <c>"Époque"</c> (a text is an axis), <c>new Axis("Durée") { Unit = "s" }</c>, <c>Axis.Percent("Exactitude")</c>.
/// </summary>
/// <param name="Title">French title, without its unit.</param>
public sealed record Axis(string Title)
{
    /// <summary>Unit, shown in parentheses after the title.</summary>
    public string? Unit { get; init; }

    /// <summary>Values are shares from 0 to 1 and are shown as percentages, or in <see cref="Unit"/> where there is one.</summary>
    public bool IsPercent { get; init; }

    /// <summary>First value shown, in the data's own unit; null for automatic.</summary>
    public double? Minimum { get; init; }

    /// <summary>Last value shown, in the data's own unit; null for automatic.</summary>
    public double? Maximum { get; init; }

    /// <summary>Equal distances mean equal ratios.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Reference lines across the chart.</summary>
    public IReadOnlyList<AxisMark> Marks { get; init; } = [];

    /// <summary>The title with its unit.</summary>
    internal string Caption => DrawnUnit is { Length: > 0 } unit ? $"{Title} ({unit})" : Title;

    /// <summary>The unit of what is drawn, or null.</summary>
    internal string? DrawnUnit => Unit ?? (IsPercent ? "%" : null);

    /// <summary>An axis for shares: data from 0 to 1, shown as percentages.</summary>
    /// <param name="title">French title.</param>
    /// <returns>The axis.</returns>
    public static Axis Percent(string title) => new(title) { IsPercent = true };

    /// <summary>An axis for differences of shares: data from -1 to 1, shown in points (of percentage).</summary>
    /// <param name="title">French title.</param>
    /// <returns>The axis.</returns>
    public static Axis Points(string title) => new(title) { IsPercent = true, Unit = "points" };

    /// <summary>An axis with a title only.</summary>
    /// <param name="title">French title.</param>
    public static implicit operator Axis(string title) => new(title);

    /// <summary>The same axis with one more reference line: a baseline, a threshold.</summary>
    /// <param name="value">Where, in the data's own unit.</param>
    /// <param name="label">French label; none for a line that speaks for itself.</param>
    /// <returns>A new axis.</returns>
    public Axis Mark(double value, string label = "") => this with { Marks = [.. Marks, new AxisMark(value, label)] };

    /// <summary>A value as it is drawn.</summary>
    internal double Drawn(double value) => IsPercent ? 100 * value : value;
}

/// <summary>A reference line across a chart.</summary>
/// <param name="Value">Where, in the data's own unit.</param>
/// <param name="Label">French label, or nothing.</param>
public sealed record AxisMark(double Value, string Label);
