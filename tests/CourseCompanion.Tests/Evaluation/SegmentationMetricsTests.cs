using System.Text.Json;
using CourseCompanion.Display;
using CourseCompanion.Evaluation;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Evaluation;

public class SegmentationMetricsTests
{
    private static readonly JsonElement Values = Golden.Load("Evaluation", "segmentation_golden.json");

    [Fact]
    public void Two_masks_agree_with_the_definitions()
    {
        foreach (JsonElement pair in Values.GetProperty("pairs").EnumerateArray())
        {
            (byte[] predicted, int height, int width) = Mask(pair.GetProperty("predicted"));
            byte[] truth = Mask(pair.GetProperty("truth")).Pixels;

            Assert.Equal(pair.GetProperty("dice").GetDouble(), DicePerPatient.Coefficient(predicted, truth), 1e-12);
            Assert.Equal(pair.GetProperty("hausdorff95").GetDouble(), HausdorffDistance.Percentile95(predicted, truth, height, width), 1e-9);
            Assert.Equal(pair.GetProperty("parts").Longs(), ConnectedComponents.Find(truth, height, width).Select(part => (long)part.Count).Order());
            DistanceTransform distances = new(truth, height, width);
            Assert.Equal(pair.GetProperty("squared_distances").Longs(), Enumerable.Range(0, truth.Length).Select(place => (long)Math.Round(Math.Pow(distances.At(place / width, place % width), 2))));
        }
    }

    [Fact]
    public void A_report_agrees_with_the_definitions_patient_by_patient()
    {
        using var scope = NewDisposeScope();
        (Tensor predicted, Tensor masks, Tensor patients) = Stack();
        SegmentationReport report = SegmentationReport.Compute(predicted, masks, patients, ["a", "b", "c", "d"]);
        JsonElement[] golden = [.. Values.GetProperty("stack").GetProperty("figures").EnumerateArray()];
        Assert.Equal(["a", "b", "c", "d"], report.Patients.Select(patient => patient.Name));
        foreach ((PatientFigures patient, JsonElement expected) in report.Patients.Zip(golden))
        {
            Assert.Equal(Number(expected.GetProperty("dice")), patient.Dice, 1e-12);
            Assert.Equal(Number(expected.GetProperty("hausdorff95")), patient.Hausdorff95, 1e-9);
            Assert.Equal(expected.GetProperty("lesions").Longs(), patient.Lesions.Select(lesion => (long)lesion.Pixels));
            Assert.Equal(expected.GetProperty("covered").Doubles(), patient.Lesions.Select(lesion => Math.Round(lesion.Covered, 15)), (x, y) => Math.Abs(x - y) < 1e-12);
            Assert.Equal(expected.GetProperty("false_positives").GetInt32(), patient.FalsePositives);
            Assert.Equal((expected.GetProperty("empty").GetInt32(), expected.GetProperty("clean").GetInt32()), (patient.EmptySlices, patient.CleanSlices));
        }

        double[] dice = [.. golden.Select(figures => Number(figures.GetProperty("dice"))).Where(double.IsFinite)];
        Assert.Equal(dice.Average(), report.MeanDice, 1e-12);
        Assert.Equal(3 / 6.0, report.CleanShare, 1e-12);
        Assert.Equal(7 / 4.0, report.FalsePositivesPerPatient, 1e-12);

        // Of 400 pixels: below 2 small, from 10 on large. Found: the 4 half covered and the 23, not the three single pixels, 56 and 36.
        Assert.Equal(2 / 7.0, report.LesionRecall(), 1e-12);
        Assert.Equal(0, report.LesionRecall(LesionSize.Small), 1e-12);
        Assert.Equal(1, report.LesionRecall(LesionSize.Medium), 1e-12);
        Assert.Equal(1 / 3.0, report.LesionRecall(LesionSize.Large), 1e-12);
    }

