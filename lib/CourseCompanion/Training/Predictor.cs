using CourseCompanion.Data;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Training;

/// <summary>Runs a model in evaluation mode over many images: batch by batch, without gradients.</summary>
public static class Predictor
{
    /// <summary>Images per batch. Large enough to keep every core busy, small enough to stay in the processor's cache.</summary>
    public const int DefaultBatchSize = 256;

    /// <summary>Logits [M, K] of the images of the given indices, in that order.</summary>
    /// <param name="model">Maps images [B, C, H, W] to logits [B, K].</param>
    /// <param name="images">The images.</param>
    /// <param name="indices">Indices [M], int64; all images in stored order if null.</param>
    /// <param name="batchSize">Images per batch.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    public static Tensor Logits(
        nn.Module<Tensor, Tensor> model,
        ResidentImages images,
        Tensor? indices = null,
        int batchSize = DefaultBatchSize,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Apply(model, model.call, images, indices, batchSize, cancellation: cancellation);
    }

    /// <summary>Probabilities [M, K], rows that sum to 1: the softmax of the logits.</summary>
    /// <inheritdoc cref="Logits"/>
    public static Tensor Probabilities(
        nn.Module<Tensor, Tensor> model,
        ResidentImages images,
        Tensor? indices = null,
        int batchSize = DefaultBatchSize,
        CancellationToken cancellation = default)
    {
        using Tensor logits = Logits(model, images, indices, batchSize, cancellation);
        return logits.softmax(1);
    }

    /// <summary>Probabilities [N, K] of all images of a set, in stored order.</summary>
    public static Tensor Probabilities(nn.Module<Tensor, Tensor> model, ImageSet images, int batchSize = DefaultBatchSize)
    {
        ArgumentNullException.ThrowIfNull(images);
        using var resident = new ResidentImages(images.Images);
        return Probabilities(model, resident, null, batchSize);
    }

    /// <summary>Any output [M, D] of a model, for example its features, for the images of the given indices.</summary>
    /// <param name="model">The model, in evaluation mode meanwhile and then as before.</param>
    /// <param name="output">Maps images [B, C, H, W] to the output [B, D].</param>
    /// <param name="images">The images.</param>
    /// <param name="indices">Indices [M], int64; all images in stored order if null.</param>
    /// <param name="batchSize">Images per batch.</param>
    /// <param name="progressTitle">What is being done, in French, to show how far it has come; null to show nothing.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>.</param>
    public static Tensor Apply(
        nn.Module model,
        Func<Tensor, Tensor> output,
        ResidentImages images,
        Tensor? indices = null,
        int batchSize = DefaultBatchSize,
        string? progressTitle = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        long count = indices?.shape[0] ?? images.Count;
        if (count == 0)
        {
            throw new ArgumentException("There is no image to predict.", nameof(indices));
        }

        // Module by module: a part that was in evaluation mode on purpose stays so when the others go on learning.
        (nn.Module Module, bool IsTraining)[] modes = [.. model.modules().Prepend(model).Select(module => (module, module.training))];
        model.eval();
        try
        {
            using var scope = NewDisposeScope();
            using IProgressTask? progress = progressTitle is null ? null : WorkContext.Progress.Start(progressTitle, (int)count);

            // Not inference_mode: what comes out may be trained on, which inference tensors refuse.
            using var noGradient = no_grad();
            var parts = new List<Tensor>();
            for (long start = 0; start < count; start += batchSize)
            {
                WorkContext.ThrowIfCancelled(cancellation);
                long length = Math.Min(batchSize, count - start);
                using var batchScope = NewDisposeScope();
                Tensor batch = indices is null
                    ? images.Batch(start, length)
                    : images.Batch(indices.narrow(0, start, length));
                parts.Add(output(batch).MoveToOuterDisposeScope());
                progress?.Report((int)(start + length));
            }

            return cat(parts, 0).MoveToOuterDisposeScope();
        }
        finally
        {
            // A module sets those in it as well, but comes before them.
            Array.ForEach(modes, mode => mode.Module.train(mode.IsTraining));
        }
    }
}
