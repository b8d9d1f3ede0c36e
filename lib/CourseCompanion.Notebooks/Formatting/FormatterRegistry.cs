namespace CourseCompanion.Notebooks.Formatting;

/// <summary>The formatters and preferences that users registered. Thread-safe.</summary>
internal static class FormatterRegistry
{
    internal const int DefaultListExpansionLimit = 20;
    internal const int DefaultRecursionLimit = 6;

    private static readonly Lock Gate = new();
    private static readonly List<ValueFormatter> Registered = [];
    private static readonly List<(Type Type, string[] MimeTypes)> Preferences = [];

    internal static void Register(ValueFormatter formatter)
    {
        lock (Gate)
        {
            Registered.Add(formatter);
        }
    }

    internal static void Prefer(Type type, string[] mimeTypes)
    {
        lock (Gate)
        {
            Preferences.RemoveAll(preference => preference.Type == type);
            if (mimeTypes.Length > 0)
            {
                Preferences.Add((type, [.. mimeTypes]));
            }
        }
    }

    internal static void Clear()
    {
        lock (Gate)
        {
            Registered.Clear();
            Preferences.Clear();
        }
    }

    /// <summary>The formatters that apply to a type: the most specific first, among equals the latest first.</summary>
    internal static List<ValueFormatter> For(Type type)
    {
        lock (Gate)
        {
            return [.. Registered
                .Select((formatter, order) => (formatter, order, distance: TypeDistance.Between(type, formatter.Type)))
                .Where(candidate => candidate.distance is not null)
                .OrderBy(candidate => candidate.distance)
                .ThenByDescending(candidate => candidate.order)
                .Select(candidate => candidate.formatter)];
        }
    }

    /// <summary>The MIME types that the user wants for a type, or null.</summary>
    internal static string[]? PreferredFor(Type type)
    {
        lock (Gate)
        {
            return Preferences
                .Select(preference => (preference.MimeTypes, distance: TypeDistance.Between(type, preference.Type)))
                .Where(candidate => candidate.distance is not null)
                .OrderBy(candidate => candidate.distance)
                .Select(candidate => candidate.MimeTypes)
                .FirstOrDefault();
        }
    }
}
