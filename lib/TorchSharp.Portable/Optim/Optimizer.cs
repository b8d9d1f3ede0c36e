using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>Changes parameters along their gradients.</summary>
        public abstract class Optimizer : IDisposable
        {
            private protected Optimizer()
            {
            }

            public virtual IEnumerable<ILearningRateController> ParamGroups => _parameter_groups;

            private protected List<ParamGroup> _parameter_groups { get; } = [];

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            public abstract Tensor? step(Func<Tensor>? closure = null);

            /// <summary>
            /// Removes the gradients of all parameters. They are set to null rather than to zero, PyTorch's default since
            /// 2.0: the next backward then writes them instead of adding to zeros.
            /// </summary>
            public virtual void zero_grad()
            {
                foreach (var parameter in parameters())
                {
                    parameter.grad = null;
                }
            }

            public virtual IEnumerable<Parameter> parameters() => _parameter_groups.SelectMany(group => group.Parameters);

            public abstract void add_param_group(ParamGroup param_group);

            protected virtual void Dispose(bool disposing)
            {
            }

            /// <summary>The hyper-parameters of every group and the state of every parameter, in the groups' order.</summary>
            public class StateDictionary
            {
                internal StateDictionary()
                {
                }

                public List<OptimizerOptions> Options { get; } = [];

                public List<OptimizerState> State { get; } = [];
            }
        }

        /// <summary>What learning rate schedulers need of a parameter group.</summary>
        public interface ILearningRateController
        {
            double LearningRate { set; get; }

            double InitialLearningRate { set; get; }
        }

        public interface IMomentum
        {
            double Momentum { get; set; }
        }

        public interface IBetas
        {
            (double, double) Betas { get; set; }
        }
    }
}
