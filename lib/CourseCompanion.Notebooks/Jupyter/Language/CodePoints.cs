namespace CourseCompanion.Notebooks.Jupyter.Language;

/// <summary>Jupyter counts a cursor's position in Unicode code points, .NET in UTF-16 units.</summary>
internal static class CodePoints
{
    /// <summary>The index in UTF-16 units of a position in code points; positions outside of the text are moved to its ends.</summary>
    public static int ToUtf16(string text, int codePoints)
    {
        var index = 0;
        while (index < text.Length && codePoints > 0)
        {
            index += IsPair(text, index) ? 2 : 1;
            codePoints--;
        }

        return index;
    }

    /// <summary>The position in code points of an index in UTF-16 units.</summary>
    public static int FromUtf16(string text, int index)
    {
        var codePoints = 0;
        for (var i = 0; i < index && i < text.Length; codePoints++)
        {
            i += IsPair(text, i) ? 2 : 1;
        }

        return codePoints;
    }

    private static bool IsPair(string text, int index) =>
        char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]);
}
