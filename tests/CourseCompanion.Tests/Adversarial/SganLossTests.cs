using CourseCompanion.Adversarial;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Adversarial;

/// <summary>The SGAN's losses against values worked out by hand.</summary>
public sealed class SganLossTests : IDisposable
{
    // exp gives 1, 2, 1 and 3, 1, 4: Z is log 4 and log 8, D is 4/5 and 8/9.
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _real;
    private readonly Tensor _generated;

    public SganLossTests()
    {
        _real = Log(new double[,] { { 1, 2, 1 }, { 3, 1, 4 } });
        _generated = Log(new double[,] { { 0.5, 0.25, 0.25 }, { 1, 1, 1 }, { 0.1, 0.1, 0.05 } });   // D: 1/2, 3/4, 1/5
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Real_probability_is_that_of_the_K_classes_beside_a_generated_class_of_logit_0()
    {
        Assert.Equal([0.8, 8 / 9.0], Values(SganLoss.RealProbability(_real)), Near);

        Tensor withGenerated = cat([_real, zeros(2, 1, ScalarType.Float64)], 1).softmax(1);         // [2, 4]
        Assert.Equal(Values(1 - withGenerated.select(1, 3)), Values(SganLoss.RealProbability(_real)), Near);
    }

    [Fact]
    public void Labelled_loss_is_the_cross_entropy_among_the_real_classes()
    {
        Tensor labels = tensor(new long[] { 1, 0 });
        double byHand = -(Math.Log(2 / 4.0) + Math.Log(3 / 8.0)) / 2;

        Assert.Equal(byHand, SganLoss.Labelled(_real, labels).item<double>(), 12);
        Assert.Equal(nn.functional.cross_entropy(_real, labels).item<double>(), SganLoss.Labelled(_real, labels).item<double>(), 12);
    }

    [Fact]
    public void Unlabelled_loss_is_the_binary_cross_entropy_of_real_and_generated()
    {
        double ofReal = -(Math.Log(4 / 5.0) + Math.Log(8 / 9.0)) / 2;
        double ofGenerated = -(Math.Log(1 / 2.0) + Math.Log(1 / 4.0) + Math.Log(4 / 5.0)) / 3;

        Assert.Equal((ofReal + ofGenerated) / 2, SganLoss.Unlabelled(_real, _generated).item<double>(), 12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1000)]
    public void Unlabelled_loss_is_that_of_the_form_that_implementations_use(double scale)
    {
        using var generator = new Generator(5);
        Tensor real = randn(64, 7, generator: generator) * scale, generated = randn(32, 7, generator: generator) * scale;

        // -1/2 E[Z(x)] + 1/2 E[softplus(Z(x))] + 1/2 E[softplus(Z(G(z)))]
        Tensor z = real.logsumexp(1);
        Tensor expanded = (nn.functional.softplus(z).mean() - z.mean() + nn.functional.softplus(generated.logsumexp(1)).mean()) * 0.5;

        double one = SganLoss.Unlabelled(real, generated).item<float>(), other = expanded.item<float>();
        Assert.True(double.IsFinite(one));
        Assert.InRange(Math.Abs(one - other), 0, 1e-5 * Math.Max(1, one));
    }

    [Fact]
    public void Losses_stay_finite_where_the_network_is_certain()
    {
        Tensor certain = tensor(new float[,] { { 5000, 0 }, { -5000, -5000 } });
        Assert.True(double.IsFinite(SganLoss.Unlabelled(certain, certain).item<float>()));
        Assert.True(double.IsFinite(SganLoss.NonSaturating(certain).item<float>()));
        Assert.True(double.IsFinite(SganLoss.Labelled(certain, tensor(new long[] { 1, 0 })).item<float>()));
    }

    [Fact]
    public void Feature_matching_is_the_squared_distance_of_the_mean_features()
    {
        Tensor real = tensor(new double[,] { { 1, 2 }, { 3, 6 } });                                 // mean 2, 4
        Tensor generated = tensor(new double[,] { { 0, 0 }, { 0, 3 }, { 3, 0 } });                  // mean 1, 1

        Assert.Equal(1 + 9, SganLoss.FeatureMatching(real, generated).item<double>(), 12);
        Assert.Equal(0, SganLoss.FeatureMatching(real, real.flip([0L])).item<double>(), 12);
    }

    [Fact]
    public void Feature_matching_moves_the_generated_features_only()
    {
        Tensor real = rand(4, 3).requires_grad_(), generated = rand(4, 3).requires_grad_();
        SganLoss.FeatureMatching(real, generated).backward();

        Assert.True(generated.grad!.abs().sum().item<float>() > 0);
        Assert.Null(real.grad);
    }

    [Fact]
    public void Non_saturating_loss_wants_generated_images_called_real()
    {
        double byHand = -(Math.Log(1 / 2.0) + Math.Log(3 / 4.0) + Math.Log(1 / 5.0)) / 3;
        Assert.Equal(byHand, SganLoss.NonSaturating(_generated).item<double>(), 12);

        // Where the discriminator sees through everything, D = 0.0001, the gradient is still large: 1 - D.
        Tensor found = full([1, 1], Math.Log(0.0001), ScalarType.Float64).requires_grad_();
        SganLoss.NonSaturating(found).backward();
        Assert.InRange(found.grad!.item<double>(), -1, -0.999);
    }

    private static bool Near(double x, double y) => Math.Abs(x - y) < 1e-9;

    private static Tensor Log(double[,] values) => tensor(values).log();

    private static double[] Values(Tensor values) => values.data<double>().ToArray();
}
