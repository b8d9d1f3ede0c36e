using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace CourseCompanion.Notebooks.Site;

/// <summary>
/// What the site's search looks in: the sections of all chapters as plain text. It is a script that sets <c>courseIndex</c>, since a page
/// opened from a disk may load a script but may not read a file. Case, accents and ligatures are folded where it is searched (<c>site.js</c>).
/// </summary>
internal sealed partial class SearchIndex
{
    // "<" is escaped, accents are not: the file stays small, and no text can end a script element.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    private readonly List<string[]> _pages = [];
    private readonly List<Section> _sections = [];

    /// <summary>Begins a page: what is added from now on stands there.</summary>
    internal void Begin(string file, string title)
    {
        _pages.Add([file, title]);
        _sections.Add(new Section(_pages.Count - 1, "", title));
    }

    /// <summary>Adds a text; each heading with an anchor begins a section.</summary>
    /// <param name="html">The text as the page shows it.</param>
    internal void AddProse(string html)
    {
        var from = 0;
        foreach (Match heading in Heading().Matches(html))
        {
            Append(html[from..heading.Index]);
            from = heading.Index + heading.Length;
            if (heading.Groups["level"].Value == "1")
            {
                continue; // the page itself
            }
            _sections.Add(new Section(_pages.Count - 1, WebUtility.HtmlDecode(heading.Groups["id"].Value), PlainText(heading.Groups["text"].Value)));
        }
        Append(html[from..]);
    }

    /// <summary>Adds a program text: its words, each once.</summary>
    internal void AddCode(string source) => _sections[^1].Code.UnionWith(Word().Matches(source).Select(match => match.Value));

    /// <summary>The script.</summary>
    internal string ToScript() => "window.courseIndex = " + JsonSerializer.Serialize(
        new
        {
            pages = _pages,
            sections = _sections.Select(section => new object[]
            {
                section.Page, section.Anchor, section.Title, string.Join(' ', section.Texts), string.Join(' ', section.Code),
            }),
        },
        Json) + ";\n";

    /// <summary>What someone reads of a piece of HTML. Formulas, drawings and scripts are no words.</summary>
    internal static string PlainText(string html) =>
        Space().Replace(WebUtility.HtmlDecode(Tag().Replace(WithinWords().Replace(Wordless().Replace(html, " "), ""), " ")), " ").Trim();

    private void Append(string html)
    {
        if (PlainText(html) is { Length: > 0 } text)
        {
            _sections[^1].Texts.Add(text);
        }
    }

    private sealed record Section(int Page, string Anchor, string Title)
    {
        internal List<string> Texts { get; } = [];

        internal SortedSet<string> Code { get; } = new(StringComparer.Ordinal);
    }

    [GeneratedRegex("<h(?<level>[1-3])(?:\\s+id=\"(?<id>[^\"]*)\")[^>]*>(?<text>.*?)</h\\k<level>>", RegexOptions.Singleline)]
    private static partial Regex Heading();

    [GeneratedRegex("<(?<name>math|svg|script|style)\\b.*?</\\k<name>>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Wordless();

    // Words stay whole around marks within a line; other elements separate them.
    [GeneratedRegex("</?(?:a|abbr|b|code|del|em|i|ins|kbd|mark|s|span|strong|sub|sup)\\b[^>]*>", RegexOptions.IgnoreCase)]
    private static partial Regex WithinWords();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    // Not the no-break spaces: they are the text's own typography.
    [GeneratedRegex("[ \\n\\r\\t]+")]
    private static partial Regex Space();

    [GeneratedRegex("[\\p{L}_][\\p{L}\\p{N}_]{2,}")]
    private static partial Regex Word();
}
