using CourseCompanion.Data;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Data;

public class BatchSamplerTests
{
    [Fact]
    public void Epoch_Shuffled_VisitsEveryIndexOnce()
    {
        List<long[]> batches = Collect(new BatchSampler(10, 4).Epoch(0));

        Assert.Equal([4, 4, 2], batches.Select(batch => batch.Length));
        Assert.Equal(Enumerable.Range(0, 10).Select(index => (long)index), batches.SelectMany(batch => batch).Order());
        Assert.NotEqual(Enumerable.Range(0, 10).Select(index => (long)index), batches.SelectMany(batch => batch));
    }

    [Fact]
    public void Epoch_InOrder_KeepsTheOrder() =>
        Assert.Equal([[0, 1, 2], [3, 4]], Collect(new BatchSampler(5, 3, shuffle: false).Epoch(7)));

    [Fact]
    public void Epoch_DropLast_LeavesOutThePartialBatch()
    {
        BatchSampler sampler = new(10, 4, dropLast: true);

        Assert.Equal(2, sampler.BatchesPerEpoch);
        Assert.Equal(2, Collect(sampler.Epoch(0)).Count);
    }

    [Fact]
    public void Epoch_OrderDependsOnSeedAndEpochOnly()
    {
        List<long[]> first = Collect(new BatchSampler(100, 10, seed: 3).Epoch(5));
        manual_seed(99);

        Assert.Equal(first, Collect(new BatchSampler(100, 10, seed: 3).Epoch(5)));
        Assert.NotEqual(first, Collect(new BatchSampler(100, 10, seed: 3).Epoch(6)));
        Assert.NotEqual(first, Collect(new BatchSampler(100, 10, seed: 4).Epoch(5)));
    }

    [Fact]
    public void Epoch_OverGivenIndices_GivesThose()
    {
        using Tensor indices = tensor(new long[] { 5, 50, 500 });

        Assert.Equal([5, 50, 500], Collect(new BatchSampler(indices, 2).Epoch(0)).SelectMany(batch => batch).Order());
    }

    [Fact]
    public void Endless_GoesOnWithTheNextEpoch()
    {
        BatchSampler sampler = new(4, 2);

        List<long[]> batches = Collect(sampler.Endless().Take(6));

        Assert.Equal(Collect(sampler.Epoch(2)), batches[4..]);
    }

    [Fact]
    public void Epoch_BodyWithItsOwnDisposeScope_DoesNotLoseTheOrder()
    {
        long seen = 0;
        using IEnumerator<Tensor> batches = new BatchSampler(6, 2).Epoch(0).GetEnumerator();
        bool more = true;
        while (more)
        {
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            more = batches.MoveNext();
            seen += more ? batches.Current.shape[0] : 0;
        }

        Assert.Equal(6, seen);
    }

    [Fact]
    public void Constructor_NothingToSample_IsRefused()
    {
        using Tensor none = zeros([0], ScalarType.Int64);
        using Tensor floats = zeros(3);

        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchSampler(0, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchSampler(4, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchSampler(none, 4));
        Assert.Throws<ArgumentException>(() => new BatchSampler(floats, 2));
        Assert.Throws<ArgumentException>(() => new BatchSampler(3, 4, dropLast: true));
    }

    private static List<long[]> Collect(IEnumerable<Tensor> batches)
    {
        List<long[]> result = [];
        foreach (Tensor batch in batches)
        {
            using (batch)
            {
                result.Add(batch.data<long>().ToArray());
            }
        }

        return result;
    }
}
