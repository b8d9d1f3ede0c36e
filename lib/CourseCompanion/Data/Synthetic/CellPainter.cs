using System.Numerics;

namespace CourseCompanion.Data.Synthetic;

/// <summary>
/// Look-alikes of blood smears: one white cell, its nucleus stained violet, among pale red cells. Traits are those by
/// which blood cells are told apart; place, direction, stain and neighbours say nothing.
/// </summary>
internal sealed class CellPainter : Painter
{
    private const int Size = 0, Nucleus = 1, Lobes = 2, Granules = 3, Orange = 4, Blue = 5, Darkness = 6;

    private readonly NoiseField _granules = new();

    /// <inheritdoc/>
    protected override float Spread => 0.15f;

    /// <summary>Rows in the order of BloodMNIST's classes; columns in the order of the constants above.</summary>
    protected override float[][] Prototypes { get; } =
    [
        [0.50f, 0.60f, 0.40f, 0.90f, 0.10f, 0.60f, 0.80f], // basophil: dark blue granules everywhere
        [0.55f, 0.45f, 0.50f, 0.80f, 0.90f, 0.15f, 0.50f], // eosinophil: orange granules, two lobes
        [0.30f, 0.55f, 0.05f, 0.15f, 0.30f, 0.50f, 0.90f], // erythroblast: small, round, very dark nucleus
        [0.75f, 0.60f, 0.20f, 0.55f, 0.30f, 0.45f, 0.45f], // immature granulocyte: large, round pale nucleus
        [0.35f, 0.75f, 0.10f, 0.15f, 0.10f, 0.60f, 0.65f], // lymphocyte: nearly all nucleus
        [0.80f, 0.55f, 0.35f, 0.25f, 0.15f, 0.65f, 0.40f], // monocyte: the largest, kidney-shaped nucleus
        [0.55f, 0.40f, 0.85f, 0.45f, 0.35f, 0.15f, 0.60f], // neutrophil: three to five lobes
        [0.05f, 0.10f, 0.10f, 0.50f, 0.15f, 0.35f, 0.30f], // platelet: a fragment without a nucleus
    ];

    /// <inheritdoc/>
    protected override void Paint(Canvas canvas, ReadOnlySpan<float> traits, ref PortableRandom random)
    {
        float stain = random.Next(-10f, 10f);
        Vector3 shift = new(stain, stain, 0.3f * stain);
        canvas.Fill(new Vector3(252, 228, 202) + shift);
        PaintRedCells(canvas, shift, ref random);

        Vector2 centre = new(0.08f * random.NextNormal(), 0.08f * random.NextNormal());
        Vector2 axis = random.NextDirection();
        float radius = 0.26f + (0.6f * traits[Size]);
        float stretch = random.Next(1f, 1.2f);
        Vector3 cytoplasm = Canvas.Mix(
            Canvas.Mix(new Vector3(225, 190, 200), new Vector3(170, 160, 205), traits[Blue]), new Vector3(225, 150, 140), 0.7f * traits[Orange]) + shift;
        canvas.Ellipse(centre, axis, new Vector2(radius * stretch, radius / stretch), cytoplasm, 0.9f, 0.3f);

        Vector3 violet = Canvas.Mix(new Vector3(145, 85, 160), new Vector3(70, 30, 110), traits[Darkness]) + shift;
        PaintNucleus(canvas, traits, centre, axis, radius, violet, ref random);
        PaintGranules(canvas, traits, centre, axis, radius, Canvas.Mix(violet, new Vector3(200, 105, 95), traits[Orange]), ref random);
    }

    private static void PaintRedCells(Canvas canvas, Vector3 shift, ref PortableRandom random)
    {
        int cells = 2 + random.NextIndex(4);
        for (int cell = 0; cell < cells; cell++)
        {
            Vector2 place = random.NextDirection() * random.Next(0.8f, 1.3f);
            Vector2 radii = new(random.Next(0.3f, 0.42f), random.Next(0.3f, 0.42f));
            canvas.Ellipse(place, Vector2.UnitX, radii, new Vector3(216, 172, 172) + shift, 0.8f, 0.3f);
            canvas.Ellipse(place, Vector2.UnitX, radii * 0.45f, new Vector3(236, 208, 192) + shift, 0.6f, 0.8f);
        }
    }

    /// <summary>One round blob, or up to four small ones on an arc.</summary>
    private static void PaintNucleus(Canvas canvas, ReadOnlySpan<float> traits, Vector2 centre, Vector2 axis, float radius, Vector3 violet, ref PortableRandom random)
    {
        float extent = radius * (0.2f + (0.9f * traits[Nucleus]));
        int lobes = 1 + (int)(3.99f * traits[Lobes]);
        float lobeRadius = extent / MathF.Sqrt(lobes) * (lobes == 1 ? 1f : 1.1f);
        Vector2 across = new(-axis.Y, axis.X);
        for (int lobe = 0; lobe < lobes; lobe++)
        {
            float along = lobes == 1 ? 0f : ((2f * lobe / (lobes - 1)) - 1f) * 0.75f * extent;
            float bend = lobes == 1 ? 0f : extent * (0.35f - (along * along / (extent * extent)));
            Vector2 place = centre + (axis * along) + (across * (bend + random.Next(-0.03f, 0.03f)));
            canvas.Ellipse(place, axis, new Vector2(lobeRadius * random.Next(0.9f, 1.1f), lobeRadius), violet, 0.95f, 0.3f);
        }
    }

    private void PaintGranules(Canvas canvas, ReadOnlySpan<float> traits, Vector2 centre, Vector2 axis, float radius, Vector3 colour, ref PortableRandom random)
    {
        _granules.Draw(14, ref random);
        for (int row = 0; row < canvas.Height; row++)
        {
            for (int column = 0; column < canvas.Width; column++)
            {
                Vector2 position = canvas.Position(row, column);
                float inside = Canvas.Ramp((1f - Canvas.EllipticRadius(position - centre, axis, new Vector2(radius))) * 5f);
                float grain = Math.Clamp(_granules.At(position) * 1.6f, 0f, 1f);
                canvas.Blend(row, column, colour, inside * grain * 0.8f * traits[Granules]);
            }
        }
    }
}
