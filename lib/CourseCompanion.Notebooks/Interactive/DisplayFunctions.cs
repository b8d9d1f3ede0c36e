using System.Diagnostics.CodeAnalysis;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Interactive;

/// <summary>
/// What cells call without naming a class: <c>display(x)</c>, <c>HTML("...")</c>. Imported by the session only, so that
/// the library stays unambiguous under other kernels that bring their own.
/// </summary>
public static class DisplayFunctions
{
    /// <summary>Displays a value below the cell.</summary>
    /// <param name="value">Any value, or null.</param>
    /// <param name="mimeTypes">The MIME types to put out; none: all that suit the value.</param>
    /// <returns>A handle to change the display later.</returns>
    /// <exception cref="InvalidOperationException">No notebook session is running.</exception>
    [SuppressMessage("Style", "IDE1006", Justification = "The name that notebook users know.")]
    public static DisplayedValue display(object? value, params string[] mimeTypes) => CSharpSession.Current.Display(value, mimeTypes);

    /// <summary>HTML to display, or to leave as the last expression of a cell.</summary>
    /// <param name="content">The HTML text.</param>
    public static RawContent HTML(string content) => new("text/html", content);

    /// <summary>Displays (and so runs) a script in the notebook page.</summary>
    /// <param name="script">The JavaScript text.</param>
    /// <returns>A handle to change the display later.</returns>
    /// <exception cref="InvalidOperationException">No notebook session is running.</exception>
    public static DisplayedValue Javascript(string script) => display(Script(script));

    internal static RawContent Script(string script) => HTML($"<script>{script}</script>");
}