    [Fact]
    public void A_mask_compared_with_itself_is_perfect()
    {
        using var scope = NewDisposeScope();
        (_, Tensor masks, Tensor patients) = Stack();
        SegmentationReport report = SegmentationReport.Compute(masks.to(ScalarType.Int64), masks, patients);
        Assert.Equal((1, 0, 1, 0, 1), (report.MeanDice, report.MeanHausdorff95, report.CleanShare, report.FalsePositivesPerPatient, report.LesionRecall()));
    }

    [Fact]
    public void Overlap_and_distance_do_not_care_which_mask_is_which()
    {
        foreach (JsonElement pair in Values.GetProperty("pairs").EnumerateArray())
        {
            (byte[] predicted, int height, int width) = Mask(pair.GetProperty("predicted"));
            byte[] truth = Mask(pair.GetProperty("truth")).Pixels;
            Assert.Equal(DicePerPatient.Coefficient(predicted, truth), DicePerPatient.Coefficient(truth, predicted));
            Assert.Equal(HausdorffDistance.Percentile95(predicted, truth, height, width), HausdorffDistance.Percentile95(truth, predicted, height, width));
        }
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(5, 0)]
    [InlineData(3, 4)]
    public void A_moved_square_is_as_far_as_it_was_moved(int down, int right)
    {
        byte[] here = new byte[900], there = new byte[900], bothElsewhere = new byte[900], thereElsewhere = new byte[900];
        for (int place = 0; place < 64; place++)
        {
            int row = 4 + (place / 8), column = 5 + (place % 8);
            here[(30 * row) + column] = 1;
            there[(30 * (row + down)) + column + right] = 1;
            bothElsewhere[(30 * (row + 9)) + column + 7] = 1;
            thereElsewhere[(30 * (row + 9 + down)) + column + 7 + right] = 1;
        }

        // Most of an outline lies nearer than its move; no pixel of a square lies further.
        double distance = HausdorffDistance.Percentile95(here, there, 30, 30);
        Assert.InRange(distance, Math.Max(down, right) - 1e-9, Math.Sqrt((down * down) + (right * right)) + 1e-9);
        Assert.Equal(distance, HausdorffDistance.Percentile95(bothElsewhere, thereElsewhere, 30, 30), 1e-12);
        Assert.Equal((8.0 - down) * (8 - right) / 64, DicePerPatient.Coefficient(here, there), 1e-12);
    }

    [Fact]
    public void Empty_masks_have_the_values_that_are_said()
    {
        byte[] nothing = new byte[12], something = new byte[12];
        something[5] = 1;
        Assert.Equal(double.NaN, DicePerPatient.Coefficient(nothing, nothing));
        Assert.Equal(0, DicePerPatient.Coefficient(nothing, something));
        Assert.Equal(double.NaN, HausdorffDistance.Percentile95(nothing, nothing, 3, 4));
        Assert.Equal(Math.Sqrt(13), HausdorffDistance.Percentile95(something, nothing, 3, 4), 1e-12);
        Assert.Equal(double.PositiveInfinity, new DistanceTransform(nothing, 3, 4).At(2, 3));
        Assert.Equal(double.NaN, LesionRecall.Recall([]));
        Assert.Equal(double.NaN, EmptySlices.CleanShare([]));
        Assert.Equal((LesionSize.Small, LesionSize.Medium, LesionSize.Large), (LesionRecall.SizeOf(81, 128 * 128), LesionRecall.SizeOf(82, 128 * 128), LesionRecall.SizeOf(410, 128 * 128)));
    }

