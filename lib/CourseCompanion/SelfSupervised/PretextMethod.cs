using CourseCompanion.Models;
using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>
/// A pretext task: a question about images whose answer nobody has to write, so that an encoder can learn from it without a
/// label. All have this one contract: one loop (<see cref="Pretrainer"/>) trains with any of them.
/// </summary>
/// <remarks>
/// A method is a network: the encoder, and whatever the question needs besides (a projection, a decoder, a second encoder
/// that follows the first), registered as parts. Parameters that ask for no gradient are moved by <see cref="AfterStep"/>
/// only. Memory that is kept from step to step is registered as a buffer: it is saved with the rest.
/// </remarks>
/// <param name="name">The name that its authors gave it.</param>
public abstract class PretextMethod(string name) : nn.Module(name)
{
    /// <summary>The name that its authors gave it.</summary>
    public string Name => GetName();

    /// <summary>What learns to describe images; the only part that is kept in the end. Disposed of with the method.</summary>
    public abstract Encoder Encoder { get; }

    /// <summary>The loss of one step: one number, with its gradient. Runs inside a dispose scope: intermediate tensors need no care.</summary>
    /// <param name="batch">What it sees.</param>
    public abstract Tensor Loss(PretextBatch batch);

    /// <summary>What follows the optimiser's step: a second encoder that goes along.</summary>
    /// <param name="batch">What was seen.</param>
    public virtual void AfterStep(PretextBatch batch)
    {
    }

    // TorchSharp would register every field once more, under the field's name, when the module becomes a part of another.
    /// <inheritdoc/>
    protected sealed override void RegisterComponents()
    {
    }
}
