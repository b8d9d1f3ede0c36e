using static TorchSharp.torch;

namespace CourseCompanion.SemiSupervised;

/// <summary>A method that is a function: to try an idea in a cell.</summary>
/// <example>
/// <code>
/// var agreement = new CustomMethod("accord", (student, batch) => new StepLosses(
///     new NamedLoss(StepLosses.Labelled, nn.functional.cross_entropy(student.call(batch.Labelled), batch.Labels)),
///     new NamedLoss(StepLosses.Unlabelled, nn.functional.mse_loss(
///         student.call(batch.Weak(batch.Unlabelled)), student.call(batch.Weak(batch.Unlabelled))))));
/// </code>
/// </example>
/// <param name="name">Its name.</param>
/// <param name="losses">The parts of its loss, from the network that learns and what it sees.</param>
public sealed class CustomMethod(string name, Func<nn.Module<Tensor, Tensor>, SemiSupervisedBatch, StepLosses> losses) : SemiSupervisedMethod
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch) => losses(student, batch);
}
