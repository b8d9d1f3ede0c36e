using System.Diagnostics;
using CourseCompanion.Display;
using CourseCompanion.French;

namespace CourseCompanion.BrainScan;

/// <summary>How fast images go through, measured or projected.</summary>
/// <param name="Machine">French name of the machine.</param>
/// <param name="DecodePerSecond">Images decoded and resized per second, when nothing else runs.</param>
/// <param name="ForwardPerSecond">Images through the network per second, when nothing else runs.</param>
/// <param name="IsMeasured">Whether it was measured; otherwise it is assumed.</param>
/// <param name="Basis">Where the figures come from, in French.</param>
public sealed record Throughput(string Machine, double DecodePerSecond, double ForwardPerSecond, bool IsMeasured, string Basis)
{
    /// <summary>
    /// Images per second from file to features. On one processor the two parts take turns; where the network runs on a device of its own they
    /// overlap, and the slower one decides.
    /// </summary>
    public double ImagesPerSecond => Overlaps
        ? Math.Min(DecodePerSecond, ForwardPerSecond)
        : 1 / ((1 / DecodePerSecond) + (1 / ForwardPerSecond));

    /// <summary>Whether decoding and network run on different devices at the same time.</summary>
    public bool Overlaps { get; init; }

    /// <summary>Time for a number of images.</summary>
    /// <param name="images">How many.</param>
    public TimeSpan For(double images) => TimeSpan.FromSeconds(images / ImagesPerSecond);

    /// <summary>Measures both parts on this machine: the whole of the work, several times, the fastest of each (others share the machine).</summary>
    /// <param name="images">How many images one go takes.</param>
    /// <param name="decode">Decodes and resizes them.</param>
    /// <param name="forward">Puts them through the network.</param>
    /// <param name="repeats">Number of goes after a first one that only warms up.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is not positive.</exception>
    public static Throughput Measure(int images, Action decode, Action forward, int repeats = 3)
    {
        ArgumentNullException.ThrowIfNull(decode);
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(images);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(repeats);
        return new Throughput(
            $"Ici, {FrenchNumbers.Count(Environment.ProcessorCount, "cœur")}", images / Fastest(decode), images / Fastest(forward), true,
            $"mesuré sur {FrenchNumbers.Count(images, "image")}, meilleur de {repeats} essais");

        double Fastest(Action work)
        {
            work();
            return Enumerable.Range(0, repeats).Min(_ =>
            {
                long start = Stopwatch.GetTimestamp();
                work();
                return Stopwatch.GetElapsedTime(start).TotalSeconds;
            });
        }
    }

    /// <summary>The same work on more cores.</summary>
    /// <param name="cores">Number of cores there.</param>
    /// <param name="efficiency">Share of the ideal gain that is kept, in (0, 1]: memory is shared.</param>
    public Throughput OnCores(int cores, double efficiency = 0.7)
    {
        double gain = Math.Max(1, cores * efficiency / Environment.ProcessorCount);
        return new Throughput(
            FrenchNumbers.Count(cores, "cœur"), DecodePerSecond * gain, ForwardPerSecond * gain, false,
            $"supposé : la mesure d’ici, multipliée par le rapport des nombres de cœurs, {FrenchNumbers.Whole(cores)} / {FrenchNumbers.Whole(Environment.ProcessorCount)}, et par {FrenchNumbers.Percent(efficiency, 0)} d’efficacité");
    }

    /// <summary>The network on a graphics card, the decoding on the cores beside it.</summary>
    /// <param name="forwardPerSecond">Images per second of the card: an assumption until it is measured.</param>
    /// <param name="cores">Cores that decode for it.</param>
    /// <param name="efficiency">Share of the ideal gain of the cores that is kept.</param>
    public Throughput OnGpu(double forwardPerSecond, int cores = 16, double efficiency = 0.7)
    {
        Throughput host = OnCores(cores, efficiency);
        return new Throughput(
            $"Un GPU et {FrenchNumbers.Count(cores, "cœur")}", host.DecodePerSecond, forwardPerSecond, false,
            $"supposé : {FrenchNumbers.Whole(forwardPerSecond)} images/s pour le réseau ; le décodage reste sur les cœurs")
        {
            Overlaps = true,
        };
    }
}

/// <summary>Throughputs side by side, with the time that a number of images takes.</summary>
/// <param name="images">Number of images.</param>
/// <param name="machines">The machines.</param>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class ThroughputTable(double images, params IReadOnlyList<Throughput> machines) : IDisplayable
{
    private static readonly string[] Columns = ["Machine", "Décodage", "Réseau", "Ensemble", "Durée", "Mesuré ou supposé"];

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
    {
        [MimeTypes.Html] = ReportHtml.Table($"{FrenchNumbers.Whole(images)} images, du fichier aux descripteurs", Columns, Rows),
        [MimeTypes.PlainText] = ToString(),
    };

    /// <summary>The table as text.</summary>
    /// <returns>French text.</returns>
    public override string ToString() => FrenchText.Typeset(string.Join('\n', Rows.Select(row => $"{row[0]} : {row[3]}, {row[4]} ({row[5]})")));

    private IEnumerable<IReadOnlyList<string>> Rows => machines.Select(one => (string[])
    [
        one.Machine, Speed(one.DecodePerSecond), Speed(one.ForwardPerSecond), Speed(one.ImagesPerSecond), FrenchNumbers.Duration(one.For(images)), one.Basis,
    ]);

    private static string Speed(double perSecond) => FrenchNumbers.Whole(perSecond) + FrenchNumbers.NoBreakSpace + "images/s";
}
