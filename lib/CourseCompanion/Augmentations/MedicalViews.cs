namespace CourseCompanion.Augmentations;

/// <summary>
/// The weak and the strong views of one kind of medical image: what may change while the diagnosis stays. Methods of
/// consistency ask a network for the same answer on two views of an image.
/// </summary>
/// <remarks>
/// What to ask of each change: would a doctor still say the same? A change that can destroy the label teaches a wrong one.
/// <code>
/// MedicalViews ultrasound = MedicalViews.BrainScans with { Contrast = 0.4, Cutout = 0 };
/// Tensor views = ultrasound.Strong.Apply(rand(8, 1, 28, 28).mul(2).sub(1), seed: 1);
/// </code>
/// </remarks>
public sealed record MedicalViews
{
    /// <summary>Strength of the colours in <see cref="Mild"/>.</summary>
    public const double MildColor = 0.1;

    /// <summary>
    /// Photographs of skin. A lesion has no top and no left, and little depends on its exact place and size: any turn, both
    /// flips. Colour is a part of the diagnosis (a melanoma is blacker and more varied than a naevus): in trials, colours
    /// changed by 0.3 made a supervised network worse and by 0.1 better. The hue stays.
    /// </summary>
    public static MedicalViews SkinLesions { get; } = new()
    {
        Geometry = [new Flip(0.5, 0.5), new Rotate(180), new Shift(0.1), new Zoom(0.9, 1.1)],
        Brightness = 0.2,
        Contrast = 0.2,
        Saturation = 0.2,
        Cutout = 0.35,
    };

    /// <summary>
    /// Blood cells under the microscope. A cell lies as it fell: any turn, both flips. Its size tells a platelet from a
    /// lymphocyte: light zoom. How strong the stain is and how bright the lamp differ between laboratories; which colour the
    /// granules take tells an eosinophil from a basophil: light, but no hue. A square must not hide the nucleus.
    /// </summary>
    public static MedicalViews BloodCells { get; } = new()
    {
        Geometry = [new Flip(0.5, 0.5), new Rotate(180), new Shift(0.1), new Zoom(0.9, 1.1)],
        Brightness = 0.3,
        Contrast = 0.3,
        Saturation = 0.2,
        Cutout = 0.3,
    };

    /// <summary>
    /// Slices of the brain by magnetic resonance, grey. The head lies in the scanner nearly straight: small turns, never upside
    /// down. Left and right may be exchanged as long as the question is whether there is a tumour, not on which side: else
    /// take the flip out. The scale of greys has no unit and differs between scanners. A small tumour must not be hidden.
    /// </summary>
    public static MedicalViews BrainScans { get; } = new()
    {
        Geometry = [new Flip(), new Rotate(10), new Shift(0.05), new Zoom(0.9, 1.1)],
        Brightness = 0.2,
        Contrast = 0.3,
        Cutout = 0.2,
    };

    /// <summary>The changes of place, in order: in every view.</summary>
    public IReadOnlyList<AffineAugmentation> Geometry { get; init; } = [];

    /// <summary>Strength of the brightness in strong views, 0 (left alone) to 1.</summary>
    public double Brightness { get; init; }

    /// <summary>Strength of the contrast in strong views, 0 (left alone) to 1.</summary>
    public double Contrast { get; init; }

    /// <summary>Strength of the saturation in strong views, 0 (left alone) to 1; without effect on grey images.</summary>
    public double Saturation { get; init; }

    /// <summary>Side of the square that strong views cover, as a share of the image's, 0 (none) to 1.</summary>
    public double Cutout { get; init; }

    /// <summary>The weak view: the geometry, in one look (<see cref="AffineSequence"/>).</summary>
    public Augmentation Weak => new AffineSequence([.. Geometry]);

    /// <summary>The weak view with a little of the colours that strong views change.</summary>
    public Augmentation Mild => new Compose(
        Weak, new ColorJitter(Math.Min(Brightness, MildColor), Math.Min(Contrast, MildColor), Math.Min(Saturation, MildColor)));

    /// <summary>The strong view: the weak one, then brightness, contrast and saturation, then a covered square.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A strength is out of its range.</exception>
    public Augmentation Strong => new Compose([Weak, new ColorJitter(Brightness, Contrast, Saturation), .. Square]);

    /// <summary>
    /// What makes a strong view of a weak one: brightness, contrast and saturation, then a covered square. Nothing moves, so that a mask of the weak view
    /// is the mask of this one.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A strength is out of its range.</exception>
    public Augmentation Appearance => new Compose([new ColorJitter(Brightness, Contrast, Saturation), .. Square]);

    private IEnumerable<Augmentation> Square => Cutout == 0 ? [] : [new Cutout(Cutout)];

    /// <summary>Another strong view: the weak one, then a few of the strong changes, others for each image (<see cref="RandAugment"/>).</summary>
    /// <param name="count">How many changes each image gets, 1 to as many as have a strength.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count or a strength is out of its range.</exception>
    public Augmentation StrongDrawn(int count = 2)
    {
        IEnumerable<Augmentation> colors =
        [
            .. Brightness == 0 ? Array.Empty<Augmentation>() : [new Brightness(Brightness)],
            .. Contrast == 0 ? Array.Empty<Augmentation>() : [new Contrast(Contrast)],
            .. Saturation == 0 ? Array.Empty<Augmentation>() : [new Saturation(Saturation)],
        ];
        return new Compose(Weak, new RandAugment(count, [.. colors, .. Square]));
    }

    /// <summary>The same views, what makes them strong multiplied: 0 leaves the weak view, above 1 they are stronger.</summary>
    /// <param name="factor">0 or more; no strength passes 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or no number.</exception>
    public MedicalViews Scaled(double factor)
    {
        Range.Check(factor, 0, double.MaxValue);
        return this with
        {
            Brightness = Math.Min(1, factor * Brightness),
            Contrast = Math.Min(1, factor * Contrast),
            Saturation = Math.Min(1, factor * Saturation),
            Cutout = Math.Min(1, factor * Cutout),
        };
    }
}
