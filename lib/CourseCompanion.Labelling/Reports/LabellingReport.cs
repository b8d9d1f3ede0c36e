using System.Globalization;
using System.Text.Json;
using CourseCompanion.BrainScan;
using CourseCompanion.Evaluation;
using CourseCompanion.Files;
using CourseCompanion.Labelling.Shards;

namespace CourseCompanion.Labelling.Reports;

/// <summary>What a job gave: counts, errors, speed, euros, and what is left to a human.</summary>
public sealed record LabellingReport
{
    /// <summary>The job.</summary>
    public required LabellingRun Run { get; init; }

    /// <summary>Images by label.</summary>
    public required IReadOnlyDictionary<string, long> ByLabel { get; init; }

    /// <summary>Unreadable images by reason.</summary>
    public required IReadOnlyDictionary<string, long> ByError { get; init; }

    /// <summary>Shards that were set aside.</summary>
    public required IReadOnlyList<ShardOutcome> SetAside { get; init; }

    /// <summary>Images for the radiologist, the least sure first.</summary>
    public required IReadOnlyList<LabelledImage> ToReview { get; init; }

    /// <summary>Share of the images labelled by the model alone, in [0, 1].</summary>
    public double Coverage => ByLabel.Values.Sum() / (double)Math.Max(1, Run.Counts.Images);

    /// <summary>The share of wrong labels that the model's own curve foretells at the job's threshold, in [0, 1]; null where the file holds no curve.</summary>
    public double? ForetoldRisk => Curve.LastOrDefault(point => point.Confidence >= Run.Request.Threshold)?.Risk;

    /// <summary>The model's own risk-coverage curve, in order of increasing coverage; empty where the file holds none.</summary>
    public IReadOnlyList<RiskCoveragePoint> Curve => Read(Run.Request.RiskCoverage);

    /// <summary>Images per second of one worker's time.</summary>
    public double ImagesPerWorkerSecond => Run.Counts.Seconds > 0 ? Run.Counts.Images / Run.Counts.Seconds : 0;

    /// <summary>Images per second from submission to result; null before the end.</summary>
    public double? ImagesPerSecond => Run.Finished is { } end && end > Run.Created ? Run.Counts.Images / (end - Run.Created).TotalSeconds : null;

    /// <summary>Euros of the machines and of the review, with the course's assumptions (<see cref="CostScenario"/>).</summary>
    public CostBreakdown Cost
    {
        get
        {
            CostScenario assumed = CostScenario.FourMillion(0, Math.Max(ImagesPerWorkerSecond, 1e-9), 0.03);
            CostInputs inputs = assumed.Central with { Images = Run.Counts.Images, NewLabels = 0, AuditImages = 0, Passes = 1, Fixed = 0 };
            return CostModel.Cost(inputs, Coverage);
        }
    }

    /// <summary>Reads the results of a job.</summary>
    /// <param name="store">The truth.</param>
    /// <param name="run">Number of the job.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InvalidOperationException">There is no such job, or it has no results yet.</exception>
    public static async Task<LabellingReport> ReadAsync(ShardStore store, long run, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        LabellingRun job = store.Find(run) ?? throw new InvalidOperationException($"There is no job {run}.");
        if (job.State != RunState.Done)
        {
            throw new InvalidOperationException($"Job {run} has no results yet: it is {job.State.ToString().ToLowerInvariant()}.");
        }

        Dictionary<string, long> byLabel = job.Request.ClassNames.ToDictionary(name => name, _ => 0L), byError = [];
        List<LabelledImage> review = [];
        await foreach (IReadOnlyList<(LabelledImage, LabelStamp)> part in LabelFile.ReadPartsAsync(job.Request.Labels, withEmbeddings: false, cancellation))
        foreach ((LabelledImage row, _) in part)
        {
            if (row.Label is { } label)
            {
                byLabel[label]++;
            }
            else
            {
                review.Add(row);
                if (row.Error is { } error)
                {
                    byError[error] = byError.GetValueOrDefault(error) + 1;
                }
            }
        }

        return new LabellingReport
        {
            Run = job,
            ByLabel = byLabel,
            ByError = byError,
            SetAside = [.. store.Outcomes(run).Where(outcome => outcome.File is null)],
            ToReview = [.. review.OrderBy(row => row.Confidence ?? -1).ThenBy(row => row.Id, StringComparer.Ordinal)],
        };
    }

    /// <summary>Writes the list for the radiologist: id, confidence, probabilities, and why an image could not be read.</summary>
    /// <param name="path">A CSV file; written whole or not at all.</param>
    public void WriteReviewList(string path)
    {
        string head = string.Join(',', ["id", "confidence", .. Run.Request.ClassNames.Select(name => Field($"p_{name}")), "error"]);
        IEnumerable<string> lines = ToReview.Select(row => string.Join(
            ',',
            [
                Field(row.Id), Number(row.Confidence), .. Run.Request.ClassNames.Select((_, i) => Number(row.Probabilities.Length == 0 ? null : row.Probabilities[i])), Field(row.Error ?? ""),
            ]));
        using AtomicFile file = new(path);
        using (StreamWriter writer = new(file.Stream, leaveOpen: true) { NewLine = "\n" })
        {
            foreach (string line in lines.Prepend(head))
            {
                writer.WriteLine(line);
            }
        }

        file.Commit();

        static string Number(float? value) => value?.ToString("0.######", CultureInfo.InvariantCulture) ?? "";

        // A name that a spreadsheet would take for a formula is given a quote before it.
        static string Field(string text)
        {
            string safe = text.Length > 0 && "=+-@\t\r".Contains(text[0], StringComparison.Ordinal) ? "'" + text : text;
            return safe.AsSpan().IndexOfAny(",\"\n\r") >= 0 ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
        }
    }

    private static IReadOnlyList<RiskCoveragePoint> Read(string? json)
    {
        try
        {
            return json is null ? [] : [.. JsonSerializer.Deserialize<double[][]>(json)!.Select(point => new RiskCoveragePoint(point[0], point[1], point[2])).OrderBy(point => point.Coverage)];
        }
        catch (Exception exception) when (exception is JsonException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"The risk-coverage curve that came with the model is not a JSON list of [coverage, risk, confidence]: {json}", exception);
        }
    }
}
