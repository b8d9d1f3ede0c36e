namespace CourseCompanion.BrainScan;

/// <summary>The figures of one calculation: every assumption of a <see cref="CostScenario"/> at one value.</summary>
public sealed record CostInputs
{
    /// <summary>Images of the whole set.</summary>
    public required double Images { get; init; }

    /// <summary>Images that have a label already.</summary>
    public required double AlreadyLabelled { get; init; }

    /// <summary>Images that a radiologist labels from nothing, for the model to learn from.</summary>
    public required double NewLabels { get; init; }

    /// <summary>Seconds of a radiologist per image labelled from nothing.</summary>
    public required double LabelSeconds { get; init; }

    /// <summary>Seconds of a radiologist per uncertain image, which comes with the model's suggestion.</summary>
    public required double ReviewSeconds { get; init; }

    /// <summary>Automatic labels that a radiologist checks, drawn at random, to know their error.</summary>
    public required double AuditImages { get; init; }

    /// <summary>Euros per hour of a radiologist.</summary>
    public required double RadiologistHour { get; init; }

    /// <summary>Images per second: decoding, resizing, network.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>How often the whole set goes through the network.</summary>
    public required double Passes { get; init; }

    /// <summary>Euros per hour of the machine.</summary>
    public required double MachineHour { get; init; }

    /// <summary>Megabytes per image, with its features.</summary>
    public required double MegabytesPerImage { get; init; }

    /// <summary>How many copies are kept.</summary>
    public required double Copies { get; init; }

    /// <summary>Months of storage.</summary>
    public required double Months { get; init; }

    /// <summary>Euros per gigabyte and month.</summary>
    public required double GigabyteMonth { get; init; }

    /// <summary>Euros whatever the number of images.</summary>
    public required double Fixed { get; init; }
}

/// <summary>Euros by what they buy.</summary>
/// <param name="Labelling">Labels from nothing, for the model to learn from.</param>
/// <param name="Review">Review of the uncertain images.</param>
/// <param name="Audit">Check of a sample of the automatic labels.</param>
/// <param name="Compute">Machine time.</param>
/// <param name="Storage">Storage.</param>
/// <param name="Fixed">Whatever the number of images.</param>
public sealed record CostBreakdown(double Labelling, double Review, double Audit, double Compute, double Storage, double Fixed)
{
    /// <summary>All of it, in euros.</summary>
    public double Total => Labelling + Review + Audit + Compute + Storage + Fixed;

    /// <summary>The parts with their French names, in order.</summary>
    public IReadOnlyList<(string Name, double Euros)> Parts =>
    [
        ("Étiquettes d’apprentissage", Labelling), ("Relecture des cas douteux", Review), ("Contrôle par sondage", Audit),
        ("Calcul", Compute), ("Stockage", Storage), ("Frais fixes", Fixed),
    ];
}

/// <summary>
/// What it costs to label a set of images when the model labels the sure ones and a radiologist reviews the others. One formula a
/// line: a spreadsheet could hold it.
/// </summary>
public static class CostModel
{
    private const double SecondsPerHour = 3600;
    private const double MegabytesPerGigabyte = 1000;

    /// <summary>Costs when a given share of the images is labelled automatically.</summary>
    /// <param name="inputs">The figures.</param>
    /// <param name="automaticShare">Share of the images without a label that the model labels, in [0, 1]; the rest is reviewed.</param>
    /// <returns>Euros.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is outside [0, 1].</exception>
    public static CostBreakdown Cost(CostInputs inputs, double automaticShare)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (automaticShare is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(automaticShare), automaticShare, "A share lies in [0, 1].");
        }

        double toLabel = ToLabel(inputs);
        double automatic = toLabel * automaticShare;
        double reviewed = toLabel - automatic;
        return new CostBreakdown(
            Labelling: inputs.NewLabels * inputs.LabelSeconds / SecondsPerHour * inputs.RadiologistHour,
            Review: reviewed * EurosPerReview(inputs),
            Audit: Math.Min(inputs.AuditImages, automatic) * EurosPerReview(inputs),
            Compute: inputs.Images * inputs.Passes / inputs.ImagesPerSecond / SecondsPerHour * inputs.MachineHour,
            Storage: inputs.Images * inputs.MegabytesPerImage / MegabytesPerGigabyte * inputs.Copies * inputs.Months * inputs.GigabyteMonth,
            Fixed: inputs.Fixed);
    }

    /// <summary>Images that still need a label from the model or from a review.</summary>
    /// <param name="inputs">The figures.</param>
    public static double ToLabel(CostInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return Math.Max(0, inputs.Images - inputs.AlreadyLabelled - inputs.NewLabels);
    }

    /// <summary>Euros of one review.</summary>
    /// <param name="inputs">The figures.</param>
    public static double EurosPerReview(CostInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return inputs.ReviewSeconds / SecondsPerHour * inputs.RadiologistHour;
    }

    /// <summary>The least share that the model has to label by itself for the whole to fit into a budget.</summary>
    /// <param name="inputs">The figures.</param>
    /// <param name="budget">Euros.</param>
    /// <returns>A share in [0, 1]; not-a-number when even a model that labels everything costs more.</returns>
    public static double NeededShare(CostInputs inputs, double budget)
    {
        if (Cost(inputs, 1).Total > budget)
        {
            return double.NaN;
        }

        if (Cost(inputs, 0).Total <= budget)
        {
            return 0;
        }

        // The total falls with the share; below AuditImages labels the audit grows as the review shrinks, so bisect rather than divide.
        (double low, double high) = (0, 1);
        for (int step = 0; step < 60; step++)
        {
            double middle = (low + high) / 2;
            (low, high) = Cost(inputs, middle).Total <= budget ? (low, middle) : (middle, high);
        }

        return high;
    }

    /// <summary>Hours of the machine for the whole set.</summary>
    /// <param name="inputs">The figures.</param>
    public static double MachineHours(CostInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return inputs.Images * inputs.Passes / inputs.ImagesPerSecond / SecondsPerHour;
    }
}
