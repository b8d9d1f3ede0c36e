using System.Numerics;
using CourseCompanion.Data.Sources;

namespace CourseCompanion.Data.Synthetic;

/// <summary>
/// Look-alikes of stained tissue and other colour images without one object in the middle: two colours, a texture of a
/// certain grain, stripes of a certain strength, dots (nuclei, haemorrhages) of a certain number.
/// </summary>
/// <param name="info">The dataset: its classes are scattered in trait space, or ordered in it when they are grades.</param>
internal sealed class TissuePainter(DatasetInfo info) : Painter
{
    private const int Tint = 0, Depth = 1, Grain = 2, Stripes = 3, Dots = 4, Contrast = 5;

    private readonly NoiseField _texture = new();

    /// <inheritdoc/>
    protected override float Spread => 0.15f;

    /// <inheritdoc/>
    protected override float[][] Prototypes { get; } =
        info.Task == DatasetTask.OrdinalRegression ? Ladder(info.ClassCount, 6) : Scatter(info.ClassCount, 6);

    /// <inheritdoc/>
    protected override void Paint(Canvas canvas, ReadOnlySpan<float> traits, ref PortableRandom random)
    {
        Vector3 light = Canvas.Mix(new Vector3(236, 205, 225), new Vector3(215, 160, 205), traits[Depth]) + new Vector3(random.Next(-10f, 10f));
        Vector3 dark = Canvas.Mix(new Vector3(215, 120, 170), new Vector3(115, 75, 160), traits[Tint]);
        Vector2 axis = random.NextDirection();
        float phase = random.Next(0f, 2f);
        float contrast = 0.3f + (0.6f * traits[Contrast]);
        _texture.Draw(3 + (int)(12f * traits[Grain]), ref random);
        for (int row = 0; row < canvas.Height; row++)
        {
            for (int column = 0; column < canvas.Width; column++)
            {
                Vector2 position = canvas.Position(row, column);
                float along = (((position.X * axis.X) + (position.Y * axis.Y)) * 2.5f) + phase;
                float stripe = (4f * MathF.Abs(along - MathF.Floor(along) - 0.5f)) - 1f;
                float mix = 0.5f + (0.5f * contrast * (_texture.At(position) + (traits[Stripes] * stripe)));
                canvas.Blend(row, column, Canvas.Mix(light, dark, Math.Clamp(mix, 0f, 1f)), 1f);
            }
        }

        int dots = (int)(18f * traits[Dots]);
        for (int dot = 0; dot < dots; dot++)
        {
            Vector2 place = new(random.Next(-1f, 1f), random.Next(-1f, 1f));
            canvas.Ellipse(place, random.NextDirection(), new Vector2(0.13f, 0.09f), new Vector3(85, 50, 125), 0.8f, 0.6f);
        }
    }
}
