using CourseCompanion.BrainScan;
using CourseCompanion.Data;
using CourseCompanion.Display;
using CourseCompanion.Evaluation;
using CourseCompanion.French;

namespace CourseCompanion.Labelling.Simulation;

/// <summary>Time and price of a job on one machine: the central value, and 90 % of the draws.</summary>
/// <param name="Machine">French name of the machine.</param>
/// <param name="Days">Duration in days.</param>
/// <param name="Euros">Price of the machine's hours; the radiologist's are not in it.</param>
/// <param name="Basis">Where the figures come from, in French.</param>
public sealed record MachineForecast(string Machine, ConfidenceInterval Days, ConfidenceInterval Euros, string Basis);

/// <summary>
/// Days and euros of a job: here, on sixteen cores, and with a graphics card. Speed, the engine's cost and prices are drawn from their ranges (Monte Carlo);
/// the sum is that of <see cref="CostModel"/>, but every image goes through once: what a dead worker had is all that is done again.
/// </summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class JobForecast : IDisplayable
{
    private const int ManyCores = 16, CoresPerHourlyPrice = 2;
    private const double HoursPerDay = 24;
    private const string Guess = "hypothèse du cours, à remplacer par un devis";
    private static readonly string[] Columns = ["Machine", "Durée (jours)", "Calcul (euros)", "Mesuré ou supposé"];

    private JobForecast(double images, IReadOnlyList<MachineForecast> machines)
    {
        Images = images;
        Machines = machines;
    }

    /// <summary>Number of images.</summary>
    public double Images { get; }

    /// <summary>This machine, sixteen cores, a graphics card with sixteen cores.</summary>
    public IReadOnlyList<MachineForecast> Machines { get; }

    /// <summary>Price of an hour with a graphics card.</summary>
    public static Assumption GpuHour { get; } = new("gpu_hour", "Heure de machine, un GPU et 16 cœurs", 2.5, 1, 5, "€/h", Guess);

    /// <summary>
    /// Share of the bare pipeline's time that the engine adds to a scan: 0.15 ms an image at most, as <c>course bench labelling</c> measures it on small
    /// images, against some 30 ms that a scan takes on one machine.
    /// </summary>
    /// <remarks>Read off a run of which no file was kept; <c>course bench labelling --json FILE</c> measures it again, as <c>engine_overhead_percent</c>.</remarks>
    public static Assumption EngineOverhead { get; } = new("engine_overhead", "Part du moteur de travaux", 0.01, 0, 0.05, "", "mesuré par ./course bench labelling", IsMeasured: true);

    /// <summary>Computes all three.</summary>
    /// <param name="scenario">Number of images, and the price of an hour of two cores.</param>
    /// <param name="here">Throughput measured on this machine.</param>
    /// <param name="engineOverhead">Share of the bare pipeline's time that the engine adds, as <c>course bench labelling</c> measures it.</param>
    /// <param name="gpuImagesPerSecond">Images per second of the network on a graphics card: an assumption until it is measured.</param>
    /// <param name="draws">Number of draws.</param>
    /// <param name="seed">Seed of the draws.</param>
    public static JobForecast Of(
        CostScenario scenario, Throughput here, Assumption engineOverhead, double gpuImagesPerSecond = 10_000, int draws = 2_000, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(here);
        ArgumentNullException.ThrowIfNull(engineOverhead);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(draws);
        Assumption measured = new("speed_here", "Débit, rapporté à la mesure", 1, 0.7, 1.1, "", "une machine partagée ralentit", IsMeasured: true);
        Assumption projected = new("speed_elsewhere", "Débit, rapporté au calcul", 1, 0.6, 1.3, "", Guess);
        double ratio = ManyCores / (double)CoresPerHourlyPrice;
        Assumption manyHour = scenario.MachineHour with
        {
            Value = scenario.MachineHour.Value * ratio, Low = scenario.MachineHour.Low * ratio, High = scenario.MachineHour.High * ratio,
        };
        return new JobForecast(scenario.Images.Value,
        [
            Draw(here, measured, scenario.MachineHour),
            Draw(here.OnCores(ManyCores), projected, manyHour),
            Draw(here.OnGpu(gpuImagesPerSecond, ManyCores), projected, GpuHour),
        ]);

        MachineForecast Draw(Throughput machine, Assumption speed, Assumption hour)
        {
            List<CostInputs> inputs = [.. Enumerable.Range(0, draws).Select(draw => Inputs(one => one.Quantile(PortableRandom.For(seed, PortableRandom.Series(one.Key), draw).NextUnit())))];
            CostInputs central = Inputs(one => one.Value);
            return new MachineForecast(machine.Machine, Interval(Days), Interval(Euros), machine.Basis);

            CostInputs Inputs(Func<Assumption, double> value) => scenario.Central with
            {
                ImagesPerSecond = machine.ImagesPerSecond * value(speed) / (1 + value(engineOverhead)),
                MachineHour = value(hour),
                Passes = 1,
            };

            ConfidenceInterval Interval(Func<CostInputs, double> figure)
            {
                List<double> sorted = [.. inputs.Select(figure).Order()];
                return new ConfidenceInterval(figure(central), Bootstrap.Percentile(sorted, 0.05), Bootstrap.Percentile(sorted, 0.95), 0.9);
            }
        }

        static double Days(CostInputs inputs) => CostModel.MachineHours(inputs) / HoursPerDay;
        static double Euros(CostInputs inputs) => CostModel.Cost(inputs, 1).Compute;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
    {
        [MimeTypes.Html] = ReportHtml.Table($"{FrenchNumbers.Whole(Images)} images : jours et euros de calcul", Columns, Cells, "Entre parenthèses : neuf tirages sur dix. Les heures du radiologue n’y sont pas."),
        [MimeTypes.PlainText] = ToString(),
    };

    /// <summary>The table as text.</summary>
    /// <returns>French text.</returns>
    public override string ToString() => FrenchText.Typeset(string.Join('\n', Cells.Select(row => $"{row[0]} : {row[1]} jours, {row[2]} € ({row[3]})")));

    private IEnumerable<IReadOnlyList<string>> Cells => Machines.Select(one => (string[])
        [one.Machine, Range(one.Days), Range(one.Euros), one.Basis]);

    private static string Range(ConfidenceInterval interval) =>
        $"{FrenchNumbers.Compact(interval.Estimate)} (de {FrenchNumbers.Compact(interval.Lower)} à {FrenchNumbers.Compact(interval.Upper)})";
}
