using CourseCompanion.Models;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>
/// BYOL (Grill and others, 2020, <i>Bootstrap Your Own Latent</i>): a network is to predict, from one view, what its own slow follower makes
/// of another view. Nothing is pushed apart; the prediction on one side only keeps the answers from becoming all the same.
/// </summary>
public sealed class Byol : PretextMethod
{
    private readonly ProjectedEncoder _network;
    private readonly ProjectedEncoder _follower;
    private readonly nn.Module<Tensor, Tensor> _prediction;
    private readonly WeightAverage _average;
    private readonly double _momentum;

    /// <param name="encoder">What learns; disposed of with the method.</param>
    /// <param name="follower">A second encoder of the same shape, which follows the first; disposed of with the method.</param>
    /// <param name="hidden">Width of the hidden layers of projection and prediction.</param>
    /// <param name="outputs">Length of a projection.</param>
    /// <param name="momentum">How much of the follower stays at a step, at the beginning; it rises to 1 as a cosine does.</param>
    public Byol(Encoder encoder, Encoder follower, int hidden = 1024, int outputs = 256, double momentum = 0.996)
        : base("BYOL")
    {
        ArgumentNullException.ThrowIfNull(follower);
        _momentum = momentum;
        _network = new ProjectedEncoder(encoder, hidden, outputs, normalise: true);
        _follower = new ProjectedEncoder(follower, hidden, outputs, normalise: true);
        _prediction = ProjectedEncoder.Projection(outputs, hidden, outputs, normalise: true, encoder.parameters().First().device);
        _average = new WeightAverage(_network, _follower, momentum);
        register_module("network", _network);
        register_module("follower", _follower);
        register_module("prediction", _prediction);
    }

    /// <inheritdoc/>
    public override Encoder Encoder => _network.Encoder;

    /// <summary>How far predictions are from what they predict: 2 - 2 cos, the mean over images, in [0, 4].</summary>
    /// <param name="predictions">Predictions [N, D].</param>
    /// <param name="targets">What the follower made of the other view, [N, D]; no gradient goes through it.</param>
    public static Tensor Distance(Tensor predictions, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        return nn.functional.cosine_similarity(predictions, targets.detach(), dim: 1).mean().mul(-2).add(2);
    }

    /// <inheritdoc/>
    public override Tensor Loss(PretextBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        (Tensor first, Tensor second) = (batch.View(), batch.View());      // [B, C, H, W]
        Tensor ofFirst, ofSecond;
        using (no_grad())
        {
            ofFirst = _follower.call(first);                                // [B, D]
            ofSecond = _follower.call(second);
        }

        return Distance(_prediction.call(_network.call(first)), ofSecond).add(Distance(_prediction.call(_network.call(second)), ofFirst));
    }

    /// <summary>The follower comes a little nearer.</summary>
    /// <inheritdoc/>
    public override void AfterStep(PretextBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        _average.Move(WeightAverage.Rising(_momentum, batch.Progress));
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
}
