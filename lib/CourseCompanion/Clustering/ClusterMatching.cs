using static TorchSharp.torch;

namespace CourseCompanion.Clustering;

/// <summary>What the clusters of one clustering are called in another, or among known classes.</summary>
public static class ClusterMatching
{
    /// <summary>
    /// The same clusters under the numbers of another clustering, matched one to one so that as many points as possible keep theirs
    /// (Kuhn, 1955, <i>The Hungarian Method</i>). A cluster without a partner gets a number beyond; noise stays noise.
    /// </summary>
    /// <param name="assignments">Clusters [N] to rename, any integer type.</param>
    /// <param name="reference">Clusters or classes [N] whose numbers are wanted; -1 where unknown.</param>
    /// <returns>Clusters [N], int64.</returns>
    /// <exception cref="ArgumentException">Not one integer each per point.</exception>
    public static Tensor Matched(Tensor assignments, Tensor reference)
    {
        ArgumentNullException.ThrowIfNull(assignments);
        long[] own = Points.Numbers(assignments, assignments.numel(), nameof(assignments));
        long[] wanted = Points.Numbers(reference, assignments.numel(), nameof(reference));
        int size = 1 + (int)Math.Max(own.DefaultIfEmpty().Max(), wanted.DefaultIfEmpty().Max());
        var cost = new double[Math.Max(size, 0), Math.Max(size, 0)];
        foreach ((long cluster, long name) in own.Zip(wanted).Where(pair => pair.First >= 0 && pair.Second >= 0))
        {
            cost[cluster, name]--;
        }

        int[] names = Assign(cost);
        return tensor([.. own.Select(cluster => cluster < 0 ? cluster : names[cluster])], ScalarType.Int64);
    }

    /// <summary>The column of each row such that the sum of their costs [n, n] is least, in O(n^3).</summary>
    internal static int[] Assign(double[,] cost)
    {
        // Rows enter one by one; potentials keep every cost at or above their sum, and equal to it along the matching.
        int count = cost.GetLength(0);
        var (ofRow, ofColumn) = (new double[count + 1], new double[count + 1]);
        var rowOf = new int[count + 1];                     // of each column, from 1; 0: none. Column 0 holds the row that enters.
        for (int entering = 1; entering <= count; entering++)
        {
            var (cameFrom, isDone, slack) = (new int[count + 1], new bool[count + 1], new double[count + 1]);
            Array.Fill(slack, double.PositiveInfinity);
            rowOf[0] = entering;
            int column = 0;
            while (rowOf[column] != 0)
            {
                isDone[column] = true;
                int row = rowOf[column], nearest = 0;
                double least = double.PositiveInfinity;
                for (int other = 1; other <= count; other++)
                {
                    if (isDone[other])
                    {
                        continue;
                    }

                    double reduced = cost[row - 1, other - 1] - ofRow[row] - ofColumn[other];
                    if (reduced < slack[other])
                    {
                        (slack[other], cameFrom[other]) = (reduced, column);
                    }

                    if (slack[other] < least)
                    {
                        (least, nearest) = (slack[other], other);
                    }
                }

                for (int other = 0; other <= count; other++)
                {
                    if (isDone[other])
                    {
                        ofRow[rowOf[other]] += least;
                        ofColumn[other] -= least;
                    }
                    else
                    {
                        slack[other] -= least;
                    }
                }

                column = nearest;
            }

            // The path back to the entering row: each column on it takes the row of the one before.
            for (; column != 0; column = cameFrom[column])
            {
                rowOf[column] = rowOf[cameFrom[column]];
            }
        }

        var columns = new int[count];
        for (int column = 1; column <= count; column++)
        {
            columns[rowOf[column] - 1] = column - 1;
        }

        return columns;
    }
}
