using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace CourseCompanion.Charts.Plotly;

/// <summary>Everything of a figure that is not data. Property names are plotly.js's own, in C# case.</summary>
public sealed record Layout
{
    /// <summary>Title of the figure.</summary>
    public Title? Title { get; init; }

    /// <summary>What holds where the figure says nothing itself.</summary>
    public JsonElement? Template { get; init; }

    /// <summary>Font of everything that names none.</summary>
    public Font? Font { get; init; }

    /// <summary>Decimal separator, then thousands separator.</summary>
    public string? Separators { get; init; }

    /// <summary>Background of the figure.</summary>
    [JsonPropertyName("paper_bgcolor")]
    public string? PaperBgColor { get; init; }

    /// <summary>Background of the plotting area.</summary>
    [JsonPropertyName("plot_bgcolor")]
    public string? PlotBgColor { get; init; }

    /// <summary>Colours of traces that name none.</summary>
    public IReadOnlyList<string>? Colorway { get; init; }

    /// <summary>Height in pixels; the width is the page's.</summary>
    public double? Height { get; init; }

    /// <summary>Whether the figure takes the width of its container.</summary>
    public bool? AutoSize { get; init; }

    /// <summary>Space around the plotting area, in pixels.</summary>
    public Margin? Margin { get; init; }

    /// <summary>Whether there is a legend (null: when there are several traces).</summary>
    public bool? ShowLegend { get; init; }

    /// <summary>Place of the legend.</summary>
    public Legend? Legend { get; init; }

    /// <summary>How bars at one position are put: <c>group</c>, <c>stack</c>, <c>overlay</c>.</summary>
    public string? BarMode { get; init; }

    /// <summary>Space between positions, 0 to 1.</summary>
    public double? BarGap { get; init; }

    /// <summary><c>group</c> puts points of several traces at one position side by side (null: on top of each other).</summary>
    public string? ScatterMode { get; init; }

    /// <summary>Space between positions of such points, 0 to 1.</summary>
    public double? ScatterGap { get; init; }

    /// <summary>One size for all the writing on bars.</summary>
    public UniformText? UniformText { get; init; }

    /// <summary>What hovering picks: <c>closest</c>, <c>x unified</c>.</summary>
    public string? HoverMode { get; init; }

    /// <summary>Look of hover texts.</summary>
    public HoverLabel? HoverLabel { get; init; }

    /// <summary>Lines and areas drawn over the data.</summary>
    public IReadOnlyList<Shape>? Shapes { get; init; }

    /// <summary>Texts drawn over the data.</summary>
    public IReadOnlyList<Annotation>? Annotations { get; init; }

    /// <summary>Pictures drawn over the data.</summary>
    public IReadOnlyList<LayoutImage>? Images { get; init; }

    /// <summary>What plotly.js itself does not draw: the pictures of the points under the pointer.</summary>
    [JsonInclude]
    internal Thumbnails.Meta? Meta { get; init; }

    /// <summary>Sliders.</summary>
    public IReadOnlyList<Slider>? Sliders { get; init; }

    /// <summary>Horizontal axes: <c>x</c>, <c>x2</c>, ...</summary>
    [JsonIgnore]
    public IReadOnlyList<LayoutAxis> XAxes { get; init; } = [];

    /// <summary>Vertical axes: <c>y</c>, <c>y2</c>, ...</summary>
    [JsonIgnore]
    public IReadOnlyList<LayoutAxis> YAxes { get; init; } = [];

    /// <summary>Further properties, as plotly.js takes them: those of a chart that was not made here, and of kinds not made here.</summary>
    [JsonIgnore]
    internal JsonObject? Others { get; init; }

    /// <summary>The axes under the names that plotly.js gives them (<c>xaxis</c>, <c>xaxis2</c>, ...), and <see cref="Others"/>.</summary>
    [JsonInclude]
    [JsonExtensionData]
    internal IDictionary<string, object> NamedAxes
    {
        get
        {
            var axes = (Others ?? []).ToDictionary(other => other.Key, other => (object)other.Value!);
            Add("xaxis", XAxes);
            Add("yaxis", YAxes);
            return axes;

            void Add(string name, IReadOnlyList<LayoutAxis> list)
            {
                for (var i = 0; i < list.Count; i++)
                {
                    axes.Add(name + AxisSuffix(i), list[i]);
                }
            }
        }
    }

