using CourseCompanion.French;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Graphs;

/// <summary>Decides when an iteration over the graph stops, and shows its progress.</summary>
internal sealed class Convergence : IDisposable
{
    private readonly int _maximum;
    private readonly IProgressTask? _progress;

    public Convergence(string title, PropagationOptions options, int defaultMaximum)
    {
        options.Validate();
        Options = options;
        _maximum = options.MaxIterations ?? defaultMaximum;
        _progress = options.ShowsProgress ? WorkContext.Progress.Start(title, _maximum) : null;
    }

    public PropagationOptions Options { get; }

    public int Iterations { get; private set; }

    /// <summary>Sum of all absolute changes of the last iteration.</summary>
    public double Change { get; private set; } = double.PositiveInfinity;

    public bool Continues => Iterations < _maximum && Change >= Options.Tolerance;

    /// <summary>French; null if the iteration has converged.</summary>
    public string? Warning => Change < Options.Tolerance ? null : string.Create(
        FrenchNumbers.Format,
        $"Pas encore convergé après {Iterations} itérations : la variation ({Change:0.#####}) dépasse la tolérance ({Options.Tolerance:0.#####}). Augmentez MaxIterations.");

    /// <summary>Counts one iteration, from masses [N, K] to the next ones.</summary>
    public void Compare(Tensor current, Tensor next)
    {
        Change = (next - current).abs().sum().item<double>();
        Iterations++;
        if (Options.OnIteration is { } callback)
        {
            callback(new PropagationStep(Iterations, Change, ClassPredictions.FromMass(next, minimumMargin: 0).Labels));
        }

        _progress?.Report(Iterations, string.Create(FrenchNumbers.Format, $"variation {Change:0.#####}"));
        if (!Continues)
        {
            _progress?.Report(
                Warning is null ? _maximum : Iterations,
                Warning ?? string.Create(FrenchNumbers.Format, $"convergé après {Iterations} itérations"));
        }
    }

    public void Dispose() => _progress?.Dispose();
}
