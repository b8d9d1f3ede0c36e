using CourseCompanion.Adversarial;
using CourseCompanion.Tests.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Adversarial;

public sealed class RememberedAdamTests
{
    [Fact]
    public void Moves_are_those_of_the_engines_Adam()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        Tensor start = randn(3, 4, generator: random);
        Parameter mine = new(start.clone()), theirs = new(start.clone());
        using var adam = new RememberedAdam([("w", mine)], learningRate: 0.02, beta1: 0.5);
        using Adam engine = optim.Adam([theirs], 0.02, beta1: 0.5);
        for (int step = 0; step < 20; step++)
        {
            Tensor gradient = randn(3, 4, generator: random);
            adam.Step([gradient]);
            theirs.grad = gradient;
            engine.step();
        }

        Assert.Equal(TrainerTests.Flat(theirs), TrainerTests.Flat(mine), (x, y) => Math.Abs(x - y) < 1e-5f);
        Assert.NotEqual(TrainerTests.Flat(start), TrainerTests.Flat(mine));
    }

    [Fact]
    public void With_its_state_and_the_weights_a_second_one_goes_on_where_the_first_was()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        Parameter first = new(zeros(5)), second = new(zeros(5));
        using var one = new RememberedAdam([("w", first)], 0.1, 0.9);
        using var two = new RememberedAdam([("w", second)], 0.1, 0.9);
        one.Step([randn(5, generator: random)]);
        one.Step([randn(5, generator: random)]);
        using (no_grad())
        {
            second.copy_(first);
            foreach ((string name, Tensor value) in one.State)
            {
                two.State[name].copy_(value);
            }
        }

        Tensor gradient = randn(5, generator: random);
        one.Step([gradient]);
        two.Step([gradient]);
        Assert.Equal(TrainerTests.Flat(first), TrainerTests.Flat(second));
    }
}
