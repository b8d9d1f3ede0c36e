using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests;

public class IndexingTests
{
    private static Tensor Sequence => arange(24).reshape(2, 3, 4);

    [Fact]
    public void Numbers_select() => Assert.Equal(23, Sequence[1, 2, 3].item<long>());

    [Fact]
    public void Negative_numbers_count_from_the_end() => Assert.Equal(23, Sequence[-1, -1, -1].item<long>());

    [Fact]
    public void Slices_are_views()
    {
        var x = Sequence;
        x[TensorIndex.Colon, 1..2].zero_();
        Assert.Equal(0, x[.., 1].sum().item<long>());
        Assert.Equal([2L, 1, 4], x[TensorIndex.Colon, 1..2].shape);
    }

    [Fact]
    public void Index_from_the_end_selects() => Assert.Equal([3L, 4], Sequence[^1].shape);

    [Fact]
    public void New_axes_and_ellipsis_shape_the_result() =>
        Assert.Equal([1L, 2, 3, 1], Sequence[TensorIndex.None, TensorIndex.Ellipsis, TensorIndex.Slice(0, 1)].shape);

    [Fact]
    public void Mask_of_several_dimensions_stands_for_them()
    {
        var x = Sequence;
        var mask = x[.., .., 0] > 8;
        Assert.Equal([3L, 4], x[mask].shape);
        Assert.Equal([3L], x[TensorIndex.Tensor(mask), 2].shape);
        Assert.Equal([2L, 2], x[TensorIndex.Slice(0, 2), TensorIndex.Tensor(tensor(new[] { true, false, true })), 1].shape);
    }

    [Fact]
    public void Boolean_index_adds_a_dimension()
    {
        Assert.Equal([1L, 2, 3, 4], Sequence[TensorIndex.Bool(true)].shape);
        Assert.Equal([0L, 2, 3, 4], Sequence[TensorIndex.Bool(false)].shape);
    }

    [Fact]
    public void Assignment_reaches_numbers_slices_masks_and_indices()
    {
        var x = zeros(3, 4);
        x[0, 0] = tensor(1f);
        x[1] = ones(4);
        x[.., 3] = tensor(5f);
        x[x == 0] = tensor(-1f);
        x[tensor(new[] { 2L })] = tensor(new[] { 7f, 7, 7, 7 });
        Assert.Equal([1f, -1, -1, 5, 1, 1, 1, 5, 7, 7, 7, 7], x.data<float>().ToArray());
    }

    [Fact]
    public void Index_put_accumulates_when_asked()
    {
        var x = zeros(3);
        x.index_put_(ones(3), [tensor(new[] { 1L, 1, 2 })], accumulate: true);
        Assert.Equal([0f, 2, 1], x.data<float>().ToArray());
    }

    [Fact]
    public void Scalar_is_put_at_indices()
    {
        var x = zeros(2, 2);
        x.index_put_((Scalar)3, TensorIndex.Colon, TensorIndex.Single(1));
        Assert.Equal([0f, 3, 0, 3], x.data<float>().ToArray());
    }

    [Fact]
    public void Index_out_of_range_is_explained()
    {
        var error = Assert.Throws<ExternalException>(() => Sequence[2]);
        Assert.Contains("out of range", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_indices_are_explained()
    {
        var error = Assert.Throws<ExternalException>(() => Sequence[0, 0, 0, 0]);
        Assert.Contains("select", error.Message, StringComparison.Ordinal);
        Assert.Contains("too many indices", Assert.Throws<ExternalException>(() => Sequence[.., .., .., ..]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Accessor_reads_views_in_order()
    {
        using var data = Sequence.permute(2, 0, 1).data<long>();
        Assert.Equal(24, data.Count);
        Assert.Equal(13, data[1, 1, 0]);
        Assert.Equal([0L, 4, 8, 12, 16, 20, 1], data.Take(7));
        Assert.Equal(13, ((long[,,])data.ToNDArray())[1, 1, 0]);
        Assert.Throws<IndexOutOfRangeException>(() => data[24]);
    }

    [Fact]
    public void Accessor_writes_views_in_order()
    {
        var x = zeros(2, 3);
        x.t().data<float>().CopyFrom([1, 2, 3, 4, 5, 6]);
        Assert.Equal([1f, 3, 5, 2, 4, 6], x.data<float>().ToArray());
    }
}
