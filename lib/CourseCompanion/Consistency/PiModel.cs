using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>
/// The Pi-model (Laine and Aila, 2017, <i>Temporal Ensembling for Semi-Supervised Learning</i>): the network is to give the same answer on two
/// views of an image.
/// </summary>
/// <remarks>
/// Neither view is the teacher of the other: the gradient goes through both. Here as in the other methods agreement is asked of the unlabelled
/// images; the paper asks it of the labelled ones too.
/// <para>Labelled images and both views of the unlabelled ones go through the network as one batch, and share the statistics of batch normalisation.</para>
/// </remarks>
/// <param name="weight">What agreement weighs once the rise is over.</param>
/// <param name="rise">Share of the training during which the weight rises, see <see cref="ConsistencyLosses.RampUp"/>.</param>
public sealed class PiModel(double weight = 10, double rise = 0.4) : SemiSupervisedMethod
{
    private readonly double _weight = Setting.NotNegative(weight);
    private readonly double _rise = Setting.Share(rise);

    /// <inheritdoc/>
    public override string Name => "Pi-model";

    /// <summary>Mean squared difference of the probabilities of two views, over images and classes. The gradient goes through both.</summary>
    /// <param name="first">Logits of one view [M, K].</param>
    /// <param name="second">Logits of the other [M, K].</param>
    public static Tensor Loss(Tensor first, Tensor second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return nn.functional.mse_loss(first.softmax(1), second.softmax(1));
    }

    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);
        long b = batch.Labelled.shape[0], m = batch.Unlabelled.shape[0];

        // 1. One pass: labelled images, and two views of the unlabelled ones.
        Tensor views = cat([batch.Weak(batch.Labelled), batch.Weak(batch.Unlabelled), batch.Weak(batch.Unlabelled)], 0);  // [B + 2M, C, H, W]
        Tensor logits = student.call(views);                                                                              // [B + 2M, K]
        Tensor first = logits.narrow(0, b, m), second = logits.narrow(0, b + m, m);                                       // [M, K]

        // 2. Both answers are to be the same.
        return new StepLosses(
            new NamedLoss(StepLosses.Labelled, nn.functional.cross_entropy(logits.narrow(0, 0, b), batch.Labels)),
            new NamedLoss(StepLosses.Unlabelled, Loss(first, second), _weight * ConsistencyLosses.RampUp(batch.Progress, _rise)))
        {
            Guesses = first.detach().argmax(1),
        };
    }
}
