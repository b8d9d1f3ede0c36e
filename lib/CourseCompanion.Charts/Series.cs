using System.Numerics;
using System.Runtime.CompilerServices;
using TorchSharp;

namespace CourseCompanion.Charts;

/// <summary>Named values of a chart: a curve, a cloud of points, a set of bars.</summary>
public sealed record Series
{
    /// <summary>Creates a series.</summary>
    /// <param name="name">French name, for the legend.</param>
    /// <param name="values">Vertical values; not-a-number leaves a gap in a curve. Copied.</param>
    public Series(string name, IEnumerable<double> values)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(values);
        Name = name;
        Values = [.. values];
    }

    /// <inheritdoc cref="Series(string, IEnumerable{double})"/>
    public Series(string name, IEnumerable<float> values)
        : this(name, values.Select(value => (double)value))
    {
    }

    /// <inheritdoc cref="Series(string, IEnumerable{double})"/>
    public Series(string name, IEnumerable<int> values)
        : this(name, values.Select(value => (double)value))
    {
    }

    /// <inheritdoc cref="Series(string, IEnumerable{double})"/>
    public Series(string name, IEnumerable<long> values)
        : this(name, values.Select(value => (double)value))
    {
    }

    /// <inheritdoc cref="Series(string, IEnumerable{double})"/>
    /// <param name="name">French name, for the legend.</param>
    /// <param name="values">Vertical values [N], of any type and on any device. Copied.</param>
    [OverloadResolutionPriority(-1)] // An array is a tensor too, by conversion.
    public Series(string name, torch.Tensor values)
        : this(name, ToArray(values))
    {
    }

    /// <summary>Repeated measurements: the mean of each group, in an interval from its worst to its best.</summary>
    /// <param name="name">French name, for the legend.</param>
    /// <param name="draws">One group per value, each with one number or more, for example a score per seed.</param>
    /// <returns>A series with as many values as there are groups.</returns>
    /// <exception cref="ArgumentException">A group is empty.</exception>
    public static Series OverDraws(string name, IEnumerable<IEnumerable<double>> draws)
    {
        ArgumentNullException.ThrowIfNull(draws);
        double[][] groups = [.. draws.Select(group => group.ToArray())];
        return Array.Exists(groups, group => group.Length == 0)
            ? throw new ArgumentException($"Series '{name}' has a group without a value.", nameof(draws))
            : new Series(name, groups.Select(group => group.Average())).Between(groups.Select(group => group.Min()), groups.Select(group => group.Max()));
    }

    /// <summary>French name, for the legend.</summary>
    public string Name { get; }

    /// <summary>Vertical values.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>Horizontal values; null for 1, 2, 3, ...</summary>
    public IReadOnlyList<double>? Positions { get; private init; }

    /// <summary>Lower and upper ends of the uncertainty of each value, or null.</summary>
    public (IReadOnlyList<double> Low, IReadOnlyList<double> High)? Interval { get; private init; }

    /// <summary>A text per value for hover texts, or null.</summary>
    public IReadOnlyList<string>? Labels { get; private init; }

    /// <summary>The same series at given horizontal places.</summary>
    /// <typeparam name="T">Any number type.</typeparam>
    /// <param name="positions">One per value.</param>
    /// <returns>A new series.</returns>
    /// <exception cref="ArgumentException">There are not as many positions as values.</exception>
    public Series At<T>(IEnumerable<T> positions)
        where T : INumberBase<T>
    {
        ArgumentNullException.ThrowIfNull(positions);
        return this with { Positions = SameCount(positions.Select(double.CreateChecked), "positions") };
    }

    /// <summary>The same series at given horizontal places.</summary>
    /// <param name="positions">Tensor [N] of any type and on any device, one per value.</param>
    /// <returns>A new series.</returns>
    /// <exception cref="ArgumentException">There are not as many positions as values.</exception>
    [OverloadResolutionPriority(-1)]
    public Series At(torch.Tensor positions) => At(ToArray(positions));

    /// <summary>The same series with an uncertainty around each value (a confidence interval).</summary>
    /// <param name="low">Lower ends, one per value.</param>
    /// <param name="high">Upper ends, one per value.</param>
    /// <returns>A new series.</returns>
    /// <exception cref="ArgumentException">There are not as many ends as values.</exception>
    public Series Between(IEnumerable<double> low, IEnumerable<double> high) =>
        this with { Interval = (SameCount(low, "lower ends"), SameCount(high, "upper ends")) };

    /// <summary>The same series with a text for each value, shown when hovering.</summary>
    /// <param name="labels">French texts, one per value.</param>
    /// <returns>A new series.</returns>
    /// <exception cref="ArgumentException">There are not as many texts as values.</exception>
    public Series Labelled(IEnumerable<string> labels) => this with { Labels = SameCount(labels, "labels") };

    /// <summary>Whether the series recedes: grey, behind the others, and without a colour of the palette.</summary>
    public bool IsMuted { get; private init; }

    /// <summary>The same series in grey behind the others: points without a label, a past state.</summary>
    /// <returns>A new series.</returns>
    public Series Muted() => this with { IsMuted = true };

    /// <summary>Place in the palette whose colour and marker the series takes; null for its place in the chart.</summary>
    public int? PalettePlace { get; private init; }

    /// <summary>The same series with the look of a given place, so that a class keeps its colour from chart to chart.</summary>
    /// <param name="place">Place in the palette, from 0.</param>
    /// <returns>A new series.</returns>
    public Series Styled(int place)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(place);
        return this with { PalettePlace = place };
    }

    /// <summary>Whether the points are large and outlined.</summary>
    public bool IsEmphasised { get; private init; }

    /// <summary>The same series with large outlined points: the few that matter, such as labelled ones among many.</summary>
    /// <returns>A new series.</returns>
    public Series Emphasised() => this with { IsEmphasised = true };

    private static double[] ToArray(torch.Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.dim() != 1)
        {
            throw new ArgumentException($"Values of a series are a tensor [N], not [{string.Join(", ", values.shape)}].", nameof(values));
        }

        using var scope = torch.NewDisposeScope();
        return values.detach().to(torch.ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
    }

    private T[] SameCount<T>(IEnumerable<T> items, string what)
    {
        ArgumentNullException.ThrowIfNull(items);
        T[] list = [.. items];
        return list.Length == Values.Count
            ? list
            : throw new ArgumentException($"Series '{Name}' has {Values.Count} values but {list.Length} {what}.");
    }
}
