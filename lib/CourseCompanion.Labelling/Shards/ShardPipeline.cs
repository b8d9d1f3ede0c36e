using System.Security.Cryptography;
using CourseCompanion.Data.Images;
using CourseCompanion.Files;
using CourseCompanion.Labelling.Images;
using CourseCompanion.Labelling.Models;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using static TorchSharp.torch;

namespace CourseCompanion.Labelling.Shards;

/// <summary>
/// The work itself, without any engine: reads, decodes and resizes images, puts them through the network, and says what each is. While the
/// network has one batch, the next is decoded.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="source">Where bytes come from.</param>
/// <param name="threshold">Least probability to label by, in [0, 1]; below, the model abstains.</param>
/// <param name="keepEmbeddings">Whether the embeddings are kept.</param>
/// <param name="cores">Images decoded at the same time.</param>
/// <param name="keepChecksums">Whether the files' checksums are kept.</param>
public sealed class ShardPipeline(LabellingModel model, IImageSource source, double threshold, bool keepEmbeddings = false, int cores = 1, bool keepChecksums = true)
{
    /// <summary>Images decoded for one call of the model. The same everywhere: the last digits of an answer may depend on it.</summary>
    private const int BatchSize = 32;

    /// <summary>The reason of an image that is not there.</summary>
    internal const string Missing = "there is no such file";

    /// <summary>Labels images, in their order. What cannot be read becomes a row with a reason.</summary>
    /// <param name="images">The images.</param>
    /// <param name="cancellation">Stops the work between two batches.</param>
    public IEnumerable<LabelledImage> Label(IReadOnlyList<ImageReference> images, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ImageReference[][] batches = [.. images.Chunk(BatchSize)];
        Task<Batch>? next = null;
        try
        {
            for (int i = 0; i < batches.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                using Batch batch = next is null ? Decode(batches[i]) : next.GetAwaiter().GetResult();
                ImageReference[]? following = i + 1 < batches.Length ? batches[i + 1] : null;
                next = following is null ? null : Task.Run(() => Decode(following), CancellationToken.None);
                foreach (LabelledImage row in Answer(batch))
                {
                    yield return row;
                }
            }
        }
        finally
        {
            // A caller who stops in the middle must not leave pixels behind.
            next?.ContinueWith(batch => batch.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        }
    }

    private Batch Decode(ImageReference[] images)
    {
        var rows = new LabelledImage[images.Length];
        var pixels = new byte[]?[images.Length];
        try
        {
            Parallel.For(0, images.Length, new ParallelOptions { MaxDegreeOfParallelism = cores }, i => (rows[i], pixels[i]) = Decode(images[i]));
        }
        catch (AggregateException failures)
        {
            // The machine's fault or a bad sector: the shard is tried again, elsewhere maybe, and set aside with this reason when that does not help.
            throw new InvalidOperationException($"An image could not be read, though its file is there ({failures.InnerException!.GetType().Name}).", failures);
        }

        int[] readable = [.. Enumerable.Range(0, images.Length).Where(i => pixels[i] is not null)];
        Tensor tensor = empty([readable.Length, model.Channels, model.Size, model.Size], ScalarType.Byte).DetachFromDisposeScope();   // [b, C, S, S]
        int area = model.Channels * model.Size * model.Size;
        for (int row = 0; row < readable.Length; row++)
        {
            pixels[readable[row]].CopyTo(tensor.bytes.Slice(row * area, area));
        }

        return new Batch(rows, readable, tensor);
    }

    private (LabelledImage Row, byte[]? Pixels) Decode(ImageReference image)
    {
        string? checksum = null;
        try
        {
            byte[] bytes = source.Read(image.Path);
            checksum = keepChecksums ? Convert.ToHexStringLower(SHA256.HashData(bytes)) : null;
            using Image<Rgba32> decoded = ImageCodec.Decode(image.Id, bytes, (model.Size, model.Size));
            var planes = new byte[model.Channels * model.Size * model.Size];
            ImageCodec.CopyPlanes(decoded, planes);
            return (new LabelledImage { Id = image.Id, Sha256 = checksum }, planes);
        }
        catch (Exception exception) when (IsOfTheImage(exception))
        {
            // Whatever is wrong with one image must not cost the others of its shard. What is wrong with the machine is not written down as the image's.
            return (new LabelledImage { Id = image.Id, Sha256 = checksum, Error = Reason(exception) }, null);
        }
    }

    private LabelledImage[] Answer(Batch batch)
    {
        if (batch.Readable.Length == 0)
        {
            return batch.Rows;
        }

        using Answers answers = model.Label(batch.Pixels);
        int classes = model.ClassNames.Count, length = (int)model.EmbeddingLength;
        float[] probabilities = [.. answers.Probabilities.data<float>()];   // [b * K]
        float[] embeddings = keepEmbeddings ? [.. answers.Embeddings.data<float>()] : [];
        for (int row = 0; row < batch.Readable.Length; row++)
        {
            float[] own = probabilities[(row * classes)..((row + 1) * classes)];
            float confidence = own.Max();
            batch.Rows[batch.Readable[row]] = batch.Rows[batch.Readable[row]] with
            {
                Probabilities = own,
                Confidence = confidence,
                Label = confidence >= threshold ? model.ClassNames[Array.IndexOf(own, confidence)] : null,
                Embedding = keepEmbeddings ? embeddings[(row * length)..((row + 1) * length)] : null,
            };
        }

        return batch.Rows;
    }

    private static bool IsOfTheImage(Exception exception) =>
        exception is FileNotFoundException or DirectoryNotFoundException or not (IOException or OutOfMemoryException or OperationCanceledException);

    /// <summary>The reason without the path that the system puts into it: the results may be pseudonymised.</summary>
    private static string Reason(Exception exception) => exception switch
    {
        DataFormatException { Problem: { } problem } => problem,
        FileNotFoundException or DirectoryNotFoundException => Missing,
        UnauthorizedAccessException => "it must not be read (permissions)",
        InvalidDataException => exception.Message,
        _ => $"it could not be read ({exception.GetType().Name})",
    };

    private sealed record Batch(LabelledImage[] Rows, int[] Readable, Tensor Pixels) : IDisposable
    {
        public void Dispose() => Pixels.Dispose();
    }
}
