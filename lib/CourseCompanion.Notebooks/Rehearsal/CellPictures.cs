using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Export;
using CourseCompanion.Notebooks.Processes;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Processing;

namespace CourseCompanion.Notebooks.Rehearsal;

/// <summary>What a browser saw of one cell.</summary>
/// <param name="Picture">A JPEG file of the cell as it stands in the recording.</param>
/// <param name="SmallestText">The smallest of its texts in points; null where there is no text.</param>
/// <param name="Sample">The beginning of that text.</param>
/// <param name="IsWide">Whether its code scrolls sideways.</param>
internal sealed record CellPicture(byte[] Picture, double? SmallestText, string Sample, bool IsWide);

/// <summary>
/// Has a browser draw all cells of an executed notebook as they stand in the recording, on one page and in one go: a picture of each,
/// and how large its texts are.
/// </summary>
internal static partial class CellPictures
{
    private const int Across = 4;
    private const int Shrunk = 4;
    private const int PictureWidth = RecordingPreset.LayoutWidth / Shrunk;

    /// <summary>A third more than the recording shows at once: what stands just below is looked for on a take sheet.</summary>
    private const int PictureHeight = 240;

    /// <summary>More pixels than this make no picture in most browsers.</summary>
    private const int HighestPicture = 15000;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(3);

    /// <summary>Draws the code cells of a notebook that were executed.</summary>
    /// <param name="browser">Path of a Chromium.</param>
    /// <param name="notebook">The executed notebook.</param>
    /// <param name="folder">The folder of the notebook's source.</param>
    /// <param name="isDark">Whether the recording is dark.</param>
    /// <param name="scratch">A temporary folder.</param>
    /// <param name="cancellation">Ends the browser.</param>
    /// <returns>By the number of the cell.</returns>
    /// <exception cref="InvalidOperationException">The browser did not draw them.</exception>
    internal static async Task<IReadOnlyDictionary<int, CellPicture>> TakeAsync(
        string browser, NotebookDocument notebook, string folder, bool isDark, string scratch, CancellationToken cancellation)
    {
        var cells = notebook.CodeCells.Where(cell => cell.ExecutionCount is not null).ToList();
        if (cells.Count == 0)
        {
            return new Dictionary<int, CellPicture>();
        }
        var page = Path.Combine(scratch, "cells.html");
        var target = Path.Combine(scratch, "cells.png");
        await File.WriteAllTextAsync(page, Page(cells, folder, isDark), cancellation).ConfigureAwait(false);
        var height = (cells.Count + Across - 1) / Across * PictureHeight;
        // Printers have more pixels than screens.
        var sharpness = height * 2 <= HighestPicture ? 2 : 1;
        var result = await Chromium.OpenAsync(
            browser, page, Path.Combine(scratch, "profile"),
            [
                "--hide-scrollbars", "--virtual-time-budget=15000", $"--force-device-scale-factor={sharpness}",
                $"--window-size={Across * PictureWidth},{height}", "--screenshot=" + target, "--dump-dom",
            ],
            TimeLimit, cancellation).ConfigureAwait(false);
        var measured = Report().Match(result.Output);
        if (!measured.Success || !File.Exists(target))
        {
            throw new InvalidOperationException($"{browser} ended with {result.ExitCode} and drew nothing.");
        }
        var texts = JsonDocument.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(measured.Groups["report"].Value))).RootElement;
        using var whole = await Image.LoadAsync(target, cancellation).ConfigureAwait(false);
        var pictures = new Dictionary<int, CellPicture>();
        foreach (var (i, cell) in cells.Index())
        {
            var text = texts[i];
            var area = Rectangle.Intersect(whole.Bounds(), new Rectangle(
                i % Across * PictureWidth * sharpness, i / Across * PictureHeight * sharpness,
                PictureWidth * sharpness, Math.Clamp(text.GetProperty("height").GetInt32(), 1, PictureHeight) * sharpness));
            using var one = whole.Clone(image => image.Crop(area));
            using var file = new MemoryStream();
            await one.SaveAsync(file, new JpegEncoder { Quality = 80 }, cancellation).ConfigureAwait(false);
            pictures[cell.ExecutionCount!.Value] = new CellPicture(
                file.ToArray(),
                text.GetProperty("size").ValueKind == JsonValueKind.Number ? text.GetProperty("size").GetDouble() : null,
                text.GetProperty("text").GetString() ?? "",
                text.GetProperty("wide").GetBoolean());
        }
        return pictures;
    }

    private static string Page(List<NotebookCell> cells, string folder, bool isDark)
    {
        var body = new NotebookBody(new CellHtml(new PageImages(folder)));
        var shots = new StringBuilder();
        foreach (var cell in cells)
        {
            shots.Append(CultureInfo.InvariantCulture, $"<div class=\"shot\"><div class=\"frame\"><main>{body.Add(cell)}</main></div></div>\n");
        }
        return $$"""
            <!DOCTYPE html>
            <html lang="fr">
            <head>
            <meta charset="utf-8">
            <title>cells</title>
            <style>
            {{PageStyle.Css}}{{RecordingPreset.Css(isDark)}}
            body { display: grid; grid-template-columns: repeat({{Across}}, {{PictureWidth}}px); }
            .shot { width: {{PictureWidth}}px; height: {{PictureHeight}}px; overflow: hidden; }
            .frame { width: {{RecordingPreset.LayoutWidth}}px; transform: scale({{(1.0 / Shrunk).ToString(CultureInfo.InvariantCulture)}}); transform-origin: 0 0; }
            .frame main { padding: 1px 1.25rem; }
            </style>
            {{(body.UsesPlotly ? PageScript.Plotly() + "\n" + PageStyle.DrawFigure : "")}}
            </head>
            <body>
            {{shots}}<script>
            const shrunk = {{Shrunk}};
            // The size of a text where it stands: a drawing may stretch its own.
            const sizeOf = (element) => {
              const size = parseFloat(getComputedStyle(element).fontSize);
              const matrix = element.getScreenCTM && element.getScreenCTM();
              return matrix ? size * Math.hypot(matrix.a, matrix.b) * shrunk : size;
            };
            const measure = (shot) => {
              const found = { size: null, text: "", wide: false, height: Math.ceil(shot.firstChild.getBoundingClientRect().height) };
              const walker = document.createTreeWalker(shot, NodeFilter.SHOW_TEXT);
              for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const element = node.parentElement, text = node.textContent.trim();
                if (!text || /^(SCRIPT|STYLE|NOSCRIPT|SUB|SUP)$/i.test(element.tagName) || element.closest("noscript, math, .count, .modebar")
                  || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) { continue; }
                const box = element.getBoundingClientRect(), size = sizeOf(element);
                if (box.width > 0 && box.height > 0 && (found.size === null || size < found.size)) { found.size = size; found.text = text.slice(0, 40); }
              }
              found.wide = [...shot.querySelectorAll(".source pre")].some((code) => code.scrollWidth > code.clientWidth + 1);
              return found;
            };
            setTimeout(() => {
              const text = JSON.stringify([...document.querySelectorAll(".shot")].map(measure));
              document.body.dataset.report = btoa(String.fromCharCode(...new TextEncoder().encode(text)));
            }, 10000);
            </script>
            </body>
            </html>

            """;
    }

    [GeneratedRegex("data-report=\"(?<report>[A-Za-z0-9+/=]+)\"")]
    private static partial Regex Report();
}
