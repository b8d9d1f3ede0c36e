using System.Globalization;
using System.Text;
using CourseCompanion.Display;
using CourseCompanion.French;
using Microsoft.Data.Analysis;
using TorchSharp;

namespace CourseCompanion.Evaluation;

/// <summary>What was measured on one patient.</summary>
/// <param name="Name">The patient.</param>
/// <param name="Slices">His slices.</param>
/// <param name="TumourPixels">Pixels of tumour in all of them.</param>
/// <param name="Dice">Dice coefficient over all slices, in [0, 1]; not-a-number without a tumour.</param>
/// <param name="Hausdorff95">95th percentile of the distance between outlines, in pixels; not-a-number without a tumour.</param>
/// <param name="Lesions">His lesions, slice by slice.</param>
/// <param name="FalsePositives">Predicted parts that touch no lesion.</param>
/// <param name="EmptySlices">Slices without tumour.</param>
/// <param name="CleanSlices">Those of them where nothing was painted.</param>
public sealed record PatientFigures(
    string Name, int Slices, long TumourPixels, double Dice, double Hausdorff95, IReadOnlyList<Lesion> Lesions, int FalsePositives, int EmptySlices, int CleanSlices);

/// <summary>
/// Everything the course reports about a segmentation, patient by patient: Dice, distance of the outlines, lesions found by size, false alarms,
/// slices without tumour. Intervals resample patients, for the slices of one say much the same.
/// </summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class SegmentationReport : IDisplayable
{
    private SegmentationReport(IReadOnlyList<PatientFigures> patients) => Patients = patients;

    /// <summary>The figures of each patient.</summary>
    public IReadOnlyList<PatientFigures> Patients { get; }

    /// <summary>Mean of the patients' Dice, in [0, 1]; patients without a tumour are left out. Not-a-number if all are.</summary>
    public double MeanDice => Dice(Patients);

    /// <summary>Mean of the patients' distance between outlines, in pixels; patients without a tumour are left out.</summary>
    public double MeanHausdorff95 => Hausdorff(Patients);

    /// <summary>Share of the slices without tumour where nothing was painted, in [0, 1].</summary>
    public double CleanShare => Clean(Patients);

    /// <summary>Predicted parts that touch no lesion, on average per patient.</summary>
    public double FalsePositivesPerPatient => FalseAlarms(Patients);

    /// <summary>Share of the lesions of which at least half was found.</summary>
    /// <param name="size">Those of one size only; all if null.</param>
    /// <returns>A value in [0, 1]; not-a-number if there is no such lesion.</returns>
    public double LesionRecall(LesionSize? size = null) => Evaluation.LesionRecall.Recall(Patients.SelectMany(patient => patient.Lesions), size);

    /// <summary>Evaluates predicted masks.</summary>
    /// <param name="predicted">Predicted masks [N, H, W] of zeros and ones, of any integer type or bool: <c>logits.argmax(1)</c>.</param>
    /// <param name="masks">True masks [N, H, W] of zeros and ones, in the same order.</param>
    /// <param name="patients">int64 [N], each slice's patient, numbered from 0 to P - 1.</param>
    /// <param name="names">The patients' names; their numbers, from 1, if null.</param>
    /// <exception cref="ArgumentException">Shapes, types, values or the number of names do not fit.</exception>
    public static SegmentationReport Compute(torch.Tensor predicted, torch.Tensor masks, torch.Tensor patients, IReadOnlyList<string>? names = null)
    {
        MaskStack stack = new(predicted, masks, patients);
        if (names is not null && names.Count != stack.PatientCount)
        {
            throw new ArgumentException($"There are {stack.PatientCount} patients but {names.Count} names.", nameof(names));
        }

        double[] dice = DicePerPatient.Compute(stack), distances = HausdorffDistance.Compute(stack);
        ILookup<int, Lesion> lesions = Evaluation.LesionRecall.Lesions(stack).ToLookup(lesion => lesion.Patient);
        int[] falsePositives = Evaluation.LesionRecall.FalsePositives(stack);
        (int Empty, int Clean)[] empty = EmptySlices.Count(stack);
        int[] slices = [.. Enumerable.Range(0, stack.PatientCount).Select(patient => stack.Patients.Count(other => other == patient))];
        return new SegmentationReport(
        [
            .. Enumerable.Range(0, stack.PatientCount).Select(patient => new PatientFigures(
                names?[patient] ?? string.Create(CultureInfo.InvariantCulture, $"{patient + 1}"),
                slices[patient],
                lesions[patient].Sum(lesion => (long)lesion.Pixels),
                dice[patient],
                distances[patient],
                [.. lesions[patient]],
                falsePositives[patient],
                empty[patient].Empty,
                empty[patient].Clean)),
        ]);
    }

    /// <summary>Mean Dice of some patients: those without a tumour are left out.</summary>
    /// <param name="patients">The patients.</param>
    public static double Dice(IReadOnlyList<PatientFigures> patients) => Mean(patients, patient => patient.Dice);

    /// <summary>Mean distance between outlines of some patients, in pixels: those without a tumour are left out.</summary>
    /// <param name="patients">The patients.</param>
    public static double Hausdorff(IReadOnlyList<PatientFigures> patients) => Mean(patients, patient => patient.Hausdorff95);

    /// <summary>Share of the small lesions of some patients that were found.</summary>
    /// <param name="patients">The patients.</param>
    public static double SmallLesions(IReadOnlyList<PatientFigures> patients)
    {
        ArgumentNullException.ThrowIfNull(patients);
        return Evaluation.LesionRecall.Recall(patients.SelectMany(patient => patient.Lesions), LesionSize.Small);
    }

    /// <summary>Share of the slices without tumour of some patients where nothing was painted.</summary>
    /// <param name="patients">The patients.</param>
    public static double Clean(IReadOnlyList<PatientFigures> patients)
    {
        ArgumentNullException.ThrowIfNull(patients);
        return EmptySlices.CleanShare(patients.Select(patient => (patient.EmptySlices, patient.CleanSlices)));
    }

    /// <summary>Predicted parts that touch no lesion, on average per patient.</summary>
    /// <param name="patients">The patients.</param>
    public static double FalseAlarms(IReadOnlyList<PatientFigures> patients) => Mean(patients, patient => patient.FalsePositives);

    /// <summary>Percentile bootstrap interval over patients: how far a figure would move with other patients, not with another training run.</summary>
    /// <param name="figure">The figure of some patients, such as <see cref="SmallLesions"/>; <see cref="Dice"/> if null.</param>
    /// <param name="level">Confidence level in (0, 1).</param>
    /// <param name="resamples">Number of resamples.</param>
    /// <param name="seed">Seed of the resampling.</param>
    public ConfidenceInterval Interval(Func<IReadOnlyList<PatientFigures>, double>? figure = null, double level = 0.95, int resamples = 1000, int seed = 42)
    {
        figure ??= Dice;
        return Bootstrap.ConfidenceInterval(Patients.Count, drawn => figure([.. drawn.Select(patient => Patients[patient])]), level, resamples, seed);
    }

    /// <summary>
    /// Percentile bootstrap interval of the difference of two reports on the same patients. Each resample takes the same patients for both: what
    /// makes a tumour hard for one method often does so for the other.
    /// </summary>
    /// <param name="first">One report.</param>
    /// <param name="second">One on the same patients in the same order; its figure is subtracted.</param>
    /// <param name="figure">The figure of some patients; <see cref="Dice"/> if null.</param>
    /// <param name="level">Confidence level in (0, 1).</param>
    /// <param name="resamples">Number of resamples.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <exception cref="ArgumentException">The reports are about other patients.</exception>
    public static ConfidenceInterval Difference(
        SegmentationReport first, SegmentationReport second, Func<IReadOnlyList<PatientFigures>, double>? figure = null, double level = 0.95, int resamples = 1000, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (!first.Patients.Select(patient => (patient.Name, patient.TumourPixels)).SequenceEqual(second.Patients.Select(patient => (patient.Name, patient.TumourPixels))))
        {
            throw new ArgumentException("The two reports are about other patients: a paired difference needs the same ones in the same order.", nameof(second));
        }

        figure ??= Dice;
        double Figure(SegmentationReport report, IReadOnlyList<int> drawn) => figure([.. drawn.Select(patient => report.Patients[patient])]);
        return Bootstrap.ConfidenceInterval(first.Patients.Count, drawn => Figure(first, drawn) - Figure(second, drawn), level, resamples, seed);
    }

    /// <summary>One row a patient.</summary>
    /// <returns>« Patient », « Coupes », « Pixels de tumeur », « Dice », « Hausdorff 95 (px) », « Foyers », « Trouvés », « Petits », « Petits trouvés », « Fausses alertes », « Coupes sans tumeur », « Restées vierges ».</returns>
    public DataFrame ToDataFrame()
    {
        int Lesions(PatientFigures patient, bool foundOnly, LesionSize? size = null) => patient.Lesions.Count(lesion => (!foundOnly || lesion.IsFound) && (size is null || lesion.Size == size));
        return new DataFrame(
            new StringDataFrameColumn("Patient", Patients.Select(patient => patient.Name)),
            new Int32DataFrameColumn("Coupes", Patients.Select(patient => patient.Slices)),
            new Int64DataFrameColumn("Pixels de tumeur", Patients.Select(patient => patient.TumourPixels)),
            new DoubleDataFrameColumn("Dice", Patients.Select(patient => patient.Dice)),
            new DoubleDataFrameColumn("Hausdorff 95 (px)", Patients.Select(patient => patient.Hausdorff95)),
            new Int32DataFrameColumn("Foyers", Patients.Select(patient => Lesions(patient, foundOnly: false))),
            new Int32DataFrameColumn("Trouvés", Patients.Select(patient => Lesions(patient, foundOnly: true))),
            new Int32DataFrameColumn("Petits", Patients.Select(patient => Lesions(patient, foundOnly: false, LesionSize.Small))),
            new Int32DataFrameColumn("Petits trouvés", Patients.Select(patient => Lesions(patient, foundOnly: true, LesionSize.Small))),
            new Int32DataFrameColumn("Fausses alertes", Patients.Select(patient => patient.FalsePositives)),
            new Int32DataFrameColumn("Coupes sans tumeur", Patients.Select(patient => patient.EmptySlices)),
            new Int32DataFrameColumn("Restées vierges", Patients.Select(patient => patient.CleanSlices)));
    }

    /// <summary>Several methods on the same patients, one row each.</summary>
    /// <param name="reports">The methods and what they achieved.</param>
    /// <returns>« Méthode », « Dice », « Dice bas » and « Dice haut » (interval over patients), « Hausdorff 95 (px) », « Foyers trouvés », « Petits foyers trouvés », « Fausses alertes par patient », « Coupes vierges ».</returns>
    public static DataFrame Compare(params IReadOnlyList<(string Method, SegmentationReport Report)> reports)
    {
        ArgumentNullException.ThrowIfNull(reports);
        ConfidenceInterval[] dice = [.. reports.Select(entry => entry.Report.Interval())];
        return new DataFrame(
            new StringDataFrameColumn("Méthode", reports.Select(entry => entry.Method)),
            new DoubleDataFrameColumn("Dice", dice.Select(interval => interval.Estimate)),
            new DoubleDataFrameColumn("Dice bas", dice.Select(interval => interval.Lower)),
            new DoubleDataFrameColumn("Dice haut", dice.Select(interval => interval.Upper)),
            new DoubleDataFrameColumn("Hausdorff 95 (px)", reports.Select(entry => entry.Report.MeanHausdorff95)),
            new DoubleDataFrameColumn("Foyers trouvés", reports.Select(entry => entry.Report.LesionRecall())),
            new DoubleDataFrameColumn("Petits foyers trouvés", reports.Select(entry => entry.Report.LesionRecall(LesionSize.Small))),
            new DoubleDataFrameColumn("Fausses alertes par patient", reports.Select(entry => entry.Report.FalsePositivesPerPatient)),
            new DoubleDataFrameColumn("Coupes vierges", reports.Select(entry => entry.Report.CleanShare)));
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
    {
        [MimeTypes.Html] = ToHtml(),
        [MimeTypes.PlainText] = ToString(),
    };

    /// <summary>The figures with their intervals as aligned text.</summary>
    /// <returns>French text.</returns>
    public override string ToString()
    {
        (string Name, string Value, string Interval)[] rows = [.. Rows()];
        StringBuilder text = new(FrenchText.Typeset(Title));
        foreach ((string name, string value, string interval) in rows)
        {
            text.Append('\n').Append(name.PadRight(rows.Max(row => row.Name.Length))).Append("  ").Append(value.PadLeft(rows.Max(row => row.Value.Length))).Append("  ").Append(interval);
        }

        return text.ToString();
    }

    private string Title => $"Segmentation : {FrenchNumbers.Count(Patients.Count, "patient")}, {FrenchNumbers.Count(Patients.Sum(patient => patient.Slices), "coupe")} "
        + "(intervalles à 95 %, patients rééchantillonnés)";

    private IEnumerable<(string Name, string Value, string Interval)> Rows()
    {
        static string Share(double value) => FrenchNumbers.Percent(value);
        static string Number(double value) => FrenchNumbers.Number(value);
        Lesion[] lesions = [.. Patients.SelectMany(patient => patient.Lesions)];
        (string, Func<IReadOnlyList<PatientFigures>, double>, Func<double, string>)[] figures =
        [
            ("Dice par patient", Dice, value => FrenchNumbers.Number(value, 3)),
            ("Hausdorff 95 (pixels)", Hausdorff, Number),
            ($"Foyers trouvés ({FrenchNumbers.Whole(lesions.Length)})", Recalled(null), Share),
            ($"dont petits, moins de 0,5 % de la coupe ({FrenchNumbers.Whole(lesions.Count(lesion => lesion.Size == LesionSize.Small))})", SmallLesions, Share),
            ($"dont moyens ({FrenchNumbers.Whole(lesions.Count(lesion => lesion.Size == LesionSize.Medium))})", Recalled(LesionSize.Medium), Share),
            ($"dont grands, à partir de 2,5 % ({FrenchNumbers.Whole(lesions.Count(lesion => lesion.Size == LesionSize.Large))})", Recalled(LesionSize.Large), Share),
            ("Fausses alertes par patient", FalseAlarms, Number),
            ($"Coupes sans tumeur restées vierges ({FrenchNumbers.Whole(Patients.Sum(patient => patient.EmptySlices))})", Clean, Share),
        ];
        foreach ((string name, Func<IReadOnlyList<PatientFigures>, double> figure, Func<double, string> written) in figures)
        {
            ConfidenceInterval interval = Interval(figure);
            yield return (FrenchText.Typeset(name), written(interval.Estimate), double.IsNaN(interval.Estimate) ? "" : FrenchText.Typeset($"[{written(interval.Lower)} ; {written(interval.Upper)}]"));
        }
    }

    private static Func<IReadOnlyList<PatientFigures>, double> Recalled(LesionSize? size) =>
        patients => Evaluation.LesionRecall.Recall(patients.SelectMany(patient => patient.Lesions), size);

    private static double Mean(IReadOnlyList<PatientFigures> patients, Func<PatientFigures, double> figure)
    {
        ArgumentNullException.ThrowIfNull(patients);
        double[] known = [.. patients.Select(figure).Where(double.IsFinite)];
        return known.Length == 0 ? double.NaN : known.Average();
    }

    private string ToHtml()
    {
        const string Cell = "padding: 3px 10px; border-bottom: 1px solid #DDDDDD";
        StringBuilder html = new();
        html.Append(CultureInfo.InvariantCulture, $"<table style=\"border-collapse: collapse; background: #FFFFFF; color: #1A1A1A; font-family: sans-serif\"><caption style=\"text-align: left; padding: 4px 0\"><strong>{FrenchText.ToHtml(Title)}</strong></caption>");
        html.Append(CultureInfo.InvariantCulture, $"<thead><tr><th scope=\"col\" style=\"{Cell}; text-align: left\">Mesure</th><th scope=\"col\" style=\"{Cell}; text-align: right\">Valeur</th><th scope=\"col\" style=\"{Cell}; text-align: left\">Intervalle</th></tr></thead><tbody>");
        foreach ((string name, string value, string interval) in Rows())
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\" style=\"{Cell}; text-align: left; font-weight: normal\">{FrenchText.Encode(name)}</th><td style=\"{Cell}; text-align: right\">{FrenchText.Encode(value)}</td><td style=\"{Cell}\">{FrenchText.Encode(interval)}</td></tr>");
        }

        return html.Append("</tbody></table>").ToString();
    }
}
