using CourseCompanion.Evaluation;

namespace CourseCompanion.BrainScan;

/// <summary>A figure of merit of scans that one repetition of a cross-validation has judged.</summary>
/// <param name="Key">Name for machines.</param>
/// <param name="Compute">From the truth (cancer or not), the scores and the thresholds chosen, in the same order, to the figure.</param>
public sealed record ScanFigure(string Key, Func<bool[], double[], double[], double> Compute)
{
    /// <summary>Mean of the two classes' recalls, the border at 0.</summary>
    public static ScanFigure BalancedAccuracy { get; } = new("balanced_accuracy", (truth, scores, _) => Balanced(truth, scores, AtZero));

    /// <summary>F1 of the class cancer, the border at 0.</summary>
    public static ScanFigure F1 { get; } = new("f1", (truth, scores, unused) =>
    {
        (int found, int missed, int alarms, _) = Counts(truth, scores, AtZero);
        return found == 0 ? 0 : 2.0 * found / ((2 * found) + missed + alarms);
    });

    /// <summary>Share of the cancers found, the border at 0.</summary>
    public static ScanFigure CancerRecall { get; } = new("cancer_recall_at_0", (truth, scores, _) => Recall(truth, scores, AtZero));

    /// <summary>Share of the cancers found at the threshold chosen in the training folds.</summary>
    public static ScanFigure CancerRecallAtThreshold { get; } = new("cancer_recall", (truth, scores, thresholds) => Recall(truth, scores, i => thresholds[i]));

    /// <summary>Mean of the two recalls at the threshold chosen in the training folds.</summary>
    public static ScanFigure BalancedAccuracyAtThreshold { get; } =
        new("balanced_accuracy_at_threshold", (truth, scores, thresholds) => Balanced(truth, scores, i => thresholds[i]));

    /// <summary>Area under the ROC curve: every threshold at once.</summary>
    public static ScanFigure Auc { get; } = new("auc", (truth, scores, _) => RocAuc.Binary(Array.ConvertAll(scores, score => (float)score), truth));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ScanFigure> All { get; } = [BalancedAccuracy, F1, CancerRecall, Auc, CancerRecallAtThreshold, BalancedAccuracyAtThreshold];

    private static double AtZero(int scan) => 0;

    private static double Recall(bool[] truth, double[] scores, Func<int, double> threshold)
    {
        (int found, int missed, _, _) = Counts(truth, scores, threshold);
        return found / (double)(found + missed);
    }

    private static double Balanced(bool[] truth, double[] scores, Func<int, double> threshold)
    {
        (int found, int missed, int alarms, int quiet) = Counts(truth, scores, threshold);
        return ((found / (double)(found + missed)) + (quiet / (double)(quiet + alarms))) / 2;
    }

    private static (int Found, int Missed, int Alarms, int Quiet) Counts(bool[] truth, double[] scores, Func<int, double> threshold)
    {
        int found = 0, missed = 0, alarms = 0, quiet = 0;
        for (int i = 0; i < truth.Length; i++)
        {
            bool called = scores[i] >= threshold(i);
            found += truth[i] && called ? 1 : 0;
            missed += truth[i] && !called ? 1 : 0;
            alarms += !truth[i] && called ? 1 : 0;
            quiet += !truth[i] && !called ? 1 : 0;
        }

        return (found, missed, alarms, quiet);
    }
}

