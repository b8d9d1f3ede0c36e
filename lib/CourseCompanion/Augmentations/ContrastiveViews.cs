namespace CourseCompanion.Augmentations;

/// <summary>
/// The views that methods of self-supervised learning compare. They go much further than <see cref="MedicalViews"/>: two views need not have the
/// same diagnosis, they only have to come recognisably from one image.
/// </summary>
public static class ContrastiveViews
{
    /// <summary>
    /// Those of SimCLR at 28 x 28 pixels: a part of the image from a fifth on, mirrored half of the time, colours moved in four views of five, grey
    /// in one of five. Without the paper's blur, which at this size leaves nothing.
    /// </summary>
    /// <remarks>Chen and others, 2020, <i>A Simple Framework for Contrastive Learning of Visual Representations</i>.</remarks>
    public static Augmentation SimClr { get; } = Of(smallest: 0.2, colour: 0.5);

    /// <summary>
    /// Views for images whose diagnosis hangs on colour, and which have no top: larger parts, any turn and both flips, colours moved a little, never grey.
    /// </summary>
    public static Augmentation Medical { get; } = new Compose(
        new AffineSequence(new ResizedCrop(0.4), new Flip(0.5, 0.5), new Rotate(180)), new Sometimes(0.8, new ColorJitter(0.2, 0.2, 0.2, 0.02)));

    /// <summary>Part and mirror only: for tasks that rebuild pixels (He and others, 2022).</summary>
    public static Augmentation CropAndFlip { get; } = new AffineSequence(new ResizedCrop(0.2), new Flip());

    /// <summary>SimCLR's views with other strengths.</summary>
    /// <param name="smallest">The smallest part that is shown, a share of the area.</param>
    /// <param name="colour">Strength of the colours, 0 to 1: 1 is the paper's for large photographs, 0.5 for small ones.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static Augmentation Of(double smallest, double colour) => new Compose(
        new AffineSequence(new ResizedCrop(smallest), new Flip()),
        new Sometimes(0.8, new ColorJitter(0.8 * colour, 0.8 * colour, 0.8 * colour, 0.2 * colour)),
        new Sometimes(0.2, new Greyscale()));
}
