using System.Numerics;

namespace CourseCompanion.Data.Synthetic;

/// <summary>How a head is cut.</summary>
internal enum BrainView
{
    /// <summary>Across, seen from below.</summary>
    Axial,

    /// <summary>From ear to ear.</summary>
    Coronal,

    /// <summary>From nose to neck.</summary>
    Sagittal,
}

/// <summary>How a scanner weights what it measures: which tissue is bright.</summary>
internal enum BrainSequence
{
    /// <summary>T1: white matter bright, fluid dark.</summary>
    T1,

    /// <summary>T2: fluid bright.</summary>
    T2,

    /// <summary>FLAIR: as T2, but with dark fluid.</summary>
    Flair,
}

/// <summary>What a slice shows.</summary>
/// <param name="View">How the head is cut.</param>
/// <param name="Sequence">How the scanner weights.</param>
/// <param name="HasLesion">Whether there is a mass in it.</param>
internal readonly record struct BrainSlice(BrainView View, BrainSequence Sequence, bool HasLesion);

/// <summary>
/// Look-alikes of MRI slices of a head: scalp, bone, a folded brain with its ventricles, and a mass where there is one. Shape of the head,
/// place and brightness of the mass, exposure and harmless bright spots vary freely.
/// </summary>
internal sealed class BrainPainter
{
    private readonly NoiseField _folds = new();
    private readonly NoiseField _matter = new();
    private readonly NoiseField _field = new();
    private readonly List<(Vector2 Centre, Vector2 Axis, Vector2 Radii, float Level, float Opacity)> _spots = [];

    // Levels of grey by sequence: white matter, grey matter, fluid, scalp, flesh, mass.
    private static readonly float[][] Levels =
    [
        [112f, 82f, 24f, 190f, 120f, 185f],
        [78f, 118f, 225f, 120f, 80f, 205f],
        [96f, 128f, 20f, 150f, 90f, 215f],
    ];

    /// <summary>The middle of the head that was drawn last.</summary>
    public Vector2 Centre { get; private set; }

    /// <summary>The half widths of its brain.</summary>
    public Vector2 Radii { get; private set; }

    /// <summary>How brightly it was exposed.</summary>
    public float Exposure { get; private set; }

    /// <summary>Draws a slice; nothing is left of the one before.</summary>
    /// <param name="canvas">Where to draw: one channel.</param>
    /// <param name="slice">What it shows.</param>
    /// <param name="random">Where chance comes from.</param>
    public void Paint(Canvas canvas, BrainSlice slice, ref PortableRandom random) => Paint(canvas, slice, 1f, ref random, ref random);

    /// <summary>Draws one of several slices of a head; nothing is left of the one before.</summary>
    /// <param name="canvas">Where to draw: one channel.</param>
    /// <param name="slice">What it shows.</param>
    /// <param name="width">How wide the head is here: 1 where it is widest, less above and below.</param>
    /// <param name="random">Where the head comes from: in the same state for all its slices.</param>
    /// <param name="spots">Where the bright spots and the mass come from.</param>
    public void Paint(Canvas canvas, BrainSlice slice, float width, ref PortableRandom random, ref PortableRandom spots)
    {
        var levels = Levels[(int)slice.Sequence];
        var exposure = random.Next(0.75f, 1.2f);
        var side = random.NextUnit() < 0.5f ? -1f : 1f;
        var (centre, radii) = slice.View switch
        {
            BrainView.Axial => (Vector2.Zero, new Vector2(0.66f, 0.80f)),
            BrainView.Coronal => (new Vector2(0f, -0.22f), new Vector2(0.66f, 0.62f)),
            _ => (new Vector2(0.08f * side, -0.26f), new Vector2(0.74f, 0.58f)),
        };
        centre += new Vector2(random.Next(-0.06f, 0.06f), random.Next(-0.05f, 0.05f));
        radii *= new Vector2(random.Next(0.9f, 1.08f), random.Next(0.92f, 1.06f)) * width;
        _folds.Draw(12, ref random);
        _matter.Draw(7, ref random);
        _field.Draw(2, ref random);
        ChooseSpots(slice, radii, width, levels, ref random, ref spots);
        (Centre, Radii, Exposure) = (centre, radii, exposure);

        canvas.Clear();
        canvas.Fill(new Vector3(random.Next(2f, 10f)));
        if (slice.View != BrainView.Axial)
        {
            PaintNeck(canvas, slice.View, centre, side, levels[4] * exposure);
        }

        for (int row = 0; row < canvas.Height; row++)
        {
            for (int column = 0; column < canvas.Width; column++)
            {
                Vector2 position = canvas.Position(row, column);
                float radius = Canvas.EllipticRadius(position - centre, Vector2.UnitX, radii);
                if (radius < 1.25f)
                {
                    float shade = exposure * (1f + (0.12f * _field.At(position)));
                    canvas.Blend(row, column, new Vector3(shade * Level(slice.View, position - centre, radius, levels)), Canvas.Ramp((1.25f - radius) / 0.06f));
                }
            }
        }
    }

