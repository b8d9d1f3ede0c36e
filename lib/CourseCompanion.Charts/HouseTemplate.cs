using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Charts.Plotly;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

/// <summary>
/// The house style as one template of plotly.js, which fills in what a figure leaves open: shared by the charts made here and those
/// made with Plotly.NET.
/// </summary>
public static class HouseTemplate
{
    /// <summary>Size of titles in pixels.</summary>
    internal const double TitleSize = 20;

    /// <summary>Decimal comma, narrow no-break space between thousands.</summary>
    internal const string Separators = "," + FrenchNumbers.NarrowNoBreakSpace;

    private const string White = "#FFFFFF";
    private const string ZeroLine = "#B0B0B0";

    private static readonly LayoutAxis Axis = new()
    {
        Title = new Title { Text = "", Font = new Font { Size = 17 }, Standoff = 12 },
        TickFont = new Font { Size = 15 },
        SeparateThousands = true,
        ExponentFormat = "none",
        AutoMargin = true,
        ShowLine = true,
        LineColor = Palette.MutedInk,
        Ticks = "outside",
        ShowGrid = true,
        GridColor = Palette.Grid,
        ZeroLine = true,
        ZeroLineColor = ZeroLine,
    };

    private static readonly Layout Layout = new()
    {
        Title = new Title
        {
            Text = "",
            Font = new Font { Size = TitleSize },
            X = 0,
            XRef = "container",
            XAnchor = "left",
            Y = 1,
            YRef = "container",
            YAnchor = "top",
            Pad = new Margin { T = 14, L = 14 },
        },
        Font = new Font
        {
            Family = "Open Sans, Segoe UI, Roboto, Helvetica, Arial, sans-serif",
            Size = 16,
            Color = Palette.Ink,
        },
        PaperBgColor = White,
        PlotBgColor = White,
        Colorway = Palette.Colors,
        AutoSize = true,
        Legend = new Legend
        {
            Orientation = "h",
            X = 0,
            XAnchor = "left",
            Y = 1.02,
            YAnchor = "bottom",
            Font = new Font { Size = 15 },
            TraceOrder = "normal",
            ItemSizing = "constant",
        },
        HoverMode = "closest",
        HoverLabel = new HoverLabel { Font = new Font { Size = 15 }, NameLength = -1, Align = "left" },
        XAxes = [Axis],
        YAxes = [Axis],
        Others = new JsonObject
        {
            ["scene"] = new JsonObject { ["xaxis"] = SceneAxis(), ["yaxis"] = SceneAxis(), ["zaxis"] = SceneAxis() },
        },
    };

    /// <summary>The template.</summary>
    public static JsonElement Json { get; } = JsonSerializer.SerializeToElement(
        new Dictionary<string, object> { ["layout"] = Layout, ["data"] = Data() }, PlotlyJson.Options);

    // Traces of a kind take these in turn, as they take the colours: nothing depends on colour alone.
    private static Dictionary<string, object> Data()
    {
        var places = Enumerable.Range(0, Palette.Colors.Count).ToList();
        var points = places.Select(place => new
        {
            Line = new Line { Width = 3, Dash = Palette.Dash(place) },
            Marker = new Marker { Symbol = Palette.Symbol(place), Size = 8 },
        });
        var bars = places.Select(place => new { Marker = Palette.BarMarker(place) });
        var scale = new[] { new { ColorScale = "Cividis" } };
        return new Dictionary<string, object>
        {
            ["scatter"] = points,
            ["bar"] = bars,
            ["histogram"] = bars,
            ["scatter3d"] = new[] { new { Marker = new Marker { Size = 4 } } },
            ["heatmap"] = scale,
            ["contour"] = scale,
            ["histogram2d"] = scale,
            ["surface"] = scale,
        };
    }

    private static JsonObject SceneAxis() => new()
    {
        ["backgroundcolor"] = White,
        ["gridcolor"] = Palette.Grid,
        ["zerolinecolor"] = ZeroLine,
        ["linecolor"] = Palette.MutedInk,
        ["separatethousands"] = true,
        ["exponentformat"] = "none",
        ["title"] = new JsonObject { ["font"] = new JsonObject { ["size"] = 15 } },
        ["tickfont"] = new JsonObject { ["size"] = 12 },
    };
}
