using CourseCompanion.Augmentations;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Tests.Work;
using CourseCompanion.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.SemiSupervised;

/// <summary>The same loop and the same batches where every pixel has a label of its own.</summary>
[Collection(WorkContextTests.Name)]
public sealed class MaskTrainingTests : IDisposable
{
    private const int Side = 12;

    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly string _folder = Directory.CreateTempSubdirectory("course-masks-").FullName;

    public static TheoryData<string> Geometries => [.. Make.Keys];

    private static Dictionary<string, Func<Augmentation>> Make { get; } = new()
    {
        ["flip"] = () => new Flip(0.5, 0.5),
        ["rotate"] = () => new Rotate(180),
        ["shift"] = () => new Shift(0.3),
        ["zoom"] = () => new Zoom(0.7, 1.4),
        ["crop"] = () => new ResizedCrop(0.3),
        ["sequence"] = () => new AffineSequence(new Flip(0.5, 0.5), new Rotate(180), new Shift(0.1), new Zoom(0.9, 1.1)),
        ["compose"] = () => new Compose(new Flip(0.5, 0.5), new Shift(0.2), new Rotate(90)),
        ["sometimes"] = () => new Sometimes(0.5, new Rotate(180)),
        ["randaugment"] = () => new RandAugment(2, new Flip(1, 0), new Rotate(90), new Shift(0.2)),
        ["brain scans"] = () => MedicalViews.BrainScans.Weak,
    };

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // An image that is its own mask shows at once when one of the two was left behind.
    [Theory]
    [MemberData(nameof(Geometries))]
    public void An_image_that_equals_its_mask_still_does_after_both_have_moved(string name)
    {
        Tensor masks = Shapes(16, 48);                                                         // [16, 48, 48]
        Tensor images = masks.unsqueeze(1).to(ScalarType.Float32).mul(2).sub(1);
        SemiSupervisedBatch batch = Batch(images, masks) with { WeakAugmentation = Make[name](), StrongAugmentation = Make[name]() };

        (Tensor moved, Tensor movedMasks) = batch.Weak(images, masks);
        (Tensor strong, Tensor strongMasks) = batch.Strong(images, masks);

        Assert.Equal(masks.shape, movedMasks.shape);
        Assert.Equal(masks.dtype, movedMasks.dtype);
        Assert.InRange(Agreement(moved, movedMasks), 0.97, 1);
        Assert.InRange(Agreement(strong, strongMasks), 0.97, 1);
        Assert.InRange(Agreement(images, movedMasks), 0, 0.96);                                // moved at all
        Assert.InRange(Agreement(batch.Weak(images), movedMasks), 0, 0.96);                    // the classic bug: each moved on its own
    }

    [Fact]
    public void Masks_keep_their_values_and_maps_their_channels()
    {
        Tensor masks = arange(4).reshape(1, 2, 2).expand(5, 2, 2).contiguous();
        Tensor maps = rand(5, 3, 6, 6);
        SemiSupervisedBatch batch = Batch(zeros(5, 1, 2, 2), masks) with { WeakAugmentation = new Rotate(180) };

        Assert.All(batch.Weak(zeros(5, 1, 2, 2), masks).Masks.data<long>().ToArray(), value => Assert.InRange(value, 0, 3));
        Assert.Equal(maps.shape, batch.Weak(zeros(5, 1, 6, 6), maps).Masks.shape);
        Assert.Same(masks, batch.Strong(zeros(5, 1, 2, 2), masks).Masks);
    }

    [Fact]
    public void Colours_and_cutout_leave_masks_alone()
    {
        Tensor masks = Shapes(4, 16), images = rand(4, 1, 16, 16);
        SemiSupervisedBatch batch = Batch(images, masks) with { StrongAugmentation = new Compose(new ColorJitter(0.5, 0.5), new Cutout(0.5)) };

        (Tensor strong, Tensor same) = batch.Strong(images, masks);

        Assert.True(same.equal(masks).all().item<bool>());
        Assert.False(strong.allclose(images));
    }

