using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

/// <summary>Which images go through which network together, as each method's remarks say.</summary>
public class BatchNormTests
{
    private const int B = 8;
    private const int M = 12;

    public static TheoryData<string> Methods => [.. AllMethods.Plain.Keys];

    [Theory]
    [InlineData("FixMatch", new[] { B + (2 * M) }, new int[0])]
    [InlineData("FlexMatch", new[] { B + (2 * M) }, new int[0])]
    [InlineData("FreeMatch", new[] { B + (2 * M) }, new int[0])]
    [InlineData("Mean Teacher", new[] { B + M }, new[] { M })]
    [InlineData("MixMatch", new[] { B + (2 * M), B + (2 * M) }, new int[0])]
    [InlineData("Pi-model", new[] { B + (2 * M) }, new int[0])]
    [InlineData("pseudo-labels", new[] { B + M }, new int[0])]
    [InlineData("SoftMatch", new[] { B + (2 * M) }, new int[0])]
    [InlineData("UDA", new[] { B + (2 * M) }, new int[0])]
    public void Images_go_through_in_as_many_passes_as_stated(string name, int[] ofStudent, int[] ofTeacher)
    {
        using var scope = NewDisposeScope();
        using Recorder student = new(), teacher = new();
        using SemiSupervisedMethod method = AllMethods.Plain[name](0, student, teacher);
        using var generator = new Generator();
        student.train();

        method.Losses(student, Liveness.Batch(0, generator));

        Assert.Equal(ofStudent, student.Passes.Select(pass => pass.Images));
        Assert.Equal(ofTeacher, teacher.Passes.Select(pass => pass.Images));
        Assert.All(student.Passes.Concat(teacher.Passes), pass => Assert.True(pass.Training));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Unlabelled_images_reach_the_running_statistics_of_the_student(string name) =>
        Assert.NotEqual(RunningMean(name, shift: 0), RunningMean(name, shift: 3));

    [Fact]
    public void None_do_when_only_labelled_images_are_learnt_from()
    {
        float[] Mean(double shift)
        {
            using var scope = NewDisposeScope();
            using nn.Module<Tensor, Tensor> student = Liveness.Network();
            using var method = new SupervisedOnly();
            return RunningMean(student, method, shift);
        }

        Assert.Equal(Mean(0), Mean(3));
    }

    [Fact]
    public void The_teachers_running_statistics_are_copies_of_the_students()
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> student = Liveness.Network(), teacher = Liveness.Network();
        using var method = new MeanTeacher(student, teacher);

        Cases.Train(student, method, 0, 2);

        Assert.Equal(student.state_dict()["normalization.running_var"].Floats(), teacher.state_dict()["normalization.running_var"].Floats());
        Assert.NotEqual(student.state_dict()["weights"].Floats(), teacher.state_dict()["weights"].Floats());
    }

    [Fact]
    public void MixMatch_guesses_beside_the_labelled_images()
    {
        using var scope = NewDisposeScope();
        using Recorder student = new();
        using var method = new MixMatch();
        using var generator = new Generator();
        SemiSupervisedBatch batch = Liveness.Batch(0, generator);
        student.train();

        method.Losses(student, batch);

        Assert.False(student.Passes[0].Recorded);
        Assert.True(student.Passes[1].Recorded);
        Assert.Equal(batch.Labelled.shape[0], student.Passes[0].Labelled(batch));
    }

    private static float[] RunningMean(string name, double shift)
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> student = Liveness.Network(), teacher = Liveness.Network();
        using SemiSupervisedMethod method = AllMethods.Plain[name](0, student, teacher);
        return RunningMean(student, method, shift);
    }

    private static float[] RunningMean(nn.Module<Tensor, Tensor> student, SemiSupervisedMethod method, double shift)
    {
        using var generator = new Generator();
        SemiSupervisedBatch batch = Liveness.Batch(0, generator);
        student.train();
        method.Losses(student, batch with { Unlabelled = batch.Unlabelled + shift });
        return student.state_dict()["normalization.running_mean"].Floats();
    }

    private sealed record Pass(Tensor Input, bool Training, bool Recorded)
    {
        public int Images => (int)Input.shape[0];

        /// <summary>How many of the labelled images are in it, up to the weak noise.</summary>
        public int Labelled(SemiSupervisedBatch batch)
        {
            Tensor distances = cdist(batch.Labelled.flatten(1), Input.flatten(1));  // [B, N]
            return (int)distances.amin([1]).lt(1).sum().item<long>();
        }
    }

    private sealed class Recorder : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _network = Liveness.Network();

        public Recorder()
            : base(nameof(Recorder)) => register_module("network", _network);

        public List<Pass> Passes { get; } = [];

        public override Tensor forward(Tensor input)
        {
            Passes.Add(new Pass(input.detach(), _network.training, is_grad_enabled()));
            return _network.call(input);
        }

        protected override void Dispose(bool disposing)
        {
            _network.Dispose();
            base.Dispose(disposing);
        }
    }
}
