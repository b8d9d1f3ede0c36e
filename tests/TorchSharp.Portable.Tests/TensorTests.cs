using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests;

public class TensorTests
{
    [Fact]
    public void Arrays_of_every_type_come_back_as_they_were()
    {
        Assert.Equal([true, false], tensor(new[] { true, false }).data<bool>().ToArray());
        Assert.Equal([(byte)1, (byte)255], tensor(new byte[] { 1, 255 }).data<byte>().ToArray());
        Assert.Equal([(sbyte)-1], tensor(new sbyte[] { -1 }).data<sbyte>().ToArray());
        Assert.Equal([(short)-300], tensor(new short[] { -300 }).data<short>().ToArray());
        Assert.Equal([1 << 20], tensor(new[] { 1 << 20 }).data<int>().ToArray());
        Assert.Equal([1L << 40], tensor(new[] { 1L << 40 }).data<long>().ToArray());
        Assert.Equal([0.5f], tensor(new[] { 0.5f }).data<float>().ToArray());
        Assert.Equal([0.5], tensor(new[] { 0.5 }).data<double>().ToArray());
    }

    [Fact]
    public void Arrays_of_every_rank_keep_their_shape()
    {
        Assert.Equal([2L, 3], tensor(new float[2, 3]).shape);
        Assert.Equal([2L, 3, 4], tensor(new float[2, 3, 4]).shape);
        Assert.Equal([2L, 1, 3, 4], tensor(new float[2, 1, 3, 4]).shape);
        Assert.Equal([0L], tensor(Array.Empty<float>()).shape);
        Assert.Equal([2L, 2, 2, 2, 2], from_array(new int[2, 2, 2, 2, 2]).shape);
        Assert.Empty(tensor(1f).shape);
    }

    [Fact]
    public void Values_are_copied_and_converted()
    {
        var source = new[] { 1, 2, 3 };
        var x = tensor(source, dtype: float64);
        source[0] = 9;
        Assert.Equal([1.0, 2, 3], x.data<double>().ToArray());
    }

    [Fact]
    public void Types_follow_the_rules_of_PyTorch()
    {
        Assert.Equal(ScalarType.Int64, arange(3).dtype);
        Assert.Equal(ScalarType.Float32, arange(0, 1, 0.5).dtype);
        Assert.Equal(ScalarType.Float32, full([1], 0.5).dtype);
        Assert.Equal(ScalarType.Int64, full([1], 2).dtype);
        Assert.Equal(ScalarType.Bool, full([1], true).dtype);
        Assert.Equal(ScalarType.Float32, (ones(1) * 2.0).dtype);
        Assert.Equal(ScalarType.Int64, (arange(2) * 2).dtype);
        Assert.Equal(ScalarType.Float32, (arange(2) / 2).dtype);
        Assert.Equal(ScalarType.Float64, (ones(1) + ones(1, dtype: float64)).dtype);
    }

    [Fact]
    public void Bytes_are_the_tensors_own_memory()
    {
        var x = zeros(2, dtype: int32);
        x.bytes[4] = 7;
        Assert.Equal([0, 7], x.data<int>().ToArray());
        Assert.Throws<NotImplementedException>(() => ones(2, 3).t().bytes.Length);
    }

    [Fact]
    public void Metadata_is_that_of_libtorch()
    {
        var x = zeros(2, 3, dtype: float16);
        Assert.Equal((2, 6, 2), (x.ndim, x.numel(), x.element_size()));
        Assert.Equal([3L, 1], x.stride());
        Assert.Equal(3, x.size(-1));
        Assert.Equal("cpu", x.device.ToString());
        Assert.True(x.is_contiguous());
        Assert.False(x.t().is_contiguous());
        Assert.Equal(3, x[1].storage_offset());
    }

    [Fact]
    public void Permuting_and_copying_gives_channels_last()
    {
        var x = randn(2, 3, 4, 5).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        Assert.True(x.is_contiguous(Interop.MemoryFormat.ChannelsLast));
        Assert.True(x.Equals(x.contiguous()));
        Assert.Equal(x.stride(), randn(2, 3, 4, 5).contiguous(Interop.MemoryFormat.ChannelsLast).stride());
    }

    [Fact]
    public void Moving_with_disposal_keeps_the_values()
    {
        var x = ones(2);
        var y = x.to(float64, disposeAfter: true);
        Assert.True(x.IsInvalid);
        Assert.Equal(2, y.sum().item<double>());
        var same = y.to(float64, copy: true);
        same.zero_();
        Assert.Equal(2, y.sum().item<double>());
    }

