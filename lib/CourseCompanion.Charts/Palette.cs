using CourseCompanion.Charts.Plotly;

namespace CourseCompanion.Charts;

/// <summary>
/// Colours that people with any colour vision tell apart (Okabe and Ito, "Color Universal Design", 2008), each with a dash, a
/// marker and a pattern of its own so that nothing depends on colour alone. The palest colour comes last.
/// </summary>
public static class Palette
{
    /// <summary>Blue.</summary>
    public const string Blue = "#0072B2";

    /// <summary>Vermilion: the second series, and what is wrong.</summary>
    public const string Vermilion = "#D55E00";

    /// <summary>Bluish green: the third series, and what is right.</summary>
    public const string Green = "#009E73";

    /// <summary>Reddish purple.</summary>
    public const string Purple = "#CC79A7";

    /// <summary>Orange.</summary>
    public const string Orange = "#E69F00";

    /// <summary>Sky blue.</summary>
    public const string SkyBlue = "#56B4E9";

    /// <summary>Black.</summary>
    public const string Black = "#000000";

    /// <summary>Yellow; pale on white, hence last.</summary>
    public const string Yellow = "#F0E442";

    /// <summary>Grey: what recedes, such as points without a label and the edges of a network.</summary>
    internal const string Muted = "#B5B5B5";

    /// <summary>Colour of texts.</summary>
    internal const string Ink = "#1A1A1A";

    /// <summary>Colour of axes.</summary>
    internal const string MutedInk = "#555555";

    /// <summary>Colour of grid lines.</summary>
    internal const string Grid = "#E0E0E0";

    private static readonly string[] DashNames = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "2px,6px", "12px,3px"];

    private static readonly string[] SymbolNames =
        ["circle", "square", "diamond", "triangle-up", "x", "triangle-down", "cross", "star"];

    private static readonly string[] PatternNames = ["", "/", ".", "x", "\\", "-", "+", "|"];

    /// <summary>The eight colours in the order in which series take them.</summary>
    public static IReadOnlyList<string> Colors { get; } = [Blue, Vermilion, Green, Purple, Orange, SkyBlue, Black, Yellow];

    /// <summary>Colour of a series; the ninth takes the first again.</summary>
    /// <param name="series">Index of the series, from 0.</param>
    /// <returns>A hexadecimal colour.</returns>
    public static string Color(int series) => Colors[series % Colors.Count];

    /// <summary>The colour of a series mixed with white.</summary>
    /// <param name="series">Index of the series, from 0.</param>
    /// <param name="share">Share of the colour itself, 0 (white) to 1.</param>
    /// <returns>A hexadecimal colour.</returns>
    internal static string Tint(int series, double share)
    {
        var color = Convert.FromHexString(Color(series)[1..]);
        return "#" + Convert.ToHexString([.. color.Select(part => (byte)Math.Round(255 - share * (255 - part)))]);
    }

    /// <summary>Dash of a series. Advances once more after each round of colours, so that 64 series stay different.</summary>
    internal static string Dash(int series) => DashNames[(series + series / Colors.Count) % DashNames.Length];

    /// <summary>Marker of a series.</summary>
    internal static string Symbol(int series) => SymbolNames[(series + series / Colors.Count) % SymbolNames.Length];

    /// <summary>Outline and pattern of a series of bars.</summary>
    internal static Marker BarMarker(int series)
    {
        var shape = PatternNames[(series + series / Colors.Count) % PatternNames.Length];
        return new Marker
        {
            Line = new Line { Color = Ink, Width = 1 },
            // Dark patterns leave white numbers readable; black itself needs light ones.
            Pattern = shape.Length == 0
                ? new Pattern { Shape = shape }
                : new Pattern
                {
                    Shape = shape,
                    FillMode = "overlay",
                    FgColor = Color(series) == Black ? "#FFFFFF" : Black,
                    FgOpacity = 0.4,
                    Size = 9,
                    Solidity = 0.2,
                },
        };
    }
}
