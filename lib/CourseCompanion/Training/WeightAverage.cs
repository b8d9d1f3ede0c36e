using static TorchSharp.torch;

namespace CourseCompanion.Training;

/// <summary>
/// An exponential moving average of a network's weights, kept in a second network: smoother than the weights of any one step, and
/// usually the better classifier (Polyak and Juditsky, 1992; Tarvainen and Valpola, 2017).
/// </summary>
/// <remarks>
/// After update t, average = a * average + (1 - a) * weights with a = min(1 - 1/(t + 1), decay): a plain mean at first, so that
/// random initial weights do not weigh for long. Buffers, which are the statistics of batch normalisation, are copied.
/// </remarks>
public sealed class WeightAverage : IDisposable
{
    private readonly double _decay;
    private readonly (Tensor Average, Tensor Current)[] _parameters;
    private readonly (Tensor Average, Tensor Current)[] _buffers;
    private readonly Tensor _updates = zeros(1, ScalarType.Int64).DetachFromDisposeScope();

    /// <summary>An average that starts with the weights that the network has now.</summary>
    /// <param name="network">The network that learns.</param>
    /// <param name="average">A second network of the same shape; its weights are overwritten, and ask for no gradient.</param>
    /// <param name="decay">How much of the average stays at each update, in [0, 1).</param>
    /// <exception cref="ArgumentException">The networks have other parameters.</exception>
    public WeightAverage(nn.Module network, nn.Module average, double decay)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(average);
        if (decay is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(decay), decay, "What stays of the average must be at least 0 and less than 1, for example 0.99.");
        }

        _decay = decay;
        _parameters = Pairs(average.named_parameters().Select(entry => (entry.name, (Tensor)entry.parameter)), network.named_parameters().Select(entry => (entry.name, (Tensor)entry.parameter)));
        _buffers = Pairs(average.named_buffers().Select(entry => (entry.name, entry.buffer)), network.named_buffers().Select(entry => (entry.name, entry.buffer)));
        foreach ((Tensor kept, _) in _parameters)
        {
            kept.requires_grad = false;
        }

        Copy(_parameters);
        Copy(_buffers);
    }

    /// <summary>What stays of an average at a step of a training in which it comes to rest: from a first value to 1, along half a cosine.</summary>
    /// <param name="first">What stays at the first step, in [0, 1].</param>
    /// <param name="progress">Share of the training that is done, in [0, 1].</param>
    public static double Rising(double first, double progress) => 1 - ((1 - first) * (1 + Math.Cos(Math.PI * progress)) / 2);

    /// <summary>How many updates there have been: [1], int64.</summary>
    public Tensor Updates => _updates;

    /// <summary>Moves the average towards the weights that the network has now, by the step that the number of updates asks for.</summary>
    public void Update()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        _updates.add_(1);
        Move(Math.Min(1 - (1.0 / (_updates.item<long>() + 1)), _decay));
    }

    /// <summary>Moves the average towards the weights that the network has now, by a given step.</summary>
    /// <param name="stays">How much of the average stays, in [0, 1].</param>
    public void Move(double stays)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor moves = tensor((float)(1 - stays), device: _parameters[0].Average.device);
        foreach ((Tensor average, Tensor current) in _parameters)
        {
            average.lerp_(current, moves);
        }

        Copy(_buffers);
    }

    /// <inheritdoc/>
    public void Dispose() => _updates.Dispose();

    private static void Copy((Tensor Average, Tensor Current)[] pairs)
    {
        using var noGradient = no_grad();
        foreach ((Tensor average, Tensor current) in pairs)
        {
            average.copy_(current);
        }
    }

    private static (Tensor Average, Tensor Current)[] Pairs(IEnumerable<(string Name, Tensor Value)> average, IEnumerable<(string Name, Tensor Value)> network)
    {
        (string Name, Tensor Value)[] own = [.. average], other = [.. network];
        return own.Select(entry => (entry.Name, string.Join(',', entry.Value.shape))).SequenceEqual(other.Select(entry => (entry.Name, string.Join(',', entry.Value.shape))))
            ? [.. own.Zip(other, (mine, theirs) => (mine.Value, theirs.Value))]
            : throw new ArgumentException("The two networks do not have the same parameters: make the second one like the first.", nameof(average));
    }
}
