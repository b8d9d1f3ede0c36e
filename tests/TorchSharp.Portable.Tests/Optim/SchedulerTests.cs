using TorchSharp.Modules;
using TorchSharp.Portable.Tests.NN;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Portable.Tests.Optim;

public class SchedulerTests
{
    private static readonly Golden Expected = Golden.Load("Optim.golden_optim.json");

    private static readonly double[] Measures =
        [1.0, 0.9, 0.91, 0.9, 0.899999, 0.95, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, 0.5, 0.6, 0.6, 0.6, 0.6];

    private static readonly Dictionary<string, Func<Optimizer, lr_scheduler.LRScheduler>> Schedulers = new()
    {
        ["lambda"] = o => lr_scheduler.LambdaLR(o, epoch => Math.Pow(0.9, epoch) + (0.01 * epoch)),
        ["step"] = o => lr_scheduler.StepLR(o, 4, 0.5),
        ["multistep"] = o => lr_scheduler.MultiStepLR(o, [3, 7, 7, 15], 0.3),
        ["exponential"] = o => lr_scheduler.ExponentialLR(o, 0.9),
        ["constant"] = o => lr_scheduler.ConstantLR(o, 0.25, 6),
        ["linear"] = o => lr_scheduler.LinearLR(o, 0.1, 0.8, 7),
        ["linear default"] = o => lr_scheduler.LinearLR(o),
        ["cosine"] = o => lr_scheduler.CosineAnnealingLR(o, 10, 0.02),
        ["sequential"] = o => lr_scheduler.SequentialLR(
            o, [lr_scheduler.LinearLR(o, 0.1, total_iters: 5), lr_scheduler.CosineAnnealingLR(o, 12)], [5]),
        ["sequential of three"] = o => lr_scheduler.SequentialLR(
            o, [lr_scheduler.ConstantLR(o, 0.1, 4), lr_scheduler.ExponentialLR(o, 0.8), lr_scheduler.StepLR(o, 3)], [4, 12]),
        ["onecycle"] = o => lr_scheduler.OneCycleLR(o, 0.8, total_steps: 25),
        ["onecycle three phases, linear"] = o => lr_scheduler.OneCycleLR(
            o, [0.8, 0.2], epochs: 6, steps_per_epoch: 5, pct_start: 0.4,
            anneal_strategy: lr_scheduler.impl.OneCycleLR.AnnealStrategy.Linear, three_phase: true, div_factor: 10, final_div_factor: 100),
        ["onecycle without momentum"] = o => lr_scheduler.OneCycleLR(o, 0.8, total_steps: 30, cycle_momentum: false),
    };

    public static TheoryData<string> Names => [.. Schedulers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rates_agree_with_pytorch(string name)
    {
        using var scope = NewDisposeScope();
        Parameter[] parameters = [new(zeros(1)), new(zeros(1))];
        using Optimizer optimizer = name.StartsWith("onecycle three", StringComparison.Ordinal)
            ? optim.Adam([new Adam.ParamGroup { Parameters = [parameters[0]] }, new Adam.ParamGroup([parameters[1]], lr: 0.05)], 0.1)
            : optim.SGD([new SGD.ParamGroup { Parameters = [parameters[0]] }, new SGD.ParamGroup([parameters[1]], lr: 0.05, momentum: 0.9)], 0.5, momentum: 0.9);

        var scheduler = Schedulers[name](optimizer);

        var epoch = 0;
        foreach (var row in Expected[name].EnumerateArray())
        {
            double[] actual = [.. optimizer.ParamGroups.Select(group => group.LearningRate)];
            Assert.Equal(actual, scheduler.get_last_lr());
            if (row.GetArrayLength() > 2)
            {
                actual = [.. actual, .. optimizer.ParamGroups.Select(group => group is IBetas betas ? betas.Betas.Item1 : ((IMomentum)group).Momentum)];
            }
            foreach (var (expected, value) in row.EnumerateArray().Select(number => number.GetDouble()).Zip(actual))
            {
                Assert.True(Math.Abs(expected - value) <= 1e-9 + (1e-9 * Math.Abs(expected)), $"{name}, epoch {epoch}: {value} instead of {expected}");
            }
            if (++epoch < 25)
            {
                scheduler.step();
            }
        }
        Assert.Equal(25, epoch);
    }

    [Fact]
    public void Plateau_agrees_with_pytorch()
    {
        CheckPlateau("plateau", o => lr_scheduler.ReduceLROnPlateau(o, patience: 2, factor: 0.5));
        CheckPlateau(
            "plateau max, abs, cooldown",
            o => lr_scheduler.ReduceLROnPlateau(o, "max", 0.2, 1, 0.01, "abs", 2, [0.001]));
    }

    [Fact]
    public void Step_to_a_given_epoch_uses_the_formula()
    {
        using var scope = NewDisposeScope();
        using var optimizer = optim.SGD([new Parameter(zeros(1))], 1.0);
        var scheduler = lr_scheduler.ExponentialLR(optimizer, 0.5);
        scheduler.step(3);
        Assert.Equal(0.125, optimizer.ParamGroups.Single().LearningRate, 12);
    }

    [Fact]
    public void Misuse_is_refused()
    {
        using var scope = NewDisposeScope();
        using var optimizer = optim.SGD([new Parameter(zeros(1))], 1.0);
        using var other = optim.SGD([new Parameter(zeros(1))], 1.0);
        Assert.Throws<ArgumentException>(() => lr_scheduler.OneCycleLR(optimizer, 1.0));
        Assert.Throws<ArgumentException>(() => lr_scheduler.LinearLR(optimizer, 0));
        Assert.Throws<ArgumentException>(() => lr_scheduler.SequentialLR(optimizer, [lr_scheduler.StepLR(other, 1)], []));
        Assert.Throws<ArgumentException>(() => lr_scheduler.SequentialLR(optimizer, [lr_scheduler.StepLR(optimizer, 1)], [3]));
        Assert.Throws<ArgumentException>(() => lr_scheduler.ReduceLROnPlateau(optimizer, mode: "up"));
        Assert.Throws<InvalidOperationException>(() => lr_scheduler.ReduceLROnPlateau(optimizer).step());
        var cycle = lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps: 2);
        cycle.step();
        cycle.step();
        Assert.Throws<InvalidOperationException>(cycle.step);
    }

    private static void CheckPlateau(string name, Func<Optimizer, lr_scheduler.LRScheduler> make)
    {
        using var scope = NewDisposeScope();
        using var optimizer = optim.SGD([new Parameter(zeros(1))], 0.5);
        var scheduler = make(optimizer);
        foreach (var (measure, expected) in Measures.Zip(Expected[name].EnumerateArray().Select(number => number.GetDouble())))
        {
            scheduler.step(measure);
            Assert.Equal(expected, optimizer.ParamGroups.Single().LearningRate, 12);
        }
    }
}
