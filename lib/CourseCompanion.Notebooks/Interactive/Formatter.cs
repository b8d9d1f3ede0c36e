using System.Globalization;
using CourseCompanion.Notebooks.Formatting;

namespace CourseCompanion.Notebooks.Interactive;

/// <summary>
/// How values become text, HTML and other MIME types in a notebook: the members of .NET Interactive's class of the same
/// name that its users know.
/// </summary>
/// <remarks>
/// For a value, the formatters registered here come first (the most specific type wins, then the latest), then those
/// that the value's type names through a <c>TypeFormatterSourceAttribute</c>, then the defaults: sequences and records
/// as HTML tables, everything as plain text.
/// </remarks>
public static class Formatter
{
    private static int _listExpansionLimit = FormatterRegistry.DefaultListExpansionLimit;
    private static int _recursionLimit = FormatterRegistry.DefaultRecursionLimit;

    /// <summary>How many items of a sequence are written out; at least 0, 20 at first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public static int ListExpansionLimit
    {
        get => _listExpansionLimit;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _listExpansionLimit = value;
        }
    }

    /// <summary>How many levels of an object graph are written out; at least 0, 6 at first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public static int RecursionLimit
    {
        get => _recursionLimit;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _recursionLimit = value;
        }
    }

    /// <summary>Registers a formatter for a type and the types derived from it.</summary>
    /// <typeparam name="T">A class, struct or interface.</typeparam>
    /// <param name="formatter">Writes a value.</param>
    /// <param name="mimeType">What it writes.</param>
    public static void Register<T>(Action<T, TextWriter> formatter, string mimeType = "text/plain")
    {
        ArgumentNullException.ThrowIfNull(formatter);
        Register(typeof(T), (value, writer) => formatter((T)value, writer), mimeType);
    }

    /// <summary>Registers a formatter for a type and the types derived from it.</summary>
    /// <typeparam name="T">A class, struct or interface.</typeparam>
    /// <param name="formatter">Gives the text of a value.</param>
    /// <param name="mimeType">What it gives.</param>
    public static void Register<T>(Func<T, string> formatter, string mimeType = "text/plain")
    {
        ArgumentNullException.ThrowIfNull(formatter);
        Register(typeof(T), (value, writer) => writer.Write(formatter((T)value)), mimeType);
    }

    /// <summary>Registers a formatter for a type, which may be an open generic one, and the types derived from it.</summary>
    /// <param name="type">A class, struct or interface.</param>
    /// <param name="formatter">Writes a value.</param>
    /// <param name="mimeType">What it writes.</param>
    public static void Register(Type type, Action<object, TextWriter> formatter, string mimeType = "text/plain")
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(formatter);
        ArgumentException.ThrowIfNullOrWhiteSpace(mimeType);
        FormatterRegistry.Register(new ValueFormatter(type, mimeType, (value, writer) =>
        {
            formatter(value, writer);
            return true;
        }));
    }

    /// <summary>Sets the MIME types in which values of a type are displayed; no others are put out then.</summary>
    /// <param name="type">A class, struct or interface.</param>
    /// <param name="mimeTypes">The types; none: back to the defaults.</param>
    public static void SetPreferredMimeTypesFor(Type type, params string[] mimeTypes)
    {
        ArgumentNullException.ThrowIfNull(type);
        FormatterRegistry.Prefer(type, mimeTypes);
    }

    /// <summary>Forgets every registration and setting.</summary>
    public static void ResetToDefault()
    {
        FormatterRegistry.Clear();
        _listExpansionLimit = FormatterRegistry.DefaultListExpansionLimit;
        _recursionLimit = FormatterRegistry.DefaultRecursionLimit;
    }

    /// <summary>The text of a value in one MIME type.</summary>
    /// <param name="value">Any value, or null.</param>
    /// <param name="mimeType">The type.</param>
    public static string ToDisplayString(this object? value, string mimeType = "text/plain")
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        BundleBuilder.Write(value, mimeType, writer);
        return writer.ToString();
    }
}