    [Fact]
    public void Sparse_rows_times_dense_matrix_is_the_dense_product()
    {
        var dense = tensor(new[,] { { 0f, 2, 0 }, { 1, 0, 3 } });
        var sparse = sparse_csr_tensor(tensor(new[] { 0L, 1, 3 }), tensor(new[] { 1L, 0, 2 }), tensor(new[] { 2f, 1, 3 }), [2, 3]);
        var x = randn(3, 4);
        Assert.True(sparse.matmul(x).allclose(dense.matmul(x)));
        var coordinates = sparse_coo_tensor(tensor(new[,] { { 0L, 1, 1 }, { 1, 0, 2 } }), tensor(new[] { 2f, 1, 3 }), [2, 3]);
        Assert.True(coordinates.is_sparse);
        Assert.True(coordinates.to_dense().Equals(dense));
    }

    [Fact]
    public void Foreach_changes_every_tensor_of_the_list()
    {
        Tensor[] x = [ones(2), ones(3)];
        Foreach.add_(x, [ones(2), ones(3)], 2);
        Foreach.addcdiv_(x, [ones(2), ones(3)], [ones(2), ones(3)], [10.0, 20.0]);
        Foreach.mul_(x, 2);
        Assert.Equal([26f, 26], x[0].data<float>().ToArray());
        Assert.Equal(46, x[1][0].item<float>());
        Assert.Equal(Math.Sqrt(2) * 26, Foreach.norm(x, 2)[0].item<float>(), 4);
    }

    [Fact]
    public void Addmm_in_place_accumulates()
    {
        var x = ones(2, 2);
        Assert.Same(x, x.addmm_(ones(2, 3), ones(3, 2), 0.5f, 2));
        Assert.Equal([6.5f, 6.5f, 6.5f, 6.5f], x.data<float>().ToArray());
    }

    [Fact]
    public void Long_lists_of_arguments_go_through()
    {
        var tensors = Enumerable.Range(0, 1000).Select(i => full([1], i)).ToArray();
        Assert.Equal(499_500, cat(tensors).sum().item<long>());
        Assert.Equal(1000, ones(1000).split(Enumerable.Repeat(1L, 1000).ToArray()).Length);
    }

    [Fact]
    public void Round_to_decimals_keeps_them()
    {
        var x = tensor(new[] { 1.2345, -0.055, 149.5 });

        Assert.Equal([1.23, -0.06, 149.5], x.round(2).data<double>().ToArray().Select(value => Math.Round(value, 10)));
        Assert.Equal([1.0, -0.0, 150.0], x.round().data<double>().ToArray());
        Assert.Equal([0.0, 0.0, 150.0], x.round_(-1).data<double>().ToArray());
    }

    [Fact]
    public void Clamp_to_one_tensor_leaves_the_other_side_open()
    {
        var x = tensor(new[] { -2.0, 0.5, 3.0 });

        Assert.Equal([0.0, 0.5, 3.0], clamp(x, min: zeros_like(x)).data<double>().ToArray());
        Assert.Equal([-2.0, 0.5, 1.0], x.clamp(max: ones_like(x)).data<double>().ToArray());
    }

    [Fact]
    public void Norms_are_named_or_numbered()
    {
        var x = tensor(new[] { 3.0, 0, 0, 4.0 }).reshape(2, 2);

        Assert.Equal(5, linalg.norm(x, "fro").item<double>(), 12);
        Assert.Equal(7, linalg.norm(x, "nuc").item<double>(), 12);
        Assert.Equal(4, linalg.norm(x, 1).item<double>(), 12);
        Assert.Equal(4, linalg.norm(x, double.PositiveInfinity).item<double>(), 12);
        Assert.Equal(5, linalg.vector_norm(x).item<double>(), 12);
    }

    [Fact]
    public void Pinverse_of_a_symmetric_matrix_is_the_general_one()
    {
        var x = tensor(new[] { 2.0, 1, 1, 3 }).reshape(2, 2);

        Assert.True(allclose(x.pinverse(hermitian: true), x.inverse()));
        Assert.True(allclose(x.pinverse(), x.inverse()));
    }

    [Fact]
    public void Named_dimensions_are_refused_and_leave_nothing_behind()
    {
        var handles = NativeMemory.LiveHandles;

        Assert.Throws<NotSupportedException>(() => zeros(2, 3, names: ["N", "C"]));
        Assert.Throws<NotSupportedException>(() => rand(2, names: ["N"]));
        Assert.Throws<NotSupportedException>(() => tensor(new[] { 1f, 2f }, names: ["N"]));
        Assert.Equal(handles, NativeMemory.LiveHandles);
    }
}
