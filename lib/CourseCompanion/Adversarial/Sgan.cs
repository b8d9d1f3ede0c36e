using CourseCompanion.Models;
using CourseCompanion.SemiSupervised;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.Adversarial;

/// <summary>
/// SGAN (Salimans and others, 2016, <i>Improved Techniques for Training GANs</i>; Odena, 2016, <i>Semi-Supervised Learning with
/// Generative Adversarial Networks</i>): the classifier also has to tell real images from those that a generator makes. Labelled images
/// say which class is which; unlabelled ones say where real images are; the generator learns to make the task hard.
/// </summary>
/// <remarks>
/// <para>Labelled and unlabelled images go through the network as one batch, and share the statistics of batch normalisation. Generated
/// images are a batch of their own and leave the running statistics alone: those that classify at the end are of real images only.</para>
/// <para>The discriminator is the network that the trainer trains, with any <see cref="IFeatureExtractor"/> in its place. Adam with 3e-4 and beta1 0.5
/// suits it (<see cref="DiscriminatorOptimizer"/>). The generator has an Adam of its own, and moves after each step of the network.</para>
/// </remarks>
public sealed class Sgan : SemiSupervisedMethod
{
    /// <summary>The part of the loss that asks for "real" or "generated".</summary>
    public const string RealOrGenerated = StepLosses.Unlabelled;

    private readonly nn.Module<Tensor, Tensor> _generator;
    private readonly long _latentSize;
    private readonly SganOptions _options;
    private readonly RememberedAdam _optimizer;
    private readonly Parameter[] _weights;

    /// <summary>An SGAN whose generator has learnt nothing yet.</summary>
    /// <param name="generator">Makes images [M, C, H, W] out of random numbers [M, latent]; disposed of with the method.</param>
    /// <param name="latentSize">How many random numbers it takes for one image.</param>
    /// <param name="options">Settings; the course's if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option no training can work with.</exception>
    public Sgan(nn.Module<Tensor, Tensor> generator, long latentSize, SganOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentOutOfRangeException.ThrowIfLessThan(latentSize, 1);
        _options = options ?? new SganOptions();
        _options.Validate();
        (_generator, _latentSize) = (generator, latentSize);
        (string Name, Parameter Parameter)[] named = [.. generator.named_parameters()];
        _weights = [.. named.Select(entry => entry.Parameter)];
        _optimizer = new RememberedAdam(named, _options.GeneratorLearningRate, _options.GeneratorBeta1);
        _generator.train();
    }

    /// <inheritdoc/>
    public override string Name => "SGAN";

    /// <summary>The optimiser that the discriminator learns best with.</summary>
    public static Func<IEnumerable<Parameter>, double, OptimizerHelper> DiscriminatorOptimizer { get; } =
        (parameters, learningRate) => optim.Adam(parameters, learningRate, beta1: 0.5);

    /// <summary>The generator's loss of the last step; not a number before the first.</summary>
    public double GeneratorLoss { get; private set; } = double.NaN;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State =>
        _generator.state_dict().Select(entry => ($"generator.{entry.Key}", entry.Value))
            .Concat(_optimizer.State.Select(entry => ($"adam.{entry.Key}", entry.Value)))
            .ToDictionary(entry => entry.Item1, entry => entry.Value);

    /// <summary>1. The discriminator learns; the generator stands still.</summary>
    /// <inheritdoc/>
    public override StepLosses Losses(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);
        long b = batch.Labelled.shape[0], m = batch.Unlabelled.shape[0];

        // Real images, labelled or not: one batch.
        Tensor logits = student.call(cat([batch.Weak(batch.Labelled), batch.Weak(batch.Unlabelled)], 0));  // [B + M, K]
        (Tensor labelled, Tensor unlabelled) = (logits.narrow(0, 0, b), logits.narrow(0, b, m));

        // As many generated ones.
        Tensor generated;
        using (no_grad())
        {
            generated = Generate(m, batch.Generator);                                                       // [M, C, H, W]
        }

        using (new FrozenStatistics(student))
        {
            generated = student.call(generated);                                                            // [M, K]
        }

        return new StepLosses(
            new NamedLoss(StepLosses.Labelled, SganLoss.Labelled(labelled, batch.Labels)),
            new NamedLoss(RealOrGenerated, SganLoss.Unlabelled(unlabelled, generated), _options.UnlabelledWeight));
    }

    /// <summary>2. The generator learns; the discriminator stands still.</summary>
    /// <inheritdoc/>
    public override void AfterStep(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        using var frozen = new FrozenStatistics(student);
        Tensor generated = Generate(batch.Unlabelled.shape[0], batch.Generator);                            // [M, C, H, W]
        double w = _options.FeatureMatchingWeight;
        var parts = new List<Tensor>();
        if (w > 0)
        {
            IFeatureExtractor discriminator = student as IFeatureExtractor
                ?? throw new ArgumentException("Feature matching compares features, and this network shows none: it is no IFeatureExtractor.", nameof(student));
            Tensor target;
            using (no_grad())
            {
                target = discriminator.Features(batch.Weak(batch.Unlabelled));                              // [M, D]
            }

            parts.Add(SganLoss.FeatureMatching(target, discriminator.Features(generated)) * w);
        }

        if (w < 1)
        {
            parts.Add(SganLoss.NonSaturating(student.call(generated)) * (1 - w));
        }

        // Gradients of the generator's weights alone: none reaches those of the discriminator.
        Tensor loss = parts.Aggregate((sum, part) => sum + part);
        _optimizer.Step(autograd.grad([loss], _weights));
        GeneratorLoss = loss.item<float>();
    }

    /// <summary>Images [N, C, H, W] that the generator makes now, with its batch normalisation in evaluation mode.</summary>
    /// <param name="z">Random numbers [N, latent]; the same ones show how the same image changes during training.</param>
    public Tensor Sample(Tensor z)
    {
        using var noGradient = no_grad();
        _generator.eval();
        try
        {
            return _generator.call(z);
        }
        finally
        {
            _generator.train();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _optimizer.Dispose();
            _generator.Dispose();
        }

        base.Dispose(disposing);
    }

    private Tensor Generate(long count, Generator random)
    {
        Tensor z = randn(count, _latentSize, generator: random).to(_weights[0].device);                     // [M, latent]
        return _generator.call(z);
    }

    /// <summary>While it lives, batch normalisation scales by the statistics of the batch as ever but does not take them into its running ones.</summary>
    private sealed class FrozenStatistics : IDisposable
    {
        private readonly (NormBase Layer, double? Momentum)[] _layers;

        public FrozenStatistics(nn.Module network)
        {
            _layers = [.. network.modules().OfType<NormBase>().Select(layer => (layer, layer.momentum))];
            foreach ((NormBase layer, _) in _layers)
            {
                layer.momentum = 0;
            }
        }

        public void Dispose()
        {
            foreach ((NormBase layer, double? momentum) in _layers)
            {
                layer.momentum = momentum;
            }
        }
    }
}
