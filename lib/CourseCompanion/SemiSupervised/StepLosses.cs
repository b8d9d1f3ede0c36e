using static TorchSharp.torch;

namespace CourseCompanion.SemiSupervised;

/// <summary>A part of a loss.</summary>
/// <param name="Name">What it asks for, in a word: <c>labelled</c>, <c>consistency</c>.</param>
/// <param name="Value">One number, with its gradient.</param>
/// <param name="Weight">What it weighs in the sum.</param>
public sealed record NamedLoss(string Name, Tensor Value, double Weight = 1);

/// <summary>What a method makes of one batch: the parts of its loss, and what it guessed of the unlabelled images.</summary>
/// <param name="Parts">The parts of the loss.</param>
public sealed record StepLosses(params IReadOnlyList<NamedLoss> Parts)
{
    /// <summary>The part of the labelled images.</summary>
    public const string Labelled = "labelled";

    /// <summary>The part of the unlabelled images.</summary>
    public const string Unlabelled = "unlabelled";

    /// <summary>What to descend: the sum of the parts, each times its weight. One number, with its gradient.</summary>
    public Tensor Total => Parts.Select(part => part.Value * part.Weight).Aggregate((sum, part) => sum + part);

    /// <summary>The classes that the method took for those of the unlabelled images, or of their pixels: [M] or [M, H, W], int64; null if it takes none.</summary>
    public Tensor? Guesses { get; init; }

    /// <summary>How much each of them counted: [M] or [M, H, W], float, in [0, 1], 0 for a guess that was left out.</summary>
    public Tensor? Trust { get; init; }

    /// <summary>
    /// The probability from which a guess of each class counted at this step: [K], float; null unless the method moves its thresholds in the course
    /// of the training.
    /// </summary>
    public Tensor? Thresholds { get; init; }
}
