using System.Globalization;
using TorchSharp;

namespace CourseCompanion.Evaluation;

/// <summary>What every metric asks of its input, in one place, with messages that say what to do.</summary>
internal static class Check
{
    /// <summary>Scores [N, K] with one label each: same length, at least one row, finite numbers, labels in [0, K).</summary>
    public static void Scores(float[,] scores, IReadOnlyList<long> labels)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(labels);
        int count = scores.GetLength(0);
        int classCount = scores.GetLength(1);
        if (count != labels.Count)
        {
            throw new ArgumentException($"{count} rows of scores but {labels.Count} labels: give one label per row, in the same order.");
        }

        if (count == 0)
        {
            throw new ArgumentException("There is nothing to evaluate: scores and labels are empty.", nameof(scores));
        }

        if (classCount < 2)
        {
            throw new ArgumentException(
                $"Scores have {classCount} column(s): one column per class is needed, so for two classes give [1 - p, p].", nameof(scores));
        }

        for (int row = 0; row < count; row++)
        {
            for (int column = 0; column < classCount; column++)
            {
                if (!float.IsFinite(scores[row, column]))
                {
                    throw new ArgumentException(
                        string.Create(CultureInfo.InvariantCulture, $"The score of row {row}, class {column} is {scores[row, column]}: ")
                        + "the model has diverged or was given such pixels; lower its learning rate or check its input.",
                        nameof(scores));
                }
            }
        }

        Labels(labels, classCount, nameof(labels));
    }

    /// <summary>Probabilities: scores in [0, 1] whose rows sum to 1.</summary>
    public static void Probabilities(float[,] probabilities, IReadOnlyList<long> labels)
    {
        Scores(probabilities, labels);
        for (int row = 0; row < probabilities.GetLength(0); row++)
        {
            double sum = 0;
            bool inside = true;
            for (int column = 0; column < probabilities.GetLength(1); column++)
            {
                inside &= probabilities[row, column] is >= 0 and <= 1 + 1e-5f;
                sum += probabilities[row, column];
            }

            if (!inside || Math.Abs(sum - 1) > 1e-3)
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"Row {row} is not a probability distribution (sum {sum:G6}): ")
                    + "apply softmax to the logits first.",
                    nameof(probabilities));
            }
        }
    }

    public static void Labels(IReadOnlyList<long> labels, int classCount, string name)
    {
        for (int i = 0; i < labels.Count; i++)
        {
            if (labels[i] < 0 || labels[i] >= classCount)
            {
                throw new ArgumentOutOfRangeException(
                    name, labels[i], $"Label {i} is outside [0, {classCount}): classes are numbered from 0, one per column of scores.");
            }
        }
    }

    /// <summary>Predicted classes: labels, or -1 for no answer.</summary>
    public static void Answers(IReadOnlyList<long> predicted, int classCount, string name)
    {
        for (int i = 0; i < predicted.Count; i++)
        {
            if (predicted[i] < ConfusionMatrix.NoAnswer || predicted[i] >= classCount)
            {
                throw new ArgumentOutOfRangeException(
                    name, predicted[i], $"Answer {i} is neither {ConfusionMatrix.NoAnswer} (none) nor a class in [0, {classCount}).");
            }
        }
    }

    /// <summary>A tensor [N, K] of any floating type and device, as a matrix.</summary>
    public static float[,] ToMatrix(torch.Tensor scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.dim() != 2)
        {
            throw new ArgumentException($"Scores must be [N, K]; got a tensor of {scores.dim()} dimension(s).", nameof(scores));
        }

        using var scope = torch.NewDisposeScope();
        torch.Tensor host = scores.detach().to(torch.ScalarType.Float32).cpu().contiguous();
        var matrix = new float[scores.shape[0], scores.shape[1]];
        Buffer.BlockCopy(host.data<float>().ToArray(), 0, matrix, 0, matrix.Length * sizeof(float));
        return matrix;
    }

    /// <summary>A tensor [N] of integer labels on any device, as an array.</summary>
    public static long[] ToArray(torch.Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.dim() != 1)
        {
            throw new ArgumentException($"Labels must be [N]; got a tensor of {labels.dim()} dimension(s).", nameof(labels));
        }

        if (labels.is_floating_point())
        {
            throw new ArgumentException(
                $"Labels must be class numbers, int64; got {labels.dtype}: are these scores? Their classes are scores.argmax(1).", nameof(labels));
        }

        using var scope = torch.NewDisposeScope();
        return labels.to(torch.ScalarType.Int64).cpu().contiguous().data<long>().ToArray();
    }
}
