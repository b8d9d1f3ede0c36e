using CourseCompanion.SemiSupervised;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>
/// Mean Teacher (Tarvainen and Valpola, 2017, <i>Mean teachers are better role models</i>): the network is to answer on one view what its own
/// average over the past steps answers on another.
/// </summary>
/// <remarks>
/// Labelled and unlabelled images go through the student as one batch. The teacher sees the unlabelled images in training mode, hence with the statistics
/// of their own batch; its running statistics are copies of the student's.
/// </remarks>
public sealed class MeanTeacher : SemiSupervisedMethod
{
    private readonly nn.Module<Tensor, Tensor> _teacher;
    private readonly WeightAverage _average;
    private readonly double _weight;
    private readonly double _rise;

    /// <param name="student">The network that learns.</param>
    /// <param name="teacher">A second network of the same shape, which becomes the average of the first; disposed of with the method.</param>
    /// <param name="weight">What agreement weighs once the rise is over.</param>
    /// <param name="decay">How much of the teacher stays at each step; the paper's 0.999 is for much longer trainings.</param>
    /// <param name="rise">Share of the training during which the weight rises, see <see cref="ConsistencyLosses.RampUp"/>.</param>
    public MeanTeacher(
        nn.Module<Tensor, Tensor> student, nn.Module<Tensor, Tensor> teacher, double weight = 10, double decay = 0.97, double rise = 0.4)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        (_teacher, _weight, _rise) = (teacher, Setting.NotNegative(weight), Setting.Share(rise));
        _average = new WeightAverage(student, teacher, decay);
        _teacher.train();
    }

    /// <inheritdoc/>
    public override string Name => "Mean Teacher";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State =>
        _teacher.state_dict().Append(new("updates", _average.Updates)).ToDictionary(entry => entry.Key, entry => entry.Value);

    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);
        long b = batch.Labelled.shape[0];

        // 1. The teacher answers on one view...
        Tensor targets;
        using (no_grad())
        {
            targets = _teacher.call(batch.Weak(batch.Unlabelled)).softmax(1);  // [M, K]
        }

        // 2. ...and the student on another.
        Tensor logits = student.call(cat([batch.Weak(batch.Labelled), batch.Weak(batch.Unlabelled)], 0));  // [B + M, K]
        Tensor answers = logits.narrow(0, b, logits.shape[0] - b).softmax(1);                             // [M, K]
        return new StepLosses(
            new NamedLoss(StepLosses.Labelled, nn.functional.cross_entropy(logits.narrow(0, 0, b), batch.Labels)),
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
