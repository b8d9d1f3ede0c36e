using CourseCompanion.Display;
using CourseCompanion.French;

namespace CourseCompanion.BrainScan;

/// <summary>
/// A project to label images: its budget, the error it accepts, and every assumption of its cost with unit, source and range.
/// </summary>
/// <remarks>
/// What is assumed here is assumed for teaching: a real project replaces prices by its own quotes and times by its own stopwatch. The
/// salaries of engineers are left out.
/// </remarks>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed record CostScenario : IDisplayable
{
    private const string Guess = "hypothèse du cours, à remplacer par un devis";

    /// <summary>French name.</summary>
    public required string Name { get; init; }

    /// <summary>Euros available.</summary>
    public required double Budget { get; init; }

    /// <summary>Largest share of wrong labels among the automatic ones, in (0, 1).</summary>
    public double MaximalError { get; init; } = 0.02;

    /// <summary>Images of the whole set.</summary>
    public required Assumption Images { get; init; }

    /// <summary>Images that have a label already.</summary>
    public Assumption AlreadyLabelled { get; init; } = Assumption.Known("already_labelled", "Images déjà étiquetées", 100, "images", "le jeu de la mission");

    /// <summary>Images labelled from nothing, for the model to learn from.</summary>
    public Assumption NewLabels { get; init; } = Assumption.Known("new_labels", "Nouvelles étiquettes d’apprentissage", 0, "images", "choix du projet");

    /// <summary>Seconds per image labelled from nothing.</summary>
    public Assumption LabelSeconds { get; init; } = new("label_seconds", "Temps pour étiqueter une image", 30, 15, 60, "s", Guess);

    /// <summary>Seconds per reviewed image.</summary>
    public Assumption ReviewSeconds { get; init; } = new("review_seconds", "Temps pour relire une image", 15, 8, 40, "s", Guess);

    /// <summary>Automatic labels checked by a radiologist.</summary>
    public Assumption AuditImages { get; init; } = Assumption.Known("audit_images", "Étiquettes contrôlées par sondage", 0, "images", "choix du projet");

    /// <summary>Euros per hour of a radiologist.</summary>
    public Assumption RadiologistHour { get; init; } = new("radiologist_hour", "Heure de radiologue", 80, 50, 150, "€/h", Guess);

    /// <summary>Images per second.</summary>
    public required Assumption ImagesPerSecond { get; init; }

    /// <summary>How often the whole set goes through the network.</summary>
    public Assumption Passes { get; init; } = new("passes", "Passages de l’ensemble dans le réseau", 1.5, 1, 4, "passages", "un essai raté se recalcule ; hypothèse du cours");

    /// <summary>Euros per hour of the machine.</summary>
    public Assumption MachineHour { get; init; } = new("machine_hour", "Heure de machine, deux cœurs", 0.10, 0.05, 0.25, "€/h", Guess);

    /// <summary>Megabytes per image with its features.</summary>
    public Assumption MegabytesPerImage { get; init; } = new("megabytes_per_image", "Taille d’une image et de ses descripteurs", 0.03, 0.02, 0.06, "Mo", Guess);

    /// <summary>Copies kept.</summary>
    public Assumption Copies { get; init; } = new("copies", "Copies conservées", 2, 2, 3, "copies", "une sauvegarde ailleurs ; choix du projet");

    /// <summary>Months of storage.</summary>
    public Assumption Months { get; init; } = new("months", "Durée de conservation", 24, 12, 60, "mois", "politique de conservation du projet ; hypothèse du cours");

    /// <summary>Euros per gigabyte and month.</summary>
    public Assumption GigabyteMonth { get; init; } = new("gigabyte_month", "Stockage certifié, par gigaoctet", 0.05, 0.02, 0.12, "€/Go/mois", Guess);

    /// <summary>Euros whatever the number of images.</summary>
    public Assumption Fixed { get; init; } = new("fixed", "Frais fixes (pseudonymisation, accès)", 0, 0, 0, "€", "choix du projet");

    /// <summary>All assumptions, in the order of the calculation.</summary>
    public IReadOnlyList<Assumption> Assumptions =>
    [
        Images, AlreadyLabelled, NewLabels, LabelSeconds, ReviewSeconds, AuditImages, RadiologistHour, ImagesPerSecond, Passes, MachineHour,
        MegabytesPerImage, Copies, Months, GigabyteMonth, Fixed,
    ];

    /// <summary>The mission's own set: 1,506 files, 100 of them labelled, 300 euros.</summary>
    /// <param name="images">Images that are left once unreadable files and copies are gone.</param>
    /// <param name="labelled">How many of them have a label.</param>
    /// <param name="imagesPerSecond">Measured throughput of this machine.</param>
    /// <param name="megabytesPerImage">Measured mean size of a file and its features.</param>
    public static CostScenario ThisSet(double images, double labelled, double imagesPerSecond, double megabytesPerImage) => new()
    {
        Name = "Ce jeu, 300 €",
        Budget = 300,
        Images = Assumption.Known("images", "Images à étiqueter en tout", images, "images", "comptées après le contrôle qualité", isMeasured: true),
        AlreadyLabelled = Assumption.Known("already_labelled", "Images déjà étiquetées", labelled, "images", "comptées après le contrôle qualité", isMeasured: true),
        AuditImages = Assumption.Known("audit_images", "Étiquettes contrôlées par sondage", 100, "images", "choix du projet"),
        ImagesPerSecond = Throughput(imagesPerSecond),
        MegabytesPerImage = Size(megabytesPerImage),
    };

    /// <summary>Four million images, 5,000 euros.</summary>
    /// <param name="labelled">How many images have a label.</param>
    /// <param name="imagesPerSecond">Measured throughput of this machine.</param>
    /// <param name="megabytesPerImage">Measured mean size of a file and its features.</param>
    public static CostScenario FourMillion(double labelled, double imagesPerSecond, double megabytesPerImage) => new()
    {
        Name = "Quatre millions, 5 000 €",
        Budget = 5_000,
        Images = Assumption.Known("images", "Images à étiqueter en tout", 4_000_000, "images", "la question de la mission"),
        AlreadyLabelled = Assumption.Known("already_labelled", "Images déjà étiquetées", labelled, "images", "comptées après le contrôle qualité", isMeasured: true),
        NewLabels = Assumption.Known("new_labels", "Nouvelles étiquettes d’apprentissage", 1_000, "images", "choix du projet"),
        AuditImages = Assumption.Known("audit_images", "Étiquettes contrôlées par sondage", 1_000, "images", "choix du projet : erreur connue à un point près"),
        ImagesPerSecond = Throughput(imagesPerSecond),
        MegabytesPerImage = Size(megabytesPerImage),
        Fixed = new Assumption("fixed", "Frais fixes (pseudonymisation, accès)", 500, 200, 2_000, "€", Guess),
    };

    /// <summary>The figures of one calculation.</summary>
    /// <param name="value">The value that an assumption takes.</param>
    public CostInputs Inputs(Func<Assumption, double> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new CostInputs
        {
            Images = value(Images),
            AlreadyLabelled = value(AlreadyLabelled),
            NewLabels = value(NewLabels),
            LabelSeconds = value(LabelSeconds),
            ReviewSeconds = value(ReviewSeconds),
            AuditImages = value(AuditImages),
            RadiologistHour = value(RadiologistHour),
            ImagesPerSecond = value(ImagesPerSecond),
            Passes = value(Passes),
            MachineHour = value(MachineHour),
            MegabytesPerImage = value(MegabytesPerImage),
            Copies = value(Copies),
            Months = value(Months),
            GigabyteMonth = value(GigabyteMonth),
            Fixed = value(Fixed),
        };
    }

    /// <summary>The figures when every assumption takes its most likely value.</summary>
    public CostInputs Central => Inputs(assumption => assumption.Value);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() =>
        new Dictionary<string, string> { [MimeTypes.Html] = ToHtml(), [MimeTypes.PlainText] = ToString() };

    /// <summary>The assumptions, one a line.</summary>
    /// <returns>French text.</returns>
    public override string ToString() => FrenchText.Typeset(string.Join('\n', (string[])
    [
        $"{Name} : budget {FrenchNumbers.Whole(Budget)} €, erreur admise {FrenchNumbers.Percent(MaximalError, 0)}",
        .. Assumptions.Select(one => $"{one.Name} : {FrenchNumbers.Compact(one.Value)} {one.Unit}{Range(one)} ({Kind(one)}, {one.Source})"),
    ]));

    private static Assumption Throughput(double imagesPerSecond) => new(
        "images_per_second", "Débit mesuré ici", imagesPerSecond, 0.7 * imagesPerSecond, 1.1 * imagesPerSecond, "images/s", "mesuré dans ce notebook", IsMeasured: true);

    private static Assumption Size(double megabytes) => new(
        "megabytes_per_image", "Taille d’une image et de ses descripteurs", megabytes, 0.8 * megabytes, 2 * megabytes, "Mo",
        "mesurée ici sur des JPEG ; une coupe DICOM non compressée pèse vingt fois plus", IsMeasured: true);

    private static string Range(Assumption one) => one.IsUncertain ? $", de {FrenchNumbers.Compact(one.Low)} à {FrenchNumbers.Compact(one.High)}" : "";

    private static string Kind(Assumption one) => one.IsMeasured ? "mesuré" : "supposé";

    private string ToHtml() => ReportHtml.Table(
        $"Hypothèses : {Name}",
        ["Hypothèse", "Valeur", "Fourchette", "Unité", "Mesuré ou supposé", "Source"],
        Assumptions.Select(one => (string[])
        [
            one.Name, FrenchNumbers.Compact(one.Value), one.IsUncertain ? $"{FrenchNumbers.Compact(one.Low)} à {FrenchNumbers.Compact(one.High)}" : "—",
            one.Unit, Kind(one), one.Source,
        ]),
        note: $"Budget : {FrenchNumbers.Whole(Budget)} € ; erreur admise parmi les étiquettes automatiques : {FrenchNumbers.Percent(MaximalError, 0)}. Salaires des ingénieurs non compris.");
}
