using System.Text.RegularExpressions;
using CourseCompanion.French;

namespace CourseCompanion.Teaching;

/// <summary>The four kinds of call-out of the course.</summary>
public enum CallOutKind
{
    /// <summary>Light blue: a definition, context, a resource.</summary>
    Information,

    /// <summary>Light orange: something to be careful about.</summary>
    Caution,

    /// <summary>Light red: a mistake that many make.</summary>
    ClassicMistake,

    /// <summary>Light grey: a question that the student would ask.</summary>
    Question,
}

/// <summary>
/// A call-out of a Markdown cell. The snippet is a <c>blockquote</c> with an inline style: VS Code and JupyterLab show a coloured box; a
/// site that removes styles still shows a quotation with an icon and a title, so that nothing depends on colour. The blank lines let
/// the body be Markdown.
/// </summary>
/// <param name="Kind">Which of the four.</param>
/// <param name="Body">French Markdown.</param>
/// <param name="Title">French words after the kind's own name, or null.</param>
public sealed partial record CallOut(CallOutKind Kind, string Body, string? Title = null)
{
    private const string Box = "border-radius: 4px; color: #1A1A1A; margin: 1em 0; padding: 0.6em 1em";

    /// <summary>French name of the kind.</summary>
    public string KindName => Kind switch
    {
        CallOutKind.Information => "Information",
        CallOutKind.Caution => "Point de vigilance",
        CallOutKind.ClassicMistake => "Erreur classique",
        _ => "Question",
    };

    /// <summary>Icon of the kind: a sign of ordinary fonts, so that a page made on a machine without emoji shows it too.</summary>
    public string Icon => Kind switch
    {
        CallOutKind.Information => "ℹ️",
        CallOutKind.Caution => "⚠️",
        CallOutKind.ClassicMistake => "✖️",
        _ => "⁇",
    };

    private string Style => Kind switch
    {
        CallOutKind.Information => "background-color: #E1F0FB; border-left: 6px solid #0072B2; " + Box,
        CallOutKind.Caution => "background-color: #FDF0D9; border-left: 6px solid #E69F00; " + Box,
        CallOutKind.ClassicMistake => "background-color: #FBE4E1; border-left: 6px solid #C0392B; " + Box,
        _ => "background-color: #F0F0F0; border-left: 6px solid #666666; " + Box,
    };

    /// <summary>The snippet for a Markdown cell.</summary>
    /// <returns>An HTML block with Markdown inside.</returns>
    public string ToMarkdown() =>
        $"<blockquote style=\"{Style}\">\n\n**{Icon} {KindName}{(Title is null ? "" : FrenchText.Typeset(" : " + Title))}**\n\n{Body.Trim()}\n\n</blockquote>";

    /// <summary>Reads the call-outs of a Markdown text.</summary>
    /// <param name="markdown">The text of a cell.</param>
    /// <returns>The call-outs, in order.</returns>
    /// <exception cref="FormatException">A quotation in HTML is none of the four templates; the message tells where it differs.</exception>
    public static IReadOnlyList<CallOut> Parse(string markdown)
    {
        ArgumentNullException.ThrowIfNull(markdown);
        var text = markdown.ReplaceLineEndings("\n");
        var callOuts = new List<CallOut>();
        foreach (Match block in Block().Matches(text))
        {
            callOuts.Add(ParseBlock(block.Value));
        }

        var opened = OpeningTag().Count(text);
        return opened == callOuts.Count
            ? callOuts
            : throw new FormatException($"{opened} call-outs are opened but {callOuts.Count} are closed on a line of their own.");
    }

    private static CallOut ParseBlock(string block)
    {
        var heading = Heading().Match(block);
        if (!heading.Success)
        {
            throw new FormatException($"A call-out starts with its style, a blank line, and '**icon name**': {FirstLine(block)}");
        }

        foreach (var kind in Enum.GetValues<CallOutKind>())
        {
            var title = heading.Groups["title"];
            var candidate = new CallOut(kind, heading.Groups["body"].Value, title.Success ? title.Value : null);
            if (heading.Groups["name"].Value == $"{candidate.Icon} {candidate.KindName}")
            {
                return candidate.ToMarkdown() == block
                    ? candidate
                    : throw new FormatException($"This call-out is not written as the template of '{candidate.KindName}': {FirstLine(block)}");
            }
        }

        throw new FormatException($"No call-out is named '{heading.Groups["name"].Value}'.");
    }

    private static string FirstLine(string block) => block.Split('\n')[0];

    [GeneratedRegex("<blockquote[^>]*>.*?\n</blockquote>", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("<blockquote\\b")]
    private static partial Regex OpeningTag();

    [GeneratedRegex("^<blockquote[^>]*>\n\n\\*\\*(?<name>[^*\n]+?)(?:\u00A0: (?<title>[^*\n]+))?\\*\\*\n\n(?<body>.*)\n\n</blockquote>$", RegexOptions.Singleline)]
    private static partial Regex Heading();
}