/// <summary>
/// What a method answered about every labelled scan, always learnt without it and its family, in each repetition of a
/// cross-validation; and what that is worth, with its uncertainty.
/// </summary>
/// <param name="IsCancer">The truth [L].</param>
/// <param name="Families">Family [L] of each scan.</param>
/// <param name="Scores">Scores [R][L] of the R repetitions: the higher, the more cancer; above 0 the method answers cancer.</param>
/// <param name="Thresholds">The threshold [R][L] that the training folds chose for each scan's fold.</param>
public sealed record ScanScores(
    IReadOnlyList<bool> IsCancer, IReadOnlyList<long> Families, IReadOnlyList<double[]> Scores, IReadOnlyList<double[]> Thresholds)
{
    /// <summary>Number L of scans.</summary>
    public int Count => IsCancer.Count;

    /// <summary>A figure on some scans, which may repeat: the mean over the repetitions.</summary>
    /// <param name="figure">Which one.</param>
    /// <param name="scans">Numbers of scans, in [0, L); all if null.</param>
    public double Value(ScanFigure figure, IReadOnlyList<int>? scans = null)
    {
        ArgumentNullException.ThrowIfNull(figure);
        scans ??= [.. Enumerable.Range(0, Count)];
        var truth = new bool[scans.Count];
        double[] scores = new double[scans.Count], thresholds = new double[scans.Count];
        double sum = 0;
        for (int repeat = 0; repeat < Scores.Count; repeat++)
        {
            for (int i = 0; i < scans.Count; i++)
            {
                (truth[i], scores[i], thresholds[i]) = (IsCancer[scans[i]], Scores[repeat][scans[i]], Thresholds[repeat][scans[i]]);
            }

            sum += figure.Compute(truth, scores, thresholds);
        }

        return sum / Scores.Count;
    }

    /// <summary>A figure with its 95 % interval, by resampling families: how far it would move with as many other patients.</summary>
    /// <param name="figure">Which one.</param>
    /// <param name="resamples">Number of resamples.</param>
    public ConfidenceInterval Interval(ScanFigure figure, int resamples = 1000) =>
        Bootstrap.ByGroup(Families, scans => Value(figure, scans), resamples: resamples);

    /// <summary>What this method has more than another, on the same scans, with its 95 % interval.</summary>
    /// <param name="other">The other method.</param>
    /// <param name="figure">Which figure.</param>
    /// <param name="resamples">Number of resamples.</param>
    /// <exception cref="ArgumentException">The other has judged other scans.</exception>
    public ConfidenceInterval Gain(ScanScores other, ScanFigure figure, int resamples = 1000)
    {
        RequireSameScans(other);
        return Bootstrap.ByGroup(Families, scans => Value(figure, scans) - other.Value(figure, scans), resamples: resamples);
    }

    /// <summary>McNemar's exact test of one repetition, the border at 0.</summary>
    /// <param name="other">The other method.</param>
    /// <param name="repeat">Number of the repetition.</param>
    public McNemarResult McNemarAgainst(ScanScores other, int repeat = 0)
    {
        RequireSameScans(other);
        return McNemar.Exact(Right(repeat), other.Right(repeat));
    }

    /// <summary>Paired permutation test over families: p-value of the difference in right answers, averaged over the repetitions.</summary>
    /// <param name="other">The other method.</param>
    public double PermutationAgainst(ScanScores other)
    {
        RequireSameScans(other);
        double[] mine = ShareRight(), its = other.ShareRight();
        double[] differences = [.. Enumerable.Range(0, Count).GroupBy(scan => Families[scan]).Select(family => family.Sum(scan => mine[scan] - its[scan]))];
        return PairedPermutation.PValue(differences);
    }

    /// <summary>For each scan, whether the answer of one repetition is right, the border at 0.</summary>
    /// <param name="repeat">Number of the repetition.</param>
    public IReadOnlyList<bool> Right(int repeat) => [.. Scores[repeat].Select((score, scan) => score >= 0 == IsCancer[scan])];

    private double[] ShareRight() =>
        [.. Enumerable.Range(0, Count).Select(scan => Scores.Average(repeat => repeat[scan] >= 0 == IsCancer[scan] ? 1.0 : 0))];

    private void RequireSameScans(ScanScores other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!IsCancer.SequenceEqual(other.IsCancer) || !Families.SequenceEqual(other.Families))
        {
            throw new ArgumentException("The two methods have judged other scans.", nameof(other));
        }
    }
}
