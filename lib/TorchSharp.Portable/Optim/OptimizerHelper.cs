using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Parameter groups and state, for the optimizers below.</summary>
public abstract class OptimizerHelper : Optimizer
{
    private readonly Dictionary<Parameter, OptimizerState> _states = new(ReferenceEqualityComparer.Instance);

    private protected OptimizerHelper()
    {
    }

    /// <summary>The live state of this optimizer, not a copy.</summary>
    public virtual StateDictionary state_dict()
    {
        var result = new StateDictionary();
        foreach (var group in _parameter_groups)
        {
            result.Options.Add(group.Options);
            result.State.AddRange(group.Parameters.Select(StateOf));
        }
        return result;
    }

    /// <summary>Copies hyper-parameters and state from another optimizer of the same kind over parameters of the same shapes.</summary>
    public virtual void load_state_dict(StateDictionary state_dict)
    {
        var own = this.state_dict();
        if (state_dict.Options.Count != own.Options.Count)
        {
            throw new ArgumentException("Invalid optimizer state -- different number of parameter groups.", nameof(state_dict));
        }
        if (state_dict.State.Count != own.State.Count)
        {
            throw new ArgumentException("Invalid optimizer state -- different number of states.", nameof(state_dict));
        }
        foreach (var (mine, theirs) in own.Options.Zip(state_dict.Options))
        {
            mine.LoadStateDict(theirs);
        }
        foreach (var (mine, theirs) in own.State.Zip(state_dict.State))
        {
            mine.LoadStateDict(theirs);
        }
    }

    /// <summary>Moves the state to the device that the parameters have been moved to.</summary>
    public void to(Device device)
    {
        foreach (var state in _states.Values)
        {
            state.to(device);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var state in _states.Values)
            {
                state.Release();
            }
            _states.Clear();
        }
        base.Dispose(disposing);
    }

    private protected OptimizerState StateOf(Parameter parameter) => _states[parameter];

    private protected void Register(ParamGroup group, Func<Parameter, OptimizerState> makeState)
    {
        // The parameters may be a query over the module (as from parameters()): read it once.
        group.Parameters = group.Parameters.ToList();
        group.InitialLearningRate = group.LearningRate;
        foreach (var parameter in group.Parameters)
        {
            if (!_states.TryAdd(parameter, makeState(parameter)))
            {
                throw new ArgumentException("Some parameters appear in more than one parameter group.", nameof(group));
            }
        }
        _parameter_groups.Add(group);
    }

    /// <summary>
    /// Calls the update with the parameters of each group that have a gradient. Those that have taken a different number
    /// of steps are handed over separately, as the bias corrections of the update differ.
    /// </summary>
    private protected Tensor? Step<TState>(Func<Tensor>? closure, Action<ParamGroup, Update<TState>> update)
        where TState : OptimizerState
    {
        Tensor? loss = null;
        if (closure is not null)
        {
            using (enable_grad())
            {
                loss = closure();
            }
        }
        using (no_grad())
        {
            foreach (var group in _parameter_groups)
            {
                using var scope = NewDisposeScope();
                foreach (var batch in Batches<TState>(group))
                {
                    update(group, batch);
                }
            }
        }
        return loss;
    }

    private IEnumerable<Update<TState>> Batches<TState>(ParamGroup group) where TState : OptimizerState
    {
        var pending = new List<(Parameter Parameter, Tensor Gradient, TState State)>();
        foreach (var parameter in group.Parameters)
        {
            if (parameter.grad is { } gradient)
            {
                var state = (TState)StateOf(parameter);
                state.StepCount++;
                pending.Add((parameter, gradient, state));
            }
        }
        return pending.GroupBy(entry => entry.State.StepCount).Select(batch => new Update<TState>(
            [.. batch.Select(entry => entry.Parameter)],
            [.. batch.Select(entry => entry.Gradient)],
            [.. batch.Select(entry => entry.State)],
            batch.Key));
    }

    private protected sealed record Update<TState>(Tensor[] Parameters, Tensor[] Gradients, TState[] States, long StepCount);
}
