using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;

namespace CourseCompanion.Notebooks.Session;

/// <summary>The <c>#!</c> lines about variables, which .NET Interactive has for its many kernels. Here there is C# and, for texts, <c>value</c>.</summary>
internal static partial class VariableCommands
{
    /// <summary>Where texts are kept before they are variables.</summary>
    internal const string Values = "value";

    private const string CSharp = "csharp";

    /// <summary>What a line asks for; null if it is another line.</summary>
    /// <param name="directive">The line, without <c>#!</c>.</param>
    /// <param name="line">Its number, from 1.</param>
    /// <exception cref="CellDirectiveException">Something is missing, or stands for another kernel.</exception>
    internal static CellPart? Read(string directive, int line)
    {
        List<string> words = [.. Word().Matches(directive).Select(word => word.Groups[1].Success ? word.Groups[1].Value : word.Value)];
        return (words.Count > 0 ? words[0] : "") switch
        {
            "who" => new CellPart(CellLanguage.Variables, "names"),
            "whos" => new CellPart(CellLanguage.Variables, "values"),
            "value" => new CellPart(CellLanguage.Value, "")
            {
                Name = Identifier(Option("--name") ?? throw Wrong("Écrivez par exemple : #!value --name note, puis le texte dans les lignes suivantes.")),
            },
            "set" => Option("--name") is { } name && Option("--value") is { } value
                ? Set(name, value)
                : throw Wrong("Écrivez par exemple : #!set --name n --value @value:note."),
            "share" => Option("--from") is { } kernel && Variable() is { } variable
                ? Copy(kernel, variable, Option("--as") ?? variable)
                : throw Wrong("Écrivez par exemple : #!share --from value note."),
            _ => null,
        };

        string? Option(string option) => words.IndexOf(option) is var at and > 0 && at + 1 < words.Count ? words[at + 1] : null;

        // The one word that is neither an option nor belongs to one.
        string? Variable() => words.Where((word, i) => i > 0 && !IsOption(word) && !IsOption(words[i - 1])).SingleOrDefault();

        CellPart Set(string name, string value) => value.StartsWith('@') && value.Split(':', 2) is [var kernel, var variable]
            ? Copy(kernel[1..], variable, name)
            : Code(Declare(Identifier(name), value));

        CellPart Copy(string kernel, string variable, string name) => kernel switch
        {
            CSharp => Code($"var {Identifier(name)} = {Identifier(variable)};"),
            Values => new CellPart(CellLanguage.Share, variable) { Name = Identifier(name), Line = line },
            _ => throw Wrong($"Ce noyau n’échange pas de variables avec « {kernel} » : il n’y a ici que {CSharp} et {Values}."),
        };

        CellPart Code(string text) => new(CellLanguage.CSharp, new string('\n', line - 1) + text);

        string Identifier(string name) => SyntaxFacts.IsValidIdentifier(name) ? name : throw Wrong($"« {name} » n’est pas un nom de variable.");

        CellDirectiveException Wrong(string message) => new(line, "#!" + directive, message);
    }

    /// <summary>The C# that declares a text.</summary>
    internal static string Declare(string name, string text) => $"var {name} = {SymbolDisplay.FormatLiteral(text, quote: true)};";

    private static bool IsOption(string word) => word.StartsWith("--", StringComparison.Ordinal);

    [GeneratedRegex("\"([^\"]*)\"|\\S+")]
    private static partial Regex Word();
}
