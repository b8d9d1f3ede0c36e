using CourseCompanion.Augmentations;
using CourseCompanion.Models;
using CourseCompanion.SelfSupervised;
using CourseCompanion.Tests.Work;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.SelfSupervised;

[Collection(WorkContextTests.Name)]
public sealed class MaeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Three_patches_of_four_are_hidden_others_in_each_image()
    {
        Tensor order = Mae.RandomOrder(100, 49, new Generator(3));
        Tensor hidden = Mae.Hidden(order, 12);

        Assert.Equal(12, Make().VisibleCount);
        Assert.True(order.sort(1).Values.Equals(arange(49).expand(100, 49)));
        Assert.All(hidden.sum(1, type: ScalarType.Int64).data<long>().ToArray(), count => Assert.Equal(37, count));
        Assert.False(hidden.gather(1, order.narrow(1, 0, 12)).any().item<bool>());
        Assert.True(hidden.gather(1, order.narrow(1, 12, 37)).all().item<bool>());
        Assert.All(hidden.to(ScalarType.Float32).mean([0]).data<float>().ToArray(), share => Assert.InRange(share, 0.55f, 0.95f));
    }

    [Fact]
    public void Encoder_and_predictions_are_blind_to_hidden_patches()
    {
        manual_seed(1);
        using Mae mae = Make();
        Tensor images = rand(3, 3, 28, 28).requires_grad_();
        Tensor order = Mae.RandomOrder(3, 49, new Generator(1)), hidden = Mae.Hidden(order, 12);
        Tensor tokens = mae.Encode(images, order);                                          // [N, V, D]
        Tensor predicted = mae.Decode(tokens, order);                                       // [N, L, P]

        AssertBlind(tokens, images, hidden);
        AssertBlind(tokens.mean([1]), images, hidden);
        AssertBlind(predicted, images, hidden);
    }

    [Fact]
    public void Tokens_come_back_to_the_place_of_their_patch()
    {
        manual_seed(2);
        using Mae mae = Make();
        Tensor images = rand(2, 3, 28, 28), order = Mae.RandomOrder(2, 49, new Generator(2));
        // The visible patches in another order are the same patches.
        Tensor other = cat([order.narrow(1, 0, 12).flip(1), order.narrow(1, 12, 37).flip(1)], 1);

        Tensor one = mae.Decode(mae.Encode(images, order), order), same = mae.Decode(mae.Encode(images, other), other);

        Assert.True(one.allclose(same, atol: 1e-5));
    }

    [Fact]
    public void Loss_of_a_network_that_answers_0_is_the_biased_variance_of_normalised_patches()
    {
        using Mae mae = Make();
        using (no_grad())
        {
            foreach ((_, var parameter) in mae.named_parameters().Where(one => one.name.StartsWith("head", StringComparison.Ordinal)))
            {
                parameter.zero_();
            }
        }

        // 48 numbers with unbiased variance 1: the mean of their squares is 47/48.
        Assert.Equal(47 / 48.0, mae.Loss(Batch(1)).item<float>(), 4);
    }

    [Fact]
    public void Loss_counts_hidden_patches_only()
    {
        Tensor predicted = tensor(new float[] { 1, 2, 9, 9, 3, 4 }).reshape(1, 3, 2);
        Tensor target = tensor(new float[] { 0, 2, 0, 0, 1, 1 }).reshape(1, 3, 2);
        Tensor hidden = tensor(new[] { true, false, true }).reshape(1, 3);

        // (1 + 0 + 4 + 9) / 4 numbers.
        Assert.Equal(3.5, Mae.ReconstructionLoss(predicted, target, hidden).item<float>(), 6);
    }

    [Fact]
    public void Gradient_reaches_every_parameter()
    {
        manual_seed(3);
        using Mae mae = Make();

        mae.Loss(Batch(1)).backward();

        Assert.All(mae.named_parameters(), one => Assert.True(one.parameter.grad is { } found && found.abs().sum().item<float>() > 0, one.name));
        Assert.Contains("mask_token", mae.named_parameters().Select(one => one.name));
    }

    [Fact]
    public void Chance_is_that_of_the_batch_and_each_setting_changes_the_loss()
    {
        double plain = Loss(encoder => new Mae(encoder, 0.75, 16, 1, 4));

        Assert.Equal(plain, Loss(encoder => new Mae(encoder, 0.75, 16, 1, 4)));
        Assert.NotEqual(plain, Loss(encoder => new Mae(encoder, 0.75, 16, 1, 4), generatorSeed: 2));
        Assert.NotEqual(plain, Loss(encoder => new Mae(encoder, 0.5, 16, 1, 4)));
        Assert.NotEqual(plain, Loss(encoder => new Mae(encoder, 0.75, 32, 1, 4)));
        Assert.NotEqual(plain, Loss(encoder => new Mae(encoder, 0.75, 16, 2, 4)));
        Assert.NotEqual(plain, Loss(encoder => new Mae(encoder, 0.75, 16, 1, 2)));
        Assert.NotEqual(plain, Loss(encoder => new Mae(encoder, 0.75, 16, 1, 4, normalizeTargets: false)));
        Assert.NotEqual(plain, Loss(encoder => new Mae(encoder, 0.75, 16, 1, 4), views: new Flip(1)));

        static double Loss(Func<VisionTransformer, Mae> make, ulong generatorSeed = 1, Augmentation? views = null)
        {
            manual_seed(4);
            using Mae mae = make(new VisionTransformer(3, 16, 1, 4));
            manual_seed(Environment.TickCount);
            return mae.Loss(Batch(generatorSeed, views)).item<float>();
        }
    }

    [Fact]
    public void Rebuilt_images_keep_what_was_shown_and_pixels_stay_in_range()
    {
        manual_seed(5);
        using Mae mae = Make();
        Tensor images = rand(2, 3, 28, 28).mul(2).sub(1);

        using Reconstruction made = mae.Reconstruct(images, seed: 7);

        Tensor hidden = Mae.Hidden(Mae.RandomOrder(2, 49, new Generator(7)), 12).unsqueeze(2);
        Tensor shown = Patches.Of(made.Shown, 4), rebuilt = Patches.Of(made.Rebuilt, 4), original = Patches.Of(images, 4);
        Assert.True(made.Original.Equals(images));
        Assert.True(shown.Equals(where(hidden, zeros_like(original), original)));
        Assert.True(where(hidden, zeros_like(original), rebuilt).Equals(shown));
        Assert.False(rebuilt.allclose(original));
        Assert.InRange(made.Rebuilt.abs().max().item<float>(), 0, 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_learns(bool normalizeTargets)
    {
        manual_seed(6);
        using var slopes = new Slopes(256, lightAndDark: !normalizeTargets);
        using var mae = new Mae(Slopes.Encoder(), decoderWidth: 32, normalizeTargets: normalizeTargets);

        Assert.InRange(slopes.Train(mae), 0, 0.5 * slopes.Nothing(normalizeTargets));
    }

    [Fact]
    public void Parameters_are_saved_once_and_under_their_own_names()
    {
        using Mae mae = Make();

        Assert.Equal(mae.named_parameters().Select(one => one.name).Order(), mae.state_dict().Keys.Order());
        Assert.DoesNotContain(mae.state_dict().Keys, name => name.Contains("._", StringComparison.Ordinal));
    }

    [Fact]
    public void Shares_that_leave_nothing_are_refused()
    {
        using var encoder = new VisionTransformer(3, 16, 1, 4);

        Assert.Throws<ArgumentOutOfRangeException>(() => new Mae(encoder, maskRatio: 0.99));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Mae(encoder, maskRatio: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Mae(encoder, maskRatio: 1));
    }

    private static void AssertBlind(Tensor outputs, Tensor images, Tensor hidden)
    {
        Tensor weights = rand_like(outputs);
        Tensor gradient = Patches.Of(autograd.grad([(outputs * weights).sum()], [images], retain_graph: true)[0], 4).abs().sum(dim: 2);
        Assert.Equal(0, gradient.mul(hidden.to(ScalarType.Float32)).max().item<float>());
        Assert.True(gradient.gt(0).Equals(hidden.logical_not()));
    }

    private static PretextBatch Batch(ulong seed, Augmentation? views = null) =>
        new(rand([4, 3, 28, 28], generator: new Generator(9)).mul(2).sub(1), new Generator(seed)) { Views = views };

    private static Mae Make() => new(new VisionTransformer(3, 16, 2, 4), decoderWidth: 16);
}
