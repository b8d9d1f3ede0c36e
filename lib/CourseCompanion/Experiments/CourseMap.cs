using CourseCompanion.Evaluation;
using CourseCompanion.Results;

namespace CourseCompanion.Experiments;

/// <summary>A method on the map.</summary>
/// <param name="Key">Its name in results.</param>
/// <param name="Name">Its French name.</param>
/// <param name="Chapter">The chapter that teaches it.</param>
/// <param name="Gain">What it gains in balanced accuracy over its reference: the mean over seeds with its 95 % interval.</param>
/// <param name="Seeds">Number of seeds.</param>
/// <param name="Cost">Time of its training as a multiple of the reference's; NaN where no file says it.</param>
public sealed record MappedMethod(string Key, string Name, string Chapter, ConfidenceInterval Gain, int Seeds, double Cost)
{
    /// <summary>Whether an interval and enough seeds say that it gains or that it loses.</summary>
    public bool IsSettled => Seeds >= CourseMap.EnoughSeeds && Gain is { Lower: > 0 } or { Upper: < 0 };
}

/// <summary>
/// A map of the course: what each method costs against what it gains, read from the files of figures alone. What they do not hold is not on the map, and
/// <see cref="Missing"/> says so.
/// </summary>
/// <remarks>
/// All are gains in chapter 1's scenario, DermaMNIST with 50 labels a class, over the reference of their chapter: the labelled images alone, from chapter 4 on in weak
/// views. Costs are relative to that same reference, so that the machine matters little.
/// </remarks>
/// <param name="Methods">The methods, chapter by chapter.</param>
/// <param name="Missing">French sentences: what is missing, and what would make it.</param>
public sealed record CourseMap(IReadOnlyList<MappedMethod> Methods, IReadOnlyList<string> Missing)
{
    /// <summary>Seeds from which a gain of a few points is believed.</summary>
    public const int EnoughSeeds = 20;

    /// <summary>The file of costs.</summary>
    public const string CostFile = "07-2-aller-plus-loin-cout.json";

    /// <summary>The files of gains, and the methods of each: their names in results and their French names.</summary>
    public static readonly IReadOnlyList<(string File, string Chapter, string Bench, IReadOnlyList<(string Key, string Name)> Methods)> Sources =
    [
        ("01-pseudo-labeling-gain.json", "1", "pseudo-labeling-gain",
            [("augmented", "Augmentation faible"), ("pseudo_labels", "Pseudo-étiquettes"), ("balanced", "Pseudo-étiquettes équilibrées")]),
        ("02-2-propagation-gain.json", "2", "graph-gain", [("propagated", "Graphe"), ("agreed", "Graphe et réseau d’accord")]),
        ("03-sgan-gain.json", "3", "sgan-gain", [("sgan", "SGAN"), ("non_saturating", "SGAN, perte non saturante")]),
        ("04-3-comparaison.json", "4", "consistency-tuned",
        [
            ("ramped_pseudo_labels", "Pseudo-étiquettes progressives"), ("pi_model", "Modèle Π"), ("mean_teacher", "Mean Teacher"), ("uda", "UDA"),
            ("mixmatch", "MixMatch"), ("fixmatch", "FixMatch"), ("flexmatch", "FlexMatch"), ("freematch", "FreeMatch"), ("softmatch", "SoftMatch"),
        ]),
    ];

    // Measured on other images or with other labels: their gains do not belong on the same axis.
    private static readonly string[] Elsewhere =
    [
        "Chapitre 5 (préentraînement) : ses fichiers, quand ils sont là, portent sur d’autres nombres d’étiquettes et sur une graine.",
        "Chapitre 6 (mission) : d’autres images, et des écarts mesurés par validation croisée ; voir le chapitre 6.3.",
        "Chapitre 7.1 (segmentation) : un Dice n’est pas une exactitude équilibrée.",
        "Chapitre 7.2 (pipeline hybride) : des cellules du sang, cinq étiquettes par classe.",
    ];

    /// <summary>Reads the map.</summary>
    /// <param name="folder">The folder of figures, <c>notebooks/results</c>.</param>
    /// <exception cref="Files.DataFormatException">A file is not one of figures.</exception>
    public static CourseMap Read(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        List<MappedMethod> methods = [];
        List<string> missing = [];
        RecordedFigures? costs = Find(folder, CostFile);
        foreach ((string file, string chapter, string bench, IReadOnlyList<(string Key, string Name)> rows) in Sources)
        {
            if (Find(folder, file) is not { } figures)
            {
                missing.Add($"{file} : ./course bench {bench} --json {file}");
                continue;
            }

            foreach ((string key, string name) in rows)
            {
                methods.Add(new MappedMethod(
                    key, name, chapter, figures.Gain("balanced_accuracy", key), figures.Provenance.Seeds.Count, costs?.Find($"cost_{key}") ?? double.NaN));
            }
        }

        if (costs is null)
        {
            missing.Add($"{CostFile} : ./course bench cost --json {CostFile}");
        }

        return new CourseMap(methods, [.. missing, .. Elsewhere]);
    }

    private static RecordedFigures? Find(string folder, string file) =>
        Path.Combine(folder, file) is var path && File.Exists(path) ? RecordedFigures.Load(path) : null;
}
