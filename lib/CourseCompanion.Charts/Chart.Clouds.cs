using TorchSharp;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    private const string WithoutLabel = "Sans étiquette";

    /// <summary>Points of a map, each class in its own colour and those without a label in grey behind them.</summary>
    /// <param name="title">French title.</param>
    /// <param name="x">Horizontal axis.</param>
    /// <param name="y">Vertical axis.</param>
    /// <param name="points">Places [N, 2], on any device.</param>
    /// <param name="labels">Classes [N], int64; -1 for none.</param>
    /// <param name="classNames">French names of the classes.</param>
    /// <returns>The figure; a class keeps its colour from one map to the next, whichever classes are on it.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit each other.</exception>
    public static Figure Scatter(string title, Axis x, Axis y, torch.Tensor points, torch.Tensor labels, IReadOnlyList<string> classNames) =>
        Scatter(title, x, y, Clouds(points, labels, classNames));

    /// <summary>One series for each label that occurs, by increasing label.</summary>
    private static List<Series> Clouds(torch.Tensor points, torch.Tensor labels, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(classNames);
        if (points.dim() != 2 || points.shape[1] != 2 || labels.dim() != 1 || labels.shape[0] != points.shape[0])
        {
            throw new ArgumentException(
                $"A map takes points [N, 2] and labels [N], not [{string.Join(", ", points.shape)}] and [{string.Join(", ", labels.shape)}].", nameof(points));
        }

        using var scope = torch.NewDisposeScope();
        var places = points.detach().cpu();
        var classes = labels.cpu();
        var clouds = new List<Series>();
        for (var label = -1; label < classNames.Count; label++)
        {
            var members = classes.eq(label).nonzero().squeeze(1);
            if (members.shape[0] > 0)
            {
                var own = places.index_select(0, members);  // [M, 2]
                var cloud = new Series(label < 0 ? WithoutLabel : classNames[label], own.select(1, 1)).At(own.select(1, 0));
                clouds.Add(label < 0 ? cloud.Muted() : cloud.Styled(label));
            }
        }

        return clouds;
    }
}
