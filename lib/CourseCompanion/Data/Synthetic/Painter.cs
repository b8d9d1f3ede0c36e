namespace CourseCompanion.Data.Synthetic;

/// <summary>
/// Draws look-alikes of one kind of image. What tells the classes apart is a handful of traits (size, darkness, ...):
/// each class has its typical traits, each image strays from them by <see cref="Spread"/>. The larger the spread, the more
/// the classes overlap and the harder the dataset.
/// </summary>
internal abstract class Painter
{
    /// <summary>The standard deviation of a trait within a class; traits run from 0 to 1.</summary>
    protected abstract float Spread { get; }

    /// <summary>The typical traits of every class: one row per class.</summary>
    protected abstract float[][] Prototypes { get; }

    /// <summary>Draws an image; nothing is left of the one before.</summary>
    /// <param name="canvas">Where to draw.</param>
    /// <param name="classes">The classes it shows, one bit each; several mix their traits, none gives middling ones.</param>
    /// <param name="random">Where chance comes from.</param>
    public void Paint(Canvas canvas, int classes, ref PortableRandom random)
    {
        canvas.Clear();
        Span<float> traits = stackalloc float[Prototypes[0].Length];
        for (int trait = 0; trait < traits.Length; trait++)
        {
            traits[trait] = Math.Clamp(Typical(trait, classes) + (Spread * random.NextNormal()), 0f, 1f);
        }

        Paint(canvas, traits, ref random);
    }

    /// <summary>Draws an image with given traits.</summary>
    /// <param name="canvas">Where to draw.</param>
    /// <param name="traits">What the painter makes of them is its own.</param>
    /// <param name="random">Where everything comes from that says nothing about the class.</param>
    protected abstract void Paint(Canvas canvas, ReadOnlySpan<float> traits, ref PortableRandom random);

    /// <summary>Typical traits for classes that have no description of their own: points of trait space far from each other.</summary>
    /// <param name="classes">How many classes.</param>
    /// <param name="traits">How many traits.</param>
    /// <returns>One row per class.</returns>
    protected static float[][] Scatter(int classes, int traits)
    {
        PortableRandom random = new(2021);
        float[][] prototypes = new float[classes][];
        for (int label = 0; label < classes; label++)
        {
            float farthest = -1f;
            for (int attempt = 0; attempt < 50; attempt++)
            {
                float[] candidate = new float[traits];
                for (int trait = 0; trait < traits; trait++)
                {
                    candidate[trait] = random.Next(0.1f, 0.9f);
                }

                float distance = Nearest(candidate, prototypes.AsSpan(0, label));
                if (distance > farthest)
                {
                    farthest = distance;
                    prototypes[label] = candidate;
                }
            }
        }

        return prototypes;
    }

    /// <summary>Typical traits for grades: every trait rises a little from each grade to the next.</summary>
    /// <param name="grades">How many grades.</param>
    /// <param name="traits">How many traits.</param>
    /// <returns>One row per grade.</returns>
    protected static float[][] Ladder(int grades, int traits) =>
        [.. Enumerable.Range(0, grades).Select(grade => Enumerable.Repeat(0.2f + (0.6f * grade / (grades - 1)), traits).ToArray())];

    private static float Nearest(float[] candidate, ReadOnlySpan<float[]> others)
    {
        float nearest = float.MaxValue;
        foreach (float[] other in others)
        {
            float distance = 0f;
            for (int trait = 0; trait < candidate.Length; trait++)
            {
                distance += (candidate[trait] - other[trait]) * (candidate[trait] - other[trait]);
            }

            nearest = Math.Min(nearest, distance);
        }

        return nearest;
    }

    private float Typical(int trait, int classes)
    {
        float sum = 0f;
        int count = 0;
        for (int label = 0; label < Prototypes.Length; label++)
        {
            if ((classes & (1 << label)) != 0)
            {
                sum += Prototypes[label][trait];
                count++;
            }
        }

        return count == 0 ? 0.5f : sum / count;
    }
}
