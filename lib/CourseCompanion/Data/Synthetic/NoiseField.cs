using System.Numerics;

namespace CourseCompanion.Data.Synthetic;

/// <summary>Smooth random texture: random values on a coarse grid, interpolated between (value noise).</summary>
internal sealed class NoiseField
{
    private const int MaxCells = 16;
    private readonly float[] _nodes = new float[(MaxCells + 1) * (MaxCells + 1)];
    private int _cells;

    /// <summary>Draws new values.</summary>
    /// <param name="cells">Cells from edge to edge: few give large patches, many give fine grain.</param>
    /// <param name="random">Where the values come from.</param>
    public void Draw(int cells, ref PortableRandom random)
    {
        _cells = Math.Clamp(cells, 1, MaxCells);
        int nodes = (_cells + 1) * (_cells + 1);
        for (int node = 0; node < nodes; node++)
        {
            _nodes[node] = random.Next(-1f, 1f);
        }
    }

    /// <summary>The value at a place.</summary>
    /// <param name="position">Coordinates in [-1, 1].</param>
    /// <returns>A value in [-1, 1].</returns>
    public float At(Vector2 position)
    {
        float x = Math.Clamp((position.X + 1f) * 0.5f, 0f, 0.9999f) * _cells;
        float y = Math.Clamp((position.Y + 1f) * 0.5f, 0f, 0.9999f) * _cells;
        int column = (int)x;
        int row = (int)y;
        float right = Canvas.Ramp(x - column);
        float down = Canvas.Ramp(y - row);
        int node = (row * (_cells + 1)) + column;
        float top = _nodes[node] + (right * (_nodes[node + 1] - _nodes[node]));
        node += _cells + 1;
        float bottom = _nodes[node] + (right * (_nodes[node + 1] - _nodes[node]));
        return top + (down * (bottom - top));
    }
}
