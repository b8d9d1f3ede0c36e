using CourseCompanion.Graphs;
using CourseCompanion.Projection;
using TorchSharp;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    // Far from the places of usual classes: neither its colour nor its marker is one of theirs.
    private const int CentralPlace = 14;

    private const string FirstAxis = "Axe principal 1";
    private const string SecondAxis = "Axe principal 2";

    /// <summary>
    /// A point of a graph with its neighbours, some neighbours of theirs, and all edges between these, placed by the two principal
    /// components of the points shown. The edges of the point itself are darker.
    /// </summary>
    /// <param name="title">French title.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="point">Number of the point in the middle of interest.</param>
    /// <param name="labels">Classes [N] of the points of the graph, int64; -1 for none.</param>
    /// <param name="classNames">French names of the classes.</param>
    /// <param name="pointName">French name of the point.</param>
    /// <param name="further">How many neighbours of each neighbour are shown, 0 or more.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">The labels do not fit the graph, or the point is not one of its.</exception>
    public static Figure Neighbourhood(
        string title,
        NeighbourGraph graph,
        long point,
        torch.Tensor labels,
        IReadOnlyList<string> classNames,
        string pointName = "L’image",
        int further = 4)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfNegative(point);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(point, graph.Count);
        ArgumentOutOfRangeException.ThrowIfNegative(further);
        using var scope = torch.NewDisposeScope();
        var neighbours = graph.Neighbours.Indices;                                         // [N, k]
        var around = neighbours.select(0, point);                                          // [k]
        var beyond = neighbours.index_select(0, around)
            .narrow(1, 0, Math.Min(further, graph.Neighbours.PerPoint)).flatten();                  // [k * further]
        var nodes = torch.cat([around, beyond, torch.full_like(around.narrow(0, 0, 1), point)]).unique().output;  // [M]
        var features = graph.Points.index_select(0, nodes);
        using var pca = Pca.Fit(features, 2);
        var places = pca.Transform(features);                                              // [M, 2]

        // The point itself is drawn apart, on top of the others.
        var isPoint = nodes.eq(point);
        var clouds = Clouds(
            places.index_select(0, isPoint.logical_not().nonzero().squeeze(1)),
            labels.index_select(0, nodes.masked_select(isPoint.logical_not())),
            classNames);
        var central = places.index_select(0, isPoint.nonzero().squeeze(1));
        clouds.Add(new Series(pointName, central.select(1, 1)).At(central.select(1, 0)).Styled(CentralPlace).Emphasised());
        var edges = EdgesAmong(graph, nodes, places);
        var figure = Network(title, FirstAxis, SecondAxis, edges, clouds);

        // The point's own edges once more, darker, between the others and the points.
        var at = (X: clouds[^1].Positions![0], Y: clouds[^1].Values[0]);
        ((double X, double Y) From, (double X, double Y) To)[] own = [.. edges.Where(edge => edge.From == at || edge.To == at)];
        return figure with { Traces = [figure.Traces[0], Edges(title, FirstAxis, SecondAxis, own, Palette.MutedInk), .. figure.Traces.Skip(1)] };
    }

    /// <summary>Places of the ends of each edge whose two ends are among the nodes, each pair of ends once.</summary>
    private static List<((double X, double Y) From, (double X, double Y) To)> EdgesAmong(
        NeighbourGraph graph, torch.Tensor nodes, torch.Tensor places)
    {
        var count = nodes.shape[0];
        var row = torch.full(graph.Count, -1, torch.ScalarType.Int64, graph.Edges.device)
            .index_copy_(0, nodes, torch.arange(count, torch.ScalarType.Int64, graph.Edges.device));
        var ends = row.take(graph.Edges);                                                  // [2, E]
        ends = ends.index_select(1, ends.ge(0).all(0).logical_and(ends[0].ne(ends[1])).nonzero().squeeze(1));
        var pairs = (ends.amin([0L]) * count + ends.amax([0L])).unique().output;
        var at = places.cpu().contiguous().data<float>().ToArray();
        return [.. pairs.cpu().data<long>().ToArray().Select(pair => (Place(pair / count), Place(pair % count)))];

        (double X, double Y) Place(long node) => (at[2 * node], at[2 * node + 1]);
    }
}
