using CourseCompanion.Evaluation;
using CourseCompanion.French;
using CourseCompanion.Results;

namespace CourseCompanion.BrainScan;

/// <summary>What a <see cref="ModelCard"/> is made of: results, as they were computed.</summary>
public sealed record ModelCardFacts
{
    /// <summary>The version, from the registry.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>French names of the version's metrics, by their names for machines; the others stay as they are.</summary>
    public IReadOnlyDictionary<string, string> MetricNames { get; init; } = new Dictionary<string, string>();

    /// <summary>French name of what the model is made of, such as <c>régression logistique sur 512 descripteurs de SqueezeNet</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>The probability of cancer from which the model's figures call an image a cancer, as its folds chose it; null where it is 0.5.</summary>
    public double? Threshold { get; init; }

    /// <summary>Answers on images that did not train the model, the likelier class each.</summary>
    public required ClassificationReport Report { get; init; }

    /// <summary>French names of the classes.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Where the figures come from.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>The data, as name and value in French, counted rather than typed.</summary>
    public required IReadOnlyList<(string Name, string Value)> Data { get; init; }

    /// <summary>Share that the model may label by itself, with its error; null when not measured.</summary>
    public CostSimulation? Cost { get; init; }

    /// <summary>The last check of today's images; null when not measured.</summary>
    public DriftResult? Drift { get; init; }
}

/// <summary>
/// The card of a model (Mitchell and others, 2019, <i>Model Cards for Model Reporting</i>): what it is, what it is for, what it is worth on
/// which images, and where it fails.
/// </summary>
public static class ModelCard
{
    /// <summary>Writes the card.</summary>
    /// <param name="facts">What is known.</param>
    public static FactSheet Create(ModelCardFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ModelVersion version = facts.Version;
        FactSheet sheet = new FactSheet($"Carte du modèle : {version.Name}, version {version.Version}")
            .Section("Identité")
            .Fact("Modèle", facts.Architecture)
            .Fact("Stade", FrenchName(version.Stage))
            .Fact("Empreinte SHA-256 du fichier", version.Sha256)
            .Section(
                "Usage prévu",
                "Trier des coupes d’IRM du cerveau avant leur lecture : étiqueter les plus nettes pour un jeu d’apprentissage, envoyer les autres à un radiologue.",
                "Hors usage : annoncer un résultat à un patient, remplacer une lecture, juger des images d’un autre appareil, d’une autre coupe ou d’une autre population.")
            .Section("Données");
        foreach ((string name, string value) in facts.Data)
        {
            sheet.Fact(name, value);
        }

        sheet.Section("Performances", $"Mesurées sur {FrenchNumbers.Count(facts.Report.Count, "image")} que le modèle jugé n’avait pas vues à l’entraînement.");
        foreach ((string metric, ConfidenceInterval value) in version.Metrics)
        {
            sheet.Fact(facts.MetricNames.GetValueOrDefault(metric, metric), value);
        }

        sheet.Fact("Référence : toujours la classe majoritaire", FrenchNumbers.Percent(facts.Report.Baseline.BalancedAccuracy) + " d’exactitude équilibrée");
        if (facts.Threshold is { } threshold)
        {
            sheet.Fact("Seuil choisi pour le rappel, dans les plis d’apprentissage", $"cancer dès une probabilité de {FrenchNumbers.Percent(threshold, 0)}, en moyenne des plis");
        }

        sheet.Section("Par classe", "Ici, le seuil est de 50 % et les réponses de toutes les répétitions sont moyennées : un rappel peut différer de celui du haut, moyenne des répétitions.");
        foreach (ClassFigures figures in facts.Report.PerClass)
        {
            sheet.Fact(
                Capital(facts.ClassNames[figures.Label]),
                $"{FrenchNumbers.Count(figures.Support, "image")}, rappel {FrenchNumbers.Percent(figures.Recall)}, précision {FrenchNumbers.Percent(figures.Precision)}");
        }

        sheet.Section("Limites", "Peu d’images jugent le modèle : les intervalles sont larges, et un écart de quelques points ne prouve rien.");
        if (facts.Cost is { } cost)
        {
            sheet.Fact($"Part étiquetée seule avec au plus {FrenchNumbers.Percent(cost.Scenario.MaximalError, 0)} d’erreurs", cost.Share, value => FrenchNumbers.Percent(value, 0));
        }

        if (facts.Drift is { } drift)
        {
            sheet.Fact(
                "Dernier contrôle de dérive",
                $"{(drift.IsAlarm ? "ALERTE" : "pas d’alerte")}, p = {FrenchNumbers.Number(drift.PValue, 3)} (seuil {FrenchNumbers.Number(drift.Alpha)})");
        }

        sheet.Section(
            "Éthique et vie privée",
            "Aucun nom ni date dans les fichiers ; les images restent dans le dossier du projet. L’erreur la plus coûteuse est le cancer manqué. L’équité entre âges, sexes et hôpitaux n’est pas mesurable : le jeu ne les indique pas.");
        Provenance origin = facts.Provenance;
        return sheet.Section("Provenance")
            .Fact("Images", origin.Synthetic ? "DONNÉES SYNTHÉTIQUES : ces chiffres ne disent rien de vraies IRM" : "vraies images")
            .Fact("Profil", origin.Profile is "essai" ? "essai : ces chiffres ne veulent rien dire" : origin.Profile ?? "aucun")
            .Fact("Empreinte MD5 des données", origin.DatasetMd5 ?? "inconnue")
            .Fact("Graines", string.Join(", ", origin.Seeds))
            .Fact("Code", origin.Commit)
            .Fact("Calcul", $"{origin.Engine}, {origin.Device}, {FrenchNumbers.Count(origin.Threads, "fil d’exécution", "fils d’exécution")}");
    }

