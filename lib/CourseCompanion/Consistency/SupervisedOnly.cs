using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>
/// The labelled images alone, in their weak views: what every method that also looks at unlabelled images has to beat. Without a weak
/// augmentation most of what a paper credits to unlabelled images is the augmentation's.
/// </summary>
public sealed class SupervisedOnly : SemiSupervisedMethod
{
    /// <inheritdoc/>
    public override string Name => "supervised only";

    /// <inheritdoc/>
    public override bool UsesUnlabelled => false;

    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);
        Tensor logits = student.call(batch.Weak(batch.Labelled));
        return new StepLosses(new NamedLoss(StepLosses.Labelled, nn.functional.cross_entropy(logits, batch.Labels)));
    }
}
