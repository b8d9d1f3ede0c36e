using CourseCompanion.Training;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.SelfTraining;

/// <summary>
/// Pseudo-labeling (Lee, 2013, <i>Pseudo-Label: The Simple and Efficient Semi-Supervised Learning Method for Deep Neural
/// Networks</i>), in the rounds of the course: train on the labelled images; predict the unlabelled ones; keep the reliable
/// predictions as temporary labels; train on both; repeat.
/// </summary>
/// <remarks>
/// <para>Temporary labels are selected anew from all unlabelled images at the end of each round, so an early mistake can be
/// taken back. They live in a tensor of their own: the original labels are read once and never written.</para>
/// <para>Labelled and temporarily labelled images share the batches, hence the statistics of batch normalisation.</para>
/// </remarks>
public static class PseudoLabeling
{
    /// <summary>
    /// The rounds, one by one: each is computed when the loop asks for it, so that the caller can evaluate the model between them.
    /// </summary>
    /// <param name="model">Maps images [B, C, H, W] to logits [B, K]; trained in place.</param>
    /// <param name="labelled">The labelled images.</param>
    /// <param name="unlabelled">Indices [U] of the unlabelled ones among the same <see cref="LabelledImages.Images"/>, int64.</param>
    /// <param name="options">Settings; the course's if null.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    /// <exception cref="ArgumentException">There are no labelled or no unlabelled images.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped; the model keeps the weights of that moment.</exception>
    public static IEnumerable<PseudoLabelingRound> Rounds(
        nn.Module<Tensor, Tensor> model,
        LabelledImages labelled,
        Tensor unlabelled,
        PseudoLabelingOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(labelled);
        ArgumentNullException.ThrowIfNull(unlabelled);
        options ??= new PseudoLabelingOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Rounds, 1, nameof(options.Rounds));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.StepsPerRound, 1, nameof(options.StepsPerRound));
        if (labelled.Count == 0)
        {
            throw new ArgumentException("Pseudo-labeling starts from labelled images, and there is none.", nameof(labelled));
        }

        if (unlabelled.shape[0] == 0)
        {
            throw new ArgumentException("There is no unlabelled image: train with Trainer.Fit instead.", nameof(unlabelled));
        }

        return Iterate(model, labelled, unlabelled, options, cancellation);
    }

    private static IEnumerable<PseudoLabelingRound> Iterate(
        nn.Module<Tensor, Tensor> model, LabelledImages labelled, Tensor unlabelled, PseudoLabelingOptions options, CancellationToken cancellation)
    {
        using var trainer = new Trainer(model, options.Training);
        using IProgressTask progress = WorkContext.Progress.Start("Pseudo-étiquetage", options.Rounds * options.StepsPerRound);
        LabelledImages train = labelled;
        for (int round = 1; round <= options.Rounds; round++)
        {
            // 1. Train on the labelled images and, from the second round on, on those labelled temporarily.
            int before = (round - 1) * options.StepsPerRound;
            string text = $"tour {round}/{options.Rounds}";
            EpochRecord pass = trainer.RunSteps(train, options.StepsPerRound, step => progress.Report(before + step, text), cancellation);

            // 2. Predict the unlabelled images.
            using Tensor probabilities = Predictor.Probabilities(model, labelled.Images, unlabelled, cancellation: cancellation);  // [U, K]

            // 3. Keep the reliable predictions as temporary labels of the next round, in the place of the previous ones.
            PseudoLabels kept = options.Selection.Select(probabilities);
            long trainedOn = train.Count;
            train = Join(labelled, unlabelled, kept);
            yield return new PseudoLabelingRound(round, trainedOn, pass, kept);
        }
    }

    /// <summary>The labelled images under their own labels, followed by the selected ones under their temporary labels.</summary>
    private static LabelledImages Join(LabelledImages labelled, Tensor unlabelled, PseudoLabels kept) => new(
        labelled.Images,
        cat([labelled.Indices, unlabelled.index_select(0, kept.Rows)], 0),
        cat([labelled.Labels, kept.Labels], 0));
}
