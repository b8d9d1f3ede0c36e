using System.Runtime.CompilerServices;
using CourseCompanion.Charts;
using CourseCompanion.Display;
using CourseCompanion.Tables;

namespace CourseCompanion.Notebooks.Formatting;

/// <summary>
/// How the course shows values of packages that it did not write. They are told by the names of their types, so that the packages
/// are loaded by the cells that use them, and by no others.
/// </summary>
internal static class ForeignFormatters
{
    private static readonly Dictionary<string, Func<object, IDisplayable?>> Views = new(StringComparer.Ordinal)
    {
        ["Plotly.NET.GenericChart"] = OfChart,
        ["Microsoft.Data.Analysis.DataFrame"] = OfTable,
    };

    /// <summary>The formatters for a value, richest first; none for most.</summary>
    internal static IEnumerable<ValueFormatter> For(object value)
    {
        for (var type = value.GetType(); type is not null; type = type.BaseType)
        {
            if (Views.TryGetValue(type.FullName ?? "", out var view))
            {
                return Formatters(value, view);
            }
        }

        return [];
    }

    // The bundle is made once for all its types, and only if one is asked for.
    private static IEnumerable<ValueFormatter> Formatters(object value, Func<object, IDisplayable?> view)
    {
        var bundle = new Lazy<IReadOnlyDictionary<string, string>?>(() => view(value)?.ToMimeBundle());
        return MimeTypes.All.Select(mimeType => new ValueFormatter(value.GetType(), mimeType, (_, writer) =>
        {
            if (bundle.Value?.TryGetValue(mimeType, out var content) != true)
            {
                return false;
            }

            writer.Write(content);
            return true;
        }));
    }

    // Null for the same type of another version, which a cell may have brought.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TableView? OfTable(object table) => table is Microsoft.Data.Analysis.DataFrame frame ? new TableView(frame) : null;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Figure? OfChart(object chart) => (chart as global::Plotly.NET.GenericChart)?.HouseStyle();
}
