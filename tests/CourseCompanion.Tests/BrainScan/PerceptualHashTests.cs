using CourseCompanion.BrainScan;

namespace CourseCompanion.Tests.BrainScan;

public class PerceptualHashTests
{
    private const int Side = 68;

    [Fact]
    public void A_ramp_to_the_right_sets_every_bit_and_its_mirror_image_none()
    {
        var (asIs, mirrored) = PerceptualHash.Of(Draw((x, _) => 3 * x), Side, Side);
        Assert.Equal(new string('f', 64), asIs.ToString());
        Assert.Equal(new string('0', 64), mirrored.ToString());
        Assert.Equal(256, asIs.DistanceTo(mirrored));
        Assert.Equal(asIs, PerceptualHash.Parse(asIs.ToString()));
    }

    [Fact]
    public void A_single_bit_lies_where_brightness_rises()
    {
        // Bright from the second of 17 columns on, in the first of 16 rows only: one rise there, none elsewhere.
        var (asIs, mirrored) = PerceptualHash.Of(Draw((x, y) => y < Side / 16 && x >= Side / 17 ? 200 : 0), Side, Side);
        Assert.Equal("0000000000000001" + new string('0', 48), asIs.ToString());
        Assert.Equal(new string('0', 64), mirrored.ToString());
    }

    [Fact]
    public void Contrast_exposure_and_faint_noise_change_nothing_much()
    {
        var random = new Random(1);
        byte[] image = Draw((x, y) => 100 + (int)(60 * Math.Sin(x / 6.0) * Math.Cos(y / 9.0)));
        PerceptualHash hash = PerceptualHash.Of(image, Side, Side).AsIs;
        Assert.Equal(0, hash.DistanceTo(PerceptualHash.Of([.. image.Select(pixel => (byte)(pixel - 30))], Side, Side).AsIs));
        Assert.InRange(hash.DistanceTo(PerceptualHash.Of([.. image.Select(pixel => (byte)(pixel / 2))], Side, Side).AsIs), 0, 6);
        Assert.InRange(hash.DistanceTo(PerceptualHash.Of([.. image.Select(pixel => (byte)(pixel + random.Next(-4, 5)))], Side, Side).AsIs), 0, 10);
    }

    [Fact]
    public void The_hash_of_the_mirror_image_is_the_mirrored_hash()
    {
        byte[] image = Draw((x, y) => (x * x / 20) + (y % 7 * 9)), mirror = Draw((x, y) => image[(y * Side) + Side - 1 - x]);
        Assert.Equal(PerceptualHash.Of(image, Side, Side).Mirrored, PerceptualHash.Of(mirror, Side, Side).AsIs);
        Assert.Equal(PerceptualHash.Of(mirror, Side, Side).Mirrored, PerceptualHash.Of(image, Side, Side).AsIs);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("zz")]
    public void Other_texts_are_refused(string text) => Assert.Throws<FormatException>(() => PerceptualHash.Parse(text));

    private static byte[] Draw(Func<int, int, int> value) => [.. Enumerable.Range(0, Side * Side).Select(i => (byte)value(i % Side, i / Side))];
}
