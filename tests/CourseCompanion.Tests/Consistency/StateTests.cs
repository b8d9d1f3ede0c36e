using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

/// <summary>What a method remembers is all that it remembers.</summary>
public class StateTests
{
    public static TheoryData<string> Methods => [.. AllMethods.Plain.Keys];

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_new_method_with_the_state_of_another_goes_on_as_it_would(string name)
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> student = Liveness.Network(), teacher = Liveness.Network();
        using SemiSupervisedMethod method = AllMethods.Plain[name](0, student, teacher);
        Cases.Train(student, method, 0, 3);
        using WeightSnapshot weights = WeightSnapshot.Take(student);
        Dictionary<string, Tensor> state = method.State.ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        double[] expected = Cases.Train(student, method, 3, 6);

        using nn.Module<Tensor, Tensor> otherStudent = Liveness.Network(), otherTeacher = Liveness.Network();
        using SemiSupervisedMethod other = AllMethods.Plain[name](0, otherStudent, otherTeacher);
        weights.Restore(otherStudent);
        using (no_grad())
        {
            Assert.Equal(state.Keys.Order(StringComparer.Ordinal), other.State.Keys.Order(StringComparer.Ordinal));
            foreach ((string key, Tensor value) in state)
            {
                other.State[key].copy_(value);
            }
        }

        Assert.Equal(expected, Cases.Train(otherStudent, other, 3, 6));
    }

    [Theory]
    [InlineData("FixMatch, aligned")]
    [InlineData("FlexMatch")]
    [InlineData("FreeMatch")]
    [InlineData("Mean Teacher")]
    [InlineData("SoftMatch")]
    public void Without_it_these_go_on_otherwise(string name)
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> student = Liveness.Network(), teacher = Liveness.Network();
        using SemiSupervisedMethod method = AllMethods.Plain[name](0, student, teacher);
        Cases.Train(student, method, 0, 3);
        using WeightSnapshot weights = WeightSnapshot.Take(student);
        double[] expected = Cases.Train(student, method, 3, 6);

        using nn.Module<Tensor, Tensor> otherStudent = Liveness.Network(), otherTeacher = Liveness.Network();
        using SemiSupervisedMethod other = AllMethods.Plain[name](0, otherStudent, otherTeacher);
        weights.Restore(otherStudent);

        Assert.NotEqual(expected, Cases.Train(otherStudent, other, 3, 6));
    }
}
