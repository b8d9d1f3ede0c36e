using CourseCompanion.Charts.Plotly;
using CourseCompanion.Evaluation;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    /// <summary>
    /// Reliability diagram (Guo et al., "On calibration of modern neural networks", 2017): accuracy against confidence, the gap to the
    /// diagonal hatched, the expected calibration error in the title.
    /// </summary>
    /// <param name="title">French title; the error is added to it.</param>
    /// <param name="bins">The bins (<see cref="Calibration.ReliabilityBins(TorchSharp.torch.Tensor, TorchSharp.torch.Tensor, int)"/>); empty ones are left out.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">No bin holds an image, or a bin's share is not between 0 and 1.</exception>
    public static Figure ReliabilityDiagram(string title, IEnumerable<ReliabilityBin> bins)
    {
        ArgumentNullException.ThrowIfNull(bins);
        ReliabilityBin[] filled = [.. bins.Where(bin => bin.Count > 0)];
        if (filled.Length == 0)
        {
            throw new ArgumentException($"No bin of chart '{title}' holds an image.", nameof(bins));
        }

        foreach (var bin in filled)
        {
            double[] shares = [bin.Lower, bin.Upper, bin.Confidence, bin.Accuracy];
            if (!Array.TrueForAll(shares, share => share is >= 0 and <= 1) || bin.Upper <= bin.Lower)
            {
                throw new ArgumentException($"{bin} of chart '{title}' is not a bin of shares between 0 and 1.", nameof(bins));
            }
        }

        var total = filled.Sum(bin => bin.Count);
        var error = Calibration.ExpectedCalibrationError(filled);
        var centers = PlotData.Of(filled.Select(bin => 50 * (bin.Lower + bin.Upper)));
        var widths = PlotData.Of(filled.Select(bin => 100 * (bin.Upper - bin.Lower)));
        var hover = PlotData.Of(filled.Select(bin => FrenchText.Typeset(
            $"Confiance de {FrenchNumbers.Percent(bin.Lower, 0)} à {FrenchNumbers.Percent(bin.Upper, 0)}\n"
            + $"{FrenchNumbers.Count(bin.Count, "image")}\nConfiance moyenne : {FrenchNumbers.Percent(bin.Confidence)}\n"
            + $"Exactitude : {FrenchNumbers.Percent(bin.Accuracy)}")));

        Axis confidence = Axis.Percent("Confiance du modèle") with { Minimum = 0, Maximum = 1 };
        Axis accuracy = Axis.Percent("Exactitude observée") with { Minimum = 0, Maximum = 1 };
        var fullTitle = $"{title} (ECE : {FrenchNumbers.Percent(error)})";
        var layout = Theme.Layout(fullTitle, ["Exactitude observée", "Écart à la confiance", "Calibration parfaite"]);
        var figure = new Figure
        {
            Traces =
            [
                new BarTrace
                {
                    Name = "Exactitude observée",
                    X = centers,
                    Y = PlotData.Of(filled.Select(bin => 100 * bin.Accuracy)),
                    Width = widths,
                    Text = hover,
                    TextPosition = "none",
                    Marker = BarMarker(0),
                    HoverTemplate = HoverTemplate("%{text}"),
                },
                new BarTrace
                {
                    Name = "Écart à la confiance",
                    X = centers,
                    Y = PlotData.Of(filled.Select(bin => 100 * Math.Abs(bin.Confidence - bin.Accuracy))),
                    Base = PlotData.Of(filled.Select(bin => 100 * Math.Min(bin.Confidence, bin.Accuracy))),
                    Width = widths,
                    Text = hover,
                    TextPosition = "none",
                    Opacity = 0.75,
                    Marker = BarMarker(1),
                    HoverTemplate = HoverTemplate("%{text}"),
                },
                new ScatterTrace
                {
                    Name = "Calibration parfaite",
                    X = PlotData.Of([0.0, 100.0]),
                    Y = PlotData.Of([0.0, 100.0]),
                    Mode = ScatterMode.Lines,
                    Line = new Line { Color = Palette.Ink, Width = 2, Dash = "dash" },
                    HoverInfo = "skip",
                },
            ],
            Layout = layout with
            {
                BarMode = "overlay",
                Height = layout.Height + 60,
                XAxes = [Theme.NumberAxis(confidence, [])],
                YAxes = [Theme.NumberAxis(accuracy, [])],
            },
        };
        var gaps = filled.Select(bin =>
            $"confiance {FrenchNumbers.Percent(bin.Confidence, 0)}, exactitude {FrenchNumbers.Percent(bin.Accuracy, 0)}");
        return figure with
        {
            AltText = FrenchText.Typeset(
                $"Diagramme de fiabilité « {title} », {FrenchNumbers.Count(total, "image")}. Erreur de calibration attendue (ECE) : "
                + $"{FrenchNumbers.Percent(error)}. Par tranche de confiance : {string.Join(" ; ", gaps)}."),
        };
    }
}
