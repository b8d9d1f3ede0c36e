using System.Numerics;

namespace CourseCompanion.Data.Synthetic;

/// <summary>One focus of a tumour: an uneven ball through several slices of a head.</summary>
/// <param name="Place">Its middle in the plane, in half widths of the brain.</param>
/// <param name="Height">The height of its middle: 0 at the lowest slice, 1 at the highest.</param>
/// <param name="Axis">The direction of its first radius.</param>
/// <param name="Radii">Its radii in the plane, in half widths of the image.</param>
/// <param name="Reach">How far it reaches up and down.</param>
internal readonly record struct TumourFocus(Vector2 Place, float Height, Vector2 Axis, Vector2 Radii, float Reach);

/// <summary>What all slices of one patient share: the tumour, and how the scanner was set.</summary>
/// <param name="Foci">None in a patient without a tumour.</param>
/// <param name="Strength">How strongly the tumour covers what it grew into, in (0, 1].</param>
/// <param name="Level">Its level of grey before exposure.</param>
/// <param name="Core">The share of its radius that is dark, 0 for none; the mask includes it.</param>
/// <param name="Unevenness">How uneven its outline is, as a share of its radius.</param>
/// <param name="Contrast">Factor on the distance from a middle grey: the scanner's contrast.</param>
/// <param name="Grain">Standard deviation of the noise, in levels of grey.</param>
internal sealed record FlairPatient(
    IReadOnlyList<TumourFocus> Foci, float Strength, float Level, float Core, float Unevenness, float Contrast, float Grain)
{
    /// <summary>Draws a patient.</summary>
    /// <param name="hasTumour">Whether there is a tumour.</param>
    /// <param name="random">Where chance comes from.</param>
    public static FlairPatient Draw(bool hasTumour, ref PortableRandom random)
    {
        float contrast = random.Next(0.75f, 1.25f), grain = random.Next(2f, 9f);
        float strength = random.Next(0.5f, 0.95f), level = random.Next(170f, 215f), uneven = random.Next(0.3f, 0.65f);
        float core = random.NextUnit() < 0.25f ? random.Next(0.3f, 0.55f) : 0f;

        // From a few pixels to a third of the head; a larger tumour also reaches through more slices.
        float size = random.NextUnit();
        TumourFocus first = Focus(0.06f + (0.28f * size), 0.12f + (0.2f * size), new Vector2(2f), 0.5f, ref random);
        bool hasSecond = random.NextUnit() < 0.25f;
        TumourFocus second = Focus(random.Next(0.035f, 0.08f), random.Next(0.06f, 0.12f), first.Place, first.Height, ref random);
        return new FlairPatient(!hasTumour ? [] : hasSecond ? [first, second] : [first], strength, level, core, uneven, contrast, grain);
    }

    /// <summary>A focus away from another one.</summary>
    private static TumourFocus Focus(float radius, float reach, Vector2 other, float otherHeight, ref PortableRandom random)
    {
        Vector2 place = random.NextDirection() * random.Next(0.2f, 0.65f);
        place = (place - other).LengthSquared() < 0.25f ? -place : place;
        float height = Math.Clamp(otherHeight + random.Next(-0.25f, 0.25f), 0.1f, 0.9f);
        return new(place, height, random.NextDirection(), new Vector2(radius, radius * random.Next(0.65f, 1f)), reach);
    }
}

/// <summary>
/// Look-alikes of FLAIR slices through one head after the other, with the mask of the tumour: bright, with an uneven outline that changes
/// from slice to slice, growing and shrinking along the head. Harmless bright spots, which no mask contains, make small tumours hard to tell.
/// </summary>
internal sealed class FlairPainter
{
    private const float MiddleGrey = 60f;

    private readonly BrainPainter _brain = new();
    private readonly NoiseField _outline = new();

    /// <summary>Draws a slice and its mask.</summary>
    /// <param name="canvas">Where to draw: one channel.</param>
    /// <param name="patient">Whose slice it is.</param>
    /// <param name="height">Where it lies: 0 is the lowest slice, 1 the highest.</param>
    /// <param name="head">Where the head comes from: in the same state for all slices of a patient.</param>
    /// <param name="random">Where noise and spots of this slice come from.</param>
    /// <param name="image">Receives the grey values [H, W].</param>
    /// <param name="mask">Receives 1 where the tumour is, else 0 [H, W].</param>
    public void Paint(Canvas canvas, FlairPatient patient, float height, PortableRandom head, ref PortableRandom random, Span<byte> image, Span<byte> mask)
    {
        // An ellipse on its side: the head is widest in the middle.
        float offMiddle = (height - 0.5f) / 0.75f;
        _brain.Paint(canvas, new BrainSlice(BrainView.Axial, BrainSequence.Flair, HasLesion: false), MathF.Sqrt(1f - (offMiddle * offMiddle)), ref head, ref random);
        _outline.Draw(14, ref head);
        mask.Clear();
        foreach (TumourFocus focus in patient.Foci)
        {
            PaintFocus(canvas, patient, focus, height, mask);
        }

        canvas.Develop(patient.Grain, ref random, image);
        foreach (ref byte pixel in image)
        {
            pixel = (byte)Math.Clamp(MiddleGrey + (patient.Contrast * (pixel - MiddleGrey)) + 0.5f, 0f, 255f);
        }
    }

    private void PaintFocus(Canvas canvas, FlairPatient patient, TumourFocus focus, float height, Span<byte> mask)
    {
        float along = (height - focus.Height) / focus.Reach;
        if (along * along >= 1f)
        {
            return;
        }

        // The cut through a ball: its radius shrinks towards both ends.
        Vector2 radii = focus.Radii * MathF.Sqrt(1f - (along * along));
        Vector2 centre = _brain.Centre + (focus.Place * _brain.Radii);
        Vector3 level = new(patient.Level * _brain.Exposure), core = new(0.35f * patient.Level * _brain.Exposure);
        for (int row = 0; row < canvas.Height; row++)
        {
            for (int column = 0; column < canvas.Width; column++)
            {
                Vector2 position = canvas.Position(row, column);
                if (Canvas.EllipticRadius(position - _brain.Centre, Vector2.UnitX, _brain.Radii) > 0.98f)
                {
                    continue;
                }

                // The outline's noise is looked up further along in every slice: neighbours have similar outlines, not the same one.
                float radius = Canvas.EllipticRadius(position - centre, focus.Axis, radii) * (1f + (patient.Unevenness * _outline.At(position + new Vector2(0.25f * along))));
                float cover = Canvas.Ramp((1.15f - radius) / 0.3f);
                if (cover > 0f)
                {
                    canvas.Blend(row, column, radius < patient.Core ? core : level, patient.Strength * cover);
                    mask[(row * canvas.Width) + column] |= radius < 1f ? (byte)1 : (byte)0;
                }
            }
        }
    }
}
