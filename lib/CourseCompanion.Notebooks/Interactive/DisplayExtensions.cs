using System.Collections;
using CourseCompanion.Notebooks.Formatting;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Interactive;

/// <summary>Displaying as an extension of the value: <c>x.Display()</c>.</summary>
public static class DisplayExtensions
{
    /// <summary>Displays a value below the cell.</summary>
    /// <param name="value">Any value, or null.</param>
    /// <param name="mimeTypes">The MIME types to put out; none: all that suit the value.</param>
    /// <returns>A handle to change the display later.</returns>
    /// <exception cref="InvalidOperationException">No notebook session is running.</exception>
    public static DisplayedValue Display(this object? value, params string[] mimeTypes) =>
        CSharpSession.Current.Display(value, mimeTypes);

    /// <summary>Displays a text as data of a MIME type, for example Markdown or HTML.</summary>
    /// <param name="value">The text.</param>
    /// <param name="mimeType">Its type.</param>
    /// <returns>A handle to change the display later.</returns>
    /// <exception cref="InvalidOperationException">No notebook session is running.</exception>
    public static DisplayedValue DisplayAs(this string value, string mimeType) =>
        CSharpSession.Current.Display(new RawContent(mimeType, value));

    /// <summary>Displays a sequence as a table, one row per item and one column per property.</summary>
    /// <param name="values">The sequence.</param>
    /// <returns>A handle to change the display later.</returns>
    /// <exception cref="InvalidOperationException">No notebook session is running.</exception>
    public static DisplayedValue DisplayTable(this IEnumerable values) =>
        CSharpSession.Current.Display(new RawContent("text/html", HtmlTables.OfSequence(values)));
}
