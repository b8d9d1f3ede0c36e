using System.Text.Json.Serialization;
using CourseCompanion.Data.Images;
using TorchSharp;

namespace CourseCompanion.Charts;

/// <summary>
/// Small pictures of the points of a map, side by side on one sheet: a page shows the picture of the point under the pointer. They
/// stand in the figure itself, so that an exported page needs nothing else; VS Code's own viewer leaves them aside.
/// </summary>
public sealed record Thumbnails
{
    /// <summary>The JavaScript function (place, figure) that shows them; it does nothing for a figure without.</summary>
    public const string Script = """
        function (place, figure) {
          var sheet = figure.layout && figure.layout.meta && figure.layout.meta.thumbnails;
          if (!sheet || !place.on) { return; }
          var side = sheet.size * Math.max(1, Math.round(120 / sheet.size));
          var box = document.createElement("div");
          box.setAttribute("aria-hidden", "true");
          box.style.cssText = "position: absolute; display: none; pointer-events: none; z-index: 10; border: 2px solid #1A1A1A; background-color: #FFFFFF";
          box.style.width = box.style.height = side + "px";
          box.style.backgroundImage = "url(" + sheet.uri + ")";
          box.style.backgroundSize = sheet.columns * side + "px";
          place.style.position = "relative";
          place.appendChild(box);
          place.on("plotly_hover", function (hover) {
            var number = hover.points[0].customdata, frame = place.getBoundingClientRect(), pointer = hover.event;
            if (typeof number !== "number") { box.style.display = "none"; return; }
            var x = pointer ? pointer.clientX - frame.left : frame.width, y = pointer ? pointer.clientY - frame.top : 0;
            box.style.backgroundPosition = -side * (number % sheet.columns) + "px " + -side * Math.floor(number / sheet.columns) + "px";
            box.style.left = (x > frame.width / 2 ? x - side - 24 : x + 24) + "px";
            box.style.top = Math.max(0, Math.min(frame.height - side, y > side + 40 ? y - side - 24 : y + 40)) + "px";
            box.style.display = "block";
          });
          place.on("plotly_unhover", function () { box.style.display = "none"; });
        }
        """;

    /// <summary>The sheet as a data URI.</summary>
    public required string Uri { get; init; }

    /// <summary>Pictures in a row of the sheet.</summary>
    public required int Columns { get; init; }

    /// <summary>Width and height of a picture on the sheet, in pixels.</summary>
    public required int Size { get; init; }

    /// <summary>Lays pictures out on a sheet.</summary>
    /// <param name="images">Pictures <c>[N, C, S, S]</c>, uint8, C = 1 or 3: 1,500 of 40 x 40 pixels take about a megabyte.</param>
    /// <returns>The sheet, a JPEG.</returns>
    /// <exception cref="ArgumentException">The tensor is not such a batch, or is empty.</exception>
    public static Thumbnails Of(torch.Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4 || images.dtype != torch.ScalarType.Byte || images.numel() == 0 || images.shape[2] != images.shape[3])
        {
            throw new ArgumentException(
                $"Thumbnails are a uint8 tensor [N, C, S, S], not {images.dtype} [{string.Join(", ", images.shape)}].", nameof(images));
        }

        using var scope = torch.NewDisposeScope();
        var (count, channels, size) = (images.shape[0], images.shape[1], images.shape[2]);
        var columns = (long)Math.Ceiling(Math.Sqrt(count));
        var rows = (count + columns - 1) / columns;
        var missing = torch.zeros([(rows * columns) - count, channels, size, size], torch.ScalarType.Byte);
        var sheet = torch.cat([images.cpu(), missing])              // [R * K, C, S, S]
            .view(rows, columns, channels, size, size)
            .permute(2, 0, 3, 1, 4)                                 // [C, R, S, K, S]
            .reshape(channels, rows * size, columns * size);
        return new Thumbnails { Uri = ImageFile.ToJpegDataUri(sheet), Columns = (int)columns, Size = (int)size };
    }

    /// <summary>As it stands in a figure's layout.</summary>
    internal sealed record Meta([property: JsonPropertyName("thumbnails")] Thumbnails Thumbnails);
}