    [Fact]
    public void A_paired_difference_is_narrower_than_two_intervals_and_wants_the_same_patients()
    {
        using var scope = NewDisposeScope();
        using Generator generator = new(5);
        const int Patients = 24;
        Tensor numbers = arange(Patients).to(ScalarType.Int64), masks = ones([Patients, 8, 8], ScalarType.Byte);

        // Patients differ much, methods little: the second finds in each of them a little less than the first.
        Tensor share = rand(Patients, generator: generator).unsqueeze(1), place = arange(64).unsqueeze(0) / 64.0;
        Tensor first = (place < share).reshape(Patients, 8, 8), second = (place < (share * 0.9)).reshape(Patients, 8, 8);
        SegmentationReport better = SegmentationReport.Compute(first, masks, numbers), worse = SegmentationReport.Compute(second, masks, numbers);
        ConfidenceInterval difference = SegmentationReport.Difference(better, worse), alone = better.Interval();
        Assert.Equal(better.MeanDice - worse.MeanDice, difference.Estimate, 1e-12);
        Assert.True(difference.Lower > 0);
        Assert.True(difference.Upper - difference.Lower < 0.3 * (alone.Upper - alone.Lower));
        Assert.Equal(difference, SegmentationReport.Difference(better, worse));
        Assert.Throws<ArgumentException>(() => SegmentationReport.Difference(better, SegmentationReport.Compute(first[TensorIndex.Slice(0, 5)], masks[TensorIndex.Slice(0, 5)], numbers[TensorIndex.Slice(0, 5)])));
    }

    [Fact]
    public void A_report_shows_itself_in_French()
    {
        using var scope = NewDisposeScope();
        (Tensor predicted, Tensor masks, Tensor patients) = Stack();
        SegmentationReport report = SegmentationReport.Compute(predicted, masks, patients);
        string text = report.ToString();
        Assert.Contains("Segmentation\u00A0: 4\u00A0patients, 10\u00A0coupes", text, StringComparison.Ordinal);
        Assert.Contains("Dice par patient", text, StringComparison.Ordinal);
        Assert.Contains("50,0\u00A0%", text, StringComparison.Ordinal);
        Assert.Contains("<caption", report.ToMimeBundle()[MimeTypes.Html], StringComparison.Ordinal);
        Assert.Equal((4, 12), (report.ToDataFrame().Rows.Count, report.ToDataFrame().Columns.Count));
        Assert.Equal((2, 9), (SegmentationReport.Compare(("A", report), ("B", report)).Rows.Count, SegmentationReport.Compare(("A", report)).Columns.Count));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var scope = NewDisposeScope();
        (Tensor predicted, Tensor masks, Tensor patients) = Stack();
        Assert.Contains("argmax", Assert.Throws<ArgumentException>(() => SegmentationReport.Compute(predicted.to(ScalarType.Float32), masks, patients)).Message, StringComparison.Ordinal);
        Assert.Contains("0 to 255", Assert.Throws<ArgumentException>(() => SegmentationReport.Compute(predicted * 255, masks, patients)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SegmentationReport.Compute(predicted[TensorIndex.Slice(1)], masks, patients));
        Assert.Throws<ArgumentException>(() => SegmentationReport.Compute(predicted, masks, patients[TensorIndex.Slice(1)]));
        Assert.Throws<ArgumentException>(() => SegmentationReport.Compute(predicted, masks, patients, ["a"]));
        Assert.Throws<ArgumentException>(() => HausdorffDistance.Percentile95(new byte[6], new byte[6], 2, 4));
    }

    private static double Number(JsonElement value) => value.ValueKind == JsonValueKind.Null ? double.NaN : value.GetDouble();

    private static (byte[] Pixels, int Height, int Width) Mask(JsonElement rows)
    {
        string[] lines = [.. rows.EnumerateArray().Select(row => row.GetString()!)];
        return ([.. lines.SelectMany(line => line.Select(pixel => pixel == '#' ? (byte)1 : (byte)0))], lines.Length, lines[0].Length);
    }

    private static (Tensor Predicted, Tensor Masks, Tensor Patients) Stack()
    {
        JsonElement stack = Values.GetProperty("stack");
        Tensor Masks(string name)
        {
            (byte[] Pixels, int Height, int Width)[] slices = [.. stack.GetProperty(name).EnumerateArray().Select(Mask)];
            return tensor(slices.SelectMany(slice => slice.Pixels).ToArray(), ScalarType.Byte).reshape(slices.Length, slices[0].Height, slices[0].Width);
        }

        return (Masks("predicted"), Masks("truth"), tensor(stack.GetProperty("patients").Longs()));
    }
}