    /// <summary>What follows <c>x</c> or <c>xaxis</c> in the name of the axis at <paramref name="index"/>.</summary>
    /// <param name="index">0 for the first.</param>
    /// <returns>Nothing for the first, then 2, 3, ...</returns>
    internal static string AxisSuffix(int index) => index == 0 ? "" : (index + 1).ToString(CultureInfo.InvariantCulture);
}

/// <summary>One axis.</summary>
public sealed record LayoutAxis
{
    /// <summary>Title with its unit.</summary>
    public Title? Title { get; init; }

    /// <summary>Kind: null for automatic, <c>log</c>, <c>category</c>, <c>linear</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Names on an axis of names in their order; null for the order in which traces bring them.</summary>
    public PlotData? CategoryArray { get; init; }

    /// <summary>First and last value, either of them null for automatic; exponents on a logarithmic axis.</summary>
    public IReadOnlyList<double?>? Range { get; init; }

    /// <summary><c>reversed</c> puts the first value at the top or the right.</summary>
    public string? AutoRange { get; init; }

    /// <summary>Distance of two ticks.</summary>
    public double? DTick { get; init; }

    /// <summary>Tick labels group their thousands.</summary>
    public bool? SeparateThousands { get; init; }

    /// <summary>How large numbers are written: <c>none</c> in full, <c>power</c> as powers of ten.</summary>
    public string? ExponentFormat { get; init; }

    /// <summary>Font of tick labels.</summary>
    public Font? TickFont { get; init; }

    /// <summary>Margins grow when labels are long.</summary>
    public bool? AutoMargin { get; init; }

    /// <summary>Grid lines.</summary>
    public bool? ShowGrid { get; init; }

    /// <summary>Colour of grid lines.</summary>
    public string? GridColor { get; init; }

    /// <summary>Whether the line at zero is drawn.</summary>
    public bool? ZeroLine { get; init; }

    /// <summary>Colour of the line at zero.</summary>
    public string? ZeroLineColor { get; init; }

    /// <summary>Whether the axis itself is a line.</summary>
    public bool? ShowLine { get; init; }

    /// <summary>Colour of that line.</summary>
    public string? LineColor { get; init; }

    /// <summary>Where ticks are: <c>outside</c>, <c>inside</c> or empty.</summary>
    public string? Ticks { get; init; }

    /// <summary>Whether places are named along the axis (null: yes).</summary>
    public bool? ShowTickLabels { get; init; }

    /// <summary>The axis whose units are as long as those of this one: <c>x</c> keeps pixels square.</summary>
    public string? ScaleAnchor { get; init; }

    /// <summary>What gives way for that: null for the range, <c>domain</c> for the room that the axis takes.</summary>
    public string? Constrain { get; init; }

    /// <summary>Part of the figure that the axis takes, 0 to 1.</summary>
    public IReadOnlyList<double>? Domain { get; init; }

    /// <summary>The axis it stands on (<c>x2</c>, <c>y2</c>; null: the first).</summary>
    public string? Anchor { get; init; }
}

/// <summary>A picture in data coordinates, centred at its place.</summary>
public sealed record LayoutImage
{
    /// <summary>The picture as a data URI.</summary>
    public required string Source { get; init; }

    /// <summary>Horizontal axis that places it.</summary>
    public string XRef { get; init; } = "x";

    /// <summary>Vertical axis that places it.</summary>
    public string YRef { get; init; } = "y";

    /// <summary>Horizontal place.</summary>
    public required double X { get; init; }

    /// <summary>Vertical place.</summary>
    public required double Y { get; init; }

    /// <summary>Room for its width, in units of the axis; it keeps its proportions.</summary>
    public required double SizeX { get; init; }

