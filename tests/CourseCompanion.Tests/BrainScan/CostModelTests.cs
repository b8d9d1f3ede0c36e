using CourseCompanion.BrainScan;
using CourseCompanion.Evaluation;

namespace CourseCompanion.Tests.BrainScan;

public sealed class CostModelTests
{
    // The spreadsheet, worked by hand:
    //   images 10,000; labelled 100; new labels 400 at 36 s; review 18 s; audit 200; radiologist 100 euros/h
    //   machine: 20 images/s, 2 passes, 0.36 euros/h; 0.5 MB an image, 2 copies, 12 months, 0.05 euros/GB/month; fixed 250
    //   to label       10,000 - 100 - 400                   = 9,500
    //   at 80 %: automatic 7,600, reviewed 1,900
    //   labelling      400 x 36 / 3,600 x 100               = 400.00
    //   one review     18 / 3,600 x 100                     =   0.50
    //   review         1,900 x 0.50                         = 950.00
    //   audit          200 x 0.50                           = 100.00
    //   compute        10,000 x 2 / 20 = 1,000 s; / 3,600 x 0.36 = 0.10
    //   storage        10,000 x 0.5 MB = 5 GB; x 2 x 12 x 0.05   = 6.00
    //   fixed                                               = 250.00
    //   total                                               = 1,706.10
    private static readonly CostInputs Sheet = new()
    {
        Images = 10_000,
        AlreadyLabelled = 100,
        NewLabels = 400,
        LabelSeconds = 36,
        ReviewSeconds = 18,
        AuditImages = 200,
        RadiologistHour = 100,
        ImagesPerSecond = 20,
        Passes = 2,
        MachineHour = 0.36,
        MegabytesPerImage = 0.5,
        Copies = 2,
        Months = 12,
        GigabyteMonth = 0.05,
        Fixed = 250,
    };

    private static readonly RiskCoveragePoint[] Curve = [new(0.5, 0, 0.99), new(0.7, 0.01, 0.9), new(0.9, 0.02, 0.7), new(1, 0.06, 0.5)];

    [Fact]
    public void Cost_is_that_of_the_spreadsheet()
    {
        CostBreakdown cost = CostModel.Cost(Sheet, 0.8);

        Assert.Equal(400, cost.Labelling, 1e-9);
        Assert.Equal(950, cost.Review, 1e-9);
        Assert.Equal(100, cost.Audit, 1e-9);
        Assert.Equal(0.10, cost.Compute, 1e-9);
        Assert.Equal(6, cost.Storage, 1e-9);
        Assert.Equal(250, cost.Fixed, 1e-9);
        Assert.Equal(1_706.10, cost.Total, 1e-9);
        Assert.Equal(cost.Total, cost.Parts.Sum(part => part.Euros), 1e-9);
        Assert.Equal(1_000 / 3_600.0, CostModel.MachineHours(Sheet), 1e-9);
    }

    [Fact]
    public void Audit_never_checks_more_labels_than_there_are() =>
        Assert.Equal(0, CostModel.Cost(Sheet, 0).Audit);

    [Fact]
    public void Every_input_moves_the_total()
    {
        double before = CostModel.Cost(Sheet, 0.8).Total;
        CostInputs[] changed =
        [
            Sheet with { Images = 20_000 }, Sheet with { AlreadyLabelled = 200 }, Sheet with { NewLabels = 500 }, Sheet with { LabelSeconds = 40 },
            Sheet with { ReviewSeconds = 20 }, Sheet with { AuditImages = 300 }, Sheet with { RadiologistHour = 120 }, Sheet with { ImagesPerSecond = 10 },
            Sheet with { Passes = 3 }, Sheet with { MachineHour = 1 }, Sheet with { MegabytesPerImage = 1 }, Sheet with { Copies = 3 },
            Sheet with { Months = 24 }, Sheet with { GigabyteMonth = 0.1 }, Sheet with { Fixed = 0 },
        ];

        Assert.Equal(typeof(CostInputs).GetProperties().Length, changed.Length);
        Assert.All(changed, inputs => Assert.NotEqual(before, CostModel.Cost(inputs, 0.8).Total));
    }

    [Fact]
    public void NeededShare_is_where_the_total_meets_the_budget()
    {
        // 1,706.10 is what a share of 0.8 costs; without review (share 1) 756.10 remain.
        Assert.Equal(0.8, CostModel.NeededShare(Sheet, 1_706.10), 1e-6);
        Assert.Equal(1, CostModel.NeededShare(Sheet, 756.10), 1e-6);
        Assert.True(double.IsNaN(CostModel.NeededShare(Sheet, 756)));
        Assert.Equal(0, CostModel.NeededShare(Sheet, 1_000_000));
    }

