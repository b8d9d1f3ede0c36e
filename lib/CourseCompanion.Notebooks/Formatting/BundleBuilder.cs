using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Display;
using CourseCompanion.Notebooks.Interactive;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Formatting;

/// <summary>Turns a value into one MIME bundle with everything a front end may want of it.</summary>
internal static class BundleBuilder
{
    private const string Plain = "text/plain";
    private const string Html = "text/html";

    /// <summary>Formats a value.</summary>
    /// <param name="value">Any value, or null.</param>
    /// <param name="mimeTypes">The MIME types wanted; none: those the user prefers for the type, or all that suit it.</param>
    internal static MimeBundle Build(object? value, IReadOnlyList<string> mimeTypes)
    {
        switch (value)
        {
            case null:
                return MimeBundle.Of(Plain, "null");
            case RawContent content when mimeTypes.Count == 0:
                return Raw(content);
            case MimeBundle bundle:
                return bundle;
        }
        var type = value.GetType();
        if (mimeTypes.Count == 0 && FormatterRegistry.PreferredFor(type) is { } preferred)
        {
            mimeTypes = preferred;
        }
        var data = new JsonObject();
        if (mimeTypes.Count > 0)
        {
            foreach (var mimeType in mimeTypes.Distinct())
            {
                using var writer = new StringWriter(CultureInfo.InvariantCulture);
                Write(value, mimeType, writer);
                data[mimeType] = ToNode(mimeType, writer.ToString());
            }
            return new MimeBundle(data, []);
        }
        foreach (var formatter in FormatterRegistry.For(type).Concat(ConventionFormatters.For(type)).Concat(ForeignFormatters.For(value)))
        {
            using var writer = new StringWriter(CultureInfo.InvariantCulture);
            if (!data.ContainsKey(formatter.MimeType) && formatter.Write(value, writer))
            {
                data[formatter.MimeType] = ToNode(formatter.MimeType, writer.ToString());
            }
        }
        if (data.ContainsKey(Plain))
        {
            return new MimeBundle(data, []);
        }
        if (value is TorchSharp.torch.Tensor tensor)
        {
            data[Plain] = TensorText.Format(tensor);
            return new MimeBundle(data, []);
        }
        var snapshot = Snapshot.Of(value);
        // Someone who registered a formatter wants to see it, not the default table over it.
        if (data.Count == 0 && HtmlTables.TryFormat(snapshot) is { } table)
        {
            data[Html] = table;
        }
        data[Plain] = PlainText.Format(snapshot);
        return new MimeBundle(data, []);
    }

    /// <summary>Writes a value in one MIME type; what cannot be had in that type is written as plain text.</summary>
    internal static void Write(object? value, string mimeType, TextWriter writer)
    {
        if (value is null)
        {
            writer.Write("null");
            return;
        }
        if (value is RawContent raw)
        {
            writer.Write(raw.Text);
            return;
        }
        var formatters = FormatterRegistry.For(value.GetType()).Concat(ConventionFormatters.For(value.GetType())).Concat(ForeignFormatters.For(value));
        foreach (var formatter in formatters.Where(formatter => formatter.MimeType == mimeType))
        {
            if (formatter.Write(value, writer))
            {
                return;
            }
        }
        writer.Write(mimeType switch
        {
            Html when value is string text => HtmlText.Encode(text),
            Html => HtmlTables.TryFormat(Snapshot.Of(value)) ?? $"<pre>{HtmlText.Encode(PlainText.Format(value))}</pre>",
            "application/json" => JsonSerializer.Serialize(value),
            _ => PlainText.Format(value),
        });
    }

    private static MimeBundle Raw(RawContent content)
    {
        var data = new JsonObject { [content.MimeType] = ToNode(content.MimeType, content.Text) };
        if (content.MimeType is not (Plain or Html or "text/markdown"))
        {
            data[Plain] = content.Text;
        }
        return new MimeBundle(data, []);
    }

    private static JsonNode? ToNode(string mimeType, string text)
    {
        if (!Document.NotebookValidator.IsJsonMime(mimeType))
        {
            return text;
        }
        try
        {
            return Document.ForeignJson.Parse(text);
        }
        catch (JsonException error)
        {
            throw new InvalidOperationException($"The formatter for {mimeType} did not write valid JSON: {error.Message}", error);
        }
    }
}
