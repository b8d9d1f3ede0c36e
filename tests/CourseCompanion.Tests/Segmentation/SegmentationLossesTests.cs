using CourseCompanion.Segmentation;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Segmentation;

public sealed class SegmentationLossesTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    // Probabilities of the tumour 0.9, 0.6 | 0.2, 0.1; the first row is tumour.
    [Theory]
    [InlineData(1)]
    [InlineData(0.01)]
    public void Dice_is_what_a_hand_makes_of_four_pixels(double smooth)
    {
        double expected = 1 - (((2 * (0.9 + 0.6)) + smooth) / (1.8 + 2 + smooth));
        Assert.Equal(expected, SegmentationLosses.SoftDice(Logits(0.9, 0.6, 0.2, 0.1), Mask(1, 1, 0, 0), smooth: smooth).item<float>(), 5);
    }

    [Fact]
    public void Trust_weighs_pixels_in_all_three_sums_and_in_the_cross_entropy()
    {
        Tensor logits = Logits(0.9, 0.6, 0.2, 0.1), mask = Mask(1, 1, 0, 0), trust = tensor(new[] { 1f, 0.5f, 0, 1 }).reshape(1, 2, 2);

        double dice = 1 - (((2 * (0.9 + 0.3)) + 1) / ((0.9 + 0.3 + 0.1) + (1 + 0.5) + 1));
        double entropy = -(Math.Log(0.9) + (0.5 * Math.Log(0.6)) + Math.Log(0.9)) / 4;
        Assert.Equal(dice, SegmentationLosses.SoftDice(logits, mask, trust).item<float>(), 5);
        Assert.Equal(entropy, SegmentationLosses.CrossEntropy(logits, mask, trust).item<float>(), 5);
        Assert.Equal(dice + entropy, SegmentationLosses.DiceAndCrossEntropy(logits, mask, trust).item<float>(), 5);
    }

    [Fact]
    public void Trust_of_one_everywhere_is_none_and_of_zero_leaves_nothing_to_learn()
    {
        Tensor logits = Logits(0.9, 0.6, 0.2, 0.1).requires_grad_(true), mask = Mask(1, 0, 1, 0);

        Assert.Equal(
            SegmentationLosses.DiceAndCrossEntropy(logits, mask).item<float>(),
            SegmentationLosses.DiceAndCrossEntropy(logits, mask, ones(1, 2, 2)).item<float>(), 5);
        Tensor nothing = SegmentationLosses.DiceAndCrossEntropy(logits, mask, zeros(1, 2, 2));
        nothing.backward();
        Assert.Equal(0, nothing.item<float>());
        Assert.Equal(0, logits.grad!.abs().max().item<float>());
    }

    [Fact]
    public void An_empty_mask_costs_what_is_found_in_it_and_no_more()
    {
        Tensor empty = Mask(0, 0, 0, 0);
        double nothing = SegmentationLosses.SoftDice(Logits(0.001, 0.001, 0.001, 0.001), empty).item<float>();
        double something = SegmentationLosses.SoftDice(Logits(0.9, 0.001, 0.001, 0.001), empty).item<float>();

        Assert.Equal(1 - (1 / 1.004), nothing, 5);
        Assert.Equal(1 - (1 / 1.903), something, 5);
    }

    // In sums over the batch, an empty image changes nothing as long as nothing is found in it.
    [Fact]
    public void Beside_a_tumour_an_empty_image_does_not_count_twice()
    {
        Tensor one = SegmentationLosses.SoftDice(Logits(0.9, 0.6, 0.2, 0.1), Mask(1, 1, 0, 0));
        Tensor both = SegmentationLosses.SoftDice(
            cat([Logits(0.9, 0.6, 0.2, 0.1), Logits(1e-6, 1e-6, 1e-6, 1e-6)], 0), cat([Mask(1, 1, 0, 0), Mask(0, 0, 0, 0)], 0));
        Assert.Equal(one.item<float>(), both.item<float>(), 4);
    }

    [Fact]
    public void Dice_does_not_care_how_much_background_there_is_and_cross_entropy_does()
    {
        Tensor logits = Logits(0.9, 0.6, 0.2, 0.1), mask = Mask(1, 1, 0, 0);
        Tensor wide = nn.functional.pad(logits, [0, 20, 0, 20], PaddingModes.Constant, 0);
        wide.select(1, 0).narrow(1, 2, 20).fill_(20);
        wide.select(1, 0).narrow(2, 2, 20).fill_(20);
        Tensor wideMask = nn.functional.pad(mask, [0, 20, 0, 20], PaddingModes.Constant, 0);

        Assert.Equal(SegmentationLosses.SoftDice(logits, mask).item<float>(), SegmentationLosses.SoftDice(wide, wideMask).item<float>(), 4);
        Assert.True(SegmentationLosses.CrossEntropy(wide, wideMask).item<float>() < 0.02 * SegmentationLosses.CrossEntropy(logits, mask).item<float>());
    }

    [Fact]
    public void Of_several_classes_all_but_the_background_count_alike()
    {
        Tensor logits = randn([2, 3, 4, 4], generator: new Generator(1)), masks = randint(0, 3, [2, 4, 4], ScalarType.Int64, generator: new Generator(2));
        Tensor p = logits.softmax(1);
        double expected = Enumerable.Range(1, 2).Average(label =>
        {
            Tensor own = p.select(1, label), y = masks.eq(label).to(ScalarType.Float32);
            return 1 - (((2 * (own * y).sum().item<float>()) + 1) / (own.sum().item<float>() + y.sum().item<float>() + 1));
        });
        Assert.Equal(expected, SegmentationLosses.SoftDice(logits, masks).item<float>(), 5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients_are_those_of_finite_differences(bool trusted)
    {
        Tensor logits = randn([2, 3, 3, 3], ScalarType.Float64, generator: new Generator(1)).requires_grad_(true);
        Tensor masks = randint(0, 3, [2, 3, 3], ScalarType.Int64, generator: new Generator(2));
        Tensor? trust = trusted ? rand([2, 3, 3], ScalarType.Float64, generator: new Generator(3)) : null;
        SegmentationLosses.DiceAndCrossEntropy(logits, masks, trust).backward();

        const double Small = 1e-6;
        double[] gradient = logits.grad!.flatten().data<double>().ToArray();
        using var noGradient = no_grad();
        Tensor flat = logits.flatten();
        for (int place = 0; place < gradient.Length; place++)
        {
            flat[place].add_(Small);
            double above = SegmentationLosses.DiceAndCrossEntropy(logits, masks, trust).item<double>();
            flat[place].sub_(2 * Small);
            double below = SegmentationLosses.DiceAndCrossEntropy(logits, masks, trust).item<double>();
            flat[place].add_(Small);
            Assert.Equal((above - below) / (2 * Small), gradient[place], 1e-7);
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        Tensor logits = zeros(1, 2, 2, 2), mask = Mask(0, 0, 0, 0);
        Assert.Contains("int64 [1, 2, 2]", Assert.Throws<ArgumentException>(() => SegmentationLosses.SoftDice(logits, mask.to(ScalarType.Float32))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SegmentationLosses.SoftDice(logits, mask.unsqueeze(1)));
        Assert.Throws<ArgumentException>(() => SegmentationLosses.SoftDice(zeros(1, 1, 2, 2), mask));
        Assert.Throws<ArgumentException>(() => SegmentationLosses.CrossEntropy(logits, mask, ones(1, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => SegmentationLosses.SoftDice(logits, mask, smooth: 0));
    }

    /// <summary>Logits [1, 2, 2, 2] with these probabilities of the tumour.</summary>
    private static Tensor Logits(params double[] tumour) => stack(
        [tensor((double[])[.. tumour.Select(p => Math.Log(1 - p))]), tensor((double[])[.. tumour.Select(p => Math.Log(p))])], 0).reshape(1, 2, 2, 2).to(ScalarType.Float32);

    private static Tensor Mask(params long[] classes) => tensor(classes).reshape(1, 2, 2);
}
