using CourseCompanion.Augmentations;
using CourseCompanion.Models;
using CourseCompanion.SelfSupervised;
using CourseCompanion.Tests.Work;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.SelfSupervised;

[Collection(WorkContextTests.Name)]
public sealed class AimTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Prefixes_are_of_all_lengths_that_leave_something_to_predict()
    {
        Tensor prefix = Aim.RandomPrefix(4000, 9, new Generator(1));

        int[] counts = [.. prefix.data<long>().ToArray().GroupBy(length => length).OrderBy(group => group.Key).Select(group => group.Count())];
        Assert.Equal((1, 8), (prefix.min().item<long>(), prefix.max().item<long>()));
        Assert.Equal(8, counts.Length);
        Assert.All(counts, count => Assert.InRange(count, 400, 600));
    }

    [Fact]
    public void The_mask_is_causal_but_for_the_prefix()
    {
        Tensor mask = Aim.PrefixMask(tensor(new long[] { 1, 3 }), 4);

        Assert.Equal([2, 1, 4, 4], mask.shape);
        Assert.Equal("1000 1100 1110 1111", Text(mask[0, 0]));
        Assert.Equal("1110 1110 1110 1111", Text(mask[1, 0]));

        static string Text(Tensor rows) => string.Join(' ', rows.to(ScalarType.Int64).unbind(0).Select(row => string.Concat(row.data<long>().ToArray())));
    }

    [Fact]
    public void Patch_k_is_predicted_from_the_patches_before_it_and_from_no_other()
    {
        const int L = 9;
        int[] prefixes = [1, 4, 8];
        manual_seed(1);
        using var aim = new Aim(new VisionTransformer(3, 16, 2, 4, imageSize: 12));
        Tensor images = rand(3, 3, 12, 12).requires_grad_(), prefix = tensor(prefixes.Select(length => (long)length).ToArray());
        Tensor outputs = aim.Outputs(images, prefix), predicted = Aim.Predictions(outputs);  // [N, L, P], [N, L - 1, P]

        for (int n = 0; n < prefixes.Length; n++)
        {
            for (int k = 1; k < L; k++)
            {
                // Within the prefix all of it is seen; those predictions do not count.
                int seen = Math.Max(k, prefixes[n]);
                Assert.Equal(Enumerable.Range(0, L).Select(j => j < seen), SeenBy(predicted[n, k - 1], n));
            }
        }

        // The bug to find: compared with its own patch, token k has seen the answer.
        Assert.True(SeenBy(outputs[0, 5], 0)[5]);

        bool[] SeenBy(Tensor numbers, int image)
        {
            Tensor gradient = autograd.grad([(numbers * rand_like(numbers)).sum()], [images], retain_graph: true)[0];
            Assert.Equal(0, cat([gradient.narrow(0, 0, image), gradient.narrow(0, image + 1, 2 - image)], 0).abs().sum().item<float>());
            return [.. Patches.Of(gradient, 4)[image].abs().sum(dim: 1).gt(0).data<bool>()];
        }
    }

    [Fact]
    public void Loss_counts_patches_outside_of_the_prefix_only()
    {
        Tensor predicted = tensor(new float[] { 1, 2, 3, 5, 5, 7 }).reshape(2, 3, 1);        // of patches 1, 2, 3
        Tensor target = zeros(2, 3, 1);

        // First image, prefix 2: patches 2 and 3. Second image, prefix 3: patch 3.
        Assert.Equal((4 + 9 + 49) / 3.0, Aim.PrefixLoss(predicted, target, tensor(new long[] { 2, 3 })).item<float>(), 5);
        Assert.Equal((1 + 4 + 9 + 49) / 4.0, Aim.PrefixLoss(predicted, target, tensor(new long[] { 1, 3 })).item<float>(), 5);
    }

    [Fact]
    public void The_shift_puts_the_output_of_a_token_beside_the_patch_that_follows()
    {
        Tensor patches = arange(2 * 4 * 3).reshape(2, 4, 3);

        Assert.True(Aim.Predictions(patches).Equals(patches.narrow(1, 0, 3)));
        Assert.True(Aim.Following(patches).Equals(patches.narrow(1, 1, 3)));
    }

    [Fact]
    public void Loss_of_a_network_that_answers_0_is_the_biased_variance_of_normalised_patches()
    {
        using var aim = new Aim(new VisionTransformer(3, 16, 1, 4), headDepth: 0);
        using (no_grad())
        {
            foreach ((_, var parameter) in aim.named_parameters().Where(one => one.name.StartsWith("head", StringComparison.Ordinal)))
            {
                parameter.zero_();
            }
        }

        Assert.Equal(47 / 48.0, aim.Loss(Batch(1)).item<float>(), 4);
    }

    [Fact]
    public void Gradient_reaches_every_parameter()
    {
        manual_seed(3);
        using var aim = new Aim(new VisionTransformer(3, 16, 2, 4));

        aim.Loss(Batch(1)).backward();

        Assert.All(aim.named_parameters(), one => Assert.True(one.parameter.grad is { } found && found.abs().sum().item<float>() > 0, one.name));
    }

    [Fact]
    public void Chance_is_that_of_the_batch_and_each_setting_changes_the_loss()
    {
        double plain = Loss(encoder => new Aim(encoder));

        Assert.Equal(plain, Loss(encoder => new Aim(encoder)));
        Assert.NotEqual(plain, Loss(encoder => new Aim(encoder), generatorSeed: 2));
        Assert.NotEqual(plain, Loss(encoder => new Aim(encoder, headDepth: 2)));
        Assert.NotEqual(plain, Loss(encoder => new Aim(encoder, normalizeTargets: false)));
        Assert.NotEqual(plain, Loss(encoder => new Aim(encoder), views: new Flip(1)));

        static double Loss(Func<VisionTransformer, Aim> make, ulong generatorSeed = 1, Augmentation? views = null)
        {
            manual_seed(4);
            using Aim aim = make(new VisionTransformer(3, 16, 1, 4));
            manual_seed(Environment.TickCount);
            return aim.Loss(Batch(generatorSeed, views)).item<float>();
        }
    }

    [Fact]
    public void Predicted_images_keep_the_prefix_and_pixels_stay_in_range()
    {
        manual_seed(5);
        using var aim = new Aim(new VisionTransformer(3, 16, 1, 4));
        Tensor images = rand(2, 3, 28, 28).mul(2).sub(1);

        using Reconstruction made = aim.PredictNext(images, prefixLength: 20);

        Tensor shown = Patches.Of(made.Shown, 4), rebuilt = Patches.Of(made.Rebuilt, 4), original = Patches.Of(images, 4);
        Assert.True(made.Original.Equals(images));
        Assert.True(shown.narrow(1, 0, 20).Equals(original.narrow(1, 0, 20)) && rebuilt.narrow(1, 0, 20).Equals(original.narrow(1, 0, 20)));
        Assert.Equal(0, shown.narrow(1, 20, 29).abs().sum().item<float>());
        Assert.False(rebuilt.allclose(original));
        Assert.InRange(made.Rebuilt.abs().max().item<float>(), 0, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => aim.PredictNext(images, prefixLength: 49));
        Assert.Throws<ArgumentOutOfRangeException>(() => aim.PredictNext(images, prefixLength: 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_learns(bool normalizeTargets)
    {
        manual_seed(6);
        using var slopes = new Slopes(256, lightAndDark: !normalizeTargets);
        using var aim = new Aim(Slopes.Encoder(), normalizeTargets: normalizeTargets);

        Assert.InRange(slopes.Train(aim), 0, 0.5 * slopes.Nothing(normalizeTargets));
    }

    [Fact]
    public void Parameters_are_saved_once_and_under_their_own_names()
    {
        using var aim = new Aim(new VisionTransformer(3, 16, 1, 4));

        Assert.Equal(aim.named_parameters().Select(one => one.name).Order(), aim.state_dict().Keys.Order());
        Assert.DoesNotContain(aim.state_dict().Keys, name => name.Contains("._", StringComparison.Ordinal));
    }

    private static PretextBatch Batch(ulong seed, Augmentation? views = null) =>
        new(rand([4, 3, 28, 28], generator: new Generator(9)).mul(2).sub(1), new Generator(seed)) { Views = views };
}
