using System.Text.Json;
using System.Text.Json.Serialization;

namespace CourseCompanion.Charts.Plotly;

/// <summary>One column of a trace: numbers, or plain texts (categories, labels).</summary>
[JsonConverter(typeof(Converter))]
public sealed class PlotData
{
    private PlotData(IReadOnlyList<double>? numbers, IReadOnlyList<string>? texts)
    {
        Numbers = numbers;
        Texts = texts;
    }

    /// <summary>The numbers, or null when the column holds texts. Not-a-number is a gap.</summary>
    public IReadOnlyList<double>? Numbers { get; }

    /// <summary>The texts, or null when the column holds numbers.</summary>
    public IReadOnlyList<string>? Texts { get; }

    /// <summary>How many values the column has.</summary>
    public int Count => Numbers?.Count ?? Texts!.Count;

    /// <summary>A column of numbers.</summary>
    /// <param name="numbers">The values; copied.</param>
    /// <returns>The column.</returns>
    public static PlotData Of(IEnumerable<double> numbers) => new([.. numbers], null);

    /// <summary>A column of texts.</summary>
    /// <param name="texts">The values, plain text; copied.</param>
    /// <returns>The column.</returns>
    public static PlotData Of(IEnumerable<string> texts) => new(null, [.. texts]);

    private sealed class Converter : JsonConverter<PlotData>
    {
        public override PlotData Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Figures are written, never read.");

        public override void Write(Utf8JsonWriter writer, PlotData value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (var number in value.Numbers ?? [])
            {
                PlotlyJson.WriteNumber(writer, number);
            }

            foreach (var text in value.Texts ?? [])
            {
                writer.WriteStringValue(PlotlyJson.Escape(text));
            }

            writer.WriteEndArray();
        }
    }
}
