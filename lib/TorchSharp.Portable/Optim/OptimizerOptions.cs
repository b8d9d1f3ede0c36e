using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Hyper-parameters of a parameter group; those left null are the optimizer's.</summary>
public class OptimizerOptions
{
    public double? LearningRate { get; set; }

    public double InitialLearningRate { get; set; }

    public virtual void LoadStateDict(OptimizerOptions source)
    {
        InitialLearningRate = source.InitialLearningRate;
        LearningRate = source.LearningRate;
    }
}

/// <summary>What an optimizer remembers of one parameter.</summary>
public abstract class OptimizerState
{
    private protected OptimizerState()
    {
    }

    internal virtual long StepCount { get; set; }

    public abstract void LoadStateDict(OptimizerState source);

    public virtual void to(Device device)
    {
    }

    internal virtual void Release()
    {
    }

    /// <summary>Copies the source's tensor into the target, which is made if it does not exist yet.</summary>
    private protected static void Load(ref Tensor? target, Tensor? source)
    {
        if (ReferenceEquals(target, source))
        {
            return;
        }
        using (no_grad())
        {
            if (source is null)
            {
                target?.Dispose();
                target = null;
            }
            else if (target is null)
            {
                target = source.clone().DetachFromDisposeScope();
            }
            else
            {
                target.copy_(source);
            }
        }
    }

    private protected static void Move(Tensor? tensor, Device device)
    {
        if (tensor is not null && tensor.device != device)
        {
            tensor.ReplaceHandle(tensor.to(device));
        }
    }
}

/// <summary>Parameters with their hyper-parameters.</summary>
public class ParamGroup : ILearningRateController
{
    public IEnumerable<Parameter> Parameters { get; set; } = [];

    public OptimizerOptions Options { get; set; } = null!;

    public double LearningRate
    {
        get => Options.LearningRate!.Value;
        set => Options.LearningRate = value;
    }

    public double InitialLearningRate
    {
        get => Options.InitialLearningRate;
        set => Options.InitialLearningRate = value;
    }
}

/// <summary>Parameters with the hyper-parameters of one kind of optimizer.</summary>
public class ParamGroup<TOptions> : ParamGroup where TOptions : OptimizerOptions
{
    public ParamGroup()
    {
    }

    public ParamGroup(IEnumerable<Parameter> parameters, TOptions? options = null)
    {
        Parameters = parameters;
        base.Options = options!;
    }

    public new TOptions Options
    {
        get => (TOptions)base.Options;
        set => base.Options = value;
    }
}
