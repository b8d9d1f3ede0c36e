using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

/// <summary>Every method, made for <see cref="Liveness.Batch"/> with its defaults or with one setting changed.</summary>
internal static class AllMethods
{
    public delegate SemiSupervisedMethod Build(double value, nn.Module<Tensor, Tensor> student, nn.Module<Tensor, Tensor> teacher);

    private const int K = Liveness.ClassCount;
    private const int U = Liveness.UnlabelledCount;

    /// <summary>Each method with its defaults, but such that what it remembers matters within a few steps.</summary>
    public static readonly IReadOnlyDictionary<string, Build> Plain = new Dictionary<string, Build>
    {
        ["FixMatch"] = (_, _, _) => new FixMatch(),
        ["FlexMatch"] = (_, _, _) => new FlexMatch(U, K, threshold: 0.6),
        ["FixMatch, aligned"] = (_, _, _) => new FixMatch(threshold: 0.7, alignment: Aligned(1)),
        ["FreeMatch"] = (_, _, _) => new FreeMatch(K, decay: 0.9),
        ["Mean Teacher"] = (_, student, teacher) => new MeanTeacher(student, teacher),
        ["MixMatch"] = (_, _, _) => new MixMatch(),
        ["Pi-model"] = (_, _, _) => new PiModel(),
        ["pseudo-labels"] = (_, _, _) => new RampedPseudoLabels(),
        ["SoftMatch"] = (_, _, _) => new SoftMatch(K, decay: 0.9),
        ["UDA"] = (_, _, _) => new Uda(),
    };

    /// <summary>Every setting of every method, with two values.</summary>
    public static readonly IReadOnlyList<(string Method, string Setting, Build Build, double[] Values)> Settings =
    [
        ("FixMatch", "threshold", (value, _, _) => new FixMatch(threshold: value), [0.6, 0.95]),
        ("FixMatch", "weight", (value, _, _) => new FixMatch(weight: value), [0.5, 1]),
        ("FixMatch", "alignment", (value, _, _) => new FixMatch(threshold: 0.7, alignment: Aligned(value)), [0, 1]),
        ("FlexMatch", "threshold", (value, _, _) => new FlexMatch(U, K, threshold: value), [0.6, 0.95]),
        ("FlexMatch", "weight", (value, _, _) => new FlexMatch(U, K, weight: value), [0.5, 1]),
        ("FlexMatch", "alignment", (value, _, _) => new FlexMatch(U, K, threshold: 0.6, alignment: Aligned(value)), [0, 1]),
        ("FreeMatch", "decay", (value, _, _) => new FreeMatch(K, decay: value), [0.5, 0.999]),
        ("FreeMatch", "weight", (value, _, _) => new FreeMatch(K, weight: value), [0.5, 1]),
        ("FreeMatch", "fairness", (value, _, _) => new FreeMatch(K, fairness: value), [0, 0.001, 0.01]),
        ("Mean Teacher", "weight", (value, student, teacher) => new MeanTeacher(student, teacher, weight: value), [1, 10]),
        ("Mean Teacher", "decay", (value, student, teacher) => new MeanTeacher(student, teacher, decay: value), [0.1, 0.97]),
        ("Mean Teacher", "rise", (value, student, teacher) => new MeanTeacher(student, teacher, rise: value), [0.2, 0.4]),
        ("MixMatch", "weight", (value, _, _) => new MixMatch(weight: value), [1, 10]),
        ("MixMatch", "temperature", (value, _, _) => new MixMatch(temperature: value), [0.5, 1]),
        ("MixMatch", "alpha", (value, _, _) => new MixMatch(alpha: value), [0.1, 0.75]),
        ("MixMatch", "rise", (value, _, _) => new MixMatch(rise: value), [0, 0.4]),
        ("Pi-model", "weight", (value, _, _) => new PiModel(weight: value), [1, 10]),
        ("Pi-model", "rise", (value, _, _) => new PiModel(rise: value), [0.2, 0.4]),
        ("pseudo-labels", "weight", (value, _, _) => new RampedPseudoLabels(weight: value), [0.5, 1]),
        ("pseudo-labels", "begin", (value, _, _) => new RampedPseudoLabels(begin: value), [0, 0.1]),
        ("pseudo-labels", "end", (value, _, _) => new RampedPseudoLabels(end: value), [0.4, 0.6]),
        ("pseudo-labels", "threshold", (value, _, _) => new RampedPseudoLabels(threshold: value), [0, 0.95]),
        ("SoftMatch", "deviations", (value, _, _) => new SoftMatch(K, deviations: value, decay: 0.9), [1, 2]),
        ("SoftMatch", "decay", (value, _, _) => new SoftMatch(K, decay: value), [0.5, 0.9]),
        ("SoftMatch", "weight", (value, _, _) => new SoftMatch(K, weight: value), [0.5, 1]),
        ("SoftMatch", "uniformAlignment", (value, _, _) => new SoftMatch(K, decay: 0.9, uniformAlignment: value > 0), [0, 1]),
        ("UDA", "temperature", (value, _, _) => new Uda(temperature: value), [0.4, 0.9]),
        ("UDA", "threshold", (value, _, _) => new Uda(threshold: value), [0.5, 0.95]),
        ("UDA", "weight", (value, _, _) => new Uda(weight: value), [0.5, 1]),
        ("UDA", "annealing", (value, _, _) => new Uda(annealing: (TrainingSignalAnnealing)value), [0, 1, 2, 3]),
        ("UDA", "alignment", (value, _, _) => new Uda(alignment: Aligned(value)), [0, 1]),
    ];

    private static DistributionAlignment? Aligned(double value) => value > 0 ? new DistributionAlignment([0.9, 0.04, 0.03, 0.03], decay: 0.5) : null;
}
