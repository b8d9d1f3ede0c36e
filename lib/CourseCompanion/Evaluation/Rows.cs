namespace CourseCompanion.Evaluation;

/// <summary>Reading one row of a matrix of scores.</summary>
internal static class Rows
{
    /// <summary>Class of the highest score of a row; the lowest number among equals.</summary>
    public static int ArgMax(float[,] scores, int row)
    {
        int best = 0;
        for (int column = 1; column < scores.GetLength(1); column++)
        {
            if (scores[row, column] > scores[row, best])
            {
                best = column;
            }
        }

        return best;
    }

    /// <summary>Whether a row holds nothing but zeros: no answer, where scores are probabilities.</summary>
    public static bool IsZero(float[,] scores, int row)
    {
        for (int column = 0; column < scores.GetLength(1); column++)
        {
            if (scores[row, column] != 0)
            {
                return false;
            }
        }

        return true;
    }
}
