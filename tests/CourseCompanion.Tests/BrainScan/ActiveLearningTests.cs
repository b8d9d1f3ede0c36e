using CourseCompanion.BrainScan;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.BrainScan;

public sealed class ActiveLearningTests
{
    // Three classes: a sure image, a tie of two, a tie of three, and a half-sure one.
    private static Tensor Opinions => tensor(new float[,] { { 0.98f, 0.01f, 0.01f }, { 0.5f, 0.5f, 0 }, { 0.34f, 0.33f, 0.33f }, { 0.7f, 0.2f, 0.1f } });

    private static long[] Read(Tensor indices) => indices.data<long>().ToArray();

    [Fact]
    public void Entropy_prefers_the_tie_of_three_margin_the_tie_of_two()
    {
        Assert.Equal([2, 3], Read(ActiveLearning.ByEntropy(Opinions, 2)));
        Assert.Equal([1, 2, 3, 0], Read(ActiveLearning.ByMargin(Opinions, 4)));
    }

    [Fact]
    public void Random_draws_repeat_themselves_without_repeating_an_image()
    {
        long[] first = Read(ActiveLearning.AtRandom(50, 20, 3));

        Assert.Equal(first, Read(ActiveLearning.AtRandom(50, 20, 3)));
        Assert.NotEqual(first, Read(ActiveLearning.AtRandom(50, 20, 4)));
        Assert.Equal(20, first.Distinct().Count());
    }

    [Fact]
    public void KCentre_takes_the_farthest_each_time()
    {
        // On a line: labelled at 0; the farthest is 10, then 5 (5 from both 0 and 10), then 2.5 or 7.5.
        Tensor line = tensor(new float[,] { { 1 }, { 5 }, { 10 }, { 7.4f } });
        Tensor labelled = tensor(new float[,] { { 0 } });

        Assert.Equal([2, 1, 3], Read(ActiveLearning.KCentre(line, labelled, 3)));
    }

    [Fact]
    public void KCentre_is_within_twice_of_the_best_covering()
    {
        var random = new Random(5);
        float[,] points = new float[12, 2];
        for (int i = 0; i < 12; i++)
        {
            (points[i, 0], points[i, 1]) = (random.NextSingle(), random.NextSingle());
        }

        Tensor x = tensor(points);
        double Radius(IEnumerable<long> centres) => cdist(x, x[tensor(centres.ToArray())]).amin([1]).max().item<float>();
        double best = double.PositiveInfinity;
        for (int a = 0; a < 12; a++)
        {
            for (int b = a + 1; b < 12; b++)
            {
                for (int c = b + 1; c < 12; c++)
                {
                    best = Math.Min(best, Radius([a, b, c]));
                }
            }
        }

        double greedy = Radius(Read(ActiveLearning.KCentre(x, empty(0, 2), 3)));
        Assert.InRange(greedy, best - 1e-6, (2 * best) + 1e-6);
    }

    [Fact]
    public void KCentre_and_Badge_never_take_a_copy_of_an_image_before_all_others()
    {
        Tensor copies = tensor(new float[,] { { 1, 0 }, { 1, 0 }, { 1, 0 }, { 0, 3 } });
        Tensor opinions = tensor(new float[,] { { 0.6f, 0.4f }, { 0.6f, 0.4f }, { 0.6f, 0.4f }, { 0.6f, 0.4f } });

        Assert.Contains(3, Read(ActiveLearning.KCentre(copies, empty(0, 2), 2)));
        Assert.Equal(4, Read(ActiveLearning.KCentre(copies, empty(0, 2), 4)).Distinct().Count());
        Assert.Contains(3, Read(ActiveLearning.Badge(opinions, copies, 2)));
        Assert.Equal(4, Read(ActiveLearning.Badge(opinions, copies, 4)).Distinct().Count());
    }

    // The factorised distances against the gradients written out.
    [Fact]
    public void Badge_measures_distances_between_gradients()
    {
        var random = new Random(2);
        Tensor p = tensor(Enumerable.Range(0, 18).Select(_ => random.NextSingle()).ToArray()).reshape(6, 3);
        p = p / p.sum(dim: 1, keepdim: true);
        Tensor x = tensor(Enumerable.Range(0, 24).Select(_ => random.NextSingle() - 0.5f).ToArray()).reshape(6, 4);
        Tensor residual = p - nn.functional.one_hot(p.argmax(1), 3);
        Tensor gradients = (residual.unsqueeze(2) * x.unsqueeze(1)).reshape(6, 12);   // [N, K D], written out
        long longest = gradients.norm(dim: 1, p: 2).argmax().item<long>();
        double[] squared = [.. (gradients - gradients[longest]).square().sum(dim: 1).data<float>().ToArray().Select(value => (double)value)];

        int[] second = [.. Enumerable.Range(0, 3_000).Select(seed =>
        {
            long[] chosen = Read(ActiveLearning.Badge(p, x, 2, seed));
            Assert.Equal(longest, chosen[0]);
            return (int)chosen[1];
        })];

        Assert.All(Enumerable.Range(0, 6), image =>
            Assert.Equal(squared[image] / squared.Sum(), second.Count(chosen => chosen == image) / 3_000.0, 0.04));
    }

