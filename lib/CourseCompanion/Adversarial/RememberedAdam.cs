using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.Adversarial;

/// <summary>
/// Adam (Kingma and Ba, 2015, <i>Adam: A Method for Stochastic Optimization</i>), with all that it remembers in tensors: a training that is
/// saved between two steps and resumed goes on as if it had not been.
/// </summary>
internal sealed class RememberedAdam : IDisposable
{
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;

    private readonly (Parameter Weight, Tensor Mean, Tensor Square)[] _entries;
    private readonly Tensor _steps = zeros(1, ScalarType.Int64).DetachFromDisposeScope();
    private readonly double _learningRate;
    private readonly double _beta1;

    /// <param name="parameters">What it moves, by name.</param>
    /// <param name="learningRate">How far, about.</param>
    /// <param name="beta1">How much of the mean gradient stays at each step.</param>
    public RememberedAdam(IEnumerable<(string Name, Parameter Parameter)> parameters, double learningRate, double beta1)
    {
        (_learningRate, _beta1) = (learningRate, beta1);
        (string Name, Parameter Parameter)[] all = [.. parameters];
        _entries = [.. all.Select(entry => (entry.Parameter, Nothing(entry.Parameter), Nothing(entry.Parameter)))];
        State = all.Zip(_entries)
            .SelectMany(pair => new[] { ($"{pair.First.Name}.mean", pair.Second.Mean), ($"{pair.First.Name}.square", pair.Second.Square) })
            .Append(("steps", _steps))
            .ToDictionary(entry => entry.Item1, entry => entry.Item2);

        static Tensor Nothing(Tensor like) => zeros_like(like).DetachFromDisposeScope();
    }

    /// <summary>What it remembers, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>Moves the weights.</summary>
    /// <param name="gradients">A gradient for each, in the same order.</param>
    public void Step(IEnumerable<Tensor> gradients)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        long step = _steps.add_(1).item<long>();
        double meanShare = 1 - Math.Pow(_beta1, step), squareShare = Math.Sqrt(1 - Math.Pow(Beta2, step));
        foreach (((Parameter weight, Tensor mean, Tensor square), Tensor gradient) in _entries.Zip(gradients))
        {
            mean.mul_(_beta1).add_(gradient, alpha: 1 - _beta1);
            square.mul_(Beta2).addcmul_(gradient, gradient, 1 - Beta2);
            weight.addcdiv_(mean, square.sqrt().div_(squareShare).add_(Epsilon), -_learningRate / meanShare);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor value in State.Values)
        {
            value.Dispose();
        }
    }
}
