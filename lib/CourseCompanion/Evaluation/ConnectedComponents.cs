namespace CourseCompanion.Evaluation;

/// <summary>Parts of a mask that hang together: pixels that touch each other at a side or a corner (8-neighbourhood) are of one part.</summary>
public static class ConnectedComponents
{
    /// <summary>Finds the parts of a mask.</summary>
    /// <param name="mask">[H, W] in row order; other than 0 inside.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <returns>The places (row * W + column) of each part's pixels; parts in the order in which rows are read.</returns>
    /// <exception cref="ArgumentException">The number of pixels does not fit.</exception>
    public static IReadOnlyList<IReadOnlyList<int>> Find(ReadOnlySpan<byte> mask, int height, int width)
    {
        MaskStack.CheckSize(mask, mask, height, width);
        var seen = new bool[mask.Length];
        List<IReadOnlyList<int>> parts = [];
        for (int start = 0; start < mask.Length; start++)
        {
            if (mask[start] == 0 || seen[start])
            {
                continue;
            }

            // The part grows by the neighbours of its own pixels until it has no new ones.
            List<int> part = [start];
            seen[start] = true;
            for (int next = 0; next < part.Count; next++)
            {
                (int row, int column) = Math.DivRem(part[next], width);
                for (int y = Math.Max(0, row - 1); y <= Math.Min(height - 1, row + 1); y++)
                {
                    for (int x = Math.Max(0, column - 1); x <= Math.Min(width - 1, column + 1); x++)
                    {
                        int place = (y * width) + x;
                        if (mask[place] != 0 && !seen[place])
                        {
                            seen[place] = true;
                            part.Add(place);
                        }
                    }
                }
            }

            parts.Add(part);
        }

        return parts;
    }
}
