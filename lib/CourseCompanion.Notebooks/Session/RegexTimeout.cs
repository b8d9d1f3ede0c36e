namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// How long a regular expression of a cell may try: its search can double with each letter of the text, in code of .NET that no
/// check reaches.
/// </summary>
internal static class RegexTimeout
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Sets it for the process. Before the first regular expression: .NET reads it once.</summary>
    internal static void Set() => AppDomain.CurrentDomain.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", Limit);
}