    [Fact]
    public void Badge_draws_in_proportion_to_the_squared_distance()
    {
        // Sure image (no gradient), an uncertain one, and a farther uncertain one: after the longest, the draw is between the others.
        Tensor p = tensor(new float[,] { { 0.5f, 0.5f }, { 0.5f, 0.5f }, { 0.5f, 0.5f } });
        Tensor x = tensor(new float[,] { { 3, 0 }, { 1, 0 }, { 0, 0 } });
        // Gradients have squared lengths 0.5 x (9, 1, 0); from the first, squared distances 0.5 x (0, 4, 9).
        int second = Enumerable.Range(0, 2_000).Count(seed => Read(ActiveLearning.Badge(p, x, 2, seed))[1] == 2);

        Assert.InRange(second / 2_000.0, (9 / 13.0) - 0.04, (9 / 13.0) + 0.04);
    }

    [Fact]
    public void Counts_and_shapes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ActiveLearning.ByEntropy(Opinions, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => ActiveLearning.ByMargin(Opinions, 0));
        Assert.Throws<ArgumentException>(() => ActiveLearning.ByMargin(zeros(3), 1));
        Assert.Throws<ArgumentException>(() => ActiveLearning.Badge(Opinions, zeros(3, 2), 1));
    }

    [Fact]
    public void Every_strategy_is_reached_by_its_name() => Assert.All(
        Enum.GetValues<QueryStrategy>(),
        strategy => Assert.Equal(2, Read(ActiveLearning.Next(strategy, Opinions, rand(4, 3), rand(2, 3), 2)).Distinct().Count()));

    [Fact]
    public void Simulation_is_repeatable_and_all_strategies_start_from_the_same_labels()
    {
        var random = new Random(11);
        float[] values = [.. Enumerable.Range(0, 120).Select(i => (i / 2 % 2 == 0 ? 1f : -1f) * (i % 2 == 0 ? 1 : 0.2f) + (random.NextSingle() * 0.8f))];
        Tensor x = tensor(values).reshape(60, 2);
        Tensor y = tensor(Enumerable.Range(0, 60).Select(i => (long)(i % 2)).ToArray());
        Tensor families = tensor(Enumerable.Range(0, 60).Select(i => (long)(i / 4 * 2) + (i % 2)).ToArray());  // two of a class together
        Tensor Model(Tensor features, Tensor labels, Tensor others)
        {
            // The nearest mean of a class.
            Tensor means = stack([features[labels.eq(0)].mean([0]), features[labels.eq(1)].mean([0])], 0);
            return (-cdist(others, means)).softmax(1);
        }

        IReadOnlyList<LearningCurve> Play() => ActiveLearningSimulation.Run(
            x, y, Model, [QueryStrategy.Random, QueryStrategy.Margin, QueryStrategy.Badge], start: 4, batch: 4, rounds: 4, seeds: 3, families: families);
        IReadOnlyList<LearningCurve> first = Play(), second = Play();

        Assert.Equal([4, 8, 12, 16, 20], first[0].Labels);
        Assert.Equal(first.SelectMany(curve => curve.Scores).SelectMany(row => row), second.SelectMany(curve => curve.Scores).SelectMany(row => row));
        Assert.All(first, curve => Assert.Equal(first[0].Scores.Select(row => row[0]), curve.Scores.Select(row => row[0])));
        Assert.All(first.SelectMany(curve => curve.Means), score => Assert.InRange(score, 0.6, 1));
        Assert.Equal(0, first[0].GainOver(first[0]).Estimate);
    }

    [Fact]
    public void Simulation_with_too_few_images_says_so() => Assert.Throws<ArgumentException>(() => ActiveLearningSimulation.Run(
        rand(10, 2), tensor(new long[] { 0, 1, 0, 1, 0, 1, 0, 1, 0, 1 }), (_, _, others) => zeros(others.shape[0], 2), [QueryStrategy.Random], 4, 4, 4, 1));
}
