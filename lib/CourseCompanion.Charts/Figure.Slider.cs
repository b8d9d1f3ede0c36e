using CourseCompanion.Charts.Plotly;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

public sealed partial record Figure
{
    private const double SliderHeight = 110;

    /// <summary>
    /// The states of one chart behind a slider: <c>Figure.Slider("Propagation", "Itération", [("0", start), ("1", next), ...])</c>. Axes keep
    /// the range of all states, so that what moves is the data. It opens on the last state: a page that nobody moves shows where it leads.
    /// </summary>
    /// <remarks>
    /// All states are in the figure and the slider only shows one of them. plotly.js's animation frames would be shorter, but the viewer of
    /// notebooks in VS Code does not load frames.
    /// </remarks>
    /// <param name="title">French title of the whole.</param>
    /// <param name="stepName">What a step is, in French: stands before its label.</param>
    /// <param name="steps">Label and chart of each state, at least one; one pair of axes each.</param>
    /// <returns>One figure, in its last state: what a page or a first look shows is the result.</returns>
    /// <exception cref="ArgumentException">There is no state, or one has several axes or a slider.</exception>
    public static Figure Slider(string title, string stepName, params IEnumerable<(string Label, Figure Figure)> steps) => Slider(title, stepName, steps, null);

    /// <summary>The same, opened on another state than the last.</summary>
    internal static Figure Slider(string title, string stepName, IEnumerable<(string Label, Figure Figure)> steps, int? opened)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(stepName);
        ArgumentNullException.ThrowIfNull(steps);
        (string Label, Figure Figure)[] states = [.. steps];
        if (states.Length == 0)
        {
            throw new ArgumentException("A slider has at least one state.", nameof(steps));
        }

        foreach (var (label, state) in states)
        {
            if (state.Layout is not { XAxes.Count: 1, YAxes.Count: 1, Sliders: null })
            {
                throw new ArgumentException($"State '{label}' does not fit on a slider: it has a slider or several axes.", nameof(steps));
            }
        }

        var shown = opened ?? states.Length - 1;
        var total = states.Sum(state => state.Figure.Traces.Count);
        var traces = new List<Trace>(total);
        var sliderSteps = new List<SliderStep>(states.Length);
        var marksMove = Array.Exists(states, state => !SameMarks(state.Figure.Layout, states[0].Figure.Layout));
        foreach (var (index, (label, state)) in states.Index())
        {
            var visible = new bool[total];
            Array.Fill(visible, true, traces.Count, state.Traces.Count);
            sliderSteps.Add(marksMove
                ? new SliderStep { Label = label, Method = "update", Args = [new { Visible = visible }, Marks(state.Layout)] }
                : new SliderStep { Label = label, Args = ["visible", visible] });
            traces.AddRange(state.Traces.Select(trace => trace with { Visible = index == shown }));
        }

        var first = states[0].Figure.Layout;
        var legend = Theme.Layout(title, [.. states.SelectMany(state => state.Figure.Traces).Where(InLegend).Select(trace => trace.Name ?? "").Distinct()]);
        var (start, end) = (states[0], states[^1]);
        return new Figure
        {
            Traces = traces,
            Layout = first with
            {
                Title = legend.Title,
                Margin = legend.Margin! with { B = 70 },
                Height = (opened is null ? legend.Height : first.Height) + SliderHeight,
                Shapes = states[shown].Figure.Layout.Shapes,
                Annotations = states[shown].Figure.Layout.Annotations,
                Meta = CommonMeta(states.Select(state => state.Figure)),
                ShowLegend = Array.Exists(states, state => state.Figure.Layout.ShowLegend == true),
                XAxes = [Steady(first.XAxes[0], states, trace => Extent(trace).X)],
                YAxes = [Steady(first.YAxes[0], states, trace => Extent(trace).Y)],
                Sliders =
                [
                    new Slider
                    {
                        Active = shown,
                        CurrentValue = new SliderValue { Prefix = FrenchText.Typeset(stepName + " : "), Font = new Font { Size = 17 } },
                        Steps = sliderSteps,
                        Pad = new Margin { T = 60 },
                        Font = new Font { Size = 14 },
                    },
                ],
            },
            AltText = FrenchText.Typeset(
                $"Graphique à curseur « {title} », {FrenchNumbers.Count(states.Length, "étape")} ({stepName} : de {start.Label} à {end.Label}). Au début : ")
                + start.Figure.AltText + FrenchText.Typeset(" À la fin : ") + end.Figure.AltText,
        };
    }

    private static bool SameMarks(Layout one, Layout other) =>
        (one.Shapes ?? []).SequenceEqual(other.Shapes ?? []) && (one.Annotations ?? []).SequenceEqual(other.Annotations ?? []);

    /// <summary>The lines that a state marks on its axes, and their names: they belong to the layout, which a state has to change as well.</summary>
    private static object Marks(Layout layout) => new { Shapes = layout.Shapes ?? [], Annotations = layout.Annotations ?? [] };

    // Points name their pictures by number: several sheets do not mix.
    private static Thumbnails.Meta? CommonMeta(IEnumerable<Figure> figures)
    {
        Thumbnails.Meta?[] metas = [.. figures.Select(figure => figure.Layout.Meta).Distinct()];
        return metas.Length == 1 ? metas[0] : null;
    }

    /// <summary>Gives an axis the range of all states, unless it has one.</summary>
    private static LayoutAxis Steady(
        LayoutAxis axis, (string Label, Figure Figure)[] states, Func<Trace, IEnumerable<double>> extent)
    {
        double[] values = [.. states.SelectMany(state => state.Figure.Traces).SelectMany(extent).Where(double.IsFinite)];
        if (axis.Range is not null || axis.Type is "log" or "category" || values.Length == 0)
        {
            return axis;
        }

        var (low, high) = (values.Min(), values.Max());
        var pad = high > low ? 0.05 * (high - low) : 0.5;
        return axis with { Range = [low == 0 ? 0 : low - pad, high + pad] };
    }

    private static (IEnumerable<double> X, IEnumerable<double> Y) Extent(Trace trace) => trace switch
    {
        ScatterTrace scatter => (scatter.X.Numbers ?? [], scatter.Y.Numbers ?? []),
        BarTrace { Orientation: "h" } bar => ([0, .. bar.X.Numbers ?? []], []),
        BarTrace bar => ([], [0, .. bar.Y.Numbers ?? []]),
        _ => ([], []),
    };
}
