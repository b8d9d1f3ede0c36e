using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests;

public class RandomTests
{
    [Fact]
    public void Same_seed_gives_the_same_numbers()
    {
        manual_seed(9);
        var first = randn(10);
        manual_seed(9);
        Assert.True(first.Equals(randn(10)));
    }

    [Fact]
    public void Generator_is_independent_of_the_default_one()
    {
        using var generator = new Generator(5);
        var first = rand(4, generator: generator);
        _ = rand(100);
        generator.manual_seed(5);
        Assert.True(first.Equals(rand(4, generator: generator)));
        Assert.Equal(5, generator.initial_seed());
    }

    [Fact]
    public void State_of_a_generator_comes_back()
    {
        using var generator = new Generator(1);
        var state = generator.get_state();
        var first = randperm(20, generator: generator);
        generator.set_state(state);
        Assert.True(first.Equals(randperm(20, generator: generator)));
    }

    [Fact]
    public void Every_random_operation_follows_its_generator()
    {
        using var generator = new Generator(1);
        Func<Tensor>[] draws =
        [
            () => rand(6, generator: generator), () => randn(6, generator: generator), () => randint(0, 100, [6], generator: generator), () => randperm(20, generator: generator),
            () => zeros(6).normal_(generator: generator), () => zeros(6).uniform_(0, 1, generator), () => zeros(60).bernoulli_(0.5, generator), () => ones(60).mul(0.5).bernoulli(generator),
            () => ones(30).multinomial(10, false, generator), () => ones(30).mul(9).poisson(generator), () => zeros(6).exponential_(1, generator), () => zeros(6).random_(0, 100, generator),
            () => normal(0, 1, [6], generator: generator), () => normal(zeros(6), ones(6), generator),
        ];
        foreach (var draw in draws)
        {
            generator.manual_seed(11);
            var first = draw();
            Assert.False(first.Equals(draw()));
            generator.manual_seed(11);
            Assert.True(first.Equals(draw()));
        }
    }

    [Fact]
    public void Draws_stay_in_their_range()
    {
        var x = randint(-3, 4, [1000]);
        Assert.Equal((-3, 3), (x.min().item<long>(), x.max().item<long>()));
        var u = zeros(1000).uniform_(2, 3);
        Assert.InRange(u.min().item<float>(), 2, 2.1f);
        Assert.InRange(u.max().item<float>(), 2.9f, 3);
    }
}
