using TorchSharp;

namespace CourseCompanion.Evaluation;

/// <summary>Labels that are probably wrong, and how the classes are mistaken for each other.</summary>
/// <param name="Images">Positions of the suspect images, the most suspect first: the one whose own label seems least probable.</param>
/// <param name="Suggested">What each of them seems to be, in the same order.</param>
/// <param name="ConfidentJoint">Counts [K, K]: images under label i that are surely of class j.</param>
/// <param name="Joint">Shares [K, K] of all images, estimated: label i and truly of class j. They sum to 1.</param>
/// <param name="Thresholds">How sure the model must be of each class: its mean probability among the images under that label; NaN for a class without any.</param>
public sealed record LabelIssues(
    IReadOnlyList<int> Images, IReadOnlyList<long> Suggested, long[,] ConfidentJoint, double[,] Joint, IReadOnlyList<double> Thresholds)
{
    /// <summary>Estimated share of wrong labels: what lies outside the diagonal of <see cref="Joint"/>.</summary>
    public double NoiseShare => 1 - Enumerable.Range(0, Thresholds.Count).Sum(label => Joint[label, label]);
}

/// <summary>
/// Confident learning finds wrong labels without knowing the right ones (Northcutt, Jiang and Chuang, 2021, <i>Confident Learning:
/// Estimating Uncertainty in Dataset Labels</i>). A model that is surer of another class than it usually is of that class's own images
/// contradicts the label.
/// </summary>
/// <remarks>
/// The probabilities must come from models that have not seen the label in question: by cross-validation. A network that has learnt a wrong
/// label by heart finds nothing wrong with it.
/// </remarks>
public static class ConfidentLearning
{
    /// <summary>Finds suspect labels.</summary>
    /// <param name="probabilities">Out-of-fold probabilities [N, K], rows that sum to 1.</param>
    /// <param name="labels">The labels as they are given [N], some of them wrong, in [0, K).</param>
    /// <exception cref="ArgumentException">Empty input, sizes that do not fit, or rows that are not probabilities.</exception>
    public static LabelIssues Find(float[,] probabilities, IReadOnlyList<long> labels)
    {
        Check.Probabilities(probabilities, labels);
        int classes = probabilities.GetLength(1);

        // 1. A class's own threshold: its mean probability among the images that bear its label.
        var counts = new long[classes];
        var sums = new double[classes];
        for (int image = 0; image < labels.Count; image++)
        {
            counts[labels[image]]++;
            sums[labels[image]] += probabilities[image, (int)labels[image]];
        }

        double[] thresholds = [.. sums.Zip(counts, (sum, count) => sum / count)];   // NaN for a class that no label names

        // 2. The confident joint: an image counts for the class it is sure of; of several, the most probable.
        var confident = new long[classes, classes];
        List<(int Image, long Seems, double Own)> suspects = [];
        for (int image = 0; image < labels.Count; image++)
        {
            int seems = -1;
            for (int label = 0; label < classes; label++)
            {
                if (probabilities[image, label] >= thresholds[label] && (seems < 0 || probabilities[image, label] > probabilities[image, seems]))
                {
                    seems = label;
                }
            }

            if (seems >= 0)
            {
                confident[labels[image], seems]++;
                if (seems != labels[image])
                {
                    suspects.Add((image, seems, probabilities[image, (int)labels[image]]));
                }
            }
        }

        // 3. What lies outside its diagonal is suspect; the least probable labels first.
        suspects.Sort((a, b) => (a.Own, a.Image).CompareTo((b.Own, b.Image)));
        return new LabelIssues(
            [.. suspects.Select(suspect => suspect.Image)], [.. suspects.Select(suspect => suspect.Seems)], confident, Calibrate(confident, counts), thresholds);
    }

    /// <inheritdoc cref="Find(float[,], IReadOnlyList{long})"/>
    public static LabelIssues Find(torch.Tensor probabilities, torch.Tensor labels) => Find(Check.ToMatrix(probabilities), Check.ToArray(labels));

    /// <summary>The joint of labels and true classes: each row of the confident joint is scaled to the label's share of all images.</summary>
    /// <param name="confident">Counts [K, K]: images under label i that are surely of class j.</param>
    /// <param name="counts">All images under each label, K values.</param>
    /// <returns>Shares [K, K] that sum to 1. A label of which no image is sure is taken at its word.</returns>
    /// <exception cref="ArgumentException">Sizes that do not fit, or no image at all.</exception>
    public static double[,] Calibrate(long[,] confident, IReadOnlyList<long> counts)
    {
        ArgumentNullException.ThrowIfNull(confident);
        ArgumentNullException.ThrowIfNull(counts);
        int classes = counts.Count;
        double total = counts.Sum();
        if (confident.GetLength(0) != classes || confident.GetLength(1) != classes || total == 0)
        {
            throw new ArgumentException(
                $"Counts are [K, K] and [K], of one image or more; got [{confident.GetLength(0)}, {confident.GetLength(1)}] and [{classes}].", nameof(counts));
        }

        var joint = new double[classes, classes];
        for (int label = 0; label < classes; label++)
        {
            long sure = Enumerable.Range(0, classes).Sum(seems => confident[label, seems]);
            for (int seems = 0; seems < classes; seems++)
            {
                double share = sure > 0 ? confident[label, seems] / (double)sure : seems == label ? 1 : 0;
                joint[label, seems] = share * counts[label] / total;
            }
        }

        return joint;
    }
}
