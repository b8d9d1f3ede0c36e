using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Files;
using CourseCompanion.Results;

namespace CourseCompanion.Experiments;

/// <summary>
/// What a row of the thesis came to when it was run: one JSON file, a flat object of figures with a <c>provenance</c> object.
/// </summary>
/// <param name="Row">The row, with what the thesis reports.</param>
/// <param name="Setting">Whose hyper-parameters: <c>replication</c> or <c>improved</c>.</param>
/// <param name="Figures">
/// Shares in [0, 1] of the test images: <c>accuracy</c>, <c>balanced_accuracy</c>, <c>auc</c>, <c>macro_f1</c>, <c>recall_class0</c>...; the same of
/// the validation images under <c>validation_</c>; <c>steps</c>, <c>seconds</c>, <c>pretraining_steps</c>, <c>pretraining_seconds</c>.
/// </param>
/// <param name="Provenance">Commit, seed, profile, data, device, versions.</param>
/// <param name="Protocol">All that the figures depend on besides, as JSON.</param>
public sealed record ThesisResult(
    ThesisRow Row, string Setting, IReadOnlyDictionary<string, double> Figures, Provenance Provenance, string Protocol)
{
    /// <summary>Ends the name of every result, and of nothing else.</summary>
    internal const string Extension = ".result.json";

    private const string ProvenanceEntry = "provenance", RowEntry = "row", SettingEntry = "setting", ProtocolEntry = "protocol", EncoderCommitEntry = "encoder_commit";

    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    /// <summary>Commit of the library that pretrained the encoder, which may be older than the row's; null for a row without one, or of several.</summary>
    public string? EncoderCommit { get; init; }

    /// <summary>Accuracy on the test images.</summary>
    public double Accuracy => Figures["accuracy"];

    /// <summary>Mean of the recalls on the test images: the thesis' main figure.</summary>
    public double BalancedAccuracy => Figures["balanced_accuracy"];

    /// <summary>Recall of each class.</summary>
    public IReadOnlyList<double> Recalls =>
        [.. Enumerable.Range(0, int.MaxValue).Select(label => string.Create(CultureInfo.InvariantCulture, $"recall_class{label}")).TakeWhile(Figures.ContainsKey).Select(name => Figures[name])];

    /// <summary>Reads a result.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataFormatException">The file is not such a result.</exception>
    public static ThesisResult Load(string path)
    {
        try
        {
            JsonObject content = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
            JsonNode provenance = content[ProvenanceEntry]!;
            content.Remove(ProvenanceEntry);
            string[] parts = provenance[RowEntry]!.GetValue<string>().Split('/');
            var row = new ThesisRow(parts[0], parts[1], parts[2], parts[3]);
            return new ThesisResult(
                ThesisProtocol.Default.Rows.FirstOrDefault(known => known.Name == row.Name, row),
                provenance[SettingEntry]!.GetValue<string>(),
                content.ToDictionary(figure => figure.Key, figure => figure.Value?.GetValue<double>() ?? double.NaN),
                Provenance.FromJson(provenance.ToJsonString()),
                provenance[ProtocolEntry]!.ToJsonString())
            {
                EncoderCommit = provenance[EncoderCommitEntry]?.GetValue<string>(),
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or NullReferenceException or IndexOutOfRangeException)
        {
            throw new DataFormatException(
                path, null, "it is not the result of a row of the thesis", "Delete it and make it again with './course bench thesis'.", exception);
        }
    }

    /// <summary>Writes the result, whole or not at all.</summary>
    internal void Save(string path)
    {
        JsonObject content = [];
        foreach ((string name, double value) in Figures)
        {
            content[name] = double.IsFinite(value) ? value : null;  // JSON has no NaN
        }

        JsonNode provenance = JsonNode.Parse(Provenance.ToJson())!;
        (provenance[RowEntry], provenance[SettingEntry], provenance[ProtocolEntry]) = (Row.Name, Setting, JsonNode.Parse(Protocol));
        provenance[EncoderCommitEntry] = EncoderCommit;
        content[ProvenanceEntry] = provenance;
        AtomicFile.WriteAllText(path, content.ToJsonString(Format) + "\n");
    }
}
