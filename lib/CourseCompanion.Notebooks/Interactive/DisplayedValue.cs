using CourseCompanion.Notebooks.Formatting;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Interactive;

/// <summary>Something displayed, which can still be changed in place.</summary>
/// <example>
/// <code>
/// var shown = display("0 %");
/// shown.Update("100 %");
/// </code>
/// </example>
public sealed class DisplayedValue
{
    private readonly CSharpSession _session;
    private readonly string[] _mimeTypes;

    internal DisplayedValue(CSharpSession session, string displayId, string[] mimeTypes)
    {
        _session = session;
        DisplayId = displayId;
        _mimeTypes = mimeTypes;
    }

    /// <summary>The id of the display in the notebook.</summary>
    public string DisplayId { get; }

    /// <summary>Shows another value in the same place.</summary>
    /// <param name="value">Any value, or null.</param>
    public void Update(object? value) =>
        _session.Emit(new UpdateDisplayOutput(BundleBuilder.Build(value, _mimeTypes), DisplayId));
}
