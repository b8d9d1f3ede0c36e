using System.Globalization;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace CourseCompanion.Charts.Plotly;

/// <summary>How the records of this folder become the JSON that plotly.js reads.</summary>
internal static class PlotlyJson
{
    private const double LargestExactInteger = 1e15;

    /// <summary>
    /// Lower-case names, nothing for null, numbers with six significant digits. Letters with accents stay readable; <c>&lt;</c>, <c>&gt;</c>
    /// and <c>&amp;</c> are escaped so that the JSON may stand inside an HTML script element.
    /// </summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = new LowerCaseNaming(),
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        Converters = { new NumberConverter(), new JsonStringEnumConverter(new LowerCaseNaming(), allowIntegerValues: false) },
    };

    /// <summary>
    /// plotly.js reads every text as a small markup language; this makes a text mean itself: markup characters are encoded and line
    /// feeds become line breaks. Names of classes and captions come from data, so everything goes through here.
    /// </summary>
    /// <param name="text">Plain text.</param>
    /// <returns>The text as plotly.js must receive it.</returns>
    public static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\r\n", "<br>", StringComparison.Ordinal)
        .Replace("\n", "<br>", StringComparison.Ordinal);

    /// <summary>A text as plotly.js must receive it, in bold or not. Fonts got a weight of their own after version 2.28 only.</summary>
    /// <param name="text">Plain text.</param>
    /// <param name="isBold">Whether it is to be bold.</param>
    /// <returns>Markup; null for an empty text.</returns>
    public static string? Markup(string text, bool isBold) => text.Length == 0 ? null : isBold ? $"<b>{Escape(text)}</b>" : Escape(text);

    /// <summary>Escapes a text that stands inside a hover template, where <c>%{...}</c> would be replaced by a value.</summary>
    /// <param name="text">Plain text.</param>
    /// <returns>The text as a template must hold it.</returns>
    public static string EscapeInTemplate(string text) => Escape(text).Replace("%{", "% {", StringComparison.Ordinal);

    /// <summary>Reads back what <see cref="Escape"/> wrote, line breaks as spaces.</summary>
    /// <param name="text">Text for plotly.js.</param>
    /// <returns>Plain text on one line.</returns>
    public static string Unescape(string text) => WebUtility.HtmlDecode(text.Replace("<br>", " ", StringComparison.Ordinal));

    /// <summary>Writes a number with six significant digits (whole numbers: all their digits), not-a-number and infinities as null.</summary>
    /// <param name="writer">Receives the number.</param>
    /// <param name="value">The number.</param>
    public static void WriteNumber(Utf8JsonWriter writer, double value)
    {
        if (!double.IsFinite(value))
        {
            writer.WriteNullValue();
        }
        else if (Math.Abs(value) < LargestExactInteger && value == Math.Truncate(value))
        {
            writer.WriteNumberValue((long)value);
        }
        else
        {
            writer.WriteRawValue(value.ToString("G6", CultureInfo.InvariantCulture));
        }
    }

    private sealed class LowerCaseNaming : JsonNamingPolicy
    {
        public override string ConvertName(string name) => name.ToLowerInvariant();
    }

    private sealed class NumberConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => WriteNumber(writer, value);
    }
}

/// <summary>Writes a plain text so that plotly.js shows it as it is.</summary>
internal sealed class PlainTextConverter : JsonConverter<string>
{
    /// <inheritdoc/>
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        PlotlyJson.Unescape(reader.GetString() ?? "");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(PlotlyJson.Escape(value));
}

/// <summary>Writes rows of plain texts (the text of a heat map's cells).</summary>
internal sealed class PlainTextRowsConverter : JsonConverter<IReadOnlyList<string[]>>
{
    /// <inheritdoc/>
    public override IReadOnlyList<string[]> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Figures are written, never read.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string[]> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var row in value)
        {
            writer.WriteStartArray();
            foreach (var cell in row)
            {
                writer.WriteStringValue(PlotlyJson.Escape(cell));
            }

            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }
}
