using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace CourseCompanion.Charts.Plotly;

/// <summary>One set of data with its way of being drawn. Property names are plotly.js's own, in C# case.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ScatterTrace), "scatter")]
[JsonDerivedType(typeof(BarTrace), "bar")]
[JsonDerivedType(typeof(HistogramTrace), "histogram")]
[JsonDerivedType(typeof(HeatmapTrace), "heatmap")]
[JsonDerivedType(typeof(ImageTrace), "image")]
public abstract record Trace
{
    /// <summary>Name in the legend and in alternative texts; plain text.</summary>
    [JsonConverter(typeof(PlainTextConverter))]
    public string? Name { get; init; }

    /// <summary>Whether the trace is drawn; a slider switches this.</summary>
    public bool? Visible { get; init; }

    /// <summary>Whether the legend names the trace.</summary>
    public bool? ShowLegend { get; init; }

    /// <summary>Traces of one group are hidden and shown together, with one legend entry.</summary>
    public string? LegendGroup { get; init; }

    /// <summary>Opacity, 0 to 1.</summary>
    public double? Opacity { get; init; }

    /// <summary>Horizontal axis: <c>x</c>, <c>x2</c>, ... (null: <c>x</c>).</summary>
    public string? XAxis { get; init; }

    /// <summary>Vertical axis: <c>y</c>, <c>y2</c>, ... (null: <c>y</c>).</summary>
    public string? YAxis { get; init; }

    /// <summary>Hover text in plotly.js's template language; the one property whose markup is interpreted.</summary>
    public string? HoverTemplate { get; init; }

    /// <summary>How the trace reacts to the pointer: <c>skip</c> for decoration.</summary>
    public string? HoverInfo { get; init; }
}

/// <summary>A trace that was not made here, of any kind.</summary>
/// <param name="Json">The trace as plotly.js takes it.</param>
public sealed record RawTrace(JsonObject Json) : Trace
{
    /// <summary>The trace, with what was changed since.</summary>
    /// <returns>A new object.</returns>
    internal JsonObject ToJson()
    {
        var json = Json.DeepClone().AsObject();
        foreach (var (name, value) in JsonSerializer.SerializeToNode(new Changes(this), PlotlyJson.Options)!.AsObject())
        {
            json[name] = value?.DeepClone();
        }

        return json;
    }

    private sealed record Changes(string? Name, bool? Visible, bool? ShowLegend, string? LegendGroup, double? Opacity, string? XAxis, string? YAxis)
    {
        public Changes(RawTrace trace)
            : this(trace.Name, trace.Visible, trace.ShowLegend, trace.LegendGroup, trace.Opacity, trace.XAxis, trace.YAxis)
        {
        }
    }
}

/// <summary>Points, lines, or both.</summary>
public sealed record ScatterTrace : Trace
{
    /// <summary>Horizontal positions.</summary>
    public required PlotData X { get; init; }

    /// <summary>Vertical positions, as many as <see cref="X"/>.</summary>
    public required PlotData Y { get; init; }

    /// <summary>What is drawn.</summary>
    public ScatterMode Mode { get; init; } = ScatterMode.LinesAndMarkers;

    /// <summary>Whether points are cut where the plotting area ends.</summary>
    public bool? ClipOnAxis { get; init; }

    /// <summary>Look of the line.</summary>
    public Line? Line { get; init; }

    /// <summary>Look of the points.</summary>
    public Marker? Marker { get; init; }

    /// <summary>A text per point, for hover texts.</summary>
    public PlotData? Text { get; init; }

    /// <summary>A value per point that is not drawn, for whoever listens to the pointer.</summary>
    public PlotData? CustomData { get; init; }

    /// <summary>Horizontal uncertainty of the points.</summary>
    [JsonPropertyName("error_x")]
    public ErrorBars? ErrorX { get; init; }

    /// <summary>Vertical uncertainty of the points.</summary>
    [JsonPropertyName("error_y")]
    public ErrorBars? ErrorY { get; init; }

