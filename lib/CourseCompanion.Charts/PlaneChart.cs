using static TorchSharp.torch;

namespace CourseCompanion.Charts;

/// <summary>
/// Charts of points of the plane of which a few are labelled: the points themselves, what a classifier answers for them or at every
/// place, the edges of their graph. Classes keep their colours from chart to chart; labelled points are large.
/// </summary>
/// <remarks>
/// <code>
/// var plane = new PlaneChart(moons.Points, known, "Lune A", "Lune B");
/// display(plane.Points("Ce que l’on sait"));
/// display(plane.Regions("Un réseau", net.call(plane.Everywhere).argmax(1)));
/// </code>
/// </remarks>
public sealed class PlaneChart
{
    private static readonly Axis First = "Première coordonnée";
    private static readonly Axis Second = "Seconde coordonnée";

    private readonly float[] _coordinates;
    private readonly long[] _known;
    private readonly string[] _classes;
    private readonly PlaneGrid _grid;

    /// <summary>Takes the points to draw.</summary>
    /// <param name="points">Coordinates [N, 2], of any floating type.</param>
    /// <param name="known">Known labels [N], int64, in [0, K); -1 where there is none.</param>
    /// <param name="classes">French names of the K classes.</param>
    /// <exception cref="ArgumentException">Not one label per point, a label is no class, or the points span no surface.</exception>
    public PlaneChart(Tensor points, Tensor known, params IEnumerable<string> classes)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(classes);
        _grid = PlaneGrid.Around(points);
        using var scope = NewDisposeScope();
        _coordinates = points.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        _classes = [.. classes];
        _known = Labels(known, _coordinates.Length / 2, nameof(known));
        Everywhere = _grid.ToTensor().DetachFromDisposeScope();
    }

    /// <summary>Places [G, 2] all over the plane, float32: what to ask a classifier for <see cref="Regions"/>.</summary>
    public Tensor Everywhere { get; }

    /// <summary>The points: grey without a label or an answer, large with a known label.</summary>
    /// <param name="title">French title.</param>
    /// <param name="answers">Classes [N] that were found for the points, int64, -1 for none; null to show the known labels only.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">Not one answer per point, or an answer is no class.</exception>
    public Figure Points(string title, Tensor? answers = null) => Chart.Scatter(title, First, Second, Clouds(answers));

    /// <summary>The edges of a graph, behind the points.</summary>
    /// <param name="title">French title.</param>
    /// <param name="edges">From the points of the first row to those of the second [2, E], int64.</param>
    /// <returns>The figure.</returns>
    public Figure Graph(string title, Tensor edges)
    {
        ArgumentNullException.ThrowIfNull(edges);
        using var scope = NewDisposeScope();
        var ends = edges.cpu().contiguous().data<long>().ToArray();
        var count = ends.Length / 2;
        // An edge in both directions is one line.
        var lines = Enumerable.Range(0, count).Select(e => (From: Math.Min(ends[e], ends[count + e]), To: Math.Max(ends[e], ends[count + e]))).Distinct();
        return Chart.Network(title, First, Second, lines.Select(line => (Place(line.From), Place(line.To))), Clouds(null));
    }

    /// <summary>What a classifier answers at every place of the plane.</summary>
    /// <param name="title">French title.</param>
    /// <param name="answers">Its classes [G] at the places <see cref="Everywhere"/>, int64, -1 for none.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">Not one answer per place, or an answer is no class.</exception>
    public Figure Regions(string title, Tensor answers) => Map(title, answers, 0, _classes);

    /// <summary>The groups of a clustering at every place of the plane, in colours that no class has.</summary>
    /// <param name="title">French title.</param>
    /// <param name="groups">Numbers [G] of the groups at the places <see cref="Everywhere"/>, int64, from 0.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">Not one group per place.</exception>
    public Figure Groups(string title, Tensor groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        using var scope = NewDisposeScope();
        var count = (int)groups.max().item<long>() + 1;
        return Map(title, groups, _classes.Length, [.. _classes, .. Enumerable.Range(1, count).Select(number => $"Groupe {number}")]);
    }

    private Figure Map(string title, Tensor answers, int offset, string[] names)
    {
        ArgumentNullException.ThrowIfNull(answers);
        using var scope = NewDisposeScope();
        var labels = answers.cpu().contiguous().data<long>().ToArray();
        return Chart.DecisionRegions(
            title, First, Second, _grid, labels.Select(label => label < 0 ? label : label + offset), names, Clouds(null));
    }

    private IEnumerable<Series> Clouds(Tensor? answers)
    {
        var found = answers is null ? _known : Labels(answers, _known.Length, nameof(answers));
        var clouds = new List<Series?> { Cloud("Sans étiquette", i => _known[i] < 0 && found[i] < 0)?.Muted() };
        foreach (var (place, name) in _classes.Index())
        {
            clouds.Add(Cloud(name, i => _known[i] < 0 && found[i] == place)?.Styled(place));
        }

        foreach (var (place, name) in _classes.Index())
        {
            clouds.Add(Cloud(name + ", étiquette connue", i => _known[i] == place)?.Styled(place).Emphasised());
        }

        return clouds.OfType<Series>();
    }

    private Series? Cloud(string name, Func<int, bool> belongs)
    {
        int[] picked = [.. Enumerable.Range(0, _known.Length).Where(belongs)];
        return picked.Length == 0 ? null : new Series(name, picked.Select(i => Place(i).Y)).At(picked.Select(i => Place(i).X));
    }

    private (double X, double Y) Place(long point) => (_coordinates[2 * point], _coordinates[2 * point + 1]);

    private long[] Labels(Tensor labels, int count, string parameter)
    {
        ArgumentNullException.ThrowIfNull(labels, parameter);
        using var scope = NewDisposeScope();
        var values = labels.to(ScalarType.Int64).cpu().contiguous().data<long>().ToArray();
        if (values.Length != count)
        {
            throw new ArgumentException($"{values.Length} labels for {count} points.", parameter);
        }

        return Array.Find(values, label => label < -1 || label >= _classes.Length) is not 0 and var wrong
            ? throw new ArgumentException($"Label {wrong} is neither -1 nor one of {_classes.Length} classes.", parameter)
            : values;
    }
}
