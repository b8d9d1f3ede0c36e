using static TorchSharp.torch;

namespace CourseCompanion.Evaluation;

/// <summary>
/// Calibration by one number (Guo, Pleiss, Sun and Weinberger, 2017): logits are divided by a temperature T before the
/// softmax. T &gt; 1 makes an overconfident model humbler; the predicted class never changes, so neither does accuracy.
/// </summary>
/// <param name="Temperature">T &gt; 0; 1 leaves the probabilities as they are.</param>
public sealed record TemperatureScaling(double Temperature)
{
    // 1/T stays within these bounds: on data classified without a single error the likelihood grows for ever as T goes to 0.
    private const double SmallestInverse = 0.01;
    private const double LargestInverse = 100;

    /// <summary>T &gt; 0; 1 leaves the probabilities as they are.</summary>
    /// <exception cref="ArgumentOutOfRangeException">T is not a positive number.</exception>
    public double Temperature { get; } = Temperature > 0 && double.IsFinite(Temperature)
        ? Temperature
        : throw new ArgumentOutOfRangeException(nameof(Temperature), Temperature, "The temperature must be a positive number, for example 1.5.");

    /// <summary>Temperature 1: no change.</summary>
    public static TemperatureScaling None { get; } = new(1);

    /// <summary>
    /// Finds the temperature that minimises the negative log-likelihood of the labels. Fit it on validation images that
    /// the model did not train on, never on the test set.
    /// </summary>
    /// <param name="logits">Logits [N, K]; log-probabilities do as well.</param>
    /// <param name="labels">True classes, N values in [0, K).</param>
    /// <returns>A temperature in [0.01, 100].</returns>
    /// <exception cref="ArgumentException">Empty input, sizes that do not fit, or a logit that is not finite.</exception>
    public static TemperatureScaling Fit(float[,] logits, IReadOnlyList<long> labels)
    {
        Check.Scores(logits, labels);

        // The loss is convex in b = 1/T, so its slope crosses zero at most once: bisect on the slope.
        double low = SmallestInverse, high = LargestInverse;
        while (high - low > 1e-10 * high)
        {
            double middle = (low + high) / 2;
            if (Slope(logits, labels, middle) < 0)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return new TemperatureScaling(2 / (low + high));
    }

    /// <inheritdoc cref="Fit(float[,], IReadOnlyList{long})"/>
    public static TemperatureScaling Fit(Tensor logits, Tensor labels) => Fit(Check.ToMatrix(logits), Check.ToArray(labels));

    /// <summary>Calibrated probabilities softmax(logits / T), [N, K].</summary>
    public Tensor Probabilities(Tensor logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        using Tensor scaled = logits / Temperature;
        return scaled.softmax(1);
    }

    /// <summary>d NLL / d b = mean over images of (expected logit under softmax(b * logits)) - (logit of the true class).</summary>
    private static double Slope(float[,] logits, IReadOnlyList<long> labels, double inverse)
    {
        double slope = 0;
        for (int row = 0; row < labels.Count; row++)
        {
            double largest = logits[row, Rows.ArgMax(logits, row)];
            double right = logits[row, (int)labels[row]];
            double sum = 0, weighted = 0;
            for (int column = 0; column < logits.GetLength(1); column++)
            {
                double weight = Math.Exp(inverse * (logits[row, column] - largest));
                sum += weight;
                weighted += weight * (logits[row, column] - right);
            }

            slope += weighted / sum;
        }

        return slope / labels.Count;
    }
}
