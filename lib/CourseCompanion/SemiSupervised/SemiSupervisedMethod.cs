using CourseCompanion.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.SemiSupervised;

/// <summary>
/// A way to learn from labelled and unlabelled images at once. All methods have this one contract, so that one loop
/// (<see cref="SemiSupervisedTrainer"/>) can train a network with any of them: a labelled and an unlabelled batch come in, the parts of
/// a loss come out.
/// </summary>
public abstract class SemiSupervisedMethod : IDisposable
{
    private readonly Dictionary<string, Tensor> _state = [];

    /// <summary>The name that its authors gave it.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it looks at unlabelled images. If not, it gets none, and none reach the statistics of batch normalisation.</summary>
    public virtual bool UsesUnlabelled => true;

    /// <summary>What the method remembers from step to step, by name: saved with a training, and put back in place when it is resumed.</summary>
    public virtual IReadOnlyDictionary<string, Tensor> State => _state;

    /// <summary>
    /// Weights of the method's own that learn beside the network's, moved by the same optimiser at the same rate: those of a second network. Their values
    /// belong into <see cref="State"/>, too.
    /// </summary>
    public virtual IEnumerable<Parameter> Parameters => [];

    /// <summary>
    /// The settings it was made with, in a line: what tells a saved training from one with other settings. All numbers, choices and options that it
    /// keeps in read-only fields.
    /// </summary>
    internal string Settings => SavedTraining.SettingsOf(this);

    /// <summary>The parts of the loss of one step. Runs inside a dispose scope: intermediate tensors need no care.</summary>
    /// <param name="student">The network that learns, in training mode: images [N, C, H, W] to logits [N, K], or [N, K, H, W] of each pixel.</param>
    /// <param name="batch">What it sees.</param>
    public abstract StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch);

    /// <summary>What follows the optimiser's step: a teacher that goes along, a generator that learns.</summary>
    /// <param name="student">The network, after the step.</param>
    /// <param name="batch">What it saw.</param>
    public virtual void AfterStep(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Keeps a tensor from step to step, as a part of <see cref="State"/>; change it in place only.</summary>
    /// <param name="name">Its name in a saved training.</param>
    /// <param name="initial">What it is at the beginning; disposed of with the method.</param>
    protected Tensor Remember(string name, Tensor initial)
    {
        ArgumentNullException.ThrowIfNull(initial);
        return _state[name] = initial.DetachFromDisposeScope();
    }

    /// <summary>Disposes of what the method remembers.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (Tensor value in _state.Values)
            {
                value.Dispose();
            }
        }
    }
}
