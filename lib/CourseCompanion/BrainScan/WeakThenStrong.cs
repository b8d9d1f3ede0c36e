using CourseCompanion.Training;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.BrainScan;

/// <summary>One phase of a training: how many passes at which rate.</summary>
/// <param name="Epochs">Passes over the images, 0 or more.</param>
/// <param name="LearningRate">Learning rate of Adam, positive.</param>
public sealed record TrainingPhase(int Epochs, double LearningRate)
{
    /// <summary>The mission's first phase: ten passes over the images with weak labels.</summary>
    public static TrainingPhase Weak { get; } = new(10, 1e-4);

    /// <summary>The mission's second phase: five passes over the images with true labels, more carefully.</summary>
    public static TrainingPhase Strong { get; } = new(5, 5e-5);
}

/// <summary>
/// Weak then strong: a network first learns from many labels that may be wrong, then goes on with the few that are true.
/// </summary>
public static class WeakThenStrong
{
    private const int BatchSize = 32;

    /// <summary>One phase: binary cross-entropy, Adam, batches of 32 in a new order each pass.</summary>
    /// <param name="model">The network, which gives log-odds [B] of class 1, such as <see cref="Models.ScanCnn"/>; it goes on from its weights.</param>
    /// <param name="images">All images.</param>
    /// <param name="rows">Which images [M] to learn from, int64.</param>
    /// <param name="labels">Their labels [M], int64, 0 or 1.</param>
    /// <param name="phase">How long, and at which rate.</param>
    /// <param name="seed">Seed of the order and of dropout.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <returns>Mean loss of each pass.</returns>
    public static IReadOnlyList<double> Train(
        nn.Module<Tensor, Tensor> model, ResidentImages images, Tensor rows, Tensor labels, TrainingPhase phase, int seed, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(phase);
        ArgumentOutOfRangeException.ThrowIfNotEqual(labels.shape[0], rows.shape[0], nameof(labels));
        ArgumentOutOfRangeException.ThrowIfZero(rows.shape[0], nameof(rows));
        using var scope = NewDisposeScope();
        using optim.Optimizer adam = optim.Adam(model.parameters(), lr: phase.LearningRate);
        random.manual_seed(seed);
        using var order = new Generator((ulong)seed);
        Tensor targets = labels.to(ScalarType.Float32);
        var losses = new List<double>();
        model.train();
        for (int epoch = 0; epoch < phase.Epochs; epoch++)
        {
            using var pass = NewDisposeScope();
            Tensor total = zeros(1);
            foreach (Tensor batch in randperm(rows.shape[0], generator: order).split(BatchSize))
            {
                WorkContext.ThrowIfCancelled(cancellation);
                using var step = NewDisposeScope();
                Tensor logits = model.call(images.Batch(rows.index_select(0, batch)));    // [B]
                Tensor loss = nn.functional.binary_cross_entropy_with_logits(logits, targets.index_select(0, batch));
                adam.zero_grad();
                loss.backward();
                adam.step();
                total.add_(loss.detach().mul(batch.shape[0]));
            }

            losses.Add(total.item<float>() / rows.shape[0]);
        }

        return losses;
    }

    /// <summary>Log-odds [M] of class 1 of some images, float64, the network in evaluation mode.</summary>
    /// <param name="model">The network.</param>
    /// <param name="images">All images.</param>
    /// <param name="rows">Which images [M], int64.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static Tensor Scores(nn.Module<Tensor, Tensor> model, ResidentImages images, Tensor rows, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        return Predictor.Apply(model, batch => model.call(batch), images, rows, cancellation: cancellation).to(ScalarType.Float64).MoveToOuterDisposeScope();
    }
}
