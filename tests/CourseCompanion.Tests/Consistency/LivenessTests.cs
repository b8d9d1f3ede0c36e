using CourseCompanion.Augmentations;
using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Training;
using Microsoft.Data.Analysis;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

public class LivenessTests
{
    public static TheoryData<string> Methods => [.. AllMethods.Plain.Keys];

    public static TheoryData<string, string> Settings
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (method, setting, _, _) in AllMethods.Settings)
            {
                data.Add(method, setting);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void Every_setting_changes_the_loss_and_the_gradient_reaches_the_student_alone(string method, string setting)
    {
        var (_, _, build, values) = AllMethods.Settings.Single(row => row.Method == method && row.Setting == setting);

        LivenessResult result = Liveness.Check(setting, (value, student, teacher) => build(value, student, teacher), values);

        Assert.Equal(method, result.Method);
        Assert.True(result.IsAlive, $"{result} {result.StudentGradient} {result.TeacherGradient}");
    }

    [Fact]
    public void Every_parameter_of_every_constructor_is_in_the_list()
    {
        // What says where and on what to train is no setting.
        string[] others = ["unlabelledCount", "classCount", "device", "student", "teacher"];
        IEnumerable<string> missing =
            from type in typeof(FixMatch).Assembly.GetExportedTypes()
            where type.Namespace == typeof(FixMatch).Namespace && type.IsSubclassOf(typeof(SemiSupervisedMethod))
            from parameter in type.GetConstructors().Single().GetParameters()
            where !others.Contains(parameter.Name)
            let name = NameOf(type)
            where !AllMethods.Settings.Any(row => row.Method == name && row.Setting == parameter.Name)
            select $"{name}: {parameter.Name}";
        Assert.Empty(missing);

        static string NameOf(Type type) => type.Name switch
        {
            nameof(MeanTeacher) => "Mean Teacher",
            nameof(PiModel) => "Pi-model",
            nameof(RampedPseudoLabels) => "pseudo-labels",
            nameof(Uda) => "UDA",
            string name => name,
        };
    }

    // Where the weak view only makes the guess, nothing of the unlabelled loss may flow back through it.
    [Theory]
    [InlineData("FixMatch")]
    [InlineData("FixMatch, aligned")]
    [InlineData("FlexMatch")]
    [InlineData("FreeMatch")]
    [InlineData("SoftMatch")]
    [InlineData("UDA")]
    public void No_gradient_goes_through_the_guesses(string method)
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> student = Cases.Identity, teacher = Cases.Identity;
        using SemiSupervisedMethod build = AllMethods.Plain[method](0, student, teacher);
        using var weak = new Scale();
        using var strong = new Scale();
        double[,] sure = { { 0.97, 0.01, 0.01, 0.01 }, { 0.01, 0.02, 0.96, 0.01 }, { 0.3, 0.3, 0.2, 0.2 } };
        SemiSupervisedBatch batch = Cases.Batch(sure, [0, 2, 1], sure) with { WeakAugmentation = weak, StrongAugmentation = strong };

        StepLosses losses = build.Losses(student, batch);
        losses.Parts.Where(part => part.Name != StepLosses.Labelled).Select(part => part.Value).Aggregate((sum, part) => sum + part).backward();

        Assert.NotEqual(0, strong.Factor.grad!.item<float>());
        Assert.True(weak.Factor.grad is null || weak.Factor.grad.item<float>() == 0);
    }

    [Fact]
    public void What_a_method_sees_has_no_place_for_the_classes_of_unlabelled_images()
    {
        Assert.Equal(
            ["Generator", "Labelled", "Labels", "Progress", "Rows", "StrongAugmentation", "Unlabelled", "WeakAugmentation"],
            typeof(SemiSupervisedBatch).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_same_seed_gives_the_same_training_and_what_the_process_draws_does_not_matter(string method)
    {
        double[] Run()
        {
            using nn.Module<Tensor, Tensor> student = Liveness.Network(), teacher = Liveness.Network();
            using SemiSupervisedMethod build = AllMethods.Plain[method](0, student, teacher);
            return Cases.Train(student, build, 0, 3);
        }

        double[] first = Run();
        using Tensor drawn = rand(7);
        Assert.Equal(first, Run());
    }

    [Fact]
    public void A_teacher_without_gradient_in_its_consistency_is_found()
    {
        LivenessResult result = Liveness.Check("weight", (value, student, teacher) => new DeadMeanTeacher(student, teacher, value), 1, 10);

        Assert.True(result.ChangesLoss);
        Assert.False(result.ReachesStudent);
        Assert.False(result.IsAlive);
        Assert.Contains("n’atteint pas l’élève", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_temperature_that_does_nothing_is_found()
    {
        LivenessResult result = Liveness.Check("temperature", value => new DeadUda(value), 0.4, 0.9);

        Assert.False(result.ChangesLoss);
        Assert.True(result.ReachesStudent);
        Assert.False(result.IsAlive);
        Assert.StartsWith("UDA, réglage temperature\u00A0: la perte ne change pas (0,4 donne ", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_teacher_that_gets_a_gradient_is_found()
    {
        LivenessResult result = Liveness.Check("weight", (value, _, teacher) => new LearningTeacher(teacher, value), 1, 10);

        Assert.True(result.ReachesTeacher);
        Assert.False(result.IsAlive);
    }

    [Fact]
    public void Chance_from_elsewhere_is_found() =>
        Assert.False(Liveness.Check("weight", value => new Restless(value), 1, 10).Repeats);

    [Fact]
    public void Best_weights_kept_as_an_alias_are_found()
    {
        Assert.False(Liveness.KeepsACopy(network => network.state_dict()));
        Assert.True(Liveness.KeepsACopy(network => network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone())));
        Assert.True(Liveness.KeepsACopy(WeightSnapshot.Take, (network, best) => best.Restore(network)));
    }

    [Fact]
    public void Looking_leaves_the_generator_of_the_process_alone_and_no_tensor_behind()
    {
        using var scope = NewDisposeScope();
        byte[] before = get_rng_state().data<byte>().ToArray();
        int tensors = scope.DisposablesCount;

        Liveness.Check("weight", value => new FixMatch(weight: value), 1, 2);
        Liveness.Check("weight", (value, student, teacher) => new MeanTeacher(student, teacher, weight: value), 1, 2);
        Liveness.KeepsACopy(network => network.state_dict());

        Assert.Equal(tensors, scope.DisposablesCount);
        Assert.Equal(before, get_rng_state().data<byte>().ToArray());
    }

    [Fact]
    public void One_value_is_refused() =>
        Assert.Throws<ArgumentException>(() => Liveness.Check("weight", value => new FixMatch(weight: value), 1));

    [Fact]
    public void The_table_has_a_row_for_each_result()
    {
        DataFrame table = Liveness.Table(
            Liveness.Check("weight", value => new FixMatch(weight: value), 0.5, 1),
            Liveness.Check("temperature", value => new DeadUda(value), 0.4, 0.9));

        Assert.Equal(["Méthode", "Réglage", "La perte change", "Gradient vers l’élève", "Gradient vers l’enseignant"], table.Columns.Select(column => column.Name));
        Assert.Equal(["FixMatch", "weight", true, true, false], table.Rows[0]);
        Assert.Equal(["UDA", "temperature", false, true, false], table.Rows[1]);
    }

    private sealed class Scale : Augmentation, IDisposable
    {
        public Tensor Factor { get; } = ones(1, requires_grad: true);

        public override int ParameterCount => 1;

        public void Dispose() => Factor.Dispose();

        protected internal override Tensor Transform(Tensor images, Tensor unit) => images * Factor;
    }

    // The published bug: what should teach is computed where nothing is recorded.
    private sealed class DeadMeanTeacher(nn.Module<Tensor, Tensor> student, nn.Module<Tensor, Tensor> teacher, double weight) : SemiSupervisedMethod
    {
        private readonly WeightAverage _average = new(student, teacher, 0.9);

        public override string Name => "Mean Teacher";

        public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
        {
            Tensor logits = student.call(batch.Weak(batch.Labelled));
            using var noGradient = no_grad();
            Tensor answers = student.call(batch.Weak(batch.Unlabelled)).softmax(1);
            Tensor targets = teacher.call(batch.Weak(batch.Unlabelled)).softmax(1);
            Tensor consistency = nn.functional.mse_loss(answers, targets);
            using var gradient = enable_grad();
            return new StepLosses(
                new NamedLoss(StepLosses.Labelled, nn.functional.cross_entropy(logits, batch.Labels)),
                new NamedLoss(StepLosses.Unlabelled, consistency, weight));
        }

        public override void AfterStep(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch) => _average.Update();

        protected override void Dispose(bool disposing)
        {
            _average.Dispose();
            base.Dispose(disposing);
        }
    }

    // The published bug: logits are divided by the temperature, and then only their largest is asked for.
    private sealed class DeadUda(double temperature) : SemiSupervisedMethod
    {
        public override string Name => "UDA";

        public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
        {
            Tensor guesses = student.call(batch.Weak(batch.Unlabelled)).detach().div(temperature).argmax(1);
            return new StepLosses(
                new NamedLoss(StepLosses.Labelled, nn.functional.cross_entropy(student.call(batch.Weak(batch.Labelled)), batch.Labels)),
                new NamedLoss(StepLosses.Unlabelled, nn.functional.cross_entropy(student.call(batch.Strong(batch.Unlabelled)), guesses)));
        }
    }

    private sealed class LearningTeacher(nn.Module<Tensor, Tensor> teacher, double weight) : SemiSupervisedMethod
    {
        public override string Name => "learning teacher";

        public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch) => new(
            new NamedLoss(StepLosses.Labelled, nn.functional.cross_entropy(student.call(batch.Labelled), batch.Labels)),
            new NamedLoss(
                StepLosses.Unlabelled,
                nn.functional.mse_loss(student.call(batch.Weak(batch.Unlabelled)).softmax(1), teacher.call(batch.Unlabelled).softmax(1)),
                weight));
    }

    private sealed class Restless(double weight) : SemiSupervisedMethod
    {
        public override string Name => "restless";

        public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch) =>
            new(new NamedLoss(StepLosses.Unlabelled, student.call(batch.Unlabelled).softmax(1).square().mean() * Random.Shared.NextDouble(), weight));
    }
}
