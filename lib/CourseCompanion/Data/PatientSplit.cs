namespace CourseCompanion.Data;

/// <summary>
/// Patients to learn from, to choose by and to report on: a patient's slices resemble each other so much that they must all be on one side.
/// The sides have tumours of like volumes. Of the patients to learn from, only the first few may have masks (<see cref="Labelled"/>).
/// </summary>
public sealed class PatientSplit
{
    // So many patients of like volume change places at random.
    private const int StratumSize = 10;

    private PatientSplit(IReadOnlyList<int> train, IReadOnlyList<int> validation, IReadOnlyList<int> test, int seed)
    {
        Train = train;
        Validation = validation;
        Test = test;
        Seed = seed;
    }

    /// <summary>Patients to learn from, in random order: the first of them are those that get masks.</summary>
    public IReadOnlyList<int> Train { get; }

    /// <summary>Patients to choose by: epochs, thresholds, settings. In random order: a few of them are a fair sample.</summary>
    public IReadOnlyList<int> Validation { get; }

    /// <summary>Patients to report on, once. Ascending.</summary>
    public IReadOnlyList<int> Test { get; }

    /// <summary>The seed that drew it.</summary>
    public int Seed { get; }

    /// <summary>Draws a split.</summary>
    /// <param name="set">The set; what is drawn depends on the tumours' volumes, the number of patients and the seed.</param>
    /// <param name="seed">Other seeds give other patients; the same seed gives the same ones on every machine.</param>
    /// <param name="validationShare">Share of the patients to choose by, in (0, 1).</param>
    /// <param name="testShare">Share of the patients to report on, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">The shares leave nobody to learn from.</exception>
    /// <exception cref="ArgumentException">There are too few patients for three sides.</exception>
    public static PatientSplit Draw(SegmentationSet set, int seed = 42, double validationShare = 0.15, double testShare = 0.25)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(validationShare);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(testShare);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(validationShare + testShare, 1, nameof(testShare));
        long[] volume = new long[set.PatientCount];
        foreach ((long patient, long pixels) in set.Patients.cpu().data<long>().ToArray().Zip(set.TumourPixels))
        {
            volume[patient] += pixels;
        }

        // By volume; neighbours then change places at random, so that the seed decides who goes where.
        int[] patients = [.. Enumerable.Range(0, volume.Length).OrderBy(patient => volume[patient]).ThenBy(patient => patient)];
        PortableRandom random = PortableRandom.For(seed, PortableRandom.Series("patients"), volume.Length);
        for (int start = 0; start < patients.Length; start += StratumSize)
        {
            random.Shuffle(patients.AsSpan(start, Math.Min(StratumSize, patients.Length - start)));
        }

        // Each goes to the side that is furthest behind its share: all sides get patients of all volumes.
        double[] shares = [1 - validationShare - testShare, validationShare, testShare];
        List<int>[] sides = [[], [], []];
        for (int place = 0; place < patients.Length; place++)
        {
            int side = Enumerable.Range(0, sides.Length).MaxBy(side => (shares[side] * (place + 1)) - sides[side].Count);
            sides[side].Add(patients[place]);
        }

        if (sides.Any(side => side.Count == 0))
        {
            throw new ArgumentException($"{patients.Length} patients are too few for three sides.", nameof(set));
        }

        int[] train = [.. sides[0]], validation = [.. sides[1]];
        random.Shuffle(train.AsSpan());
        random.Shuffle(validation.AsSpan());
        return new PatientSplit(train, validation, [.. sides[2].Order()], seed);
    }

    /// <summary>
    /// The patients whose masks are known: the first so many of <see cref="Train"/>, so 5 of them are among the 10, and these among the 20.
    /// They are drawn without a look at their masks, as whoever chooses patients to annotate has to.
    /// </summary>
    /// <param name="patients">How many, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many patients to learn from.</exception>
    public IReadOnlyList<int> Labelled(int patients)
    {
        Check(patients);
        return [.. Train.Take(patients)];
    }

    /// <summary>The other patients to learn from: their slices are used, their masks are not.</summary>
    /// <param name="patients">How many have masks, as in <see cref="Labelled"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many patients to learn from.</exception>
    public IReadOnlyList<int> Unlabelled(int patients)
    {
        Check(patients);
        return [.. Train.Skip(patients)];
    }

    private void Check(int patients)
    {
        if (patients < 1 || patients > Train.Count)
        {
            throw new ArgumentOutOfRangeException(nameof(patients), patients, $"There are {Train.Count} patients to learn from: choose 1 to {Train.Count}.");
        }
    }
}
