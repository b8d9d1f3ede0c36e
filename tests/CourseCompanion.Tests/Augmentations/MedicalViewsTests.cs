using CourseCompanion.Augmentations;
using CourseCompanion.Experiments;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Augmentations;

public sealed class MedicalViewsTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string> All => [.. Make.Keys];

    private static Dictionary<string, MedicalViews> Make { get; } = new()
    {
        ["skin"] = MedicalViews.SkinLesions,
        ["blood"] = MedicalViews.BloodCells,
        ["brain"] = MedicalViews.BrainScans,
    };

    [Theory]
    [MemberData(nameof(All))]
    public void Weak_views_change_no_colour_and_strong_ones_do(string name)
    {
        // Each image in one colour of its own.
        Tensor images = (rand(20, 3, 1, 1, generator: new Generator(1)) - 0.5).expand(20, 3, 28, 28).contiguous();

        Assert.True(Make[name].Weak.Apply(images, seed: 1).allclose(images, atol: 1e-5));
        Assert.InRange((Make[name].Mild.Apply(images, seed: 1) - images).abs().max().item<float>(), 0.02f, 0.3f);
        Assert.False(Make[name].Strong.Apply(images, seed: 1).allclose(images, atol: 0.1));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Strong_views_cover_a_square_of_the_stated_size(string name)
    {
        Tensor images = full([50, 3, 28, 28], 0.5f);
        MedicalViews squareOnly = Make[name].Scaled(0) with { Cutout = Make[name].Cutout };

        long covered = squareOnly.Strong.Apply(images, seed: 1).eq(0).all(1).sum([1L, 2L]).max().item<long>();

        double side = Make[name].Cutout * 28;
        Assert.InRange(covered, Math.Pow(Math.Floor(side), 2), Math.Pow(Math.Ceiling(side), 2));
    }

    [Fact]
    public void Brains_stay_upright_and_lesions_do_not()
    {
        Tensor images = full([100, 1, 28, 28], -0.5f);
        images.narrow(2, 0, 14).fill_(0.5f);

        Assert.Equal(0, UpsideDown(MedicalViews.BrainScans));
        Assert.InRange(UpsideDown(MedicalViews.SkinLesions), 30, 70);

        long UpsideDown(MedicalViews views)
        {
            Tensor seen = views.Weak.Apply(images, seed: 1);
            return seen.narrow(2, 0, 14).mean([1, 2, 3]).lt(seen.narrow(2, 14, 14).mean([1, 2, 3])).sum().item<long>();
        }
    }

    [Fact]
    public void Scaled_by_zero_strong_views_are_weak_ones()
    {
        Tensor images = rand(8, 3, 28, 28, generator: new Generator(1)) - 0.5;

        Tensor strong = MedicalViews.SkinLesions.Scaled(0).Strong.Apply(images, seed: 4);

        Assert.True(strong.allclose(MedicalViews.SkinLesions.Weak.Apply(images, seed: 4), atol: 1e-5));
        Assert.Equal(0.4, MedicalViews.SkinLesions.Scaled(2).Contrast);
        Assert.Equal(1, MedicalViews.SkinLesions.Scaled(20).Contrast);
        Assert.Throws<ArgumentOutOfRangeException>(() => MedicalViews.SkinLesions.Scaled(-1));
    }

    [Fact]
    public void Drawn_strong_views_take_from_what_has_a_strength()
    {
        var drawn = Assert.IsType<Compose>(MedicalViews.BrainScans.StrongDrawn(3));

        Assert.Equal(["Brightness", "Contrast", "Cutout"], Assert.IsType<RandAugment>(drawn.Steps[1]).Operations.Select(operation => operation.GetType().Name));
        Assert.Throws<ArgumentOutOfRangeException>(() => MedicalViews.BrainScans.StrongDrawn(4));
    }

    [Fact]
    public void Chapter_1_keeps_the_chain_of_which_its_figures_were_made()
    {
        Tensor images = rand(16, 3, 28, 28, generator: new Generator(1)) - 0.5;
        var chain = new Compose(new Flip(0.5, 0.5), new Rotate(180), new Shift(0.1), new Zoom(0.9, 1.1));

        Assert.True(PseudoLabelingExperiment.WeakAugmentation.Apply(images, seed: 4).Equals(chain.Apply(images, seed: 4)));
    }
}
