using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Export;

namespace CourseCompanion.Notebooks.Rehearsal;

/// <summary>
/// A size to record at, and what VS Code and the exported page have in common then. Every size shows the same picture, of 1280 by 720
/// points; the size says how many pixels a point has. What fits at one size fits at all.
/// </summary>
/// <param name="Name">As it is typed: <c>1080p</c>.</param>
/// <param name="Width">Width of the recording in pixels.</param>
/// <param name="Height">Its height.</param>
public sealed record RecordingPreset(string Name, int Width, int Height)
{
    /// <summary>Width of the picture in points, that is in CSS pixels.</summary>
    public const int LayoutWidth = 1280;

    /// <summary>Height of the picture in points.</summary>
    public const int LayoutHeight = 720;

    /// <summary>Size of code in points: 27 pixels at 1080p.</summary>
    public const int CodeSize = 18;

    /// <summary>Size of prose and outputs in points.</summary>
    public const int TextSize = 18;

    /// <summary>The smallest text that a viewer reads in comfort, in points: a sixtieth of the height, 18 pixels at 1080p.</summary>
    public const double SmallestText = LayoutHeight / 60.0;

    /// <summary>
    /// Columns of code that fit. What VS Code leaves to a cell of a notebook without its side bars, some 1,150 of the 1,280 points,
    /// in a font whose letters are 0.602 of its size wide, as those of DejaVu Sans Mono and Menlo are; those of Consolas and
    /// Cascadia are narrower.
    /// </summary>
    public const int Columns = (int)(1150 / (0.602 * CodeSize));

    /// <summary>The sizes there are.</summary>
    public static IReadOnlyList<RecordingPreset> All { get; } =
        [new("720p", 1280, 720), new("1080p", 1920, 1080), new("1440p", 2560, 1440), new("2160p", 3840, 2160)];

    /// <summary>Pixels to a point.</summary>
    public double Scale => (double)Width / LayoutWidth;

    /// <summary>The columns that a line of code takes: a tab goes to the next multiple of four, wide letters and signs take two.</summary>
    /// <param name="line">The line.</param>
    internal static int ColumnsOf(string line)
    {
        var columns = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            columns += rune.Value == '\t' ? 4 - columns % 4
                : System.Text.Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format ? 0
                : rune.Value is >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF or >= 0xFF00 and <= 0xFF60 or >= 0x1F300 ? 2
                : 1;
        }
        return columns;
    }

    /// <summary>What is put after the style sheet of an exported page: the sizes of this preset.</summary>
    /// <param name="isDark">Whether the page is dark; charts and tables keep their white paper.</param>
    internal static string Css(bool isDark) => $$"""
        html { font-size: {{TextSize}}px; }
        main { max-width: none; }
        .source pre, .stream, .result, .error { font-size: {{CodeSize}}px; }
        .count { font-size: .8rem; }
        {{(isDark ? Dark() : "")}}
        """;

    private static string Dark() => $$"""
        @media screen {
        :root { {{EmbeddedText.Read("Site/dark.css")}} }
        .plotly, .outputs .html { background: #fff; color: #1f2328; --head: #eef1f4; --stripe: #f8f9fb; --line: #d0d7de; --accent: #0550ae; }
        }
        """;

    /// <summary>
    /// A workspace of VS Code with the same sizes: opened in place of the folder, it changes nothing of the user's own settings.
    /// </summary>
    /// <param name="folder">The folder that it opens; relative paths begin at the workspace's own file.</param>
    /// <param name="isDark">Whether the dark theme is taken.</param>
    internal string Workspace(string folder, bool isDark)
    {
        var settings = new JsonObject
        {
            // VS Code grows by a fifth with each level.
            ["window.zoomLevel"] = Math.Round(Math.Log(Scale) / Math.Log(1.2), 2),
            ["workbench.colorTheme"] = isDark ? "Default Dark Modern" : "Default Light Modern",
            ["window.autoDetectColorScheme"] = false,
            ["editor.fontSize"] = CodeSize,
            ["editor.wordWrap"] = "on",
            ["editor.minimap.enabled"] = false,
            ["notebook.markup.fontSize"] = TextSize,
            ["notebook.output.fontSize"] = TextSize,
            ["notebook.output.wordWrap"] = true,
            ["notebook.output.scrolling"] = false,
            ["notebook.lineNumbers"] = "off",
            ["workbench.activityBar.location"] = "hidden",
            ["workbench.statusBar.visible"] = false,
            ["workbench.editor.showTabs"] = "none",
            ["breadcrumbs.enabled"] = false,
        };
        return new JsonObject
        {
            ["folders"] = new JsonArray(new JsonObject { ["path"] = folder.Replace('\\', '/') }),
            ["settings"] = settings,
        }.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
    }
}
