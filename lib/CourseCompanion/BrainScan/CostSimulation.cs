using CourseCompanion.Data;
using CourseCompanion.Evaluation;

namespace CourseCompanion.BrainScan;

/// <summary>What one assumption does to the total when all others keep their value.</summary>
/// <param name="Name">French name.</param>
/// <param name="AtLow">Total in euros at its lowest value.</param>
/// <param name="AtHigh">Total in euros at its highest value.</param>
/// <param name="Low">That lowest value, written in French with its unit.</param>
/// <param name="High">That highest value.</param>
public sealed record TornadoBar(string Name, double AtLow, double AtHigh, string Low, string High)
{
    /// <summary>Euros between the two ends.</summary>
    public double Swing => Math.Abs(AtHigh - AtLow);
}

/// <summary>
/// The cost of a scenario under all its uncertainties at once (Monte Carlo): each draw takes one value of every assumption, one of the
/// possible risk-coverage curves, and computes the total.
/// </summary>
public sealed class CostSimulation
{
    private readonly double[] _shares;
    private readonly double[] _totals;
    private readonly double[] _needed;
    private readonly double[] _errorAtNeeded;

    private CostSimulation(CostScenario scenario, double centralShare, double[] shares, double[] totals, double[] needed, double[] errorAtNeeded)
    {
        Scenario = scenario;
        CentralShare = centralShare;
        _shares = shares;
        _totals = totals;
        _needed = needed;
        _errorAtNeeded = errorAtNeeded;
    }

    /// <summary>The project.</summary>
    public CostScenario Scenario { get; }

    /// <summary>Share labelled automatically within the accepted error, on the images as they were measured.</summary>
    public double CentralShare { get; }

    /// <summary>Costs when every assumption takes its most likely value, at <see cref="CentralShare"/>.</summary>
    public CostBreakdown Central => CostModel.Cost(Scenario.Central, CentralShare);

    /// <summary>The totals of all draws, in euros, in order of the draws.</summary>
    public IReadOnlyList<double> Totals => _totals;

    /// <summary>Share labelled automatically within the accepted error: measured value, and 90 % of the draws.</summary>
    public ConfidenceInterval Share => Interval(CentralShare, _shares);

    /// <summary>Total in euros within the accepted error: most likely value, and 90 % of the draws.</summary>
    public ConfidenceInterval Total => Interval(Central.Total, _totals);

    /// <summary>
    /// Share that the budget asks the model to label by itself: most likely value, and 90 % of the draws; not-a-number where even a share
    /// of 1 is too dear.
    /// </summary>
    public ConfidenceInterval NeededShare => Interval(CostModel.NeededShare(Scenario.Central, Scenario.Budget), _needed);

    /// <summary>Share of wrong labels among the automatic ones when the budget decides: median, and 90 % of the draws.</summary>
    public ConfidenceInterval ErrorWithinBudget => Interval(double.NaN, _errorAtNeeded) is var interval
        ? interval with { Estimate = Bootstrap.Percentile(Sorted(_errorAtNeeded), 0.5) }
        : interval;

    /// <summary>Share of the draws in which the budget suffices within the accepted error.</summary>
    public double ProbabilityOfSuccess => _totals.Count(total => total <= Scenario.Budget) / (double)_totals.Length;

    /// <summary>Draws a scenario many times.</summary>
    /// <param name="scenario">The project with its assumptions.</param>
    /// <param name="curve">Risk against coverage as measured.</param>
    /// <param name="resampled">The same curve on resampled images (<see cref="SelectiveLabelling.Resampled"/>).</param>
    /// <param name="draws">Number of draws.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <exception cref="ArgumentException">There is no curve.</exception>
    public static CostSimulation Run(
        CostScenario scenario, IReadOnlyList<RiskCoveragePoint> curve, IReadOnlyList<IReadOnlyList<RiskCoveragePoint>> resampled, int draws = 5_000, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(curve);
        ArgumentNullException.ThrowIfNull(resampled);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(draws);
        if (resampled.Count == 0)
        {
            throw new ArgumentException("Give at least one curve: the measured one alone means that it is certain.", nameof(resampled));
        }

        double[] shareOfCurve = [.. resampled.Select(one => SelectiveLabelling.Share(one, scenario.MaximalError))];
        var (shares, totals, needed, errors) = (new double[draws], new double[draws], new double[draws], new double[draws]);
        for (int draw = 0; draw < draws; draw++)
        {
            // One stream of numbers per assumption: a new assumption leaves the draws of the others as they are.
            CostInputs inputs = scenario.Inputs(assumption =>
                assumption.Quantile(PortableRandom.For(seed, PortableRandom.Series(assumption.Key), draw).NextUnit()));
            int chosen = PortableRandom.For(seed, PortableRandom.Series("curve"), draw).NextIndex(resampled.Count);
            shares[draw] = shareOfCurve[chosen];
            totals[draw] = CostModel.Cost(inputs, shares[draw]).Total;
            needed[draw] = CostModel.NeededShare(inputs, scenario.Budget);
            errors[draw] = double.IsNaN(needed[draw]) ? double.NaN : SelectiveLabelling.ErrorAt(resampled[chosen], needed[draw]);
        }

        return new CostSimulation(scenario, SelectiveLabelling.Share(curve, scenario.MaximalError), shares, totals, needed, errors);
    }

    /// <summary>
    /// What matters most (tornado): the total with one assumption at a time at either end of its range, the widest swing first. The share
    /// that the model labels is one of them.
    /// </summary>
    /// <param name="count">How many bars at most.</param>
    public IReadOnlyList<TornadoBar> Tornado(int count = 8)
    {
        IEnumerable<TornadoBar> assumptions = Scenario.Assumptions.Where(one => one.IsUncertain).Select(one => new TornadoBar(
            one.Name, TotalWith(one.Key, one.Low), TotalWith(one.Key, one.High), Written(one.Low, one.Unit), Written(one.High, one.Unit)));
        ConfidenceInterval share = Share;
        var ofShare = new TornadoBar(
            "Part étiquetée par le modèle", CostModel.Cost(Scenario.Central, share.Lower).Total, CostModel.Cost(Scenario.Central, share.Upper).Total,
            French.FrenchNumbers.Percent(share.Lower, 0), French.FrenchNumbers.Percent(share.Upper, 0));
        return [.. assumptions.Append(ofShare).OrderByDescending(bar => bar.Swing).Take(count)];
    }

    /// <summary>The answer of the project: yes or no, and under which conditions.</summary>
    /// <param name="certainty">Share of the draws that a yes needs, in (0, 1].</param>
    public Feasibility Answer(double certainty = 0.9) => new(this, certainty);

    private double TotalWith(string key, double value) =>
        CostModel.Cost(Scenario.Inputs(assumption => assumption.Key == key ? value : assumption.Value), CentralShare).Total;

    private static string Written(double value, string unit) => $"{French.FrenchNumbers.Compact(value)}{French.FrenchNumbers.NoBreakSpace}{unit}";

    private static List<double> Sorted(double[] values) => [.. values.Where(double.IsFinite).Order()];

    private static ConfidenceInterval Interval(double estimate, double[] values)
    {
        List<double> sorted = Sorted(values);
        return new ConfidenceInterval(estimate, Bootstrap.Percentile(sorted, 0.05), Bootstrap.Percentile(sorted, 0.95), 0.9);
    }
}