    /// <summary>What is filled: <c>tonexty</c>, <c>tozeroy</c>, <c>toself</c> (null: nothing).</summary>
    public string? Fill { get; init; }
}

/// <summary>Bars.</summary>
public sealed record BarTrace : Trace
{
    /// <summary>Positions, or lengths when horizontal.</summary>
    public required PlotData X { get; init; }

    /// <summary>Lengths, or positions when horizontal.</summary>
    public required PlotData Y { get; init; }

    /// <summary>Where the bars start (null: at zero).</summary>
    public PlotData? Base { get; init; }

    /// <summary>Width of the bars in units of their axis (null: automatic).</summary>
    public PlotData? Width { get; init; }

    /// <summary><c>h</c> for horizontal bars.</summary>
    public string? Orientation { get; init; }

    /// <summary>Look of the bars.</summary>
    public Marker? Marker { get; init; }

    /// <summary>What is written on a bar, as a template.</summary>
    public string? TextTemplate { get; init; }

    /// <summary>Where it is written: <c>inside</c>, <c>outside</c>, <c>auto</c>, <c>none</c>.</summary>
    public string? TextPosition { get; init; }

    /// <summary>Angle of the writing in degrees.</summary>
    public double? TextAngle { get; init; }

    /// <summary>A text per bar, for hover texts.</summary>
    public PlotData? Text { get; init; }

    /// <summary>Whether the writing is cut where the plotting area ends.</summary>
    public bool? ClipOnAxis { get; init; }

    /// <summary>Uncertainty of vertical bars.</summary>
    [JsonPropertyName("error_y")]
    public ErrorBars? ErrorY { get; init; }

    /// <summary>Uncertainty of horizontal bars.</summary>
    [JsonPropertyName("error_x")]
    public ErrorBars? ErrorX { get; init; }
}

/// <summary>A histogram that plotly.js counts.</summary>
public sealed record HistogramTrace : Trace
{
    /// <summary>The values to count.</summary>
    public required PlotData X { get; init; }

    /// <summary>The bins.</summary>
    public required Bins XBins { get; init; }

    /// <summary>Null: counts; <c>percent</c>: shares of the trace, 0 to 100.</summary>
    public string? HistNorm { get; init; }

    /// <summary>Look of the bars.</summary>
    public Marker? Marker { get; init; }
}

/// <summary>A matrix as coloured cells.</summary>
public sealed record HeatmapTrace : Trace
{
    /// <summary>Positions or names of the columns.</summary>
    public PlotData? X { get; init; }

    /// <summary>Positions or names of the rows.</summary>
    public PlotData? Y { get; init; }

    /// <summary>The values, row by row.</summary>
    public required IReadOnlyList<double[]> Z { get; init; }

    /// <summary>A plain text per cell.</summary>
    [JsonConverter(typeof(PlainTextRowsConverter))]
    public IReadOnlyList<string[]>? Text { get; init; }

    /// <summary>What is written in a cell, as a template.</summary>
    public string? TextTemplate { get; init; }

    /// <summary>Font of that writing.</summary>
    public Font? TextFont { get; init; }

    /// <summary>A plain text per cell, for hover texts.</summary>
    [JsonConverter(typeof(PlainTextRowsConverter))]
    public IReadOnlyList<string[]>? HoverText { get; init; }

    /// <summary>Colours from low to high: pairs of position (0 to 1) and colour, or the name of a scale.</summary>
    public object? ColorScale { get; init; }

    /// <summary>Value of the lowest colour.</summary>
    public double? ZMin { get; init; }

    /// <summary>Value of the highest colour.</summary>
    public double? ZMax { get; init; }

    /// <summary>Gap between columns in pixels.</summary>
    public double? XGap { get; init; }

    /// <summary>Gap between rows in pixels.</summary>
    public double? YGap { get; init; }

    /// <summary>The colour bar.</summary>
    public ColorBar? ColorBar { get; init; }

    /// <summary>Whether the colour bar is drawn.</summary>
    public bool? ShowScale { get; init; }
}

