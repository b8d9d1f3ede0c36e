using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Segmentation;

/// <summary>
/// Mean Teacher for masks (Tarvainen and Valpola, 2017; Yu and others, 2019, <i>Uncertainty-aware Self-ensembling Model</i>, without its weighting by uncertainty): of every pixel, the network is
/// to say what its own average over the past steps says.
/// </summary>
/// <remarks>
/// <para>Both see the same geometry, so that their pixels are the same ones: the teacher the weak view, the student what the strong augmentation makes of that
/// very view. With pixels, small differences between views teach next to nothing; strong ones do (French and others, 2020, <i>Semi-supervised semantic
/// segmentation needs strong, varied perturbations</i>). Should the strong augmentation move pixels as well, the teacher's answer moves along.</para>
/// <para>Images with masks and strong views go through the student as one batch. The teacher sees weak views in training mode, hence with the statistics of
/// their own batch; its running statistics are copies of the student's.</para>
/// </remarks>
public sealed class MeanTeacherSegmentation : SemiSupervisedMethod
{
    private readonly nn.Module<Tensor, Tensor> _teacher;
    private readonly WeightAverage _average;
    private readonly double _weight;
    private readonly double _rise;

    /// <param name="student">The network that learns.</param>
    /// <param name="teacher">A second network of the same shape, which becomes the average of the first; disposed of with the method.</param>
    /// <param name="weight">What agreement weighs once the rise is over.</param>
    /// <param name="decay">How much of the teacher stays at each step.</param>
    /// <param name="rise">Share of the training during which the weight rises, see <see cref="ConsistencyLosses.RampUp"/>.</param>
    public MeanTeacherSegmentation(
        nn.Module<Tensor, Tensor> student, nn.Module<Tensor, Tensor> teacher, double weight = 10, double decay = 0.97, double rise = 0.4)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        (_teacher, _weight, _rise) = (teacher, Setting.NotNegative(weight), Setting.Share(rise));
        _average = new WeightAverage(student, teacher, decay);
        _teacher.train();
    }

    /// <inheritdoc/>
    public override string Name => "Mean Teacher (masks)";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State =>
        _teacher.state_dict().Append(new("updates", _average.Updates)).ToDictionary(entry => entry.Key, entry => entry.Value);

    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);
        long b = batch.Labelled.shape[0], m = batch.Unlabelled.shape[0];
        (Tensor labelled, Tensor masks) = batch.Weak(batch.Labelled, batch.Labels);                         // [B, C, H, W], [B, H, W]

        // 1. The teacher answers on the weak view...
        Tensor weak = batch.Weak(batch.Unlabelled), targets;
        using (no_grad())
        {
            targets = _teacher.call(weak).softmax(1);                                                       // [M, K, H, W]
        }

        // 2. ...and the student on what is made of that view: pixel by pixel the same place.
        (Tensor strong, targets) = batch.Strong(weak, targets);
        Tensor logits = student.call(cat([labelled, strong], 0));                                           // [B + M, K, H, W]
        Tensor answers = logits.narrow(0, b, m).softmax(1);                                                 // [M, K, H, W]
        return new StepLosses(
            new NamedLoss(StepLosses.Labelled, SegmentationLosses.DiceAndCrossEntropy(logits.narrow(0, 0, b), masks)),
            new NamedLoss(
                StepLosses.Unlabelled, ConsistencyLosses.SquaredDifference(answers, targets), _weight * ConsistencyLosses.RampUp(batch.Progress, _rise)))
        {
            Guesses = targets.argmax(1),
        };
    }

    /// <summary>3. The teacher moves a little towards the student.</summary>
    /// <inheritdoc/>
    public override void AfterStep(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch) => _average.Update();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _average.Dispose();
            _teacher.Dispose();
        }

        base.Dispose(disposing);
    }
}
