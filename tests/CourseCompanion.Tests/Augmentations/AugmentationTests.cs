using CourseCompanion.Augmentations;
using CourseCompanion.Tests.Shared;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Augmentations;

public sealed class AugmentationTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> All => [.. Make.Keys];

    private static Dictionary<string, Func<Augmentation>> Make { get; } = new()
    {
        ["flip"] = () => new Flip(0.5, 0.5),
        ["rotate"] = () => new Rotate(30),
        ["zoom"] = () => new Zoom(0.8, 1.3),
        ["shift"] = () => new Shift(0.2),
        ["brightness"] = () => new Brightness(0.5),
        ["contrast"] = () => new Contrast(0.5),
        ["saturation"] = () => new Saturation(0.8),
        ["hue"] = () => new Hue(0.3),
        ["jitter"] = () => new ColorJitter(0.4, 0.4, 0.4, 0.1),
        ["cutout"] = () => new Cutout(0.4),
        ["compose"] = () => new Compose(new Flip(), new Rotate(10), new ColorJitter(0.3, 0.3), new Cutout(0.3)),
        ["sequence"] = () => new AffineSequence(new Flip(0.5, 0.5), new Rotate(180), new Shift(0.1), new Zoom(0.9, 1.1)),
        ["randaugment"] = () => new RandAugment(2, new Cutout(0.4), new Rotate(30), new Shift(0.2), new Brightness(0.5), new Contrast(0.5)),
        ["mild"] = () => MedicalViews.SkinLesions.Mild,
        ["strong"] = () => MedicalViews.SkinLesions.Strong,
        ["strong-drawn"] = () => MedicalViews.BloodCells.StrongDrawn(),
    };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(All))]
    public void Apply_KeepsShapeAndRange_AndLeavesTheInputAlone(string name)
    {
        Tensor images = Images(16);
        Tensor before = images.clone();

        Tensor result = Make[name]().Apply(images, seed: 1);

        Assert.Equal(images.shape, result.shape);
        Assert.InRange(result.abs().max().item<float>(), 0f, 1.0001f);
        Assert.True(images.Equals(before));
        Assert.False(result.allclose(images, atol: 1e-3));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Apply_SameImageManyTimes_ChangesEachInItsOwnWay(string name)
    {
        Tensor images = Images(1).expand(16, 3, 12, 12).contiguous();

        Tensor result = Make[name]().Apply(images, seed: 1);

        int distinct = Enumerable.Range(0, 16).Select(n => Convert.ToHexString(result[n].contiguous().bytes)).Distinct().Count();
        Assert.InRange(distinct, name == "flip" ? 3 : 12, 16);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Apply_SameSeed_SameResult_WhateverElseDrawsNumbers(string name)
    {
        Tensor images = Images(8);
        manual_seed(1);
        Tensor first = Make[name]().Apply(images, seed: 5);
        manual_seed(2);
        _ = rand(10);

        Assert.True(Make[name]().Apply(images, seed: 5).Equals(first));
        Assert.False(Make[name]().Apply(images, seed: 6).Equals(first));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Apply_OneGenerator_MovesOnFromBatchToBatch(string name)
    {
        Tensor images = Images(8);
        using Generator generator = new(3);

        Tensor first = Make[name]().Apply(images, generator);

        Assert.False(Make[name]().Apply(images, generator).Equals(first));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Apply_GreyImages_Work(string name)
    {
        Tensor grey = Images(8).mean([1], keepdim: true);

        Tensor result = Make[name]().Apply(grey, seed: 1);

        Assert.Equal(grey.shape, result.shape);
        if (name is "hue" or "saturation")
        {
            Assert.True(result.allclose(grey, atol: 1e-5));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Transform_EachImage_DependsOnItselfAndItsOwnNumbers(string name)
    {
        Tensor images = Images(6);
        Augmentation augmentation = Make[name]();
        Tensor unit = rand([6, augmentation.ParameterCount], generator: new Generator(4));

        Tensor result = augmentation.Transform(images, unit);

        for (int n = 0; n < 6; n++)
        {
            Tensor alone = augmentation.Transform(images.narrow(0, n, 1), unit.narrow(0, n, 1));
            Assert.True(alone.allclose(result.narrow(0, n, 1), atol: 1e-5));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Apply_ChannelsLastImages_ComeOutSo_WithTheSameValues(string name)
    {
        Tensor images = Images(8);
        Tensor channelsLast = images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

        Tensor result = Make[name]().Apply(channelsLast, seed: 1);

        Assert.Equal(channelsLast.stride(), result.stride());
        Assert.True(result.allclose(Make[name]().Apply(images, seed: 1), atol: 1e-5));
    }

    [Fact]
    public void Apply_StrengthZero_ChangesNothing()
    {
        Tensor images = Images(4);
        Augmentation nothing = new Compose(
            new Flip(0, 0), new Rotate(0), new Zoom(1, 1), new Shift(0), new Brightness(0), new Contrast(0), new Saturation(0), new Hue(0), new ColorJitter(), new Cutout(0), new AffineSequence());

        Assert.True(nothing.Apply(images, seed: 1).allclose(images, atol: 1e-3));
        Assert.True(new Compose().Apply(images, seed: 1).Equals(images));
    }

    [Fact]
    public void Flip_Always_MirrorsColumnsOrRows()
    {
        Tensor images = Images(2);

        Assert.True(new Flip(1).Apply(images, 1).Equals(images.flip(3)));
        Assert.True(new Flip(0, 1).Apply(images, 1).Equals(images.flip(2)));
    }

    [Fact]
    public void Flip_Half_MirrorsAboutHalf()
    {
        Tensor images = arange(4).to_type(ScalarType.Float32).reshape(1, 1, 1, 4).div(4).expand(1000, 1, 1, 4).contiguous();

        float mirrored = new Flip(0.5).Apply(images, 1).select(3, 0).gt(0.5).sum().item<long>();

        Assert.InRange(mirrored, 430, 570);
    }

    [Fact]
    public void Rotate_NinetyDegrees_TurnsCounterClockwiseExactly()
    {
        Tensor images = Images(2);

        Tensor turned = new Rotate(90, 90).Apply(images, 1);

        Assert.True(turned.allclose(images.rot90(1, (2, 3)), atol: 1e-4));
    }

    [Fact]
    public void Rotate_WideImage_KeepsCirclesRound()
    {
        // A spot 3 pixels right of the middle of a 9 x 27 image is 3 pixels above it after a quarter turn.
        Tensor images = zeros(1, 1, 9, 27);
        images[0, 0, 4, 16] = tensor(1f);

        Tensor turned = new Rotate(90, 90).Apply(images, 1);

        Assert.InRange(turned[0, 0, 1, 13].item<float>(), 0.99f, 1.01f);
    }

    [Fact]
    public void Zoom_Two_DoublesTheSquareInTheMiddle()
    {
        Tensor images = full([1, 1, 12, 12], -1f);
        images.narrow(2, 4, 4).narrow(3, 4, 4).fill_(1f);

        Tensor larger = new Zoom(2, 2).Apply(images, 1);

        Assert.InRange(larger.gt(0).sum().item<long>(), 60, 68);
    }

    [Fact]
    public void Shift_StaysWithinItsReach()
    {
        Tensor images = full([200, 1, 20, 20], -1f);
        images.narrow(2, 10, 1).narrow(3, 10, 1).fill_(1f);

        Tensor moved = new Shift(0.2).Apply(images, 1).reshape(200, 400).argmax(1);

        Tensor distance = moved.remainder(20).sub(10).abs();
        Assert.InRange(distance.max().item<long>(), 2, 4);
    }

    [Fact]
    public void Brightness_Full_RunsFromBlackToDouble()
    {
        Tensor images = zeros(2000, 1, 1, 1);

        Tensor result = new Brightness(1).Apply(images, 1);

        Assert.InRange(result.min().item<float>(), -1f, -0.98f);
        Assert.InRange(result.mean().item<float>(), -0.05f, 0.05f);
    }

    [Fact]
    public void Contrast_Full_KeepsTheMeanOfUncutImages()
    {
        Tensor images = Images(50) * 0.2;

        Tensor result = new Contrast(1).Apply(images, 1);

        Assert.True(result.mean([1, 2, 3]).allclose(images.mean([1, 2, 3]), atol: 0.03));
        Assert.InRange(result.std([2, 3], unbiased: false).min().item<float>(), 0f, 0.03f);
    }

    [Fact]
    public void Hue_KeepsTheLight()
    {
        Tensor images = Images(10) * 0.2;
        Tensor weights = tensor(new[] { 0.299f, 0.587f, 0.114f }).reshape(1, 3, 1, 1);

        Tensor result = new Hue(0.5).Apply(images, 1);

        Assert.True((result * weights).sum(dim: 1L).allclose((images * weights).sum(dim: 1L), atol: 2e-3));
    }

    [Fact]
    public void Cutout_CoversASquareOfTheRightSize_MiddleAnywhere()
    {
        Tensor images = ones(400, 3, 20, 20);

        Tensor covered = new Cutout(0.3).Apply(images, 1).eq(0).all(1).sum([1L, 2L]);

        Assert.Equal(36, covered.max().item<long>());
        Assert.InRange(covered.min().item<long>(), 9, 16);
    }

    [Fact]
    public void Apply_WithMasks_TurnsBothAlike_AndMasksKeepTheirValues()
    {
        Tensor masks = zeros(8, 1, 24, 24);
        masks.narrow(2, 4, 12).narrow(3, 6, 9).fill_(1f);
        using Generator generator = new(1);

        (Tensor images, Tensor turned) = new Compose(new Flip(), new Rotate(40), new Zoom(0.8, 1.2), new Shift(0.1)).Apply(masks, masks, generator);

        Assert.True(turned.eq(0).logical_or(turned.eq(1)).all().item<bool>());
        Assert.False(turned.Equals(masks));
        Assert.InRange((images - turned).abs().mean().item<float>(), 0f, 0.05f);
    }

    [Fact]
    public void Apply_WithMasks_ColoursAndCutoutLeaveMasksAlone()
    {
        Tensor masks = ones(8, 1, 12, 12);
        using Generator generator = new(1);

        (_, Tensor same) = new Compose(new ColorJitter(0.5, 0.5, 0.5, 0.2), new Cutout(0.5)).Apply(Images(8), masks, generator);

        Assert.True(same.Equals(masks));
        Assert.Throws<ArgumentException>(() => new Flip().Apply(Images(8), masks.narrow(0, 0, 7), generator));
    }

    [Fact]
    public void Apply_ImagesOfTheWrongKind_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new Flip().Apply(zeros([2, 3, 4, 4], ScalarType.Byte), 1));
        Assert.Throws<ArgumentException>(() => new Flip().Apply(zeros(3, 4, 4), 1));
    }

    [Fact]
    public void Constructors_StrengthsOutOfRange_AreRefusedByName()
    {
        Assert.Contains("horizontal must be between 0 and 1", Assert.Throws<ArgumentOutOfRangeException>(() => new Flip(1.5)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Flip(0, -0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Rotate(181));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Rotate(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Rotate(10, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Zoom(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Zoom(1.2, 1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shift(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Brightness(1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Contrast(-0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Saturation(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Hue(0.6));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ColorJitter(hue: 0.6));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Cutout(1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandAugment(0, new Flip()));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandAugment(2, new Flip()));
    }

    [GpuFact]
    [Trait("Device", "GPU")]
    public void Apply_OnAGpu_WithACpuGenerator_SeesTheSameChanges()
    {
        Tensor images = Images(8);

        Tensor there = Make["compose"]().Apply(images.cuda(), seed: 1).cpu();

        Assert.True(there.allclose(Make["compose"]().Apply(images, seed: 1), atol: 1e-3));
    }

    private static Tensor Images(int count)
    {
        using Generator generator = new(17);
        return rand([count, 3, 12, 12], generator: generator) * 1.8 - 0.9;
    }
}
