namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            /// <summary>
            /// Sets the learning rates of an optimizer's groups, step by step. Making a scheduler sets those of step 0.
            /// Most schedulers change the current rate by a factor, so that several can act on one optimizer.
            /// </summary>
            public abstract class LRScheduler
            {
                private readonly bool _verbose;
                private double[] _lastRates;

                private protected LRScheduler(Optimizer optimizer, int last_epoch = -1, bool verbose = false)
                {
                    ArgumentNullException.ThrowIfNull(optimizer);
                    Optimizer = optimizer;
                    Groups = [.. optimizer.ParamGroups];
                    BaseRates = [.. Groups.Select(group => group.InitialLearningRate)];
                    LastEpoch = last_epoch;
                    _verbose = verbose;
                    _lastRates = [.. Groups.Select(group => group.LearningRate)];
                }

                internal int LastEpoch { get; set; }

                internal Optimizer Optimizer { get; }

                private protected ILearningRateController[] Groups { get; }

                /// <summary>The rates before any scheduler.</summary>
                private protected double[] BaseRates { get; }

                public IEnumerable<double> get_last_lr() => _lastRates;

                public virtual void step() => step(null);

                public virtual void step(int? epoch)
                {
                    LastEpoch = epoch ?? LastEpoch + 1;
                    for (var i = 0; i < Groups.Length; i++)
                    {
                        var rate = (epoch is null ? null : DirectRate(i)) ?? NextRate(i);
                        if (_verbose && rate != Groups[i].LearningRate)
                        {
                            Console.WriteLine(FormattableString.Invariant($"Adjusting learning rate to {rate}"));
                        }
                        Groups[i].LearningRate = rate;
                    }
                    Publish();
                }

                /// <summary>With a measure of progress, which only some schedulers look at.</summary>
                public virtual void step(double current, int? epoch = null) => step(epoch);

                /// <summary>The rate of a group at the current epoch, given that its current rate is that of the epoch before.</summary>
                private protected abstract double NextRate(int group);

                /// <summary>The rate of a group at any epoch, where there is a formula for it.</summary>
                private protected virtual double? DirectRate(int group) => null;

                private protected void Publish() => _lastRates = [.. Groups.Select(group => group.LearningRate)];
            }
        }
    }
}
