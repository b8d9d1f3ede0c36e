using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

public class MeanTeacherTests
{
    [Fact]
    public void The_teacher_is_the_average_and_the_student_is_to_answer_like_it()
    {
        using var scope = NewDisposeScope();
        using Factor student = new(1), teacher = new(7);
        using var method = new MeanTeacher(student, teacher, weight: 3, decay: 0.9);
        SemiSupervisedBatch batch = Cases.Batch(new[,] { { 0.7, 0.3 } }, [0], new[,] { { 0.8, 0.2 } }, progress: 0.5);

        // At the beginning they are the same.
        Assert.Equal(0, method.Losses(student, batch).Value());

        // The student doubles; the teacher, after one step, is the plain mean of 1 and 2; after two steps, 2/3 of that and 1/3 of 2.
        student.Set(2);
        method.AfterStep(student, batch);
        Assert.Equal(1.5, teacher.Value, 5);
        method.AfterStep(student, batch);
        Assert.Equal(5 / 3.0, teacher.Value, 5);

        StepLosses losses = method.Losses(student, batch);
        double difference = Share(2) - Share(5 / 3.0);
        Assert.Equal(difference * difference, losses.Value(), 5);
        Assert.Equal(3, losses.Weight());

        // Probability of the first class when logits are multiplied.
        static double Share(double factor) => Math.Pow(0.8, factor) / (Math.Pow(0.8, factor) + Math.Pow(0.2, factor));
    }

    [Fact]
    public void Agreement_weighs_little_at_first()
    {
        using var scope = NewDisposeScope();
        using Factor student = new(1), teacher = new(1);
        using var method = new MeanTeacher(student, teacher);

        Assert.Equal(10 * Math.Exp(-5), method.Losses(student, Cases.Batch(new[,] { { 0.7, 0.3 } }, [0], new[,] { { 0.8, 0.2 } })).Weight(), 5);
    }

    // Multiplies the logits that images are by one weight.
    private sealed class Factor : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter _factor;

        public Factor(double value)
            : base(nameof(Factor))
        {
            _factor = new Parameter(tensor((float)value));
            register_parameter("factor", _factor);
        }

        public double Value => _factor.item<float>();

        public void Set(double value)
        {
            using var noGradient = no_grad();
            _factor.fill_(value);
        }

        public override Tensor forward(Tensor input) => input.flatten(1) * _factor;

        protected override void Dispose(bool disposing)
        {
            _factor.Dispose();
            base.Dispose(disposing);
        }
    }
}