    [Fact]
    public void Labels_are_one_an_image_or_one_a_pixel()
    {
        using var images = new ResidentImages(zeros(5, 1, Side, Side, dtype: ScalarType.Byte));
        Tensor rows = arange(3);
        Assert.True(new LabelledImages(images, rows, zeros(3, Side, Side, dtype: ScalarType.Int64)).HasMasks);
        Assert.False(new LabelledImages(images, rows, zeros(3, dtype: ScalarType.Int64)).HasMasks);
        Assert.Throws<ArgumentException>(() => new LabelledImages(images, rows, zeros(3, Side, Side + 1, dtype: ScalarType.Int64)));
        Assert.Throws<ArgumentException>(() => new LabelledImages(images, rows, zeros(2, Side, Side, dtype: ScalarType.Int64)));
        Assert.Throws<ArgumentException>(() => new LabelledImages(images, rows, zeros(3, Side, Side)));
        Assert.Throws<ArgumentException>(() => new LabelledImages(images, rows, zeros(3, 1, dtype: ScalarType.Int64)));

        using var network = nn.Conv2d(1, 2, kernel_size: 3, padding: 1);
        using var trainer = new Trainer(network);
        Assert.Contains("SemiSupervisedTrainer", Assert.Throws<ArgumentException>(() => trainer.RunSteps(LabelledImages.All(images, zeros(5, Side, Side, dtype: ScalarType.Int64)), 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_with_masks_and_a_second_network_resumes_exactly()
    {
        string path = Path.Combine(_folder, "training.safetensors");
        float[] whole = Run(trainer => trainer.Run());
        Run(trainer =>
        {
            trainer.Run(steps: 3);
            trainer.Save(path);
        });
        float[] resumed = Run(trainer =>
        {
            trainer.Resume(path);
            trainer.Run();
        });

        Assert.Equal(whole, resumed);

        float[] Run(Action<SemiSupervisedTrainer> train)
        {
            Tensor masks = Shapes(12, Side);
            using var images = new ResidentImages(masks.unsqueeze(1).mul(200).to(ScalarType.Byte));
            random.manual_seed(1);
            using Conv2d model = Layer(), averaged = Layer(), second = Layer();
            float[] before = [.. second.weight.data<float>()];
            using var method = new Both(second);
            using var trainer = new SemiSupervisedTrainer(
                model, averaged, method, new LabelledImages(images, arange(4), masks.narrow(0, 0, 4).clone()), arange(4, 12),
                new SemiSupervisedOptions { Steps = 6, BatchSize = 2, Weak = new Flip(0.5, 0.5), Strong = new ColorJitter(0.3, 0.3) });
            train(trainer);
            Assert.NotEqual(before, second.weight.data<float>().ToArray());
            return [.. model.weight.data<float>(), .. averaged.weight.data<float>(), .. second.weight.data<float>()];
        }
    }

    private static Conv2d Layer() => nn.Conv2d(1, 2, kernel_size: 3, padding: 1);

    private static SemiSupervisedBatch Batch(Tensor images, Tensor masks) =>
        new(images, masks, images.narrow(0, 0, 0), arange(0), new Generator(7));

    /// <summary>An L that no turn and no flip maps onto itself, of a size of its own in each of the masks [N, side, side].</summary>
    private static Tensor Shapes(int count, int side)
    {
        Tensor masks = zeros(count, side, side, dtype: ScalarType.Int64);
        for (int image = 0; image < count; image++)
        {
            Tensor mask = masks[image];
            mask.narrow(0, side / 6, side / 2 + (image % 3)).narrow(1, side / 6, side / 6).fill_(1);
            mask.narrow(0, side / 2, side / 6).narrow(1, side / 6, (side / 2) + (image % 4)).fill_(1);
        }

        return masks;
    }

    /// <summary>Share of the pixels whose class is that which the image shows.</summary>
    private static double Agreement(Tensor images, Tensor masks) =>
        images.squeeze(1).gt(0).eq(masks.gt(0)).to(ScalarType.Float64).mean().item<double>();

    private sealed class Both(Conv2d second) : SemiSupervisedMethod
    {
        public override string Name => "both";

        public override IEnumerable<Parameter> Parameters => second.parameters();

        public override IReadOnlyDictionary<string, Tensor> State => second.state_dict();

        public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
        {
            (Tensor images, Tensor masks) = batch.Weak(batch.Labelled, batch.Labels);
            return new StepLosses(
                new NamedLoss(StepLosses.Labelled, nn.functional.cross_entropy(student.call(images), masks)),
                new NamedLoss(StepLosses.Unlabelled, nn.functional.cross_entropy(second.call(batch.Strong(batch.Unlabelled)), student.call(batch.Unlabelled).argmax(1).detach())));
        }
    }
}
