using System.Text.Json;

namespace CourseCompanion.Tests;

/// <summary>Reads the golden values that lie beside a test (written by the Python script of the same name).</summary>
internal static class Golden
{
    public static JsonElement Load(string folder, string name) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, folder, name))).RootElement;

    public static float[,] Matrix(this JsonElement rows)
    {
        var matrix = new float[rows.GetArrayLength(), rows[0].GetArrayLength()];
        for (int row = 0; row < matrix.GetLength(0); row++)
        {
            for (int column = 0; column < matrix.GetLength(1); column++)
            {
                matrix[row, column] = rows[row][column].GetSingle();
            }
        }

        return matrix;
    }

    public static long[] Longs(this JsonElement values) => [.. values.EnumerateArray().Select(value => value.GetInt64())];

    public static double[] Doubles(this JsonElement values) => [.. values.EnumerateArray().Select(value => value.GetDouble())];

    public static float[] Floats(this JsonElement values) => [.. values.EnumerateArray().Select(value => value.GetSingle())];
}
