namespace CourseCompanion.Evaluation;

/// <summary>
/// Counts of (true class, predicted class) pairs, and the figures that depend on nothing else: accuracy, recall,
/// precision, F1.
/// </summary>
/// <remarks>
/// An image without an answer is an error: it counts among the images of its class, which it lowers the recall of, and among
/// the predictions of none. So do scikit-learn's scores for a prediction that is no class.
/// </remarks>
public sealed class ConfusionMatrix
{
    /// <summary>What stands for "no answer" among predicted classes.</summary>
    public const long NoAnswer = -1;

    private readonly long[,] _counts;
    private readonly long[] _abstained;

    private ConfusionMatrix(long[,] counts, long[] abstained) => (_counts, _abstained) = (counts, abstained);

    /// <summary>Number of classes K.</summary>
    public int ClassCount => _counts.GetLength(0);

    /// <summary>Number of images counted.</summary>
    public long Total => Enumerable.Range(0, ClassCount).Sum(Support);

    /// <summary>Number of images that got no answer.</summary>
    public long TotalAbstained => _abstained.Sum();

    /// <summary>Number of images of class <paramref name="truth"/> that were predicted as <paramref name="predicted"/>.</summary>
    public long this[int truth, int predicted] => _counts[truth, predicted];

    /// <summary>Counts the pairs.</summary>
    /// <param name="truth">True classes, each in [0, <paramref name="classCount"/>).</param>
    /// <param name="predicted">Predicted classes, as many and in the same order; <see cref="NoAnswer"/> (-1) where there is none.</param>
    /// <param name="classCount">Number of classes K.</param>
    /// <exception cref="ArgumentException">The two lists differ in length or are empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A class is outside [0, K).</exception>
    public static ConfusionMatrix Count(IReadOnlyList<long> truth, IReadOnlyList<long> predicted, int classCount)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(predicted);
        if (truth.Count != predicted.Count)
        {
            throw new ArgumentException($"{truth.Count} true labels but {predicted.Count} predictions: give one prediction per label, in the same order.");
        }

        if (truth.Count == 0)
        {
            throw new ArgumentException("There is nothing to evaluate: the list of labels is empty.", nameof(truth));
        }

        Check.Labels(truth, classCount, nameof(truth));
        Check.Answers(predicted, classCount, nameof(predicted));
        var counts = new long[classCount, classCount];
        var abstained = new long[classCount];
        for (int i = 0; i < truth.Count; i++)
        {
            if (predicted[i] == NoAnswer)
            {
                abstained[truth[i]]++;
            }
            else
            {
                counts[truth[i], predicted[i]]++;
            }
        }

        return new ConfusionMatrix(counts, abstained);
    }

    /// <summary>Number of images whose true class is <paramref name="label"/>, with or without an answer.</summary>
    public long Support(int label) => _abstained[label] + Enumerable.Range(0, ClassCount).Sum(predicted => _counts[label, predicted]);

    /// <summary>Number of images whose true class is <paramref name="label"/> and that got no answer.</summary>
    public long Abstained(int label) => _abstained[label];

    /// <summary>Number of images predicted as <paramref name="label"/>.</summary>
    public long Predicted(int label) => Enumerable.Range(0, ClassCount).Sum(truth => _counts[truth, label]);

    /// <summary>Share of all images predicted right, in [0, 1].</summary>
    public double Accuracy => Enumerable.Range(0, ClassCount).Sum(label => _counts[label, label]) / (double)Total;

    /// <summary>Share of the images of class <paramref name="label"/> that were found, in [0, 1]; 0 for a class that has no image.</summary>
    public double Recall(int label) => Ratio(_counts[label, label], Support(label));

    /// <summary>Share of the predictions <paramref name="label"/> that are right, in [0, 1]; 0 for a class never predicted.</summary>
    public double Precision(int label) => Ratio(_counts[label, label], Predicted(label));

    /// <summary>Harmonic mean of precision and recall, in [0, 1]; 0 when both are 0.</summary>
    public double F1(int label) => Ratio(2 * _counts[label, label], Support(label) + Predicted(label));

    /// <summary>
    /// Mean recall of the classes that have images, in [0, 1]: every class weighs the same, however rare. A class
    /// without images has no recall and is left out, as in scikit-learn.
    /// </summary>
    public double BalancedAccuracy =>
        Enumerable.Range(0, ClassCount).Where(label => Support(label) > 0).Average(Recall);

    /// <summary>
    /// Mean F1 of the classes that occur among the labels or the predictions, in [0, 1] (scikit-learn's
    /// <c>f1_score(average="macro", zero_division=0)</c>).
    /// </summary>
    public double MacroF1 =>
        Enumerable.Range(0, ClassCount).Where(label => Support(label) + Predicted(label) > 0).Average(F1);

    /// <summary>A copy of the counts: rows are true classes, columns predicted ones. Images without an answer are in none.</summary>
    public long[,] ToArray() => (long[,])_counts.Clone();

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : part / (double)whole;
}
