using System.Numerics;

namespace CourseCompanion.Data.Synthetic;

/// <summary>
/// Look-alikes of dermatoscopic images: a pigmented spot on skin. The traits follow what dermatologists look at (the
/// "ABCD" of a lesion): asymmetry, border, colours, size. Skin tone, light, place, direction and hairs vary freely and say
/// nothing about the diagnosis.
/// </summary>
internal sealed class LesionPainter : Painter
{
    private const int Size = 0, Elongation = 1, Border = 2, Darkness = 3, Redness = 4, PaleCentre = 5, Mottling = 6, Sharpness = 7;

    private readonly NoiseField _border = new();
    private readonly NoiseField _mottling = new();

    /// <inheritdoc/>
    protected override float Spread => 0.185f;

    /// <summary>Rows in the order of DermaMNIST's classes; columns in the order of the constants above.</summary>
    protected override float[][] Prototypes { get; } =
    [
        [0.60f, 0.40f, 0.60f, 0.20f, 0.60f, 0.30f, 0.60f, 0.15f], // actinic keratosis: a pale red, rough, blurred patch
        [0.55f, 0.30f, 0.40f, 0.25f, 0.55f, 0.60f, 0.35f, 0.50f], // basal cell carcinoma: pearly, pink, bright middle
        [0.60f, 0.45f, 0.40f, 0.45f, 0.20f, 0.30f, 0.75f, 0.80f], // benign keratosis: waxy, speckled, stuck-on edge
        [0.40f, 0.20f, 0.20f, 0.40f, 0.40f, 0.85f, 0.20f, 0.25f], // dermatofibroma: small, pale scar in the middle
        [0.75f, 0.55f, 0.75f, 0.80f, 0.20f, 0.25f, 0.70f, 0.55f], // melanoma: large, irregular, dark, many colours
        [0.45f, 0.25f, 0.25f, 0.60f, 0.20f, 0.15f, 0.30f, 0.55f], // nevus: round, regular, evenly brown
        [0.40f, 0.20f, 0.30f, 0.60f, 0.90f, 0.15f, 0.40f, 0.75f], // vascular lesion: small, red to purple
    ];

    /// <inheritdoc/>
    protected override void Paint(Canvas canvas, ReadOnlySpan<float> traits, ref PortableRandom random)
    {
        Vector3 skin = Canvas.Mix(new Vector3(236, 160, 155), new Vector3(190, 150, 170), random.NextUnit()) + new Vector3(random.Next(-25f, 20f));
        Vector3 brown = Canvas.Mix(new Vector3(195, 125, 110), new Vector3(85, 40, 40), traits[Darkness]);
        Vector3 red = Canvas.Mix(new Vector3(215, 100, 120), new Vector3(130, 25, 70), traits[Darkness]);
        Vector3 pigment = Canvas.Mix(brown, red, traits[Redness]);
        Vector3 speckle = Canvas.Mix(pigment, new Vector3(60, 45, 60), 0.7f);

        Vector2 centre = new(0.18f * random.NextNormal(), 0.18f * random.NextNormal());
        Vector2 axis = random.NextDirection();
        float radius = 0.28f + (0.5f * traits[Size]);
        float stretch = 1f + (0.7f * traits[Elongation]);
        Vector2 radii = new(radius * stretch, radius / stretch);
        float rim = 0.75f - (0.6f * traits[Sharpness]);
        float mottling = 1.1f * traits[Mottling];
        Vector2 light = random.NextDirection() * random.Next(0f, 18f);
        _border.Draw(4, ref random);
        _mottling.Draw(7, ref random);

        for (int row = 0; row < canvas.Height; row++)
        {
            for (int column = 0; column < canvas.Width; column++)
            {
                Vector2 position = canvas.Position(row, column);
                float shade = (light.X * position.X) + (light.Y * position.Y);
                canvas.Blend(row, column, skin + new Vector3(shade), 1f);

                float distance = Canvas.EllipticRadius(position - centre, axis, radii);
                distance += 0.75f * traits[Border] * _border.At(position);
                float cover = Canvas.Ramp((1f + (0.5f * rim) - distance) / rim);
                if (cover > 0f)
                {
                    float dark = Math.Clamp(mottling * _mottling.At(position), 0f, 1f);
                    float pale = 0.8f * traits[PaleCentre] * Canvas.Ramp(1f - (1.6f * distance));
                    Vector3 colour = Canvas.Mix(Canvas.Mix(pigment, speckle, dark), new Vector3(235, 205, 205), pale);
                    canvas.Blend(row, column, colour + new Vector3(shade), 0.92f * cover);
                }
            }
        }

        PaintHairs(canvas, ref random);
    }

    private static void PaintHairs(Canvas canvas, ref PortableRandom random)
    {
        int hairs = Math.Max(0, random.NextIndex(8) - 5);
        for (int hair = 0; hair < hairs; hair++)
        {
            Vector2 start = new(random.Next(-1f, 1f), random.Next(-1f, 1f));
            canvas.Ellipse(start, random.NextDirection(), new Vector2(random.Next(0.6f, 1.4f), 0.03f), new Vector3(70, 50, 45), 0.45f, 1f);
        }
    }
}
