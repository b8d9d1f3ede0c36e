using static TorchSharp.torch;

namespace CourseCompanion.Segmentation;

/// <summary>What the methods of this folder descend. Class 0 is the background.</summary>
public static class SegmentationLosses
{
    /// <summary>
    /// Soft Dice loss: 1 - (2 sum(p y) + s) / (sum(p) + sum(y) + s), the mean over all classes but the background. Unlike cross-entropy it does not care how
    /// much background there is (Milletari and others, 2016, <i>V-Net</i>; Sudre and others, 2017, <i>Generalised Dice overlap</i>).
    /// </summary>
    /// <remarks>
    /// Sums go over all pixels of the batch, not of each image: most slices show no tumour at all, and for an empty mask the Dice of one image falls from 1
    /// to nearly 0 by a single pixel too many. In a batch, an empty mask only adds to what is too much.
    /// </remarks>
    /// <param name="logits">Logits [N, K, H, W].</param>
    /// <param name="masks">Classes [N, H, W], int64.</param>
    /// <param name="trust">What each pixel counts, [N, H, W], float, in [0, 1]; 1 each if null. No gradient goes through it.</param>
    /// <param name="smooth">s, in pixels, above 0: keeps the loss of a batch of empty masks finite, and near 0 where nothing is found in it.</param>
    /// <returns>One number in [0, 1), with its gradient.</returns>
    public static Tensor SoftDice(Tensor logits, Tensor masks, Tensor? trust = null, double smooth = 1)
    {
        Check(logits, masks, trust);
        if (!(smooth > 0) || double.IsInfinity(smooth))
        {
            throw new ArgumentOutOfRangeException(nameof(smooth), smooth, "Something must keep 0 / 0 away: a positive number of pixels, for example 1.");
        }

        Tensor probabilities = logits.softmax(1);
        var dice = new Tensor[logits.shape[1] - 1];
        for (int label = 1; label <= dice.Length; label++)
        {
            Tensor p = Trusted(probabilities.select(1, label));                 // [N, H, W]
            Tensor y = masks.eq(label).to(logits.dtype);                        // [N, H, W]
            dice[label - 1] = ((p * y).sum() * 2 + smooth) / (p.sum() + Trusted(y).sum() + smooth);
        }

        return 1 - stack(dice).mean();

        Tensor Trusted(Tensor values) => trust is null ? values : values * trust.detach();
    }

    /// <summary>Cross-entropy of each pixel, times its trust, divided by the number of all pixels, trusted or not.</summary>
    /// <param name="logits">Logits [N, K, H, W].</param>
    /// <param name="masks">Classes [N, H, W], int64.</param>
    /// <param name="trust">What each pixel counts, [N, H, W], float, in [0, 1]; 1 each if null. No gradient goes through it.</param>
    public static Tensor CrossEntropy(Tensor logits, Tensor masks, Tensor? trust = null)
    {
        Check(logits, masks, trust);
        return trust is null
            ? nn.functional.cross_entropy(logits, masks)
            : nn.functional.cross_entropy(logits, masks, reduction: nn.Reduction.None).mul(trust.detach()).mean();
    }

    /// <summary>
    /// The sum of both: Dice asks that the region as a whole be found however small it is, cross-entropy gives every single pixel a gradient that does not
    /// vanish (Isensee and others, 2021, <i>nnU-Net</i>).
    /// </summary>
    /// <param name="logits">Logits [N, K, H, W].</param>
    /// <param name="masks">Classes [N, H, W], int64.</param>
    /// <param name="trust">What each pixel counts, [N, H, W], float, in [0, 1]; 1 each if null.</param>
    public static Tensor DiceAndCrossEntropy(Tensor logits, Tensor masks, Tensor? trust = null) =>
        SoftDice(logits, masks, trust) + CrossEntropy(logits, masks, trust);

    private static void Check(Tensor logits, Tensor masks, Tensor? trust)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(masks);
        if (logits.dim() != 4 || logits.shape[1] < 2)
        {
            throw new ArgumentException($"Logits must be [N, K, H, W], of two classes or more; got [{string.Join(", ", logits.shape)}].", nameof(logits));
        }

        long[] wanted = [logits.shape[0], logits.shape[2], logits.shape[3]];
        if (masks.dtype != ScalarType.Int64 || !masks.shape.SequenceEqual(wanted))
        {
            throw new ArgumentException($"Masks must be int64 [{string.Join(", ", wanted)}]; got {masks.dtype} [{string.Join(", ", masks.shape)}].", nameof(masks));
        }

        if (trust is not null && !trust.shape.SequenceEqual(wanted))
        {
            throw new ArgumentException($"Trust must be [{string.Join(", ", wanted)}]; got [{string.Join(", ", trust.shape)}].", nameof(trust));
        }
    }
}
