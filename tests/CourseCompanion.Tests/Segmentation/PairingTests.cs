using CourseCompanion.Augmentations;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Segmentation;

public class PairingTests
{
    private static readonly Dictionary<string, Augmentation> Geometries = new()
    {
        ["flip"] = new Flip(0.5, 0.5),
        ["rotate"] = new Rotate(20),
        ["shift"] = new Shift(0.1),
        ["zoom"] = new Zoom(0.8, 1.2),
        ["crop"] = new ResizedCrop(0.5),
        ["brain scans"] = MedicalViews.BrainScans.Weak,
    };

    public static TheoryData<string> All => [.. Geometries.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public void A_pair_that_moves_alike_agrees_and_one_of_which_a_half_was_left_behind_is_found(string name)
    {
        using var generator = new Generator(3);
        Augmentation change = Geometries[name];

        Assert.InRange(Pairing.Agreement((images, masks) => change.Apply(images, masks, generator)), 0.95, 1);
        Assert.InRange(Pairing.Agreement((images, masks) => (change.Apply(images, generator), masks)), 0, 0.93);
        Assert.InRange(Pairing.Agreement((images, masks) => (change.Apply(images, generator), change.Apply(masks, generator))), 0, 0.93);
    }

    [Fact]
    public void Nothing_changed_agrees_to_the_last_pixel() => Assert.Equal(1, Pairing.Agreement((images, masks) => (images, masks)));

    [Fact]
    public void What_makes_views_strong_moves_nothing() => Assert.InRange(
        Pairing.Agreement((images, masks) => MedicalViews.BrainScans.Appearance.Apply(images, masks, new Generator(1))), 0.9, 1);
}
