using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Evaluation;
using CourseCompanion.Files;
using CourseCompanion.French;

namespace CourseCompanion.Results;

/// <summary>
/// Figures of a long measurement, as <c>course bench NAME --json FILE</c> writes them: what a chapter shows and does not compute in front of the
/// student.
/// </summary>
public sealed class RecordedFigures
{
    private const string ProvenanceEntry = "provenance";
    private const double IntervalLevel = 0.95;

    private readonly string _path;
    private readonly Dictionary<string, double> _figures;

    private RecordedFigures(string path, Dictionary<string, double> figures, Provenance provenance) =>
        (_path, _figures, Provenance) = (path, figures, provenance);

    /// <summary>Where the figures come from.</summary>
    public Provenance Provenance { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">JSON: one flat object, figure to number (null for what could not be measured), with a <c>provenance</c> object.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataFormatException">The file is not such JSON.</exception>
    public static RecordedFigures Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string text = File.ReadAllText(path);
        try
        {
            JsonObject content = JsonNode.Parse(text)!.AsObject();
            Provenance provenance = Provenance.FromJson(content[ProvenanceEntry]!.ToJsonString());
            content.Remove(ProvenanceEntry);
            return new RecordedFigures(path, content.ToDictionary(figure => figure.Key, figure => figure.Value?.GetValue<double>() ?? double.NaN), provenance);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or NullReferenceException)
        {
            throw new DataFormatException(
                path, null, "it is not one flat object of numbers with a provenance", "Make it again with './course bench NAME --json FILE'.", exception);
        }
    }

    /// <summary>A figure.</summary>
    /// <param name="name">Its name, such as <c>balanced_accuracy_fixmatch_mean</c>.</param>
    /// <exception cref="ArgumentException">There is no such figure.</exception>
    public double this[string name] => _figures.TryGetValue(name, out double figure)
        ? figure
        : throw new ArgumentException($"'{_path}' has no figure '{name}'.{NearestNames.Suggest(name, _figures.Keys)}", nameof(name));

    /// <summary>A figure, or null if there is none of that name or it could not be measured.</summary>
    /// <param name="name">Its name.</param>
    public double? Find(string name) => _figures.TryGetValue(name, out double figure) && double.IsFinite(figure) ? figure : null;

    /// <summary>A figure with its 95 % interval.</summary>
    /// <param name="name">Its name, such as <c>balanced_accuracy_logistic</c>; the bounds are <c>_low</c> and <c>_high</c>.</param>
    /// <exception cref="ArgumentException">There is no such figure.</exception>
    public ConfidenceInterval Interval(string name) => new(this[name], this[name + "_low"], this[name + "_high"], IntervalLevel);

    /// <summary>Mean score of a method over the seeds.</summary>
    /// <param name="score">Such as <c>balanced_accuracy</c>.</param>
    /// <param name="method">Such as <c>fixmatch</c>.</param>
    /// <exception cref="ArgumentException">There is no such figure.</exception>
    public double Mean(string score, string method) => this[$"{score}_{method}_mean"];

    /// <summary>What a method gains over the reference on the same seeds: the mean, with its 95 % interval over seeds.</summary>
    /// <param name="score">Such as <c>balanced_accuracy</c>.</param>
    /// <param name="method">Such as <c>fixmatch</c>; not the reference.</param>
    /// <exception cref="ArgumentException">There is no such figure.</exception>
    public ConfidenceInterval Gain(string score, string method)
    {
        string name = $"{score}_{method}_gain";
        return new ConfidenceInterval(this[name + "_mean"], this[name + "_low"], this[name + "_high"], IntervalLevel);
    }
}
