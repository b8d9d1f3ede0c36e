using System.Globalization;
using System.Text;
using System.Xml;

namespace CourseCompanion.Notebooks.Slides.PowerPoint;

/// <summary>Texts and numbers inside XML.</summary>
internal static class Xml
{
    /// <summary>Namespaces of drawings, relationships and presentations: attributes of a root element.</summary>
    internal const string Namespaces = """
        xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"
        """;

    /// <summary>A text, safe as content and inside quoted attributes; characters that XML cannot hold are left out.</summary>
    internal static string Encode(string text)
    {
        var xml = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                xml.Append(c).Append(text[++i]);
                continue;
            }
            _ = c switch
            {
                '&' => xml.Append("&amp;"),
                '<' => xml.Append("&lt;"),
                '>' => xml.Append("&gt;"),
                '"' => xml.Append("&quot;"),
                _ when XmlConvert.IsXmlChar(c) => xml.Append(c),
                _ => xml,
            };
        }
        return xml.ToString();
    }

    /// <summary>A number as every locale's reader takes it.</summary>
    internal static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Pixels of a slide of 1280 x 720 in the units of the format.</summary>
    internal static long Units(double pixels) => (long)Math.Round(pixels * 9525);
}
