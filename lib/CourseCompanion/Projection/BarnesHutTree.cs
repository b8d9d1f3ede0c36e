namespace CourseCompanion.Projection;

/// <summary>
/// Points of the plane in squares within squares, so that a distant square full of points counts as one heavy point at
/// their centre (Barnes and Hut, 1986): the repulsion on one point then takes log N steps instead of N.
/// </summary>
internal sealed class BarnesHutTree
{
    /// <summary>Squares this deep are not divided: the points in them are as good as copies.</summary>
    private const int DeepestLevel = 40;

    private readonly float[] _x;
    private readonly float[] _y;
    private readonly int[] _order;
    private Square[] _squares;
    private int _count;

    /// <param name="x">First coordinates [N].</param>
    /// <param name="y">Second coordinates [N].</param>
    public BarnesHutTree(float[] x, float[] y)
    {
        (_x, _y) = (x, y);
        _order = [.. Enumerable.Range(0, x.Length)];
        _squares = new Square[2 * x.Length];
        float left = x.Min(), bottom = y.Min();
        float half = Math.Max(x.Max() - left, y.Max() - bottom) / 2;
        Add(0, x.Length, left + half, bottom + half, half, level: 0);
    }

    /// <summary>
    /// What a point feels of all others: the sum of q = 1 / (1 + d^2), d the distance of another point, and of q^2 times the
    /// difference in each direction.
    /// </summary>
    /// <param name="x">The point's first coordinate.</param>
    /// <param name="y">The point's second coordinate.</param>
    /// <param name="theta">A square is one heavy point where its width is at most theta times its distance; 0 means never.</param>
    /// <param name="repulsionX">Sum of q^2 times the difference in x.</param>
    /// <param name="repulsionY">Sum of q^2 times the difference in y.</param>
    /// <returns>Sum of q, without the point's own.</returns>
    public double Repel(float x, float y, float theta, out double repulsionX, out double repulsionY)
    {
        double sum = 0, xs = 0, ys = 0;
        for (int at = 0; at < _count;)
        {
            ref readonly Square square = ref _squares[at];
            float dx = x - square.CentreX, dy = y - square.CentreY;
            float distance = (dx * dx) + (dy * dy);
            if (square.Width * square.Width > theta * theta * distance)
            {
                at++;  // too near: into the square
                continue;
            }

            float q = 1 / (1 + distance);
            float weighted = square.Points * q;
            sum += weighted;
            xs += weighted * q * dx;
            ys += weighted * q * dy;
            at = square.Next;
        }

        (repulsionX, repulsionY) = (xs, ys);

        // The point itself was among them, with q = 1.
        return sum - 1;
    }

    /// <summary>Adds the square around some points, and after it the squares in it.</summary>
    private void Add(int start, int end, float middleX, float middleY, float half, int level)
    {
        int at = _count++;
        if (at == _squares.Length)
        {
            Array.Resize(ref _squares, 2 * at);
        }

        double sumX = 0, sumY = 0;
        foreach (int point in _order.AsSpan(start..end))
        {
            sumX += _x[point];
            sumY += _y[point];
        }

        int points = end - start;
        bool isDivided = points > 1 && half > 0 && level < DeepestLevel;
        if (isDivided)
        {
            int above = Part(start, end, _y, middleY);
            int rightBelow = Part(start, above, _x, middleX), rightAbove = Part(above, end, _x, middleX);
            float quarter = half / 2;
            AddPart(start, rightBelow, middleX - quarter, middleY - quarter);
            AddPart(rightBelow, above, middleX + quarter, middleY - quarter);
            AddPart(above, rightAbove, middleX - quarter, middleY + quarter);
            AddPart(rightAbove, end, middleX + quarter, middleY + quarter);
        }

        _squares[at] = new Square((float)(sumX / points), (float)(sumY / points), points, isDivided ? 2 * half : 0, _count);

        void AddPart(int first, int last, float x, float y)
        {
            if (last > first)
            {
                Add(first, last, x, y, half / 2, level + 1);
            }
        }
    }

    /// <summary>Puts the points below a limit before the others; returns where the others start.</summary>
    private int Part(int start, int end, float[] coordinates, float limit)
    {
        while (start < end)
        {
            if (coordinates[_order[start]] < limit)
            {
                start++;
            }
            else
            {
                end--;
                (_order[start], _order[end]) = (_order[end], _order[start]);
            }
        }

        return start;
    }

    /// <summary>A square: where its points are on average, how many, how wide it is (0 if undivided), what follows it.</summary>
    private readonly record struct Square(float CentreX, float CentreY, int Points, float Width, int Next);
}
