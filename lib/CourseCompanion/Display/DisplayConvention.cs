namespace CourseCompanion.Display;

/// <summary>
/// Names the class that creates the formatters of a displayable type: .NET Interactive's convention for libraries that do
/// not reference it.
/// </summary>
/// <remarks>
/// <para>The convention, as <c>Microsoft.DotNet.Interactive.Formatting.Formatter</c> applies it (everything is found by name):</para>
/// <list type="number">
/// <item>the type to show, or a base class of it (interfaces do not count), carries an attribute whose class is named
/// <c>TypeFormatterSourceAttribute</c>, in any namespace;</item>
/// <item>the attribute's property <c>FormatterSourceType</c> gives a type with a public parameterless constructor and a public
/// method <c>CreateTypeFormatters()</c> that returns a sequence;</item>
/// <item>each object of the sequence has a property <c>string MimeType</c> and exactly one public method
/// <c>bool Format(object, TextWriter)</c>, which writes the content and returns true, or returns false when it has none; a property
/// <c>Type Type</c> is optional and defaults to the type that carries the attribute;</item>
/// <item>the attribute's property <c>string[] PreferredMimeTypes</c>, when not null, lists the types that one display emits; when it is
/// null, only the host's default type is emitted (<c>text/html</c>).</item>
/// </list>
/// <para>The course's own kernel calls every formatter of the source and puts what they write into one MIME bundle.</para>
/// </remarks>
/// <param name="formatterSourceType">The class that has <c>CreateTypeFormatters()</c>.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = true)]
public sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    /// <summary>The class that has <c>CreateTypeFormatters()</c>.</summary>
    public Type FormatterSourceType { get; } = formatterSourceType;

    /// <summary>The MIME types that one display emits, richest first; null leaves the choice to the host.</summary>
    public string[]? PreferredMimeTypes
    {
        get => LeavesPlotlyOut ? field?.Where(type => type != MimeTypes.Plotly).ToArray() : field;
        set;
    }

    /// <summary>
    /// Set where .NET Interactive serves Jupyter: it sends a figure's JSON as a text, which no front end draws; its HTML is drawn by all.
    /// </summary>
    internal static bool LeavesPlotlyOut { get; set; }
}

/// <summary>The one formatter source of every <see cref="IDisplayable"/>: a formatter for each type in <see cref="MimeTypes.All"/>.</summary>
public sealed class DisplayableFormatterSource
{
    private readonly DisplayableFormatter[] _formatters = [.. MimeTypes.All.Select(mimeType => new DisplayableFormatter(mimeType))];

    /// <summary>Gives the formatters; the host calls this once per displayed type.</summary>
    /// <returns>One formatter for each MIME type.</returns>
    public IEnumerable<object> CreateTypeFormatters() => _formatters;
}

/// <summary>Writes one entry of a MIME bundle.</summary>
/// <param name="mimeType">The entry to write.</param>
public sealed class DisplayableFormatter(string mimeType)
{
    /// <summary>The type of content that this formatter writes.</summary>
    public string MimeType { get; } = mimeType;

    /// <summary>Writes <paramref name="instance"/> as <see cref="MimeType"/>.</summary>
    /// <param name="instance">The object to show.</param>
    /// <param name="writer">Receives the content.</param>
    /// <returns>False when the object is not <see cref="IDisplayable"/> or has no such form.</returns>
    public bool Format(object instance, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (instance is not IDisplayable displayable || !displayable.ToMimeBundle().TryGetValue(MimeType, out var content))
        {
            return false;
        }

        writer.Write(content);
        return true;
    }
}
