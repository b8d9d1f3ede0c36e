using CourseCompanion.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.BrainScan;

/// <summary>How the next images to label are chosen.</summary>
public enum QueryStrategy
{
    /// <summary>At random: the reference that every other has to beat.</summary>
    Random,

    /// <summary>Highest entropy of the probabilities first.</summary>
    Entropy,

    /// <summary>Smallest difference between the two highest probabilities first.</summary>
    Margin,

    /// <summary>Farthest from all labelled images first: covers the images, whatever the model thinks.</summary>
    KCentre,

    /// <summary>Uncertain and different from each other at once.</summary>
    Badge,
}

/// <summary>
/// Which images to show the radiologist next. Pure functions: from what the model thinks of the unlabelled images, or from their features, to
/// their indices, the most useful one first.
/// </summary>
public static class ActiveLearning
{
    /// <summary>The name of a strategy for the student.</summary>
    /// <param name="strategy">The strategy.</param>
    public static string FrenchName(QueryStrategy strategy) => strategy switch
    {
        QueryStrategy.Random => "Au hasard",
        QueryStrategy.Entropy => "Entropie",
        QueryStrategy.Margin => "Marge",
        QueryStrategy.KCentre => "k centres",
        QueryStrategy.Badge => "BADGE",
        _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, "There is no such strategy."),
    };

    /// <summary>The next images by any strategy.</summary>
    /// <param name="strategy">The strategy.</param>
    /// <param name="probabilities">Probabilities [N, K] of the unlabelled images.</param>
    /// <param name="features">Their features [N, D].</param>
    /// <param name="labelled">Features [L, D] of the labelled images.</param>
    /// <param name="count">How many images to choose, at most N.</param>
    /// <param name="seed">Seed of the strategies that draw.</param>
    /// <returns>Indices [count], int64, all different.</returns>
    public static Tensor Next(QueryStrategy strategy, Tensor probabilities, Tensor features, Tensor labelled, int count, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        return strategy switch
        {
            QueryStrategy.Random => AtRandom(probabilities.shape[0], count, seed),
            QueryStrategy.Entropy => ByEntropy(probabilities, count),
            QueryStrategy.Margin => ByMargin(probabilities, count),
            QueryStrategy.KCentre => KCentre(features, labelled, count),
            QueryStrategy.Badge => Badge(probabilities, features, count, seed),
            _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, "There is no such strategy."),
        };
    }

    /// <summary>Images drawn at random.</summary>
    /// <param name="images">Number of unlabelled images N.</param>
    /// <param name="count">How many to choose.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <returns>Indices [count], int64.</returns>
    public static Tensor AtRandom(long images, int count, int seed)
    {
        CheckCount(images, count);
        long[] order = [.. Enumerable.Range(0, checked((int)images)).Select(index => (long)index)];
        var random = PortableRandom.For(seed, PortableRandom.Series("active-learning"), 0);
        random.Shuffle<long>(order);
        return tensor(order[..count]);
    }

    /// <summary>Uncertainty sampling by entropy (Settles, 2009, <i>Active Learning Literature Survey</i>).</summary>
    /// <param name="probabilities">Probabilities [N, K].</param>
    /// <param name="count">How many to choose.</param>
    /// <returns>Indices [count], int64; the lowest index first among equals.</returns>
    public static Tensor ByEntropy(Tensor probabilities, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor p = Probabilities(probabilities);                                // [N, K]
        Tensor entropy = special.entr(p).sum(dim: 1);                           // [N]
        return Highest(entropy, count).MoveToOuterDisposeScope();
    }

    /// <summary>Margin sampling (Scheffer, Decomain and Wrobel, 2001): the two best classes nearly equal.</summary>
    /// <param name="probabilities">Probabilities [N, K], K at least 2.</param>
    /// <param name="count">How many to choose.</param>
    /// <returns>Indices [count], int64; the lowest index first among equals.</returns>
    public static Tensor ByMargin(Tensor probabilities, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor p = Probabilities(probabilities);
        (Tensor two, _) = p.topk(2, dim: 1);                                    // [N, 2]
        Tensor margin = two.select(1, 0) - two.select(1, 1);                    // [N]
        return Highest(-margin, count).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Greedy k-centre (Sener and Savarese, 2018, <i>Active Learning for Convolutional Neural Networks: A Core-Set Approach</i>): again and
    /// again the image farthest from everything labelled or chosen. The largest distance left is at most twice the best possible one.
    /// </summary>
    /// <param name="features">Features [N, D] of the unlabelled images.</param>
    /// <param name="labelled">Features [L, D] of the labelled ones; L may be 0, then the first choice is the image farthest from the mean.</param>
    /// <param name="count">How many to choose.</param>
    /// <returns>Indices [count], int64.</returns>
    public static Tensor KCentre(Tensor features, Tensor labelled, int count)
    {
        ArgumentNullException.ThrowIfNull(labelled);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Features(features);                                          // [N, D]
        CheckCount(x.shape[0], count);
        // [N]: to the nearest centre
        Tensor distance = labelled.shape[0] > 0
            ? cdist(x, labelled.to(ScalarType.Float32)).amin([1])
            : (x - x.mean([0], keepdim: true)).norm(dim: 1, p: 2);
        var chosen = new long[count];
        for (int i = 0; i < count; i++)
        {
            chosen[i] = distance.argmax().item<long>();
            Tensor toChosen = (x - x[chosen[i]]).norm(dim: 1, p: 2);
            distance = i == 0 && labelled.shape[0] == 0 ? toChosen : minimum(distance, toChosen);
            distance[chosen[i]] = -1;                                           // never twice, even among copies
        }

        return tensor(chosen).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// BADGE (Ash and others, 2020, <i>Deep Batch Active Learning by Diverse, Uncertain Gradient Lower Bounds</i>): the k-means++ seeds
    /// of the gradients that the last layer would receive if the model's own guess were the truth. A long gradient is an uncertain image; far
    /// from each other, they teach different things.
    /// </summary>
    /// <remarks>
    /// The gradient of an image is the outer product of (p - guess) [K] and its features [D]; of two outer products, the inner product is
    /// the product of the inner products. So distances need no vector of K times D numbers. The first image is the one with the longest
    /// gradient, as in the authors' code.
    /// </remarks>
    /// <param name="probabilities">Probabilities [N, K].</param>
    /// <param name="features">Features [N, D], what the last layer sees.</param>
    /// <param name="count">How many to choose.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <returns>Indices [count], int64.</returns>
    public static Tensor Badge(Tensor probabilities, Tensor features, int count, int seed = 42)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor p = Probabilities(probabilities).to(ScalarType.Float64);         // [N, K]
        Tensor x = Features(features).to(ScalarType.Float64);                   // [N, D]
        long images = p.shape[0];
        if (x.shape[0] != images)
        {
            throw new ArgumentException($"{images} rows of probabilities but {x.shape[0]} of features: give one of each per image.", nameof(features));
        }

        CheckCount(images, count);
        Tensor residual = p - nn.functional.one_hot(p.argmax(1), p.shape[1]);   // [N, K]
        Tensor squared = residual.square().sum(dim: 1) * x.square().sum(dim: 1); // [N]: squared lengths of the gradients
        var random = PortableRandom.For(seed, PortableRandom.Series("badge"), 0);
        var chosen = new long[count];
        Tensor nearest = squared;                                               // [N]: squared distance to the nearest chosen one
        for (int i = 0; i < count; i++)
        {
            chosen[i] = i == 0 ? squared.argmax().item<long>() : Draw(nearest, ref random, chosen.AsSpan(0, i));
            Tensor product = residual.matmul(residual[chosen[i]]) * x.matmul(x[chosen[i]]);
            Tensor toChosen = (squared + squared[chosen[i]] - (2 * product)).clamp_min(0);
            nearest = i == 0 ? toChosen : minimum(nearest, toChosen);
            nearest[chosen[i]] = 0;
        }

        return tensor(chosen).MoveToOuterDisposeScope();
    }

    /// <summary>An index drawn in proportion to its weight; where nothing weighs anything, the first that is not yet chosen.</summary>
    private static long Draw(Tensor weights, ref PortableRandom random, ReadOnlySpan<long> chosen)
    {
        double[] weight = weights.data<double>().ToArray();
        double at = random.NextUnit() * weight.Sum();
        for (int index = 0; index < weight.Length; index++)
        {
            at -= weight[index];
            if (at < 0)
            {
                return index;
            }
        }

        for (long index = 0; index < weight.Length; index++)
        {
            if (!chosen.Contains(index))
            {
                return index;
            }
        }

        throw new InvalidOperationException("Every image is chosen already.");
    }

    private static Tensor Highest(Tensor scores, int count)
    {
        CheckCount(scores.shape[0], count);
        return scores.sort(dim: 0, descending: true, stable: true).Indices.narrow(0, 0, count);
    }

    private static Tensor Probabilities(Tensor probabilities)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        return probabilities.dim() == 2 && probabilities.shape[1] >= 2
            ? probabilities.detach().cpu().to(ScalarType.Float32)
            : throw new ArgumentException($"Probabilities are [N, K] with K at least 2; got [{string.Join(", ", probabilities.shape)}].", nameof(probabilities));
    }

    private static Tensor Features(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return features.dim() == 2
            ? features.detach().cpu().to(ScalarType.Float32)
            : throw new ArgumentException($"Features are [N, D]; got [{string.Join(", ", features.shape)}].", nameof(features));
    }

    private static void CheckCount(long images, int count)
    {
        if (count < 1 || count > images)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"Choose between 1 and {images} images.");
        }
    }
}
