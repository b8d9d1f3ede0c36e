using CourseCompanion.Models;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>
/// MoCo v2 (He and others, 2020, <i>Momentum Contrast</i>; Chen and others, 2020): a view of an image is to find another view of it among
/// thousands of views of other images. These need not be computed anew: a memory bank keeps those of the past steps, and a second encoder,
/// which follows the first slowly, keeps them comparable.
/// </summary>
/// <remarks>
/// Images of a batch share the statistics of batch normalisation, by which a view could recognise its partner without looking at it. They are
/// normalised in small groups, and the partner is in another group than the view (split batch normalisation).
/// </remarks>
public sealed class MoCo : PretextMethod
{
    private readonly ProjectedEncoder _network;
    private readonly ProjectedEncoder _follower;
    private readonly WeightAverage _average;
    private readonly MemoryBank _bank;
    private readonly double _temperature;
    private readonly double _momentum;
    private readonly int _groups;

    /// <param name="encoder">What learns; disposed of with the method.</param>
    /// <param name="follower">A second encoder of the same shape, which follows the first; disposed of with the method.</param>
    /// <param name="bankSize">Keys that the memory bank holds.</param>
    /// <param name="hidden">Width of the projection's hidden layer.</param>
    /// <param name="outputs">Length of a projection.</param>
    /// <param name="temperature">See <see cref="InfoNce.Loss"/>.</param>
    /// <param name="momentum">How much of the follower stays at a step, at the beginning; it rises to 1 as a cosine does.</param>
    /// <param name="groups">In how many groups a batch is normalised.</param>
    public MoCo(
        Encoder encoder, Encoder follower, int bankSize = 4096, int hidden = 1024, int outputs = 1024, double temperature = 0.2, double momentum = 0.996, int groups = 4)
        : base("MoCo v2")
    {
        ArgumentNullException.ThrowIfNull(follower);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        (_temperature, _momentum, _groups) = (temperature, momentum, groups);
        _network = new ProjectedEncoder(encoder, hidden, outputs, normalise: false);
        _follower = new ProjectedEncoder(follower, hidden, outputs, normalise: false);
        _average = new WeightAverage(_network, _follower, momentum);
        _bank = new MemoryBank(bankSize, outputs, encoder.parameters().First().device);
        register_module("network", _network);
        register_module("follower", _follower);
        register_module("bank", _bank);
    }

    /// <inheritdoc/>
    public override Encoder Encoder => _network.Encoder;

    /// <summary>The keys of the past steps: [M, D], each of length 1.</summary>
    internal Tensor Bank => _bank.Keys;

    /// <inheritdoc/>
    public override Tensor Loss(PretextBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);

        // 1. The follower comes a little nearer.
        _average.Move(WeightAverage.Rising(_momentum, batch.Progress));

        // 2. It makes the keys, out of views in another order than the queries'...
        Tensor keys;
        Tensor order = randperm(batch.Images.shape[0], generator: batch.Generator).to(batch.Images.device);   // [B]
        using (no_grad())
        {
            Tensor shuffled = InGroups(_follower, batch.View().index_select(0, order));
            keys = nn.functional.normalize(shuffled.index_select(0, order.argsort()), dim: 1);                // [B, D]
        }

        // 3. ...and each query is to find its own among those of other images, not yet having its own in the bank.
        Tensor queries = InGroups(_network, batch.View());                                                    // [B, D]
        Tensor loss = InfoNce.Loss(queries, keys, _bank.Keys.clone(), _temperature);

        // 4. Then the keys enter the bank, in place of the oldest.
        _bank.Enqueue(keys);
        return loss;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _average.Dispose();
        }

        base.Dispose(disposing);
    }

    private Tensor InGroups(ProjectedEncoder network, Tensor images) => cat([.. images.chunk(_groups).Select(network.call)], 0);
}
