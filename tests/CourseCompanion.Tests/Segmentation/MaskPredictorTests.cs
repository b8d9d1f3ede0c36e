using CourseCompanion.Models;
using CourseCompanion.Segmentation;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Segmentation;

public sealed class MaskPredictorTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly Discs _discs = new(7);

    public void Dispose()
    {
        _discs.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Probabilities_are_the_networks_at_rest_whatever_the_size_of_the_batch()
    {
        using UNet network = Discs.Network();
        network.train();
        Tensor few = MaskPredictor.Probabilities(network, _discs.Images, tensor(new long[] { 5, 2, 0 }), batchSize: 2);
        Assert.True(network.training);
        network.eval();
        using var noGradient = no_grad();
        Tensor all = network.call(_discs.Images.Batch(0, 7)).softmax(1).select(1, 1);

        Assert.Equal([3, Discs.Side, Discs.Side], few.shape);
        Assert.True(few.allclose(all.index_select(0, tensor(new long[] { 5, 2, 0 })), atol: 1e-5));
    }

    [Fact]
    public void Mirrored_answers_are_those_of_the_mirrored_image_averaged_in_place()
    {
        using UNet network = Discs.Network();
        network.eval();
        using var noGradient = no_grad();
        Tensor images = _discs.Images.Batch(0, 7);
        Tensor mirrored = network.call(images.flip(3)).softmax(1).select(1, 1).flip(2), plain = network.call(images).softmax(1).select(1, 1);

        Assert.True(MaskPredictor.Probabilities(network, _discs.Images, mirrored: true).allclose((plain + mirrored) / 2, atol: 1e-5));
    }

    [Fact]
    public void Of_several_classes_all_but_the_background_are_foreground()
    {
        using var network = new UNet(classes: 3, width: 2, depth: 1);
        network.eval();
        using var noGradient = no_grad();
        Tensor expected = 1 - network.call(_discs.Images.Batch(0, 7)).softmax(1).select(1, 0);
        Assert.True(MaskPredictor.Probabilities(network, _discs.Images).allclose(expected, atol: 1e-5));
    }

    [Fact]
    public void Uncertainty_is_the_entropy_in_bits()
    {
        float[] bits = MaskPredictor.Uncertainty(tensor(new[] { 0f, 0.5f, 1, 0.25f, 0.75f })).data<float>().ToArray();
        double quarter = -(0.25 * Math.Log2(0.25)) - (0.75 * Math.Log2(0.75));
        double[] expected = [0, 1, 0, quarter, quarter];
        Assert.All(expected.Zip(bits), pair => Assert.Equal(pair.First, pair.Second, 5));
    }

    [Fact]
    public void Masks_are_what_reaches_the_threshold()
    {
        Tensor masks = MaskPredictor.Masks(tensor(new[] { 0.2f, 0.5f, 0.7f }));
        Assert.Equal(ScalarType.Byte, masks.dtype);
        Assert.Equal([0, 1, 1], masks.data<byte>().ToArray());
        Assert.Equal([1, 1, 1], MaskPredictor.Masks(tensor(new[] { 0.2f, 0.5f, 0.7f }), 0.2f).data<byte>().ToArray());
    }
}
