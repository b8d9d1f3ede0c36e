using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Adam (Kingma and Ba 2015) and AMSGrad (Reddi et al. 2018); weight decay is added to the gradient.</summary>
public class Adam : OptimizerHelper, IBetas
{
    private readonly Options _defaults;

    public Adam(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
        : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)
    {
    }

    public Adam(IEnumerable<ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
    {
        AdamUpdate.Validate(lr, beta1, beta2, eps, weight_decay);
        _defaults = new Options
        {
            LearningRate = lr,
            beta1 = beta1,
            beta2 = beta2,
            eps = eps,
            weight_decay = weight_decay,
            amsgrad = amsgrad,
            maximize = maximize,
        };
        foreach (var group in parameters)
        {
            add_param_group(group);
        }
    }

    public (double, double) Betas
    {
        get => (_defaults.beta1!.Value, _defaults.beta2!.Value);
        set => (_defaults.beta1, _defaults.beta2) = value;
    }

    public override void add_param_group(Modules.ParamGroup param_group)
    {
        var options = (Options)(param_group.Options ??= new Options());
        options.LearningRate ??= _defaults.LearningRate;
        options.beta1 ??= _defaults.beta1;
        options.beta2 ??= _defaults.beta2;
        options.eps ??= _defaults.eps;
        options.weight_decay ??= _defaults.weight_decay;
        options.amsgrad ??= _defaults.amsgrad;
        options.maximize ??= _defaults.maximize;
        Register(param_group, parameter => new State(parameter, options.amsgrad!.Value));
    }

    public override Tensor? step(Func<Tensor>? closure = null) => Step<State>(closure, static (group, update) =>
    {
        var options = (Options)group.Options;
        AdamUpdate.Apply(
            update.Parameters, update.Gradients,
            [.. update.States.Select(state => state.exp_avg)],
            [.. update.States.Select(state => state.exp_avg_sq)],
            options.amsgrad == true ? [.. update.States.Select(state => state.max_exp_avg_sq!)] : null,
            update.StepCount, group.LearningRate, options.beta1!.Value, options.beta2!.Value, options.eps!.Value,
            options.weight_decay!.Value, decoupledDecay: false, options.maximize!.Value);
    });

    public sealed class State : OptimizerState
    {
        internal Tensor exp_avg;
        internal Tensor exp_avg_sq;
        internal Tensor? max_exp_avg_sq;

        internal State(Parameter parameter, bool amsgrad)
        {
            exp_avg = AdamUpdate.Zeros(parameter);
            exp_avg_sq = AdamUpdate.Zeros(parameter);
            max_exp_avg_sq = amsgrad ? AdamUpdate.Zeros(parameter) : null;
        }

        public long step;

        internal override long StepCount
        {
            get => step;
            set => step = value;
        }

        public override void LoadStateDict(OptimizerState source)
        {
            var state = (State)source;
            StepCount = state.StepCount;
            Load(ref exp_avg!, state.exp_avg);
            Load(ref exp_avg_sq!, state.exp_avg_sq);
            Load(ref max_exp_avg_sq, state.max_exp_avg_sq);
        }

        public override void to(Device device)
        {
            Move(exp_avg, device);
            Move(exp_avg_sq, device);
            Move(max_exp_avg_sq, device);
        }

        internal override void Release()
        {
            exp_avg.Dispose();
            exp_avg_sq.Dispose();
            max_exp_avg_sq?.Dispose();
        }
    }

    public class Options : OptimizerOptions
    {
        public double? beta1;
        public double? beta2;
        public double? weight_decay;
        public double? eps;
        public bool? amsgrad;
        public bool? maximize;

        public override void LoadStateDict(OptimizerOptions source)
        {
            base.LoadStateDict(source);
            var options = (Options)source;
            beta1 = options.beta1;
            beta2 = options.beta2;
            weight_decay = options.weight_decay;
            eps = options.eps;
            amsgrad = options.amsgrad;
            maximize = options.maximize;
        }
    }

    public class ParamGroup : ParamGroup<Options>, IBetas
    {
        public ParamGroup()
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, Options options)
            : base(parameters, options)
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
            : base(parameters, new Options { LearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize })
        {
        }

        public (double, double) Betas
        {
            get => (Options.beta1!.Value, Options.beta2!.Value);
            set => (Options.beta1, Options.beta2) = value;
        }
    }
}