    [Fact]
    public void A_share_outside_its_range_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => CostModel.Cost(Sheet, 1.01));
        Assert.Throws<ArgumentOutOfRangeException>(() => CostModel.Cost(Sheet, double.NaN));
    }

    [Fact]
    public void Triangular_draws_have_their_mean_and_stay_within_their_range()
    {
        var assumption = new Assumption("time", "Temps", 15, 8, 40, "s", "test");
        double[] draws = [.. Enumerable.Range(0, 100_000).Select(i => assumption.Quantile((i + 0.5) / 100_000))];

        Assert.Equal((8 + 15 + 40) / 3.0, draws.Average(), 1e-3);
        Assert.InRange(draws.Min(), 8, 8.1);
        Assert.InRange(draws.Max(), 39.8, 40);
        Assert.Equal(7.0 / 32, draws.Count(draw => draw < 15) / 100_000.0, 1e-4);
        Assert.Equal(15, assumption.Exactly(15).Quantile(0.3));
        Assert.Throws<InvalidOperationException>(() => (assumption with { Low = 20 }).Quantile(0.5));
    }

    [Fact]
    public void Inputs_take_every_assumption_once()
    {
        CostScenario scenario = CostScenario.FourMillion(100, 20, 0.03);
        var asked = new List<string>();
        scenario.Inputs(assumption =>
        {
            asked.Add(assumption.Key);
            return assumption.Value;
        });

        Assert.Equal(scenario.Assumptions.Select(one => one.Key).Order(StringComparer.Ordinal), asked.Order(StringComparer.Ordinal));
        Assert.Equal(typeof(CostInputs).GetProperties().Length, asked.Distinct().Count());
        Assert.All(scenario.Assumptions, one => Assert.True(one.Low <= one.Value && one.Value <= one.High && one.Unit.Length > 0 && one.Source.Length > 0, one.Key));
    }

    [Fact]
    public void Simulation_without_uncertainty_is_the_formula()
    {
        CostScenario scenario = Certain(CostScenario.FourMillion(100, 20, 0.03));

        CostSimulation simulation = CostSimulation.Run(scenario, Curve, [Curve], draws: 10);

        Assert.Equal(0.9, simulation.CentralShare);
        double total = CostModel.Cost(scenario.Central, 0.9).Total;
        Assert.All(simulation.Totals, one => Assert.Equal(total, one, 1e-6));
        Assert.Equal(0, simulation.ProbabilityOfSuccess);
    }

    [Fact]
    public void Simulation_repeats_itself_and_its_mean_is_that_of_the_assumptions()
    {
        CostScenario scenario = CostScenario.FourMillion(100, 20, 0.03);

        CostSimulation first = CostSimulation.Run(scenario, Curve, [Curve], draws: 4_000, seed: 3);
        CostSimulation second = CostSimulation.Run(scenario, Curve, [Curve], draws: 4_000, seed: 3);

        Assert.Equal(first.Totals, second.Totals);
        // Review dominates: 398,900 x mean seconds 21 x mean price 93.33 / 3,600, draws of the two being independent.
        double review = 0.1 * 3_998_900 * 21 / 3_600 * (280 / 3.0);
        Assert.InRange(first.Totals.Average() / review, 0.97, 1.10);
        Assert.True(first.Total.Lower < first.Total.Estimate && first.Total.Estimate < first.Total.Upper);
    }

    [Fact]
    public void Tornado_puts_what_matters_most_first()
    {
        CostSimulation simulation = CostSimulation.Run(CostScenario.FourMillion(100, 20, 0.03), Curve, [Curve, [new(1, 0.2, 0.5)]], draws: 200);

        IReadOnlyList<TornadoBar> bars = simulation.Tornado(5);

        Assert.Equal(5, bars.Count);
        Assert.Equal(bars.OrderByDescending(bar => bar.Swing).Select(bar => bar.Name), bars.Select(bar => bar.Name));
        // One curve of two never reaches 2 %: between 0 and 90 % lies nearly all of the cost.
        Assert.Equal("Part étiquetée par le modèle", bars[0].Name);
        Assert.Equal("Temps pour relire une image", bars[1].Name);
    }

    [Fact]
    public void Answer_is_yes_when_the_budget_holds_and_no_when_it_does_not()
    {
        CostScenario scenario = Certain(CostScenario.ThisSet(1_400, 100, 20, 0.03));
        double total = CostModel.Cost(scenario.Central, 0.9).Total;

        Feasibility yes = CostSimulation.Run(scenario with { Budget = total + 1 }, Curve, [Curve], draws: 20).Answer();
        Feasibility no = CostSimulation.Run(scenario with { Budget = total - 1 }, Curve, [Curve], draws: 20).Answer();

        Assert.True(yes.IsFeasible);
        Assert.StartsWith("OUI", yes.Sentence, StringComparison.Ordinal);
        Assert.False(no.IsFeasible);
        Assert.StartsWith("NON", no.Sentence, StringComparison.Ordinal);
        Assert.Equal(total, no.NeededBudget, 1e-6);
        // At the seconds where it turns, the cost is the budget.
        CostInputs turned = scenario.Central with { ReviewSeconds = no.BreakEvenSeconds };
        Assert.Equal(total - 1, CostModel.Cost(turned, 0.9).Total, 1e-6);
        Assert.Contains("jamais un diagnostic", no.ToString(), StringComparison.Ordinal);
    }

    private static CostScenario Certain(CostScenario scenario) => scenario with
    {
        LabelSeconds = scenario.LabelSeconds.Exactly(30),
        ReviewSeconds = scenario.ReviewSeconds.Exactly(15),
        RadiologistHour = scenario.RadiologistHour.Exactly(80),
        ImagesPerSecond = scenario.ImagesPerSecond.Exactly(20),
        Passes = scenario.Passes.Exactly(1),
        MachineHour = scenario.MachineHour.Exactly(0.1),
        MegabytesPerImage = scenario.MegabytesPerImage.Exactly(0.03),
        Copies = scenario.Copies.Exactly(2),
        Months = scenario.Months.Exactly(24),
        GigabyteMonth = scenario.GigabyteMonth.Exactly(0.05),
        Fixed = scenario.Fixed.Exactly(500),
    };
}
