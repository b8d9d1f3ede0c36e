using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>RMSprop (Hinton 2012).</summary>
public class RMSProp : OptimizerHelper, IMomentum
{
    private readonly Options _defaults;

    public RMSProp(IEnumerable<Parameter> parameters, double lr = 1e-3, double alpha = 0.99, double eps = 1e-8, double weight_decay = 0, double momentum = 0.0, bool centered = false, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, alpha, eps, weight_decay, momentum, centered, maximize)
    {
    }

    public RMSProp(IEnumerable<ParamGroup> parameters, double lr = 1e-3, double alpha = 0.99, double eps = 1e-8, double weight_decay = 0, double momentum = 0.0, bool centered = false, bool maximize = false)
    {
        if (lr < 0 || alpha < 0 || eps < 0 || weight_decay < 0 || momentum < 0)
        {
            throw new ArgumentException($"lr, alpha, eps, weight_decay and momentum must not be negative: {lr}, {alpha}, {eps}, {weight_decay}, {momentum}.");
        }
        _defaults = new Options
        {
            LearningRate = lr,
            alpha = alpha,
            eps = eps,
            weight_decay = weight_decay,
            momentum = momentum,
            centered = centered,
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
        options.alpha ??= _defaults.alpha;
        options.eps ??= _defaults.eps;
        options.weight_decay ??= _defaults.weight_decay;
        options.momentum ??= _defaults.momentum;
        options.centered ??= _defaults.centered;
        options.maximize ??= _defaults.maximize;
        Register(param_group, parameter => new State(parameter, options.momentum > 0, options.centered == true));
    }

    public override Tensor? step(Func<Tensor>? closure = null) => Step<State>(closure, static (group, update) =>
    {
        var options = (Options)group.Options;
        var alpha = options.alpha!.Value;
        var gradients = update.Gradients;
        if (options.maximize == true)
        {
            gradients = Op.CallList("_foreach_neg", [gradients]);
        }
        if (options.weight_decay is { } decay and not 0)
        {
            gradients = Op.CallList("_foreach_add.List", gradients, update.Parameters, decay);
        }
        Tensor[] squares = [.. update.States.Select(state => state.square_avg)];
        Op.Run("_foreach_mul_.Scalar", squares, alpha);
        Op.Run("_foreach_addcmul_.Scalar", squares, gradients, gradients, 1 - alpha);
        var variances = squares;
        if (options.centered == true)
        {
            Tensor[] means = [.. update.States.Select(state => state.grad_avg!)];
            Op.Run("_foreach_mul_.Scalar", means, alpha);
            Op.Run("_foreach_add_.List", means, gradients, 1 - alpha);
            variances = Op.CallList("_foreach_addcmul.Scalar", squares, means, means, -1);
        }
        var divisors = Op.CallList("_foreach_sqrt", [variances]);
        Op.Run("_foreach_add_.Scalar", divisors, options.eps!.Value);
        if (options.momentum > 0)
        {
            Tensor[] buffers = [.. update.States.Select(state => state.momentum_buffer!)];
            Op.Run("_foreach_mul_.Scalar", buffers, options.momentum.Value);
            Op.Run("_foreach_addcdiv_.Scalar", buffers, gradients, divisors, 1);
            Op.Run("_foreach_add_.List", update.Parameters, buffers, -group.LearningRate);
        }
        else
        {
            Op.Run("_foreach_addcdiv_.Scalar", update.Parameters, gradients, divisors, -group.LearningRate);
        }
    });

    public sealed class State : OptimizerState
    {
        internal Tensor square_avg;
        internal Tensor? momentum_buffer;
        internal Tensor? grad_avg;

        internal State(Parameter parameter, bool momentum, bool centered)
        {
            square_avg = AdamUpdate.Zeros(parameter);
            momentum_buffer = momentum ? AdamUpdate.Zeros(parameter) : null;
            grad_avg = centered ? AdamUpdate.Zeros(parameter) : null;
        }

        public override void LoadStateDict(OptimizerState source)
        {
            var state = (State)source;
            StepCount = state.StepCount;
            Load(ref square_avg!, state.square_avg);
            Load(ref momentum_buffer, state.momentum_buffer);
            Load(ref grad_avg, state.grad_avg);
        }

        public override void to(Device device)
        {
            Move(square_avg, device);
            Move(momentum_buffer, device);
            Move(grad_avg, device);
        }

        internal override void Release()
        {
            square_avg.Dispose();
            momentum_buffer?.Dispose();
            grad_avg?.Dispose();
        }
    }

    public class Options : OptimizerOptions
    {
        public double? alpha;
        public double? eps;
        public double? weight_decay;
        public double? momentum;
        public bool? centered;
        public bool? maximize;

        public override void LoadStateDict(OptimizerOptions source)
        {
            base.LoadStateDict(source);
            var options = (Options)source;
            alpha = options.alpha;
            eps = options.eps;
            weight_decay = options.weight_decay;
            momentum = options.momentum;
            centered = options.centered;
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

        public double Momentum
        {
            get => Options.momentum!.Value;
            set => Options.momentum = value;
        }
    }
}
