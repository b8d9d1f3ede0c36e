using CourseCompanion.Augmentations;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Augmentations;

public sealed class AffineSequenceTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Steps_are_taken_in_order()
    {
        Tensor images = rand(2, 3, 12, 12, generator: new Generator(1));

        Tensor turnedThenMirrored = new AffineSequence(new Rotate(90, 90), new Flip(1)).Apply(images, seed: 1);
        Tensor mirroredThenTurned = new AffineSequence(new Flip(1), new Rotate(90, 90)).Apply(images, seed: 1);

        Assert.True(turnedThenMirrored.allclose(images.rot90(1, (2, 3)).flip(3), atol: 1e-4));
        Assert.True(mirroredThenTurned.allclose(images.flip(3).rot90(1, (2, 3)), atol: 1e-4));
    }

    [Fact]
    public void A_flip_exchanges_the_same_sides_as_alone()
    {
        Tensor images = rand(64, 3, 9, 14, generator: new Generator(1));

        Assert.True(new AffineSequence(new Flip(0.5, 0.5)).Apply(images, seed: 3).allclose(new Flip(0.5, 0.5).Apply(images, seed: 3), atol: 1e-4));
    }

    [Fact]
    public void A_smooth_image_moves_as_in_a_chain_of_the_same_steps()
    {
        // A soft spot above and right of the middle of an image that is wider than high.
        Tensor x = linspace(-1.5, 1.5, 48), y = linspace(-1, 1, 32).unsqueeze(1);
        Tensor spot = ((x - 0.3).pow(2) + (y + 0.2).pow(2)).mul(-8).exp().expand(40, 1, 32, 48);
        AffineAugmentation[] steps = [new Shift(0.1), new Flip(0.5, 0.5), new Rotate(180), new Zoom(0.8, 1.2), new Shift(0.1)];

        Tensor chain = Middle(new Compose([.. steps]).Apply(spot, seed: 7));
        Tensor sequence = Middle(new AffineSequence(steps).Apply(spot, seed: 7));

        Assert.InRange((chain - sequence).abs().max().item<float>(), 0, 0.06f);
        Assert.True((chain - Middle(spot)).abs().max().item<float>() > 0.5f);

        // Near the edge each mirrors what it has.
        static Tensor Middle(Tensor images) => images.narrow(2, 8, 16).narrow(3, 12, 24);
    }

    [Fact]
    public void What_cancels_out_leaves_every_pixel_where_a_chain_blurs_them()
    {
        Tensor images = rand(2, 3, 12, 12, generator: new Generator(1));
        AffineAugmentation[] thereAndBack = [new Rotate(30, 30), new Rotate(-30, -30)];

        Assert.True(new AffineSequence(thereAndBack).Apply(images, seed: 1).allclose(images, atol: 1e-4));
        Assert.False(new Compose([.. thereAndBack]).Apply(images, seed: 1).allclose(images, atol: 0.1));
    }

    [Fact]
    public void Masks_move_with_their_images_and_keep_their_values()
    {
        Tensor masks = zeros(16, 1, 24, 24);
        masks.narrow(2, 4, 12).narrow(3, 6, 9).fill_(7f);
        AffineSequence sequence = new(new Flip(), new Rotate(40), new Zoom(0.8, 1.2), new Shift(0.1));
        using Generator generator = new(1);

        (Tensor images, Tensor moved) = sequence.Apply(masks, masks, generator);

        Assert.True(moved.eq(0).logical_or(moved.eq(7)).all().item<bool>());
        Assert.InRange((images - moved).abs().mean().item<float>(), 0.001f, 0.35f);
        Assert.False(moved.Equals(masks));
    }
}
