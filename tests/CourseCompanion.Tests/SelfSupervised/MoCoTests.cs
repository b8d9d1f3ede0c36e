using CourseCompanion.SelfSupervised;
using CourseCompanion.Tests.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.SelfSupervised;

[Collection(WorkContextTests.Name)]
public class MoCoTests
{
    [Fact]
    public void Keys_that_are_all_the_same_give_the_log_of_their_number()
    {
        using var scope = NewDisposeScope();
        Tensor same = nn.functional.normalize(ones(6, 4), dim: 1);
        Assert.Equal(Math.Log(1 + 6), InfoNce.Loss(same.narrow(0, 0, 3), same.narrow(0, 0, 3), same).item<float>(), 5);
    }

    [Fact]
    public void The_right_key_is_one_s_own()
    {
        using var scope = NewDisposeScope();
        Tensor axes = eye(3);
        double Expected(double own) => -Math.Log(Math.Exp(own / 0.5) / (Math.Exp(own / 0.5) + Math.Exp(0) + Math.Exp(1 / 0.5)));

        // The query lies on the first axis; the bank holds the second and the first.
        Tensor bank = stack([axes[1], axes[0]]);
        Assert.Equal(Expected(1), InfoNce.Loss(axes.narrow(0, 0, 1).mul(3), axes.narrow(0, 0, 1), bank, 0.5).item<float>(), 5);
        Assert.Equal(Expected(0), InfoNce.Loss(axes.narrow(0, 0, 1), axes.narrow(0, 2, 1).mul(9), bank, 0.5).item<float>(), 5);
    }

    [Fact]
    public void No_gradient_goes_through_keys_or_bank()
    {
        using var scope = NewDisposeScope();
        Tensor queries = eye(3).requires_grad_(), keys = ones(3, 3).requires_grad_(), bank = eye(3).requires_grad_();
        InfoNce.Loss(queries, keys, bank).backward();
        Assert.NotNull(queries.grad);
        Assert.Null(keys.grad);
        Assert.Null(bank.grad);
    }

    [Fact]
    public void Keys_enter_in_place_of_the_oldest_and_have_length_one()
    {
        using var scope = NewDisposeScope();
        using var bank = new MemoryBank(5, 2);
        Assert.Equal([1f, 1, 1, 1, 1], bank.Keys.norm(1).data<float>().ToArray().Select(length => MathF.Round(length, 4)));

        bank.Enqueue(Keys(1, 2, 3));
        bank.Enqueue(Keys(4, 5, 6));

        // Five places: the sixth key took that of the first.
        Assert.Equal([6f, 2, 3, 4, 5], bank.Keys.select(1, 1).div(bank.Keys.select(1, 0)).data<float>().ToArray().Select(value => MathF.Round(value, 4)));
        Assert.Equal([1f, 1, 1, 1, 1], bank.Keys.norm(1).data<float>().ToArray().Select(length => MathF.Round(length, 4)));

        static Tensor Keys(params float[] slopes) => stack([ones(slopes.Length), tensor(slopes)], 1).mul(10);
    }

    [Fact]
    public void More_keys_than_places_are_refused()
    {
        using var scope = NewDisposeScope();
        using var bank = new MemoryBank(2, 3);
        ArgumentException error = Assert.Throws<ArgumentException>(() => bank.Enqueue(ones(3, 3)));
        Assert.Contains("3 keys do not fit into a bank of 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_query_is_compared_with_the_bank_of_before_and_its_key_enters_afterwards()
    {
        using var scope = NewDisposeScope();
        using var method = new MoCo(TinyEncoder.Of(1), TinyEncoder.Of(2), bankSize: 6, hidden: 8, outputs: 4, groups: 1);
        using var generator = new Generator(5);
        var batch = new PretextBatch(randn([4, 3, 8, 8], generator: generator), generator);
        Tensor before = method.Bank.clone();

        // No views and a follower that is still the network itself: each key is its query.
        Tensor loss = method.Loss(batch);
        Tensor keys = method.Bank.narrow(0, 0, 4);

        Assert.Equal(InfoNce.Loss(keys, keys, before).item<float>(), loss.item<float>(), 4);
        Assert.Equal(before.narrow(0, 4, 2).data<float>().ToArray(), method.Bank.narrow(0, 4, 2).data<float>().ToArray());
    }

    [Fact]
    public void The_follower_learns_nothing_and_comes_nearer()
    {
        using var scope = NewDisposeScope();
        using var method = new MoCo(TinyEncoder.Of(1), TinyEncoder.Of(2), bankSize: 6, hidden: 8, outputs: 4, momentum: 0.5, groups: 2);
        Dictionary<string, Tensor> weights = method.named_parameters().ToDictionary(entry => entry.name, entry => (Tensor)entry.parameter);
        Tensor network = weights["network.encoder.conv.weight"], follower = weights["follower.encoder.conv.weight"];
        Assert.Equal(network.data<float>().ToArray(), follower.data<float>().ToArray());
        using (no_grad())
        {
            network.add_(1);
        }

        using var generator = new Generator(5);
        method.Loss(new PretextBatch(randn([4, 3, 8, 8], generator: generator), generator)).backward();

        Assert.Equal(0.5, network.sub(follower).mean().item<float>(), 5);
        Assert.All(weights, entry => Assert.Equal(entry.Key.StartsWith("network.", StringComparison.Ordinal), entry.Value.grad is not null));
    }
}
