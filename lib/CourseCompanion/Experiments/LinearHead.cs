using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Experiments;

/// <summary>
/// Logistic regression on features, one class against the others, by Newton's method: few images and many features, so the weights are
/// sought among the combinations of the images (they can lie nowhere else, by the penalty).
/// </summary>
public sealed class LinearHead : IDisposable
{
    private readonly Tensor _mean;
    private readonly Tensor _scale;
    private readonly Tensor _weights;
    private readonly Tensor _bias;

    private LinearHead(Tensor mean, Tensor scale, Tensor weights, Tensor bias)
    {
        (_mean, _scale, _weights, _bias) = (mean.DetachFromDisposeScope(), scale.DetachFromDisposeScope(), weights.DetachFromDisposeScope(), bias.DetachFromDisposeScope());
    }

    /// <summary>Learns.</summary>
    /// <param name="features">Features [L, D].</param>
    /// <param name="labels">Classes [L], int64, from 0.</param>
    /// <param name="penalty">Weight of the squared weights.</param>
    public static LinearHead Fit(Tensor features, Tensor labels, double penalty = 1)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = features.detach().to(ScalarType.Float64);                          // [L, D]
        Tensor mean = x.mean([0]);
        Tensor scale = x.std(0, unbiased: false).clamp_min(1e-9);
        x = (x - mean) / scale;
        (Tensor u, Tensor s, Tensor v) = linalg.svd(x, fullMatrices: false);          // x = u diag(s) v
        Tensor z = cat([u * s, ones(x.shape[0], 1, ScalarType.Float64)], 1);          // [L, R + 1]
        int classCount = (int)labels.max().item<long>() + 1;
        Tensor ridge = ones(z.shape[1], ScalarType.Float64) * penalty;
        ridge[-1] = 1e-9;                                                             // the intercept goes free
        Tensor[] solutions = [.. Enumerable.Range(0, classCount == 2 ? 1 : classCount).Select(label => Newton(z, labels.eq(classCount == 2 ? 1 : label).to(ScalarType.Float64), ridge))];
        Tensor w = stack(solutions, 1);                                               // [R + 1, K]
        return new LinearHead(mean, scale, v.t().matmul(w.narrow(0, 0, w.shape[0] - 1)), w[-1]);
    }

    /// <summary>Probabilities [M, K], float32.</summary>
    /// <param name="features">Features [M, D].</param>
    public Tensor Probabilities(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        using DisposeScope scope = NewDisposeScope();
        Tensor p = (((features.detach().to(ScalarType.Float64) - _mean) / _scale).matmul(_weights) + _bias).sigmoid();   // [M, 1 or K]
        p = p.shape[1] == 1 ? cat([1 - p, p], 1) : p / p.sum(dim: 1, keepdim: true).clamp_min(1e-12);
        return p.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Writes the weights.</summary>
    /// <param name="path">A safetensors file.</param>
    /// <param name="metadata">What to say about them.</param>
    public void Save(string path, IReadOnlyDictionary<string, string> metadata) => Files.Safetensors.Save(
        path, new Dictionary<string, Tensor> { ["mean"] = _mean, ["scale"] = _scale, ["weights"] = _weights, ["bias"] = _bias }, metadata);

    /// <inheritdoc/>
    public void Dispose()
    {
        _mean.Dispose();
        _scale.Dispose();
        _weights.Dispose();
        _bias.Dispose();
    }

    private static Tensor Newton(Tensor z, Tensor y, Tensor ridge)
    {
        Tensor w = zeros(z.shape[1], ScalarType.Float64);
        for (int step = 0; step < 25; step++)
        {
            Tensor p = z.matmul(w).sigmoid();
            Tensor gradient = z.t().matmul(p - y) + (ridge * w);
            Tensor curvature = (z.t() * (p * (1 - p))).matmul(z) + diag(ridge);
            Tensor move = linalg.solve(curvature, gradient.unsqueeze(1)).squeeze(1);
            w -= move;
            if (move.abs().max().item<double>() < 1e-7)
            {
                break;
            }
        }

        return w;
    }
}
