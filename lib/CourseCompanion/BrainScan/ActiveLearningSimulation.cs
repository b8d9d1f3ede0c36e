using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.Work;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.BrainScan;

/// <summary>Learns from labelled features and gives an opinion on others.</summary>
/// <param name="features">Features [L, D] of the labelled images.</param>
/// <param name="labels">Their classes [L], int64.</param>
/// <param name="others">Features [M, D] to judge.</param>
/// <returns>Probabilities [M, K].</returns>
public delegate Tensor FitAndPredict(Tensor features, Tensor labels, Tensor others);

/// <summary>One curve of a simulation: the score after each purchase of labels.</summary>
/// <param name="Strategy">How images were chosen.</param>
/// <param name="Labels">Number of labels at each point.</param>
/// <param name="Scores">Balanced accuracy on images that were never for sale: one row per seed, one column per point.</param>
public sealed record LearningCurve(QueryStrategy Strategy, IReadOnlyList<int> Labels, IReadOnlyList<double[]> Scores)
{
    /// <summary>Mean over the seeds at each point.</summary>
    public IReadOnlyList<double> Means => [.. Labels.Select((_, point) => Scores.Average(row => row[point]))];

    /// <summary>Mean of a seed's whole curve: the higher, the earlier it was good.</summary>
    public IReadOnlyList<double> Areas => [.. Scores.Select(row => row.Average())];

    /// <summary>95 % interval of the mean at each point, over the seeds (bootstrap).</summary>
    public IReadOnlyList<ConfidenceInterval> Intervals => [.. Labels.Select((_, point) =>
        Bootstrap.ConfidenceInterval(Scores.Count, seeds => seeds.Average(seed => Scores[seed][point])))];

    /// <summary>Mean advantage over another curve of the same seeds, area against area, with its 95 % interval.</summary>
    /// <param name="reference">The other curve, usually <see cref="QueryStrategy.Random"/>.</param>
    public ConfidenceInterval GainOver(LearningCurve reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (reference.Scores.Count != Scores.Count)
        {
            throw new ArgumentException("The two curves come from other numbers of seeds.", nameof(reference));
        }

        double[] gains = [.. Areas.Zip(reference.Areas, (own, other) => own - other)];
        return Bootstrap.ConfidenceInterval(gains.Length, seeds => seeds.Average(seed => gains[seed]));
    }
}

/// <summary>
/// Active learning played on images whose labels are known but hidden: each round buys labels by a strategy, learns again, and is judged on
/// images that were never for sale.
/// </summary>
public static class ActiveLearningSimulation
{
    /// <summary>Plays all strategies on the same draws.</summary>
    /// <param name="features">Features [N, D].</param>
    /// <param name="labels">Classes [N], int64.</param>
    /// <param name="model">What learns.</param>
    /// <param name="strategies">The strategies.</param>
    /// <param name="start">Labels at the start, spread over the classes.</param>
    /// <param name="batch">Labels bought each round.</param>
    /// <param name="rounds">Number of rounds.</param>
    /// <param name="seeds">Number of draws of start and test images.</param>
    /// <param name="testShare">Share of the images that judge, in (0, 1).</param>
    /// <param name="families">Copies and near copies have one number [N], and stay on one side; null where every image stands alone.</param>
    /// <param name="seed">First seed.</param>
    /// <param name="cancellation">Stops between two rounds.</param>
    /// <returns>One curve per strategy.</returns>
    /// <exception cref="ArgumentException">There are too few images for so many rounds.</exception>
    public static IReadOnlyList<LearningCurve> Run(
        Tensor features,
        Tensor labels,
        FitAndPredict model,
        IReadOnlyList<QueryStrategy> strategies,
        int start,
        int batch,
        int rounds,
        int seeds,
        double testShare = 1 / 3.0,
        Tensor? families = null,
        int seed = 42,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(strategies);
        long[] truth = Check.ToArray(labels);
        long[] family = families is null ? [.. truth.Select((_, image) => (long)image)] : Check.ToArray(families);
        int classCount = (int)truth.Max() + 1;
        var scores = strategies.Select(_ => new double[seeds][]).ToArray();
        using IProgressTask bar = WorkContext.Progress.Start("Apprentissage actif", seeds * strategies.Count);
        for (int draw = 0; draw < seeds; draw++)
        {
            (int[] test, int[] pool) = Divide(truth, family, testShare, seed + draw);
            int[] first = Start(truth, pool, start, classCount);
            if (pool.Length < start + (batch * rounds))
            {
                throw new ArgumentException($"{pool.Length} images are for sale, {start + (batch * rounds)} would be bought: fewer rounds, or smaller ones.", nameof(rounds));
            }

            for (int s = 0; s < strategies.Count; s++)
            {
                scores[s][draw] = Play(features, truth, model, strategies[s], first, pool, test, batch, rounds, classCount, seed + draw, cancellation);
                bar.Report((draw * strategies.Count) + s + 1);
            }
        }

        int[] counts = [.. Enumerable.Range(0, rounds + 1).Select(round => start + (batch * round))];
        return [.. strategies.Select((strategy, s) => new LearningCurve(strategy, counts, scores[s]))];
    }

