using CourseCompanion.Models;
using CourseCompanion.SelfSupervised;

namespace CourseCompanion.Experiments;

/// <summary>An encoder and how it came to be.</summary>
/// <param name="Method">The pretext task.</param>
/// <param name="Encoder">The encoder, after the last pass; it belongs to the method.</param>
/// <param name="Before">Balanced accuracy of the nearest neighbours on the validation images, with the initial weights.</param>
/// <param name="Moments">What was measured after each pass.</param>
public sealed record PretrainingRun(string Method, Encoder Encoder, double Before, IReadOnlyList<PretrainingMoment> Moments);

/// <summary>What was measured after a pass over the images.</summary>
/// <param name="Epoch">How the pass went.</param>
/// <param name="Neighbours">Balanced accuracy of the nearest neighbours on the validation images: to look, never to choose.</param>
public sealed record PretrainingMoment(PretrainingEpoch Epoch, double Neighbours);
