using CourseCompanion.Data.Synthetic;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Data.Synthetic;

public sealed class TwoMoonsTests
{
    [Fact]
    public void Without_noise_every_point_lies_on_its_half_circle()
    {
        PlanePoints moons = TwoMoons.Generate(perClass: 200, noise: 0);

        Assert.Equal(400, moons.Count);
        Assert.All(moons.X.Zip(moons.Y, moons.Labels.data<long>().ToArray()), point =>
        {
            (float x, float y) = point.Third == 0 ? (point.First, point.Second) : (1 - point.First, 0.5f - point.Second);
            Assert.Equal(1, Math.Sqrt((x * x) + (y * y)), 1e-5);
            Assert.True(y >= 0, $"{point}");
        });
    }

    [Fact]
    public void Points_spread_evenly_along_each_moon()
    {
        // The mean of a half circle of radius 1 is (0, 2 / pi); with 4,000 points it is known to about 0.01.
        PlanePoints moons = TwoMoons.Generate(perClass: 4000, noise: 0.1);

        Assert.Equal(0, moons.X.Take(4000).Average(), 0.04);
        Assert.Equal(2 / Math.PI, moons.Y.Take(4000).Average(), 0.03);
        Assert.Equal(1, moons.X.Skip(4000).Average(), 0.04);
        Assert.Equal(0.5 - (2 / Math.PI), moons.Y.Skip(4000).Average(), 0.03);
    }

    [Fact]
    public void Noise_is_the_standard_deviation_of_the_shift()
    {
        PlanePoints exact = TwoMoons.Generate(perClass: 2000, noise: 0);
        PlanePoints noisy = TwoMoons.Generate(perClass: 2000, noise: 0.3);

        double variance = exact.X.Zip(noisy.X, (a, b) => Math.Pow(b - a, 2)).Average();
        Assert.Equal(0.3, Math.Sqrt(variance), 0.01);
    }

    [Fact]
    public void Points_depend_on_the_seed_alone()
    {
        PlanePoints first = TwoMoons.Generate(perClass: 20, seed: 7);

        Assert.Equal(first.X, TwoMoons.Generate(perClass: 20, seed: 7).X);
        Assert.NotEqual(first.X, TwoMoons.Generate(perClass: 20, seed: 8).X);

        // The numbers themselves, so that another version or machine that draws others is noticed.
        float[] upper = [.. first.X.Take(2), .. first.Y.Take(2)];
        Assert.Equal(PublishedPoints, upper, (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Strangers_fill_the_rectangle_around_both_moons()
    {
        using Tensor strangers = TwoMoons.Strangers(2000);
        var cloud = new PlanePoints(strangers, zeros(2000, dtype: ScalarType.Int64));

        Assert.Equal((-1.2, 2.2), (Math.Round(cloud.X.Min(), 1), Math.Round(cloud.X.Max(), 1)));
        Assert.Equal((-0.75, 1.25), (Math.Round(cloud.Y.Min(), 2), Math.Round(cloud.Y.Max(), 2)));
        Assert.Equal(0.5, cloud.X.Average(), 0.1);
    }

    [Fact]
    public void Settings_without_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TwoMoons.Generate(perClass: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TwoMoons.Strangers(0));
        Assert.Contains("standard deviation", Assert.Throws<ArgumentOutOfRangeException>(() => TwoMoons.Generate(noise: -0.1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => TwoMoons.Generate(noise: double.NaN));
    }

    private static readonly float[] PublishedPoints = [-0.4847453f, -1.0254157f, 0.7866887f, 0.0895755f];
}
