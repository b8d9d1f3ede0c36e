using static TorchSharp.torch;

namespace CourseCompanion.Data;

/// <summary>
/// Cuts a set into batches of indices. The order of an epoch depends on the seed and the epoch's number alone: it is the
/// same on every machine and device, and training that is taken up again sees the same batches.
/// </summary>
/// <example>
/// <code>
/// BatchSampler sampler = new(data.Train.Count, batchSize: 32, seed: 1);
/// foreach (Tensor batch in sampler.Epoch(0))
/// {
///     using Tensor images = Preprocessing.Normalize(data.Train.Images.index_select(0, batch));
/// }
/// </code>
/// </example>
public sealed class BatchSampler
{
    private readonly Tensor? _indices;
    private readonly Device _device;

    /// <summary>Batches over the indices 0 to <paramref name="count"/> - 1.</summary>
    /// <param name="count">How many items there are.</param>
    /// <param name="batchSize">How many of them make a batch.</param>
    /// <param name="shuffle">True for a new order every epoch, false for the order of the set.</param>
    /// <param name="dropLast">True leaves out a last batch that is not full.</param>
    /// <param name="seed">Other seeds give other orders.</param>
    /// <param name="device">Where the batches are to be; null is the CPU.</param>
    /// <exception cref="ArgumentException">There is nothing to sample, or no full batch and <paramref name="dropLast"/> is true.</exception>
    public BatchSampler(long count, int batchSize, bool shuffle = true, bool dropLast = false, int seed = 42, Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        if (dropLast && count < batchSize)
        {
            throw new ArgumentException($"With {count} items there is no full batch of {batchSize}: every epoch would be empty.", nameof(batchSize));
        }

        Count = count;
        BatchSize = batchSize;
        Shuffle = shuffle;
        DropLast = dropLast;
        Seed = seed;
        _device = device ?? CPU;
    }

    /// <summary>Batches over given indices, for instance those of the labelled images.</summary>
    /// <param name="indices">int64 [M]; must live as long as the sampler. Batches are on its device.</param>
    /// <param name="batchSize">How many indices make a batch.</param>
    /// <param name="shuffle">True for a new order every epoch, false for the order of <paramref name="indices"/>.</param>
    /// <param name="dropLast">True leaves out a last batch that is not full.</param>
    /// <param name="seed">Other seeds give other orders.</param>
    /// <exception cref="ArgumentException">There is nothing to sample, or no full batch and <paramref name="dropLast"/> is true.</exception>
    public BatchSampler(Tensor indices, int batchSize, bool shuffle = true, bool dropLast = false, int seed = 42)
        : this(Length(indices), batchSize, shuffle, dropLast, seed, indices.device) => _indices = indices;

    /// <summary>How many indices an epoch goes through.</summary>
    public long Count { get; }

    /// <summary>How many of them make a batch.</summary>
    public int BatchSize { get; }

    /// <summary>Whether every epoch has an order of its own.</summary>
    public bool Shuffle { get; }

    /// <summary>Whether a last batch that is not full is left out.</summary>
    public bool DropLast { get; }

    /// <summary>What the orders depend on.</summary>
    public int Seed { get; }

    /// <summary>How many batches an epoch has.</summary>
    public long BatchesPerEpoch => DropLast ? Count / BatchSize : (Count + BatchSize - 1) / BatchSize;

    /// <summary>The batches of one epoch.</summary>
    /// <param name="epoch">The epoch's number, from 0.</param>
    /// <returns>Tensors int64 [B]; each is new, and the caller's to dispose of.</returns>
    public IEnumerable<Tensor> Epoch(int epoch)
    {
        using Tensor order = Order(epoch);
        for (long batch = 0; batch < BatchesPerEpoch; batch++)
        {
            long start = batch * BatchSize;
            yield return Copy(order, start, Math.Min(BatchSize, Count - start));
        }
    }

    /// <summary>One epoch after the other, without end: for the unlabelled images beside which labelled ones are learnt.</summary>
    /// <param name="firstEpoch">The number of the first epoch.</param>
    /// <returns>Tensors int64 [B]; each is new, and the caller's to dispose of.</returns>
    public IEnumerable<Tensor> Endless(int firstEpoch = 0)
    {
        for (int epoch = firstEpoch; ; epoch++)
        {
            foreach (Tensor batch in Epoch(epoch))
            {
                yield return batch;
            }
        }
    }

    /// <summary>A part of the order without the view it is seen through, which would keep the whole order in memory.</summary>
    private static Tensor Copy(Tensor order, long start, long length)
    {
        using Tensor view = order.narrow(0, start, length);
        return view.clone();
    }

    private static long Length(Tensor indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        return indices.dtype == ScalarType.Int64 && indices.dim() == 1
            ? indices.shape[0]
            : throw new ArgumentException($"Indices must be int64 [M], not {indices.dtype} [{string.Join(", ", indices.shape)}].", nameof(indices));
    }

    /// <summary>The indices in the order of an epoch; it outlives the caller's dispose scopes, which may be as short as a step.</summary>
    private Tensor Order(int epoch)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        long[] order = [.. Enumerable.Range(0, (int)Count).Select(index => (long)index)];
        if (Shuffle)
        {
            PortableRandom.For(Seed, PortableRandom.Series("batches"), epoch).Shuffle(order.AsSpan());
        }

        Tensor positions = tensor(order, device: _device);
        return (_indices is null ? positions : _indices.index_select(0, positions)).DetachFromDisposeScope();
    }
}
