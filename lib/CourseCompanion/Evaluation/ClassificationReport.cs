using TorchSharp;

namespace CourseCompanion.Evaluation;

/// <summary>Figures of one class.</summary>
/// <param name="Label">Number of the class.</param>
/// <param name="Support">Images of the class among the evaluated ones.</param>
/// <param name="Recall">Share of them that were found, in [0, 1].</param>
/// <param name="Precision">Share of the predictions of this class that are right, in [0, 1]; 0 if it was never predicted.</param>
/// <param name="F1">Harmonic mean of the two, in [0, 1].</param>
/// <param name="Auc">Area under the ROC curve of the class against the rest; NaN if no image (or every image) has the class.</param>
public sealed record ClassFigures(int Label, long Support, double Recall, double Precision, double F1, double Auc);

/// <summary>What one gets by always answering the most frequent class: the figures to beat.</summary>
/// <param name="Label">The most frequent class (the lowest number among equals).</param>
/// <param name="Accuracy">Its share of the images, in [0, 1].</param>
/// <param name="BalancedAccuracy">1 / (number of classes that have images).</param>
/// <param name="MacroF1">F1 of that class divided by the number of classes that have images.</param>
/// <param name="MacroAuc">0.5, that of chance: a constant answer ranks nothing.</param>
public sealed record MajorityBaseline(int Label, double Accuracy, double BalancedAccuracy, double MacroF1, double MacroAuc)
{
    /// <summary>The four scores in the order of <c>Metric.Standard</c>: AUC, accuracy, F1, balanced accuracy.</summary>
    public IReadOnlyList<double> Scores => [MacroAuc, Accuracy, MacroF1, BalancedAccuracy];
}

/// <summary>
/// Everything the course reports about a classifier on one set of images: macro one-vs-rest AUC, accuracy, macro F1,
/// balanced accuracy, the figures per class and the confusion matrix, beside the majority-class baseline.
/// </summary>
/// <remarks>
/// The predicted class is the one with the highest score, the lowest number among equals, unless the answers are given apart:
/// a method that may abstain gives a row of zeros, whose highest score would be that of class 0. A class that no evaluated
/// image has: its AUC is NaN and left out of <see cref="MacroAuc"/> (scikit-learn refuses such input), its recall is
/// left out of <see cref="BalancedAccuracy"/>, and it enters <see cref="MacroF1"/> with 0 only if it was predicted
/// (both as in scikit-learn). <see cref="AbsentClasses"/> names these classes, so that nobody overlooks them.
/// </remarks>
public sealed class ClassificationReport
{
    private ClassificationReport(IReadOnlyList<long> labels, IReadOnlyList<long> predicted, double[] areas)
    {
        Labels = labels;
        Predicted = predicted;
        var confusion = ConfusionMatrix.Count(labels, predicted, areas.Length);
        int[] classes = [.. Enumerable.Range(0, confusion.ClassCount)];
        Confusion = confusion;
        PerClass = [.. classes.Select(label => new ClassFigures(
            label, confusion.Support(label), confusion.Recall(label), confusion.Precision(label), confusion.F1(label), areas[label]))];
        AbsentClasses = [.. classes.Where(label => confusion.Support(label) == 0)];
        double[] defined = [.. areas.Where(area => !double.IsNaN(area))];
        MacroAuc = defined.Length == 0 ? double.NaN : defined.Average();

        int majority = classes.MaxBy(confusion.Support);
        double share = confusion.Support(majority) / (double)confusion.Total;
        int present = classes.Length - AbsentClasses.Count;
        Baseline = new MajorityBaseline(majority, share, 1.0 / present, 2 * share / (1 + share) / present, 0.5);
    }

    /// <summary>True classes of the evaluated images.</summary>
    public IReadOnlyList<long> Labels { get; }

    /// <summary>The answers, in the same order; <see cref="ConfusionMatrix.NoAnswer"/> (-1) where there is none.</summary>
    public IReadOnlyList<long> Predicted { get; }

    /// <summary>Number of images evaluated.</summary>
    public long Count => Confusion.Total;

    /// <summary>Number of images that got no answer; each counts as an error.</summary>
    public long Abstained => Confusion.TotalAbstained;

    /// <summary>Number of classes K.</summary>
    public int ClassCount => Confusion.ClassCount;

    /// <summary>
    /// Mean of the one-vs-rest AUC of the classes, in [0, 1]; chance is 0.5. NaN if all images have the same class.
    /// </summary>
    public double MacroAuc { get; }

    /// <summary>Share of the images predicted right, in [0, 1].</summary>
    public double Accuracy => Confusion.Accuracy;

    /// <summary>Mean of the classes' F1, in [0, 1].</summary>
    public double MacroF1 => Confusion.MacroF1;

    /// <summary>Mean of the classes' recall, in [0, 1].</summary>
    public double BalancedAccuracy => Confusion.BalancedAccuracy;

    /// <summary>The four scores in the order of <c>Metric.Standard</c>: AUC, accuracy, F1, balanced accuracy.</summary>
    public IReadOnlyList<double> Scores => [MacroAuc, Accuracy, MacroF1, BalancedAccuracy];

    /// <summary>Figures of each class, in order of class number.</summary>
    public IReadOnlyList<ClassFigures> PerClass { get; }

    /// <summary>Classes that no evaluated image has.</summary>
    public IReadOnlyList<int> AbsentClasses { get; }

    /// <summary>Counts of true against predicted classes.</summary>
    public ConfusionMatrix Confusion { get; }

    /// <summary>The answer that needs no model.</summary>
    public MajorityBaseline Baseline { get; }

    /// <summary>Evaluates scores against labels.</summary>
    /// <param name="scores">Scores [N, K], logits or probabilities, of any floating type and on any device.</param>
    /// <param name="labels">True classes [N], int64 in [0, K), in the same order.</param>
    /// <param name="predicted">
    /// The answers [N] of a method that may abstain: a class, or -1 for none, which counts as an error. The class of the highest
    /// score if null.
    /// </param>
    /// <exception cref="ArgumentException">Empty input, sizes that do not fit, or a score that is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label or an answer is outside its range.</exception>
    public static ClassificationReport Compute(torch.Tensor scores, torch.Tensor labels, IReadOnlyList<long>? predicted = null) =>
        Compute(Check.ToMatrix(scores), Check.ToArray(labels), predicted);

    /// <inheritdoc cref="Compute(torch.Tensor, torch.Tensor, IReadOnlyList{long})"/>
    public static ClassificationReport Compute(float[,] scores, IReadOnlyList<long> labels, IReadOnlyList<long>? predicted = null)
    {
        double[] areas = RocAuc.OneVsRest(scores, labels);
        predicted = predicted is null
            ? [.. Enumerable.Range(0, labels.Count).Select(row => (long)Rows.ArgMax(scores, row))]
            : [.. predicted];
        return new ClassificationReport([.. labels], predicted, areas);
    }
}