    /// <summary>Room for its height, in units of the axis.</summary>
    public required double SizeY { get; init; }

    /// <summary>Which part of it is at its place, horizontally.</summary>
    public string XAnchor { get; init; } = "center";

    /// <summary>Which part of it is at its place, vertically.</summary>
    public string YAnchor { get; init; } = "middle";
}

/// <summary>A title.</summary>
public sealed record Title
{
    /// <summary>Plain text; line feeds break the line. Empty in a template, which has the look alone.</summary>
    [JsonIgnore]
    public required string Text { get; init; }

    /// <summary>Whether it is written in bold.</summary>
    [JsonIgnore]
    public bool IsBold { get; init; }

    [JsonInclude]
    [JsonPropertyName("text")]
    internal string? Markup => PlotlyJson.Markup(Text, IsBold);

    /// <summary>Its font.</summary>
    public Font? Font { get; init; }

    /// <summary>Distance from the axis in pixels.</summary>
    public double? Standoff { get; init; }

    /// <summary>Horizontal place, 0 to 1.</summary>
    public double? X { get; init; }

    /// <summary>Vertical place, 0 to 1.</summary>
    public double? Y { get; init; }

    /// <summary>What <see cref="X"/> counts: <c>paper</c> or <c>container</c>.</summary>
    public string? XRef { get; init; }

    /// <summary>What <see cref="Y"/> counts: <c>paper</c> or <c>container</c>.</summary>
    public string? YRef { get; init; }

    /// <summary>Side at <see cref="X"/>: <c>left</c>, <c>center</c>, <c>right</c>.</summary>
    public string? XAnchor { get; init; }

    /// <summary>Side at <see cref="Y"/>: <c>top</c>, <c>middle</c>, <c>bottom</c>.</summary>
    public string? YAnchor { get; init; }

    /// <summary>Space around the title in pixels.</summary>
    public Margin? Pad { get; init; }

    /// <summary>Side of a colour bar's title.</summary>
    public string? Side { get; init; }
}

/// <summary>A font.</summary>
public sealed record Font
{
    /// <summary>Families, first choice first.</summary>
    public string? Family { get; init; }

    /// <summary>Size in pixels.</summary>
    public double? Size { get; init; }

    /// <summary>Colour.</summary>
    public string? Color { get; init; }
}

/// <summary>Distances in pixels; null keeps plotly.js's own.</summary>
public sealed record Margin
{
    /// <summary>Top.</summary>
    public double? T { get; init; }

    /// <summary>Right.</summary>
    public double? R { get; init; }

    /// <summary>Bottom.</summary>
    public double? B { get; init; }

    /// <summary>Left.</summary>
    public double? L { get; init; }
}

/// <summary>How the writing on bars is kept to one size.</summary>
/// <param name="MinSize">Smallest size in pixels.</param>
/// <param name="Mode">What happens to writing that would have to be smaller: <c>hide</c> or <c>show</c>.</param>
public sealed record UniformText(double MinSize, string Mode);

/// <summary>Place of the legend.</summary>
public sealed record Legend
{
    /// <summary><c>h</c> for a row.</summary>
    public string? Orientation { get; init; }

    /// <summary>Horizontal place, 0 to 1 over the plotting area.</summary>
    public double? X { get; init; }

    /// <summary>Vertical place, 0 to 1 over the plotting area.</summary>
    public double? Y { get; init; }

    /// <summary>Side at <see cref="X"/>.</summary>
    public string? XAnchor { get; init; }

    /// <summary>Side at <see cref="Y"/>.</summary>
    public string? YAnchor { get; init; }

    /// <summary>Font of the entries.</summary>
    public Font? Font { get; init; }

    /// <summary>Order: <c>normal</c>, <c>reversed</c>.</summary>
    public string? TraceOrder { get; init; }

    /// <summary>Size of the markers: <c>constant</c> or as <c>trace</c>.</summary>
    public string? ItemSizing { get; init; }
}