    private static double[] Play(
        Tensor features, long[] truth, FitAndPredict model, QueryStrategy strategy, int[] first, int[] pool, int[] test,
        int batch, int rounds, int classCount, int seed, CancellationToken cancellation)
    {
        var labelled = first.ToList();
        List<int> unlabelled = [.. pool.Except(first)];
        var points = new double[rounds + 1];
        for (int round = 0; round <= rounds; round++)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            using DisposeScope scope = NewDisposeScope();
            Tensor x = Rows(features, labelled), rest = Rows(features, unlabelled);                       // [L, D], [U, D]
            Tensor y = tensor(labelled.Select(image => truth[image]).ToArray());                          // [L]
            Tensor opinion = model(x, y, cat([Rows(features, test), rest], 0));                           // [T + U, K]
            points[round] = BalancedAccuracy(opinion.narrow(0, 0, test.Length), truth, test, classCount);
            if (round < rounds)
            {
                using Tensor chosen = ActiveLearning.Next(strategy, opinion.narrow(0, test.Length, unlabelled.Count), rest, x, batch, seed + (1_000 * round));
                int[] bought = [.. chosen.data<long>().ToArray().Select(index => unlabelled[(int)index])];
                labelled.AddRange(bought);
                unlabelled = [.. unlabelled.Except(bought)];
            }
        }

        return points;
    }

    private static double BalancedAccuracy(Tensor opinion, long[] truth, int[] test, int classCount)
    {
        using Tensor predicted = opinion.argmax(1);
        return ConfusionMatrix.Count([.. test.Select(image => truth[image])], predicted.data<long>().ToArray(), classCount).BalancedAccuracy;
    }

    /// <summary>Whole families, class by class, until the share is reached: each class is judged on as large a part of it.</summary>
    private static (int[] Test, int[] Pool) Divide(long[] truth, long[] family, double testShare, int seed)
    {
        var random = PortableRandom.For(seed, PortableRandom.Series("active-learning-test"), 0);
        int[][] groups = [.. Enumerable.Range(0, truth.Length).GroupBy(image => family[image]).Select(group => group.ToArray())];
        random.Shuffle<int[]>(groups);
        var wanted = truth.CountBy(label => label).ToDictionary(count => count.Key, count => (int)Math.Round(count.Value * testShare));
        var test = new List<int>();
        var pool = new List<int>();
        foreach (int[] group in groups)
        {
            long label = truth[group[0]];
            bool judges = wanted[label] > 0;
            wanted[label] -= judges ? group.Length : 0;
            (judges ? test : pool).AddRange(group);
        }

        return ([.. test], [.. pool]);
    }

    /// <summary>Class after class in turn, so that none is missing at the start.</summary>
    private static int[] Start(long[] truth, int[] pool, int start, int classCount)
    {
        var ofClass = Enumerable.Range(0, classCount).Select(label => new Queue<int>(pool.Where(image => truth[image] == label))).ToArray();
        var chosen = new List<int>(start);
        while (chosen.Count < start)
        {
            int before = chosen.Count;
            foreach (Queue<int> images in ofClass.Where(images => images.Count > 0 && chosen.Count < start))
            {
                chosen.Add(images.Dequeue());
            }

            if (chosen.Count == before)
            {
                throw new ArgumentException($"There are fewer than {start} images to start with.", nameof(start));
            }
        }

        return [.. chosen];
    }

    private static Tensor Rows(Tensor features, IReadOnlyCollection<int> images)
    {
        using Tensor indices = tensor(images.Select(image => (long)image).ToArray());
        return features.index_select(0, indices);
    }
}
