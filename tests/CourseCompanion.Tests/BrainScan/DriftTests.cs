using CourseCompanion.BrainScan;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.BrainScan;

public sealed class DriftTests
{
    public static TheoryData<string> Tests => ["mmd", "energy"];

    private static DriftResult Run(string test, Tensor first, Tensor second, int permutations = 199, int seed = 42) => test == "mmd"
        ? Drift.Mmd(first, second, permutations: permutations, seed: seed)
        : Drift.EnergyDistance(first, second, permutations: permutations, seed: seed);

    [Fact]
    public void Energy_distance_of_a_case_worked_by_hand()
    {
        // {0, 2} against {1, 3}: between, (1 + 3 + 1 + 1) / 4 = 1.5; within, (0 + 2 + 2 + 0) / 4 = 1 each; 2 x 1.5 - 1 - 1 = 1.
        DriftResult result = Drift.EnergyDistance(tensor(new float[,] { { 0 }, { 2 } }), tensor(new float[,] { { 1 }, { 3 } }), permutations: 9);

        Assert.Equal(1, result.Statistic, 1e-9);
    }

    [Fact]
    public void Mmd_of_a_case_worked_by_hand()
    {
        // {0, 0} against {1, 1}: the six distances are 0, 0, 1, 1, 1, 1, their median 1; within every kernel is 1, between exp(-1/2).
        DriftResult result = Drift.Mmd(tensor(new float[,] { { 0 }, { 0 } }), tensor(new float[,] { { 1 }, { 1 } }), permutations: 9);

        Assert.Equal(2 - (2 * Math.Exp(-0.5)), result.Statistic, 1e-9);
    }

    [Theory]
    [MemberData(nameof(Tests))]
    public void Samples_of_one_distribution_raise_false_alarms_at_the_rate_asked_for(string test)
    {
        int alarms = 0;
        for (int trial = 0; trial < 300; trial++)
        {
            alarms += Run(test, Normal(30, 4, trial), Normal(20, 4, 10_000 + trial), permutations: 99, seed: trial).IsAlarm ? 1 : 0;
        }

        // 5 % of 300 is 15; a binomial lies within these ends but for once in a thousand.
        Assert.InRange(alarms, 4, 28);
    }

    [Theory]
    [MemberData(nameof(Tests))]
    public void A_planted_drift_is_found(string test)
    {
        DriftResult shifted = Run(test, Normal(100, 4, 1), Normal(80, 4, 2) + 0.6);
        DriftResult wider = Run(test, Normal(100, 4, 1), Normal(80, 4, 2) * 2);

        Assert.Equal(1 / 200.0, shifted.PValue, 1e-9);
        Assert.Equal(1 / 200.0, wider.PValue, 1e-9);
        Assert.True(shifted.Statistic > shifted.Threshold);
    }

    [Theory]
    [MemberData(nameof(Tests))]
    public void The_answer_repeats_itself_and_identical_samples_are_no_drift(string test)
    {
        Tensor x = Normal(40, 3, 5);

        Assert.Equal(Run(test, x, Normal(40, 3, 6)), Run(test, x, Normal(40, 3, 6)));
        DriftResult same = Run(test, x, x);
        Assert.Equal(0, same.Statistic, 1e-9);
        Assert.Equal(1, same.PValue);
        Assert.False(same.IsAlarm);
    }

    [Fact]
    public void Samples_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Drift.Mmd(zeros(5, 2), zeros(5, 3)));
        Assert.Throws<ArgumentException>(() => Drift.Mmd(zeros(1, 2), zeros(5, 2)));
        Assert.Throws<ArgumentException>(() => Drift.Mmd(full(5, 2, float.NaN), zeros(5, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Drift.Mmd(zeros(5, 2), zeros(5, 2), alpha: 0));
    }

    private static Tensor Normal(long rows, long columns, int seed)
    {
        using var generator = new TorchSharp.torch.Generator((ulong)seed);
        return randn(rows, columns, generator: generator);
    }
}