/// <summary>Look of hover texts.</summary>
public sealed record HoverLabel
{
    /// <summary>Font.</summary>
    public Font? Font { get; init; }

    /// <summary>Characters of a trace's name that are shown; -1 for all.</summary>
    public int? NameLength { get; init; }

    /// <summary>Alignment: <c>left</c>, <c>right</c>, <c>auto</c>.</summary>
    public string? Align { get; init; }
}

/// <summary>A line or an area drawn over the data.</summary>
public sealed record Shape
{
    /// <summary><c>line</c> or <c>rect</c>.</summary>
    public string Type { get; init; } = "line";

    /// <summary>What horizontal places count: an axis (<c>x</c>), <c>paper</c>, or <c>x domain</c>.</summary>
    public string? XRef { get; init; }

    /// <summary>What vertical places count.</summary>
    public string? YRef { get; init; }

    /// <summary>First horizontal place.</summary>
    public double? X0 { get; init; }

    /// <summary>Second horizontal place.</summary>
    public double? X1 { get; init; }

    /// <summary>First vertical place.</summary>
    public double? Y0 { get; init; }

    /// <summary>Second vertical place.</summary>
    public double? Y1 { get; init; }

    /// <summary>Look of the line.</summary>
    public Line? Line { get; init; }
}

/// <summary>A text drawn over the data.</summary>
public sealed record Annotation
{
    /// <summary>Plain text.</summary>
    [JsonIgnore]
    public required string Text { get; init; }

    /// <summary>Whether it is written in bold.</summary>
    [JsonIgnore]
    public bool IsBold { get; init; }

    [JsonInclude]
    [JsonPropertyName("text")]
    internal string? Markup => PlotlyJson.Markup(Text, IsBold);

    /// <summary>What the horizontal place counts.</summary>
    public string? XRef { get; init; }

    /// <summary>What the vertical place counts.</summary>
    public string? YRef { get; init; }

    /// <summary>Horizontal place.</summary>
    public double? X { get; init; }

    /// <summary>Vertical place.</summary>
    public double? Y { get; init; }

    /// <summary>Side at <see cref="X"/>.</summary>
    public string? XAnchor { get; init; }

    /// <summary>Side at <see cref="Y"/>.</summary>
    public string? YAnchor { get; init; }

    /// <summary>Horizontal shift in pixels.</summary>
    public double? XShift { get; init; }

    /// <summary>Vertical shift in pixels.</summary>
    public double? YShift { get; init; }

    /// <summary>Whether an arrow points at the place.</summary>
    public bool ShowArrow { get; init; }

    /// <summary>Font.</summary>
    public Font? Font { get; init; }

    /// <summary>Background.</summary>
    public string? BgColor { get; init; }
}

/// <summary>A slider that switches between states of the figure.</summary>
public sealed record Slider
{
    /// <summary>Index of the step that is shown first.</summary>
    public int? Active { get; init; }

    /// <summary>What stands before the label of the current step.</summary>
    public SliderValue? CurrentValue { get; init; }

    /// <summary>The states.</summary>
    public required IReadOnlyList<SliderStep> Steps { get; init; }

    /// <summary>Space around the slider in pixels.</summary>
    public Margin? Pad { get; init; }

    /// <summary>Font of the labels.</summary>
    public Font? Font { get; init; }
}

/// <summary>The line that names the current step.</summary>
public sealed record SliderValue
{
    /// <summary>Text before the label; plain text.</summary>
    [JsonConverter(typeof(PlainTextConverter))]
    public string? Prefix { get; init; }

    /// <summary>Its font.</summary>
    public Font? Font { get; init; }
}

/// <summary>One state of a slider.</summary>
public sealed record SliderStep
{
    /// <summary>Plain text at the tick.</summary>
    [JsonConverter(typeof(PlainTextConverter))]
    public required string Label { get; init; }

    /// <summary>The function of plotly.js that is called.</summary>
    public string Method { get; init; } = "restyle";

    /// <summary>Its arguments.</summary>
    public required IReadOnlyList<object> Args { get; init; }
}
