using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.SelfTraining;
using CourseCompanion.Transfer;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Experiments;

/// <summary>Features of images with their true classes.</summary>
/// <param name="Values">Features [N, D].</param>
/// <param name="Labels">True classes [N], int64.</param>
public sealed record LabelledFeatures(Tensor Values, Tensor Labels);

/// <summary>Where a labelling stands after a round.</summary>
/// <param name="Labels">Labels bought so far.</param>
/// <param name="BalancedAccuracy">Balanced accuracy on the images that judge.</param>
/// <param name="PseudoLabels">Temporary labels the classifier also learnt from; 0 without self-training.</param>
/// <param name="PseudoRight">Share of right ones among them: to look behind the scenes only; NaN for none.</param>
/// <param name="Temperature">What calibration divided the logits by; 1 without self-training.</param>
public sealed record LabellingRound(int Labels, double BalancedAccuracy, long PseudoLabels, double PseudoRight, double Temperature);

/// <summary>
/// Two ways to use what a classifier does not know and what it knows: a person labels the images that it is least sure of (uncertainty sampling,
/// Settles, 2009), and it labels by itself those it is surest of (self-training), after calibration, which is what makes a threshold mean something.
/// </summary>
/// <remarks>
/// A linear classifier on features that do not change (<see cref="LinearProbe"/>): every round takes a second. The truth of the pool answers only for images that
/// are bought.
/// </remarks>
/// <param name="pool">The images among which labels are bought.</param>
/// <param name="validation">A few labelled images, for the temperature alone.</param>
/// <param name="judges">The images that judge.</param>
/// <param name="classCount">Number of classes K.</param>
public sealed class ActiveSelfTraining(LabelledFeatures pool, LabelledFeatures validation, LabelledFeatures judges, int classCount)
{
    private const double Regularisation = 0.1;

    /// <summary>Buys labels round by round.</summary>
    /// <param name="perClass">Labelled images of each class at the beginning.</param>
    /// <param name="perRound">Labels bought in each round.</param>
    /// <param name="rounds">Rounds of buying; 0 stays with the first labels.</param>
    /// <param name="uncertainty">What is bought: the images of which this is highest, from probabilities [M, K] to [M]; at random if null.</param>
    /// <param name="threshold">Calibrated probability from which the classifier labels by itself; never if null.</param>
    /// <param name="seed">Seed of the first labels and of chance.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <returns>The state before buying and after each round.</returns>
    public IReadOnlyList<LabellingRound> Run(
        int perClass, int perRound, int rounds, Func<Tensor, Tensor>? uncertainty, double? threshold, int seed, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perRound, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(rounds);
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)(uint)seed);
        using LabelledSplit first = LabelledSplit.PerClass(pool.Labels, perClass, seed);
        Tensor known = first.LabelledIndices, open = first.UnlabelledIndices;                          // [L], [M]
        var done = new List<LabellingRound>();
        for (int round = 0; round <= rounds; round++)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            (Tensor indices, Tensor labels) = (known, pool.Labels.index_select(0, known));
            (long added, double right, double temperature) = (0, double.NaN, 1);

            Tensor rest = pool.Values.index_select(0, open);                                           // [M, D]

            // 1. The classifier's own labels, where its calibrated probability is high.
            if (threshold is { } least)
            {
                (Tensor onValidation, Tensor onRest) = Ask(indices, labels, validation.Values, rest);
                TemperatureScaling scaling = TemperatureScaling.Fit(Logs(onValidation), validation.Labels);
                PseudoLabels kept = new ConfidenceThreshold(least).Select(scaling.Probabilities(Logs(onRest)));
                (added, temperature) = (kept.Count, scaling.Temperature);
                if (added > 0)
                {
                    Tensor chosen = open.index_select(0, kept.Rows);
                    right = kept.Labels.eq(pool.Labels.index_select(0, chosen)).@double().mean().item<double>();
                    (indices, labels) = (cat([indices, chosen]), cat([labels, kept.Labels]));
                }
            }

            // 2. What it is worth.
            (Tensor answers, Tensor opinions) = Ask(indices, labels, judges.Values, rest);
            done.Add(new LabellingRound(
                (int)known.shape[0], ClassificationReport.Compute(answers, judges.Labels).BalancedAccuracy, added, right, temperature));

            // 3. Labels that are bought: of the least sure images, or at random.
            if (round < rounds)
            {
                Tensor doubt = uncertainty?.Invoke(opinions) ?? rand(open.shape[0], generator: generator).to(open.device);
                (_, Tensor bought) = doubt.topk((int)Math.Min(perRound, open.shape[0]), 0);
                Tensor stays = ones(open.shape[0], ScalarType.Bool, open.device).index_fill_(0, bought, false);
                (known, open) = (cat([known, open.index_select(0, bought)]), open.masked_select(stays));
            }
        }

        return done;
    }

    /// <summary>What a classifier that learns from some images of the pool says of two sets of features.</summary>
    private (Tensor First, Tensor Second) Ask(Tensor indices, Tensor labels, Tensor first, Tensor second)
    {
        Tensor answers = LinearProbe.Probabilities(
            pool.Values.index_select(0, indices), labels, cat([first, second], 0), classCount, Regularisation, tolerance: 1e-4);
        return (answers.narrow(0, 0, first.shape[0]), answers.narrow(0, first.shape[0], second.shape[0]));
    }

    private static Tensor Logs(Tensor probabilities) => probabilities.clamp_min(1e-12).log();
}
