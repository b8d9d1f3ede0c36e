using System.Text.Json.Nodes;
using CourseCompanion.Charts.Plotly;
using CourseCompanion.French;
using TorchSharp;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    // A cloud to be turned needs more room than a flat one.
    private const double SceneHeight = 600;

    /// <summary>
    /// A map of pictures in three dimensions, to be turned with the mouse; a page shows the picture of the point under the pointer.
    /// </summary>
    /// <param name="title">French title.</param>
    /// <param name="axes">French titles of the three axes.</param>
    /// <param name="points">Places [N, 3], on any device.</param>
    /// <param name="labels">Classes or clusters [N], int64; -1 for none.</param>
    /// <param name="classNames">Their French names.</param>
    /// <param name="images">Pictures <c>[N, C, S, S]</c>, uint8, C = 1 or 3, S some 40 pixels.</param>
    /// <returns>The figure, of plotly.js's kind <c>scatter3d</c>.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit each other.</exception>
    public static Figure ImageMap3D(
        string title, (string X, string Y, string Z) axes, torch.Tensor points, torch.Tensor labels, IReadOnlyList<string> classNames, torch.Tensor images)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(classNames);
        ArgumentNullException.ThrowIfNull(images);
        if (points.dim() != 2 || points.shape[1] != 3 || labels.dim() != 1 || labels.shape[0] != points.shape[0] || images.shape[0] != points.shape[0])
        {
            throw new ArgumentException(
                $"Map '{title}' takes points [N, 3], labels [N] and pictures [N, C, S, S], not [{string.Join(", ", points.shape)}], [{string.Join(", ", labels.shape)}] and [{string.Join(", ", images.shape)}].",
                nameof(points));
        }

        using var scope = torch.NewDisposeScope();
        float[] places = points.detach().to(torch.ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        long[] classes = labels.to(torch.ScalarType.Int64).cpu().contiguous().data<long>().ToArray();
        var clouds = classes.Index().GroupBy(point => point.Item, point => point.Index).Where(own => own.Key < classNames.Count).OrderBy(own => own.Key).ToList();
        string[] names = [.. clouds.Select(own => own.Key < 0 ? WithoutLabel : classNames[(int)own.Key])];
        return new Figure
        {
            Traces = [.. clouds.Zip(names, (own, name) => Cloud(own.Key, name, [.. own]))],
            Layout = Theme.Layout(title, names) with
            {
                Height = SceneHeight,
                Meta = new Thumbnails.Meta(Thumbnails.Of(images)),
                Others = new JsonObject
                {
                    ["scene"] = new JsonObject { ["xaxis"] = Axis3D(axes.X), ["yaxis"] = Axis3D(axes.Y), ["zaxis"] = Axis3D(axes.Z) },
                },
            },
        };

        RawTrace Cloud(long label, string name, int[] own) => new(new JsonObject
        {
            ["type"] = "scatter3d",
            ["mode"] = "markers",
            ["name"] = PlotlyJson.Escape(name),
            ["x"] = Column(own, 0),
            ["y"] = Column(own, 1),
            ["z"] = Column(own, 2),
            ["customdata"] = new JsonArray([.. own.Select(point => JsonValue.Create(point))]),
            ["marker"] = new JsonObject
            {
                ["size"] = 3,
                ["color"] = label < 0 ? Palette.Muted : Palette.Color((int)label),
                ["symbol"] = label % 2 == 1 ? "diamond" : "circle",
            },
            ["hovertemplate"] = "<b>%{fullData.name}</b><extra></extra>",
        });

        JsonArray Column(int[] own, int axis) => new([.. own.Select(point => JsonValue.Create(Math.Round(places[(3 * point) + axis], 4)))]);

        static JsonObject Axis3D(string name) => new() { ["title"] = new JsonObject { ["text"] = PlotlyJson.Escape(FrenchText.Typeset(name)) } };
    }
}