    internal static string Capital(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name[1..];

    /// <summary>The name of a stage for the student.</summary>
    /// <param name="stage">The stage.</param>
    public static string FrenchName(ModelStage stage) => stage switch
    {
        ModelStage.Draft => "brouillon",
        ModelStage.Candidate => "candidat",
        ModelStage.Production => "en service",
        _ => "archivé",
    };
}

/// <summary>
/// The data sheet of a set (Gebru and others, 2021, <i>Datasheets for Datasets</i>): where it comes from, what is in it, what was changed,
/// what it is for and how long it is kept.
/// </summary>
public static class DataSheet
{
    /// <summary>The sheet of the mission's set, counted.</summary>
    /// <param name="mission">The set.</param>
    /// <param name="retentionMonths">How long images are kept, in months.</param>
    public static FactSheet Of(BrainScanMission mission, double retentionMonths)
    {
        ArgumentNullException.ThrowIfNull(mission);
        return Create(
            $"Fiche du jeu de données : {mission.Provenance.Dataset}",
            Composition(mission),
            Enum.GetValues<ScanFault>().Select(fault => (ModelCard.Capital(QualityReport.FrenchName(fault)), FrenchNumbers.Count(mission.Quality.Count(fault), "fichier"))),
            [
                ("Source", mission.Provenance.IsSynthetic ? "DONNÉES SYNTHÉTIQUES : coupes dessinées par un programme" : "dossier fourni avec la mission, coupes d’IRM en JPEG"),
                ("Empreinte MD5 des noms et des contenus", mission.Provenance.Md5),
            ],
            retentionMonths);
    }

    /// <summary>What is in the mission's set, as name and value in French.</summary>
    /// <param name="mission">The set.</param>
    public static IReadOnlyList<(string Name, string Value)> Composition(BrainScanMission mission)
    {
        ArgumentNullException.ThrowIfNull(mission);
        int cancers = mission.Scans.Count(scan => scan.Label == ScanClass.Cancer);
        return
        [
            ("Fichiers", FrenchNumbers.Whole(mission.Folder.Files.Count)),
            ("Images utilisables", FrenchNumbers.Whole(mission.Scans.Count)),
            ("Images étiquetées", $"{FrenchNumbers.Whole(mission.LabelledCount)}, dont {FrenchNumbers.Whole(cancers)} cancers"),
            ("Images sans étiquette", FrenchNumbers.Whole(mission.Scans.Count - mission.LabelledCount)),
            ("Descripteurs", $"{FrenchNumbers.Whole(mission.Features.shape[1])} nombres par image, encodeur {mission.Encoder}"),
        ];
    }

    /// <summary>Writes the sheet.</summary>
    /// <param name="title">French title.</param>
    /// <param name="composition">What is in it, counted.</param>
    /// <param name="preparation">What quality control found and did, counted.</param>
    /// <param name="origin">Where it comes from, and its licence.</param>
    /// <param name="retentionMonths">How long images are kept, in months.</param>
    public static FactSheet Create(
        string title,
        IEnumerable<(string Name, string Value)> composition,
        IEnumerable<(string Name, string Value)> preparation,
        IEnumerable<(string Name, string Value)> origin,
        double retentionMonths)
    {
        ArgumentNullException.ThrowIfNull(composition);
        ArgumentNullException.ThrowIfNull(preparation);
        ArgumentNullException.ThrowIfNull(origin);
        var sheet = new FactSheet(title);
        Add("Motivation", origin, "Apprendre à étiqueter des IRM du cerveau avec très peu d’étiquettes, et mesurer jusqu’où l’on peut aller.");
        Add("Composition", composition);
        Add("Préparation", preparation, "Les fichiers écartés sont mis en quarantaine dans le manifeste, jamais effacés.");
        Add("Usages", [], "Permis : la mission de ce cours. À éviter : toute conclusion médicale, toute comparaison entre hôpitaux, toute tentative de retrouver un patient.");
        Add(
            "Conservation et accès",
            [("Durée de conservation", FrenchNumbers.Count((long)Math.Round(retentionMonths), "mois", "mois"))],
            "Accès réservé à l’équipe du projet, tracé et relu chaque trimestre ; effacement des images et de leurs copies à l’échéance.");
        return sheet;

        void Add(string heading, IEnumerable<(string Name, string Value)> facts, params string[] sentences)
        {
            sheet.Section(heading, sentences);
            foreach ((string name, string value) in facts)
            {
                sheet.Fact(name, value);
            }
        }
    }
}
