using CourseCompanion.Augmentations;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Augmentations;

public sealed class RandAugmentTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Each_image_gets_as_many_as_asked_all_equally_often()
    {
        var augmentation = new RandAugment(2, new Add(0.1), new Add(0.2), new Add(0.4), new Add(0.8));

        Tensor sums = augmentation.Apply(zeros(6000, 1, 1, 1), seed: 1).mul(10).round().reshape(-1);

        long[] counts = [.. new[] { 3, 5, 9, 6, 10, 12 }.Select(pair => sums.eq(pair).sum().item<long>())];
        Assert.Equal(6000, counts.Sum());
        Assert.All(counts, count => Assert.InRange(count, 880, 1120));
    }

    [Fact]
    public void An_image_shows_the_operation_that_it_drew_and_no_other()
    {
        Tensor images = rand(60, 3, 10, 10, generator: new Generator(1)) - 0.5;
        var augmentation = new RandAugment(1, new Add(0.25), new Rotate(90, 90), new Flip(1), new Saturation(0.3));
        Tensor unit = rand([60, augmentation.ParameterCount], generator: new Generator(2));
        Tensor greyer = new Saturation(0.3).Transform(images, unit.narrow(1, unit.shape[1] - 1, 1));

        Tensor result = augmentation.Transform(images, unit);

        Tensor[] wanted = [images + 0.25, images.rot90(1, (2, 3)), images.flip(3), greyer];
        Tensor isThat = stack(wanted.Select(one => (result - one).abs().amax([1, 2, 3]).lt(1e-4)));  // [4, 60]
        Assert.True(isThat.sum(dim: 0).eq(1).all().item<bool>());
        Assert.True(isThat.sum(dim: 1).gt(5).all().item<bool>());
        Assert.True(isThat.to_type(ScalarType.Int64).argmax(0).Equals(unit.narrow(1, 0, 4).argmin(1)));
    }

    [Fact]
    public void All_of_them_are_the_geometry_as_one_and_the_colours_as_one()
    {
        Tensor images = rand(16, 3, 10, 10, generator: new Generator(1)) - 0.5;
        var augmentation = new RandAugment(5, new Brightness(0.2), new Rotate(30), new Contrast(0.2), new Zoom(0.8, 1.2), new Saturation(0.3));
        Tensor unit = rand([16, 10], generator: new Generator(2));
        Tensor own = unit.narrow(1, 5, 5);
        Tensor geometry = new AffineSequence(new Rotate(30), new Zoom(0.8, 1.2)).Transform(images, own.index_select(1, tensor([1L, 3])));
        Tensor expected = new ColorJitter(0.2, 0.2, 0.3).Transform(geometry, own.index_select(1, tensor([0L, 2, 4])));

        Assert.True(augmentation.Transform(images, unit).allclose(expected, atol: 1e-5));
    }

    [Fact]
    public void Masks_move_with_the_images_that_moved_only()
    {
        Tensor masks = zeros(40, 1, 24, 24);
        masks.narrow(2, 4, 12).narrow(3, 6, 9).fill_(1f);
        using Generator generator = new(1);

        (Tensor images, Tensor moved) = new RandAugment(1, new Rotate(90, 90), new Add(0.1), new Cutout(0.3)).Apply(masks, masks, generator);

        Tensor turned = masks.rot90(1, (2, 3));
        Tensor isTurned = moved.sub(turned).abs().amax([1, 2, 3]).eq(0);
        Tensor isAsBefore = moved.sub(masks).abs().amax([1, 2, 3]).eq(0);
        Assert.True(isTurned.logical_xor(isAsBefore).all().item<bool>());
        Assert.InRange(isTurned.sum().item<long>(), 5, 22);
        Assert.True(images.sub(turned).abs().amax([1, 2, 3]).lt(1e-4).Equals(isTurned));
    }

    /// <summary>Neither geometry nor linear in the colours: one of the others.</summary>
    private sealed class Add(double value) : Augmentation
    {
        public override int ParameterCount => 0;

        protected internal override Tensor Transform(Tensor images, Tensor unit) => images + value;
    }
}
