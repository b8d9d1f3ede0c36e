using System.Numerics;
using CourseCompanion.Data.Sources;

namespace CourseCompanion.Data.Synthetic;

/// <summary>
/// Look-alikes of grey images (X-ray, CT, ultrasound, tomography): a bright body on a dark ground with one structure in
/// it, whose size, brightness, place, texture and outline depend on the class.
/// </summary>
/// <param name="info">The dataset: its classes are scattered in trait space, or ordered in it when they are grades.</param>
internal sealed class ScanPainter(DatasetInfo info) : Painter
{
    private const int Size = 0, Brightness = 1, Column = 2, Row = 3, Grain = 4, Elongation = 5;

    private readonly NoiseField _ground = new();
    private readonly NoiseField _texture = new();

    /// <inheritdoc/>
    protected override float Spread => info.ClassCount == 2 ? 0.28f : 0.16f;

    /// <inheritdoc/>
    protected override float[][] Prototypes { get; } =
        info.Task == DatasetTask.OrdinalRegression ? Ladder(info.ClassCount, 6) : Scatter(info.ClassCount, 6);

    /// <inheritdoc/>
    protected override void Paint(Canvas canvas, ReadOnlySpan<float> traits, ref PortableRandom random)
    {
        float exposure = random.Next(-20f, 20f);
        canvas.Fill(new Vector3(35f + exposure));
        Vector2 body = new(random.Next(-0.1f, 0.1f), random.Next(-0.1f, 0.1f));
        canvas.Ellipse(body, Vector2.UnitX, new Vector2(random.Next(0.8f, 1f), random.Next(0.8f, 1f)), new Vector3(120f + exposure), 1f, 0.3f);

        Vector2 centre = body + new Vector2(traits[Column] - 0.5f, traits[Row] - 0.5f);
        float radius = 0.15f + (0.4f * traits[Size]);
        float stretch = 1f + (0.6f * traits[Elongation]);
        Vector2 radii = new(radius * stretch, radius / stretch);
        Vector2 axis = random.NextDirection();
        float brightness = 50f + (190f * traits[Brightness]) + exposure;
        _ground.Draw(6, ref random);
        _texture.Draw(4 + (int)(11f * traits[Grain]), ref random);
        for (int row = 0; row < canvas.Height; row++)
        {
            for (int column = 0; column < canvas.Width; column++)
            {
                Vector2 position = canvas.Position(row, column);
                float cover = Canvas.Ramp((1.15f - Canvas.EllipticRadius(position - centre, axis, radii)) / 0.3f);
                float value = brightness + (45f * _texture.At(position));
                canvas.Blend(row, column, new Vector3(value), 0.85f * cover);
                canvas.Blend(row, column, new Vector3(128f + (127f * _ground.At(position))), 0.12f);
            }
        }
    }
}