    /// <summary>The level of grey at a place of the head: from the outside in, scalp, bone, folds and matter, then what lies in it.</summary>
    private float Level(BrainView view, Vector2 offset, float radius, float[] levels)
    {
        if (radius > 1.02f)
        {
            return radius > 1.1f ? levels[3] : 14f;
        }

        float cortex = Canvas.Ramp((radius - 0.62f + (0.25f * _matter.At(offset))) / 0.2f);
        float level = levels[0] + (cortex * (levels[1] - levels[0]));
        float fold = Canvas.Ramp((_folds.At(offset) - 0.25f) / 0.35f) * Canvas.Ramp((radius - 0.6f) / 0.3f);
        level += fold * (levels[2] - level);
        if (view != BrainView.Sagittal)
        {
            float midline = Canvas.Ramp(1f - (MathF.Abs(offset.X) / 0.02f)) * Canvas.Ramp((radius - 0.35f) / 0.2f);
            level += 0.8f * midline * (levels[2] - level);
        }

        foreach ((Vector2 centre, Vector2 axis, Vector2 radii, float spot, float opacity) in _spots)
        {
            float cover = Canvas.Ramp((1.15f - Canvas.EllipticRadius(offset - centre, axis, radii)) / 0.3f);
            level += opacity * cover * (spot - level);
        }

        return level;
    }

    /// <summary>Ventricles, harmless spots, the mass: offsets from the middle of the brain.</summary>
    private void ChooseSpots(BrainSlice slice, Vector2 radii, float scale, float[] levels, ref PortableRandom head, ref PortableRandom random)
    {
        _spots.Clear();
        float width = head.Next(0.05f, 0.1f) * scale;
        if (slice.View == BrainView.Sagittal)
        {
            _spots.Add((new Vector2(0f, 0.02f), Vector2.UnitX, new Vector2(0.32f, width), levels[2], 0.9f));
        }
        else
        {
            float length = (slice.View == BrainView.Axial ? 0.28f : 0.15f) * scale, tilt = head.Next(0.1f, 0.3f);
            _spots.Add((new Vector2(-0.12f, -0.02f), Vector2.Normalize(new Vector2(-tilt, 1f)), new Vector2(length, width), levels[2], 0.95f));
            _spots.Add((new Vector2(0.12f, -0.02f), Vector2.Normalize(new Vector2(tilt, 1f)), new Vector2(length, width), levels[2], 0.95f));
        }

        for (int spots = Math.Max(0, random.NextIndex(9) - 4); spots > 0; spots--)
        {
            float size = random.Next(0.02f, 0.045f);
            _spots.Add((random.NextDirection() * random.Next(0.15f, 0.5f) * radii, Vector2.UnitX, new Vector2(size), 0.85f * levels[5], 0.8f));
        }

        Vector2 place = random.NextDirection() * random.Next(0.15f, 0.68f) * radii, axis = random.NextDirection();
        float extent = random.Next(0.09f, 0.24f), strength = random.Next(0.55f, 1f);
        bool isHollow = random.NextUnit() < 0.35f;
        if (slice.HasLesion)
        {
            Vector2 body = new(extent, extent * random.Next(0.7f, 1f));
            _spots.Add((place, axis, body, levels[5], strength));
            if (isHollow)
            {
                _spots.Add((place, axis, body * 0.55f, levels[2], strength));
            }
        }
    }

    private static void PaintNeck(Canvas canvas, BrainView view, Vector2 centre, float side, float level)
    {
        Vector3 flesh = new(level);
        if (view == BrainView.Coronal)
        {
            canvas.Ellipse(centre + new Vector2(0f, 0.85f), Vector2.UnitX, new Vector2(0.45f, 0.55f), flesh, 0.9f, 0.3f);
            canvas.Ellipse(centre + new Vector2(0f, 0.8f), Vector2.UnitX, new Vector2(0.12f, 0.2f), new Vector3(15f), 0.9f, 0.4f);
            return;
        }

        canvas.Ellipse(centre + new Vector2(-0.5f * side, 0.6f), Vector2.UnitX, new Vector2(0.32f, 0.45f), flesh, 0.9f, 0.3f);
        canvas.Ellipse(centre + new Vector2(0.25f * side, 0.95f), Vector2.UnitX, new Vector2(0.35f, 0.6f), flesh, 0.9f, 0.3f);
        canvas.Ellipse(centre + new Vector2(-0.3f * side, 0.75f), Vector2.UnitX, new Vector2(0.1f, 0.22f), new Vector3(12f), 0.9f, 0.4f);
    }
}