/// <summary>A picture drawn in data coordinates, one unit per pixel.</summary>
public sealed record ImageTrace : Trace
{
    /// <summary>The picture as a data URI (<see cref="Data.Images.ImageFile.ToDataUri"/>).</summary>
    public required string Source { get; init; }

    /// <summary>False keeps pixels square and sharp.</summary>
    public bool ZSmooth { get; }
}

/// <summary>What a <see cref="ScatterTrace"/> draws.</summary>
public enum ScatterMode
{
    /// <summary>Lines only.</summary>
    Lines,

    /// <summary>Points only.</summary>
    Markers,

    /// <summary>Both.</summary>
    [JsonStringEnumMemberName("lines+markers")]
    LinesAndMarkers,
}

/// <summary>Look of a line.</summary>
public sealed record Line
{
    /// <summary>Colour.</summary>
    public string? Color { get; init; }

    /// <summary>Width in pixels.</summary>
    public double? Width { get; init; }

    /// <summary>Dashes: <c>solid</c>, <c>dash</c>, <c>dot</c>, <c>dashdot</c>, <c>longdash</c>, <c>longdashdot</c> or lengths.</summary>
    public string? Dash { get; init; }

    /// <summary>How points are joined: null for straight lines, <c>hv</c> for steps.</summary>
    public string? Shape { get; init; }
}

/// <summary>Look of points or bars.</summary>
public sealed record Marker
{
    /// <summary>Colour.</summary>
    public string? Color { get; init; }

    /// <summary>Shape of a point.</summary>
    public string? Symbol { get; init; }

    /// <summary>Size of a point in pixels.</summary>
    public double? Size { get; init; }

    /// <summary>Opacity, 0 to 1.</summary>
    public double? Opacity { get; init; }

    /// <summary>Outline.</summary>
    public Line? Line { get; init; }

    /// <summary>Pattern of a bar.</summary>
    public Pattern? Pattern { get; init; }
}

/// <summary>Pattern that fills a bar.</summary>
public sealed record Pattern
{
    /// <summary>Shape: <c>/</c>, <c>\</c>, <c>x</c>, <c>-</c>, <c>|</c>, <c>+</c>, <c>.</c> or empty.</summary>
    public string? Shape { get; init; }

    /// <summary>Colour of the shapes.</summary>
    public string? FgColor { get; init; }

    /// <summary>Opacity of the shapes, 0 to 1.</summary>
    public double? FgOpacity { get; init; }

    /// <summary>Size of one tile in pixels.</summary>
    public double? Size { get; init; }

    /// <summary>Share of a tile that is covered, 0 to 1.</summary>
    public double? Solidity { get; init; }

    /// <summary><c>overlay</c> draws the shapes on the bar's own colour.</summary>
    public string? FillMode { get; init; }
}

/// <summary>Lengths of error bars.</summary>
public sealed record ErrorBars
{
    /// <summary>Lengths are given one by one.</summary>
    public string Type { get; } = "data";

    /// <summary>Lengths upwards are not those downwards.</summary>
    public bool Symmetric { get; }

    /// <summary>Lengths upwards.</summary>
    public required PlotData Array { get; init; }

    /// <summary>Lengths downwards.</summary>
    public required PlotData ArrayMinus { get; init; }

    /// <summary>Colour.</summary>
    public string? Color { get; init; }

    /// <summary>Thickness in pixels.</summary>
    public double? Thickness { get; init; }
}

/// <summary>Bins of equal width.</summary>
/// <param name="Start">Where the first bin starts.</param>
/// <param name="End">Where the last bin ends.</param>
/// <param name="Size">Width of a bin.</param>
public sealed record Bins(double Start, double End, double Size);

/// <summary>The legend of a colour scale.</summary>
public sealed record ColorBar
{
    /// <summary>Its title.</summary>
    public Title? Title { get; init; }

    /// <summary>Font of the numbers.</summary>
    public Font? TickFont { get; init; }

    /// <summary>Numbers show their thousands.</summary>
    public bool? SeparateThousands { get; init; }

    /// <summary>Thickness in pixels.</summary>
    public double? Thickness { get; init; }
}
