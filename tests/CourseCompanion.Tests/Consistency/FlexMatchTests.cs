using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

public class FlexMatchTests
{
    [Fact]
    public void Thresholds_follow_the_counters()
    {
        using var scope = NewDisposeScope();

        // 4 images never surely guessed; 4, 2 and 0 of three classes: beta 1, 1/2 and 0.
        Cases.Close([0.9, 0.3, 0], FlexMatch.Thresholds(tensor([4L, 4, 2, 0]), 0.9));

        // While most images were never surely guessed, these set the scale: beta 1/4 and 1/8.
        Cases.Close([0.9 / 7, 0.9 / 15], FlexMatch.Thresholds(tensor([8L, 2, 1]), 0.9));
    }

    [Fact]
    public void Each_guess_is_measured_against_the_threshold_of_its_class()
    {
        using var scope = NewDisposeScope();
        Tensor weak = Cases.Logits(new[,] { { 0.6, 0.4 }, { 0.4, 0.6 } }), strong = Cases.Logits(new[,] { { 0.5, 0.5 }, { 0.8, 0.2 } });

        (Tensor loss, Tensor guesses, Tensor trust) = FlexMatch.Loss(weak, strong, tensor([0.9f, 0.5f]));

        Assert.Equal(-Math.Log(0.2) / 2, loss.item<float>(), 5);
        Assert.Equal([0L, 1], guesses.Longs());
        Assert.Equal([0f, 1], trust.Floats());
    }

    [Fact]
    public void Counters_are_updated_after_masking()
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> network = Cases.Identity;
        using var method = new FlexMatch(unlabelledCount: 2, classCount: 2, threshold: 0.9);
        SemiSupervisedBatch batch = Cases.Batch(new[,] { { 0.5, 0.5 } }, [0], new[,] { { 0.95, 0.05 }, { 0.6, 0.4 } });

        // No counter yet: every threshold is 0. Then class 0 has one image of two: beta 1 (never: 1).
        StepLosses first = method.Losses(network, batch), second = method.Losses(network, batch);
        Assert.Equal([1f, 1], first.Trust.Floats());
        Assert.Equal([1f, 0], second.Trust.Floats());
        Cases.Close([0, 0], first.Thresholds!);
        Cases.Close([0.9, 0], second.Thresholds!);
    }

    [Fact]
    public void Counters_equal_a_naive_recount()
    {
        const int U = 30, K = 4, M = 8;
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> network = Cases.Identity;
        using var method = new FlexMatch(U, K, threshold: 0.7);
        using var generator = new Generator(3);
        var last = new long[U];
        for (int step = 0; step < 40; step++)
        {
            Tensor rows = randperm(U, generator: generator).narrow(0, 0, M);
            Tensor logits = randn([M, K], generator: generator).mul(2);
            Tensor images = logits.reshape(M, 1, 1, K);
            method.Losses(network, new SemiSupervisedBatch(images.narrow(0, 0, 1), zeros(1, ScalarType.Int64), images, rows, generator));

            float[] probabilities = logits.softmax(1).Floats();
            foreach ((int place, long row) in rows.Longs().Index())
            {
                float[] own = probabilities[(place * K)..((place + 1) * K)];
                if (own.Max() >= 0.7f)
                {
                    last[row] = Array.IndexOf(own, own.Max()) + 1;
                }
            }

            Assert.Equal(last, method.State["last"].Longs());
            Assert.Equal(Enumerable.Range(0, K + 1).Select(value => (long)last.Count(entry => entry == value)), method.State["counts"].Longs());
        }
    }
}
