using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Stochastic gradient descent, with momentum (Sutskever et al. 2013) and weight decay.</summary>
public class SGD : OptimizerHelper, IMomentum
{
    private readonly Options _defaults;

    public SGD(IEnumerable<Parameter> parameters, double lr, double momentum = 0.0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, momentum, dampening, weight_decay, nesterov, maximize)
    {
    }

    public SGD(IEnumerable<ParamGroup> parameters, double lr, double momentum = 0.0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
    {
        Require(lr >= 0, $"Invalid learning rate: {lr}");
        Require(momentum >= 0, $"Invalid momentum value: {momentum}");
        Require(weight_decay >= 0, $"Invalid weight_decay value: {weight_decay}");
        Require(!nesterov || (momentum > 0 && dampening == 0), "Nesterov momentum requires a momentum and zero dampening");
        _defaults = new Options
        {
            LearningRate = lr,
            momentum = momentum,
            dampening = dampening,
            weight_decay = weight_decay,
            nesterov = nesterov,
            maximize = maximize,
        };
        foreach (var group in parameters)
        {
            add_param_group(group);
        }
    }

    public double Momentum
    {
        get => _defaults.momentum!.Value;
        set => _defaults.momentum = value;
    }

    public override void add_param_group(Modules.ParamGroup param_group)
    {
        var options = (Options)(param_group.Options ??= new Options());
        options.LearningRate ??= _defaults.LearningRate;
        options.momentum ??= _defaults.momentum;
        options.dampening ??= _defaults.dampening;
        options.weight_decay ??= _defaults.weight_decay;
        options.nesterov ??= _defaults.nesterov;
        options.maximize ??= _defaults.maximize;
        Register(param_group, _ => new State());
    }

    public override Tensor? step(Func<Tensor>? closure = null) => Step<State>(closure, static (group, update) =>
    {
        var options = (Options)group.Options;
        var direction = update.Gradients;
        if (options.maximize == true)
        {
            direction = Op.CallList("_foreach_neg", [direction]);
        }
        if (options.weight_decay is { } decay and not 0)
        {
            direction = Op.CallList("_foreach_add.List", direction, update.Parameters, decay);
        }
        if (options.momentum is { } momentum and not 0)
        {
            var buffers = Accumulate(update.States, direction, momentum, 1 - options.dampening!.Value);
            direction = options.nesterov == true ? Op.CallList("_foreach_add.List", direction, buffers, momentum) : buffers;
        }
        Op.Run("_foreach_add_.List", update.Parameters, direction, -group.LearningRate);
    });

    // The first buffer of a parameter is its first direction, without dampening.
    private static Tensor[] Accumulate(State[] states, Tensor[] direction, double momentum, double fresh)
    {
        var buffers = new Tensor[states.Length];
        List<Tensor> old = [];
        List<Tensor> added = [];
        for (var i = 0; i < states.Length; i++)
        {
            if (states[i].momentum_buffer is { } buffer)
            {
                old.Add(buffer);
                added.Add(direction[i]);
            }
            else
            {
                states[i].momentum_buffer = direction[i].clone().DetachFromDisposeScope();
            }
            buffers[i] = states[i].momentum_buffer!;
        }
        if (old.Count > 0)
        {
            Op.Run("_foreach_mul_.Scalar", old.ToArray(), momentum);
            Op.Run("_foreach_add_.List", old.ToArray(), added.ToArray(), fresh);
        }
        return buffers;
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ArgumentException(message);
        }
    }

    public sealed class State : OptimizerState
    {
        internal Tensor? momentum_buffer;

        internal State()
        {
        }

        public override void LoadStateDict(OptimizerState source)
        {
            StepCount = source.StepCount;
            Load(ref momentum_buffer, ((State)source).momentum_buffer);
        }

        public override void to(Device device) => Move(momentum_buffer, device);

        internal override void Release() => momentum_buffer?.Dispose();
    }

    public class Options : OptimizerOptions
    {
        public double? momentum;
        public double? dampening;
        public double? weight_decay;
        public bool? nesterov;
        public bool? maximize;

        public override void LoadStateDict(OptimizerOptions source)
        {
            base.LoadStateDict(source);
            var options = (Options)source;
            momentum = options.momentum;
            dampening = options.dampening;
            weight_decay = options.weight_decay;
            nesterov = options.nesterov;
            maximize = options.maximize;
        }
    }

    public class ParamGroup : ParamGroup<Options>, IMomentum
    {
        public ParamGroup()
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, Options options)
            : base(parameters, options)
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double momentum = 0.0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
            : base(parameters, new Options { LearningRate = lr, momentum = momentum, dampening = dampening, weight_decay = weight_decay, nesterov = nesterov, maximize = maximize })
        {
        }

        public double Momentum
        {
            get => Options.momentum!.Value;
            set => Options.momentum = value;
        }
    }
}
