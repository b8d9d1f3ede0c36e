using CourseCompanion.Charts.Plotly;
using CourseCompanion.Data.Images;
using TorchSharp;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    // Of the range of an axis.
    private const double LandmarkSize = 0.075;

    /// <summary>
    /// A map of pictures: points, the picture of the one under the pointer, and some pictures drawn on the map itself, which every
    /// viewer shows.
    /// </summary>
    /// <param name="title">French title.</param>
    /// <param name="x">Horizontal axis.</param>
    /// <param name="y">Vertical axis.</param>
    /// <param name="points">Places [N, 2], on any device.</param>
    /// <param name="labels">Classes or clusters [N], int64; -1 for none.</param>
    /// <param name="classNames">Their French names.</param>
    /// <param name="images">Pictures <c>[N, C, S, S]</c>, uint8, C = 1 or 3, S some 40 pixels.</param>
    /// <param name="captions">A French text per point for the pointer, or null.</param>
    /// <param name="landmarks">How many pictures are drawn on the map, far from each other; 0 for none.</param>
    /// <returns>The figure; a class keeps its colour from one map to the next.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit each other.</exception>
    public static Figure ImageMap(
        string title,
        Axis x,
        Axis y,
        torch.Tensor points,
        torch.Tensor labels,
        IReadOnlyList<string> classNames,
        torch.Tensor images,
        IReadOnlyList<string>? captions = null,
        int landmarks = 24)
    {
        var figure = Scatter(title, x, y, points, labels, classNames);
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4 || images.shape[0] != points.shape[0] || (captions is not null && captions.Count != points.shape[0]))
        {
            throw new ArgumentException(
                $"Map '{title}' has {points.shape[0]} points but pictures [{string.Join(", ", images.shape)}] and {captions?.Count ?? 0} captions: one each per point.",
                nameof(images));
        }

        using var scope = torch.NewDisposeScope();
        long[] classes = labels.to(torch.ScalarType.Int64).cpu().contiguous().data<long>().ToArray();

        // Traces are the classes that occur, by increasing label, as Scatter makes them.
        var members = classes.Index().GroupBy(point => point.Item, point => point.Index).Where(own => own.Key < classNames.Count)
            .OrderBy(own => own.Key).Select(own => own.ToArray());
        return figure with
        {
            Traces =
            [
                .. figure.Traces.Cast<ScatterTrace>().Zip(members, (trace, own) => trace with
                {
                    CustomData = PlotData.Of(own.Select(point => (double)point)),
                    Text = captions is null ? null : PlotData.Of(own.Select(point => captions[point])),
                    HoverTemplate = captions is null ? HoverTemplate("<b>%{fullData.name}</b>") : HoverTemplate("<b>%{fullData.name}</b>", "%{text}"),
                }),
            ],
            Layout = figure.Layout with
            {
                Images = landmarks == 0 ? null : Landmarks(points.detach().cpu().to(torch.ScalarType.Float32), images.cpu(), landmarks),
                Meta = new Thumbnails.Meta(Thumbnails.Of(images)),
                HoverMode = "closest",
            },
        };
    }

    // Beginning in the middle, always the point that is farthest from those chosen already.
    private static LayoutImage[] Landmarks(torch.Tensor points, torch.Tensor images, int count)
    {
        var low = points.amin([0L]);
        var range = (points.amax([0L]) - low).clamp(min: 1e-6);
        var places = (points - low) / range;                                                // [N, 2], in [0, 1]
        var (width, height) = (range[0].item<float>(), range[1].item<float>());
        var next = (places - 0.5).square().sum(1).argmin().item<long>();
        var distance = torch.full([points.shape[0]], float.PositiveInfinity);
        var chosen = new List<LayoutImage>();
        while (chosen.Count < Math.Min(count, points.shape[0]))
        {
            chosen.Add(new LayoutImage
            {
                Source = ImageFile.ToDataUri(images[next]),
                X = points[next, 0].item<float>(),
                Y = points[next, 1].item<float>(),
                SizeX = width * LandmarkSize,
                SizeY = height * LandmarkSize,
            });
            distance = torch.minimum(distance, (places - places[next]).square().sum(1));
            next = distance.argmax().item<long>();
        }

        return [.. chosen];
    }
}
