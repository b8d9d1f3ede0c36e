using System.Numerics;
using static TorchSharp.torch;

namespace CourseCompanion.Projection;

/// <summary>The map that t-SNE moves its points on.</summary>
internal sealed class TsneLayout
{
    private readonly Affinities _affinities;
    private readonly double _theta;
    private readonly float[] _x;
    private readonly float[] _y;
    private readonly double[] _gradient;
    private readonly double[] _velocity;
    private readonly double[] _gains;

    /// <param name="affinities">Symmetric affinities [N, N] that sum to 1.</param>
    /// <param name="start">Coordinates [N, 2], row after row.</param>
    /// <param name="theta">How coarse repulsion may be (<see cref="BarnesHutTree.Repel"/>); 0 for exact repulsion.</param>
    public TsneLayout(Affinities affinities, float[] start, double theta = 0)
    {
        _affinities = affinities;
        _theta = theta;
        _x = new float[affinities.Count];
        _y = new float[affinities.Count];
        for (int point = 0; point < _x.Length; point++)
        {
            (_x[point], _y[point]) = (start[2 * point], start[(2 * point) + 1]);
        }

        _gradient = new double[start.Length];
        _velocity = new double[start.Length];
        _gains = new double[start.Length];
        Array.Fill(_gains, 1);
    }

    /// <summary>Coordinates [N, 2], float32.</summary>
    public Tensor Coordinates()
    {
        using var scope = NewDisposeScope();
        return stack([tensor(_x), tensor(_y)], 1).MoveToOuterDisposeScope();
    }

    /// <summary>One step of gradient descent with momentum and a gain per coordinate (Jacobs, 1988).</summary>
    public void Step(double learningRate, double momentum, double exaggeration)
    {
        Gradient(exaggeration);
        for (int i = 0; i < _gradient.Length; i++)
        {
            bool turns = Math.Sign(_gradient[i]) == Math.Sign(_velocity[i]);
            _gains[i] = turns ? Math.Max(_gains[i] * 0.8, 0.01) : _gains[i] + 0.2;
            _velocity[i] = (momentum * _velocity[i]) - (learningRate * _gains[i] * _gradient[i]);
        }

        double meanX = 0, meanY = 0;
        for (int point = 0; point < _x.Length; point++)
        {
            _x[point] += (float)_velocity[2 * point];
            _y[point] += (float)_velocity[(2 * point) + 1];
            meanX += _x[point] / _x.Length;
            meanY += _y[point] / _x.Length;
        }

        for (int point = 0; point < _x.Length; point++)
        {
            _x[point] -= (float)meanX;
            _y[point] -= (float)meanY;
        }
    }

    /// <summary>
    /// Gradient [N, 2] of the divergence: with q_ij = 1 / (1 + |y_i - y_j|^2) and Z their sum over all pairs,
    /// 4 sum_j (p_ij q_ij - q_ij^2 / Z) (y_i - y_j).
    /// </summary>
    public double[] Gradient(double exaggeration)
    {
        // Attraction and repulsion in one pass each; Z is known only after it, so repulsion is divided at the end.
        var repulsion = new double[_gradient.Length];
        var sums = new double[_x.Length];
        BarnesHutTree? tree = _theta > 0 ? new BarnesHutTree(_x, _y) : null;
        ParallelRanges.Run(_x.Length, (start, end) =>
        {
            for (int point = start; point < end; point++)
            {
                ref double x = ref repulsion[2 * point], y = ref repulsion[(2 * point) + 1];
                sums[point] = tree?.Repel(_x[point], _y[point], (float)_theta, out x, out y) ?? Repel(point, out x, out y);
                (_gradient[2 * point], _gradient[(2 * point) + 1]) = Attract(point);
            }
        });

        double z = sums.Sum();
        for (int i = 0; i < _gradient.Length; i++)
        {
            _gradient[i] = 4 * ((exaggeration * _gradient[i]) - (repulsion[i] / z));
        }

        return _gradient;
    }

    private (double X, double Y) Attract(int point)
    {
        ReadOnlySpan<long> others = _affinities.ColumnsOf(point);
        ReadOnlySpan<double> affinities = _affinities.ValuesOf(point);
        double x = 0, y = 0;
        for (int i = 0; i < others.Length; i++)
        {
            double dx = _x[point] - _x[others[i]], dy = _y[point] - _y[others[i]];
            double pull = affinities[i] / (1 + (dx * dx) + (dy * dy));
            x += pull * dx;
            y += pull * dy;
        }

        return (x, y);
    }

    /// <summary>The sum of q over all other points, and of q^2 times the difference in each direction.</summary>
    private double Repel(int point, out double x, out double y)
    {
        var ownX = new Vector<float>(_x[point]);
        var ownY = new Vector<float>(_y[point]);
        Vector<float> sums = default, xs = default, ys = default;
        int other = 0;
        for (; other <= _x.Length - Vector<float>.Count; other += Vector<float>.Count)
        {
            Vector<float> dx = ownX - new Vector<float>(_x, other), dy = ownY - new Vector<float>(_y, other);
            Vector<float> q = Vector<float>.One / (Vector<float>.One + (dx * dx) + (dy * dy));
            sums += q;
            xs += q * q * dx;
            ys += q * q * dy;
        }

        double sum = Vector.Sum(sums);
        (x, y) = (Vector.Sum(xs), Vector.Sum(ys));
        for (; other < _x.Length; other++)
        {
            float dx = _x[point] - _x[other], dy = _y[point] - _y[other];
            float q = 1 / (1 + (dx * dx) + (dy * dy));
            sum += q;
            x += q * q * dx;
            y += q * q * dy;
        }

        // The point itself was among them, with q = 1.
        return sum - 1;
    }
}
