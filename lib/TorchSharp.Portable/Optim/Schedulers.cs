namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                public class LambdaLR : LRScheduler
                {
                    private readonly Func<int, double>[] _factors;

                    public LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, Enumerable.Repeat(lr_lambda, optimizer.ParamGroups.Count()), last_epoch, verbose)
                    {
                    }

                    public LambdaLR(Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _factors = [.. lr_lambdas];
                        if (_factors.Length != Groups.Length)
                        {
                            throw new ArgumentException($"Expected {Groups.Length} functions, one per parameter group, but got {_factors.Length}.", nameof(lr_lambdas));
                        }
                        step();
                    }

                    private protected override double NextRate(int group) => BaseRates[group] * _factors[group](LastEpoch);
                }

                public class StepLR : LRScheduler
                {
                    private readonly int _period;
                    private readonly double _gamma;

                    public StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _period = step_size;
                        _gamma = gamma;
                        step();
                    }

                    private protected override double NextRate(int group) =>
                        Groups[group].LearningRate * (LastEpoch > 0 && LastEpoch % _period == 0 ? _gamma : 1);

                    private protected override double? DirectRate(int group) => BaseRates[group] * Math.Pow(_gamma, LastEpoch / _period);
                }

                public class MultiStepLR : LRScheduler
                {
                    private readonly int[] _milestones;
                    private readonly double _gamma;

                    public MultiStepLR(Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _milestones = [.. milestones];
                        _gamma = gamma;
                        step();
                    }

                    private protected override double NextRate(int group) =>
                        Groups[group].LearningRate * Math.Pow(_gamma, _milestones.Count(milestone => milestone == LastEpoch));

                    private protected override double? DirectRate(int group) =>
                        BaseRates[group] * Math.Pow(_gamma, _milestones.Count(milestone => milestone <= LastEpoch));
                }

                public class ExponentialLR : LRScheduler
                {
                    private readonly double _gamma;

                    public ExponentialLR(Optimizer optimizer, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _gamma = gamma;
                        step();
                    }

                    private protected override double NextRate(int group) => Groups[group].LearningRate * (LastEpoch == 0 ? 1 : _gamma);

                    private protected override double? DirectRate(int group) => BaseRates[group] * Math.Pow(_gamma, LastEpoch);
                }

                public class ConstantLR : LRScheduler
                {
                    private readonly double _factor;
                    private readonly int _length;

                    public ConstantLR(Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _factor = factor;
                        _length = total_iters;
                        step();
                    }

                    private protected override double NextRate(int group)
                    {
                        var change = LastEpoch == 0 ? _factor : LastEpoch == _length ? 1 / _factor : 1;
                        return Groups[group].LearningRate * change;
                    }

                    private protected override double? DirectRate(int group) => BaseRates[group] * (LastEpoch < _length ? _factor : 1);
                }

                public class LinearLR : LRScheduler
                {
                    private readonly double _start;
                    private readonly double _end;
                    private readonly int _length;

                    public LinearLR(Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0, int total_iters = 5, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        if (start_factor is <= 0 or > 1)
                        {
                            throw new ArgumentException("Starting multiplicative factor expected to be between 0 and 1.", nameof(start_factor));
                        }
                        _start = start_factor;
                        _end = end_factor;
                        _length = total_iters;
                        step();
                    }

                    private protected override double NextRate(int group)
                    {
                        var rate = Groups[group].LearningRate;
                        if (LastEpoch == 0)
                        {
                            return rate * _start;
                        }
                        return LastEpoch > _length
                            ? rate
                            : rate * (1 + ((_end - _start) / ((_length * _start) + ((LastEpoch - 1) * (_end - _start)))));
                    }

                    private protected override double? DirectRate(int group) =>
                        BaseRates[group] * (_start + ((_end - _start) * Math.Min(_length, LastEpoch) / _length));
                }

                /// <summary>Loshchilov and Hutter 2017, without restarts.</summary>
                public class CosineAnnealingLR : LRScheduler
                {
                    private readonly double _halfPeriod;
                    private readonly double _lowest;

                    public CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _halfPeriod = T_max;
                        _lowest = eta_min;
                        step();
                    }

                    private protected override double NextRate(int group)
                    {
                        var rate = Groups[group].LearningRate;
                        if (LastEpoch == 0)
                        {
                            return rate;
                        }
                        if ((LastEpoch - 1 - _halfPeriod) % (2 * _halfPeriod) == 0)
                        {
                            // At the bottom, where the ratio below would be 0 / 0.
                            return rate + ((BaseRates[group] - _lowest) * (1 - Math.Cos(Math.PI / _halfPeriod)) / 2);
                        }
                        return _lowest + ((rate - _lowest) * Wave(LastEpoch) / Wave(LastEpoch - 1));
                    }

                    private protected override double? DirectRate(int group) =>
                        _lowest + ((BaseRates[group] - _lowest) * Wave(LastEpoch) / 2);

                    private double Wave(int epoch) => 1 + Math.Cos(Math.PI * epoch / _halfPeriod);
                }

                /// <summary>One scheduler after another; the milestones say when the next one takes over, at its epoch 0.</summary>
                public class SequentialLR : LRScheduler
                {
                    private readonly LRScheduler[] _schedulers;
                    private readonly int[] _milestones;

                    public SequentialLR(Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones, int last_epoch = -1)
                        : base(optimizer, last_epoch + 1)
                    {
                        _schedulers = [.. schedulers];
                        _milestones = [.. milestones];
                        if (_schedulers.Any(scheduler => scheduler.Optimizer != optimizer))
                        {
                            throw new ArgumentException("The SequentialLR scheduler expects all its sub-schedulers to be bound to the same optimizer.", nameof(schedulers));
                        }
                        if (_milestones.Length != _schedulers.Length - 1)
                        {
                            throw new ArgumentException($"Received {_schedulers.Length} schedulers and {_milestones.Length} milestones. The SequentialLR scheduler expects the number of schedulers to be one more than the number of milestones.", nameof(milestones));
                        }
                        // Making the schedulers has already applied all of them: start again with the first one only.
                        foreach (var group in Groups)
                        {
                            group.LearningRate = group.InitialLearningRate;
                        }
                        foreach (var scheduler in _schedulers)
                        {
                            scheduler.LastEpoch--;
                        }
                        _schedulers[0].step();
                        Publish();
                    }

                    public override void step(int? epoch)
                    {
                        LastEpoch = epoch ?? LastEpoch + 1;
                        var index = _milestones.Count(milestone => milestone <= LastEpoch);
                        if (index > 0 && _milestones[index - 1] == LastEpoch)
                        {
                            _schedulers[index].step(0);
                        }
                        else
                        {
                            _schedulers[index].step();
                        }
                        Publish();
                    }

                    private protected override double NextRate(int group) => Groups[group].LearningRate;
                }

                /// <summary>Lowers the rate when a measure has stopped improving.</summary>
                public class ReduceLROnPlateau : LRScheduler
                {
                    private readonly bool _lowerIsBetter;
                    private readonly bool _relative;
                    private readonly double _factor;
                    private readonly int _patience;
                    private readonly double _threshold;
                    private readonly int _cooldown;
                    private readonly double[] _lowest;
                    private readonly double _smallestChange;
                    private double _best;
                    private int _badEpochs;
                    private int _restLeft;

                    public ReduceLROnPlateau(Optimizer optimizer, string mode = "min", double factor = 0.1, int patience = 10, double threshold = 1e-4, string threshold_mode = "rel", int cooldown = 0, IList<double>? min_lr = null, double eps = 1e-8, bool verbose = false)
                        : base(optimizer, 0, verbose)
                    {
                        if (factor >= 1.0)
                        {
                            throw new ArgumentException("Factor should be < 1.0", nameof(factor));
                        }
                        _lowerIsBetter = mode switch
                        {
                            "min" => true,
                            "max" => false,
                            _ => throw new ArgumentException($"mode {mode} is unknown!", nameof(mode)),
                        };
                        _relative = threshold_mode switch
                        {
                            "rel" => true,
                            "abs" => false,
                            _ => throw new ArgumentException($"threshold mode {threshold_mode} is unknown!", nameof(threshold_mode)),
                        };
                        _factor = factor;
                        _patience = patience;
                        _threshold = threshold;
                        _cooldown = cooldown;
                        _smallestChange = eps;
                        _lowest = min_lr is { Count: > 1 } ? [.. min_lr] : [.. Enumerable.Repeat(min_lr?.FirstOrDefault() ?? 0, Groups.Length)];
                        _best = _lowerIsBetter ? double.PositiveInfinity : double.NegativeInfinity;
                    }

                    public override void step() =>
                        throw new InvalidOperationException("step() should not be used with the ReduceLROnPlateau scheduler. Use step(double, int?), instead.");

                    public override void step(int? epoch) =>
                        throw new InvalidOperationException("step(int?) should not be used with the ReduceLROnPlateau scheduler. Use step(double, int?), instead.");

                    public override void step(double current, int? epoch = null)
                    {
                        LastEpoch = epoch ?? LastEpoch + 1;
                        if (IsBetter(current))
                        {
                            _best = current;
                            _badEpochs = 0;
                        }
                        else
                        {
                            _badEpochs++;
                        }
                        if (_restLeft > 0)
                        {
                            _restLeft--;
                            _badEpochs = 0;
                        }
                        if (_badEpochs > _patience)
                        {
                            Reduce();
                            _restLeft = _cooldown;
                            _badEpochs = 0;
                        }
                        Publish();
                    }

                    private protected override double NextRate(int group) => Groups[group].LearningRate;

                    private bool IsBetter(double current)
                    {
                        if (_lowerIsBetter)
                        {
                            return current < (_relative ? _best * (1 - _threshold) : _best - _threshold);
                        }
                        return current > (_relative ? _best * (1 + _threshold) : _best + _threshold);
                    }

                    private void Reduce()
                    {
                        for (var i = 0; i < Groups.Length; i++)
                        {
                            var rate = Math.Max(Groups[i].LearningRate * _factor, _lowest[i]);
                            if (Groups[i].LearningRate - rate > _smallestChange)
                            {
                                Groups[i].LearningRate = rate;
                            }
                        }
                    }
                }

                /// <summary>Up, down, and further down, with momentum the other way round (Smith and Topin 2019). One step per batch.</summary>
                public class OneCycleLR : LRScheduler
                {
                    private readonly double[] _highest;
                    private readonly double[]? _lowMomentum;
                    private readonly double[]? _highMomentum;
                    private readonly double _divisor;
                    private readonly double _finalDivisor;
                    private readonly Func<double, double, double, double> _anneal;
                    private readonly Phase[] _phases;
                    private readonly int _steps;

                    public OneCycleLR(Optimizer optimizer, double max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1, double pct_start = 0.3, AnnealStrategy anneal_strategy = AnnealStrategy.Cos, bool cycle_momentum = true, double base_momentum = 0.85, double max_momentum = 0.95, double div_factor = 25, double final_div_factor = 1e4, bool three_phase = false, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, Enumerable.Repeat(max_lr, optimizer.ParamGroups.Count()), total_steps, epochs, steps_per_epoch, pct_start, anneal_strategy, cycle_momentum, Enumerable.Repeat(base_momentum, optimizer.ParamGroups.Count()), Enumerable.Repeat(max_momentum, optimizer.ParamGroups.Count()), div_factor, final_div_factor, three_phase, last_epoch, verbose)
                    {
                    }

                    public OneCycleLR(Optimizer optimizer, IEnumerable<double> max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1, double pct_start = 0.3, AnnealStrategy anneal_strategy = AnnealStrategy.Cos, bool cycle_momentum = true, IEnumerable<double>? base_momentum = null, IEnumerable<double>? max_momentum = null, double div_factor = 25, double final_div_factor = 1e4, bool three_phase = false, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        if (pct_start is < 0 or > 1)
                        {
                            throw new ArgumentException($"Expected float between 0 and 1 for pct_start, but got {pct_start}", nameof(pct_start));
                        }
                        if (cycle_momentum && Groups.Any(group => group is not (IMomentum or IBetas)))
                        {
                            throw new ArgumentException("optimizer must support momentum with `cycle_momentum` option enabled", nameof(optimizer));
                        }
                        _steps = total_steps > 0 ? total_steps
                            : total_steps == -1 && epochs > 0 && steps_per_epoch > 0 ? epochs * steps_per_epoch
                            : throw new ArgumentException("You must define either total_steps OR (epochs AND steps_per_epoch), as positive numbers");
                        _highest = [.. max_lr];
                        _divisor = div_factor;
                        _finalDivisor = final_div_factor;
                        if (cycle_momentum)
                        {
                            _lowMomentum = [.. base_momentum ?? Enumerable.Repeat(0.85, Groups.Length)];
                            _highMomentum = [.. max_momentum ?? Enumerable.Repeat(0.95, Groups.Length)];
                        }
                        _anneal = anneal_strategy == AnnealStrategy.Cos
                            ? (from, to, done) => to + ((from - to) / 2 * (Math.Cos(Math.PI * done) + 1))
                            : (from, to, done) => from + ((to - from) * done);
                        var peak = (pct_start * _steps) - 1;
                        _phases = three_phase
                            ?
                            [
                                new(peak, Level.Initial, Level.Highest),
                                new((2 * pct_start * _steps) - 2, Level.Highest, Level.Initial),
                                new(_steps - 1, Level.Initial, Level.Lowest),
                            ]
                            :
                            [
                                new(peak, Level.Initial, Level.Highest),
                                new(_steps - 1, Level.Highest, Level.Lowest),
                            ];
                        step();
                    }

                    public enum AnnealStrategy
                    {
                        Cos,
                        Linear,
                    }

                    private enum Level
                    {
                        Initial,
                        Highest,
                        Lowest,
                    }

                    private protected override double NextRate(int group)
                    {
                        if (LastEpoch > _steps)
                        {
                            throw new InvalidOperationException($"Tried to step {LastEpoch} times. The specified number of total steps is {_steps}");
                        }
                        var start = 0.0;
                        var index = 0;
                        while (index < _phases.Length - 1 && LastEpoch > _phases[index].End)
                        {
                            start = _phases[index].End;
                            index++;
                        }
                        var phase = _phases[index];
                        var done = (LastEpoch - start) / (phase.End - start);
                        if (_lowMomentum is not null && _highMomentum is not null)
                        {
                            double MomentumAt(Level level) => level == Level.Highest ? _lowMomentum[group] : _highMomentum[group];
                            SetMomentum(Groups[group], _anneal(MomentumAt(phase.From), MomentumAt(phase.To), done));
                        }
                        return _anneal(RateAt(phase.From, group), RateAt(phase.To, group), done);
                    }

                    private double RateAt(Level level, int group) => level switch
                    {
                        Level.Highest => _highest[group],
                        Level.Initial => _highest[group] / _divisor,
                        _ => _highest[group] / _divisor / _finalDivisor,
                    };

                    private static void SetMomentum(ILearningRateController group, double momentum)
                    {
                        if (group is IBetas betas)
                        {
                            betas.Betas = (momentum, betas.Betas.Item2);
                        }
                        else
                        {
                            ((IMomentum)group).Momentum = momentum;
                        }
                    }

                    private sealed record Phase(double End, Level From, Level To);
                }
            }
        }
    }
}
