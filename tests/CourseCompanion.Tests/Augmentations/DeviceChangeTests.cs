using CourseCompanion.Augmentations;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Augmentations;

public class DeviceChangeTests
{
    [Fact]
    public void Gains_and_contrast_by_hand()
    {
        // Light 0.5, 0.5, 0.25 (of 0 to 1), times 1.2, 1, 0.8, then half the distance from 0.5.
        using var scope = NewDisposeScope();
        Tensor image = tensor(new[] { 0f, 0f, -0.5f }).reshape(1, 3, 1, 1);

        Tensor changed = new DeviceChange([1.2, 1, 0.8], contrast: 0.5).Apply(image, seed: 0);

        Assert.Equal([0.1f, 0f, -0.3f], changed.data<float>(), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Blur_keeps_even_pictures_and_the_light_of_a_point()
    {
        using var scope = NewDisposeScope();
        var blur = new DeviceChange([1], blur: 1.5);
        Tensor even = full([1, 1, 12, 12], 0.3f), point = full([1, 1, 31, 31], -1f);
        point[0, 0, 15, 15] = 1;

        Tensor spread = blur.Apply(point, seed: 0).add(1).div(2);

        Assert.True(blur.Apply(even, seed: 0).allclose(even, atol: 1e-6));
        Assert.Equal(1, spread.sum().item<float>(), 1e-4);
        Assert.True(spread.allclose(spread.transpose(2, 3), atol: 1e-6));

        // The second moment of a Gaussian is its variance, along each axis.
        Tensor place = arange(31, ScalarType.Float32).sub(15);
        Assert.Equal(1.5 * 1.5, spread.sum(dim: 2).flatten().mul(place.square()).sum().item<float>(), 0.1);
    }

    [Fact]
    public void Strength_goes_from_nothing_to_the_device()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var device = new DeviceChange([1.1, 1, 0.8], contrast: 0.7, blur: 0.8);
        Tensor images = rand([2, 3, 10, 10], generator: generator).mul(2).sub(1);

        Assert.True(device.Scaled(0).Apply(images, seed: 0).allclose(images, atol: 1e-6));
        Assert.True(device.Scaled(1).Apply(images, seed: 0).Equals(device.Apply(images, seed: 7)));
        double half = Distance(0.5), whole = Distance(1);
        Assert.InRange(half, 0.2 * whole, 0.9 * whole);

        double Distance(double strength) => device.Scaled(strength).Apply(images, seed: 0).sub(images).norm().item<float>();
    }

    [Fact]
    public void Bad_devices_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeviceChange([0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeviceChange([1], contrast: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeviceChange([1], blur: -1));
    }
}
