using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CourseCompanion.Notebooks.Session;

/// <summary>A part of a cell in one language.</summary>
/// <param name="Language">The language of the part.</param>
/// <param name="Text">Its text, padded with empty lines so that line numbers are those of the cell.</param>
internal sealed record CellPart(CellLanguage Language, string Text)
{
    /// <summary>The variable that the part is about; null for most.</summary>
    internal string? Name { get; init; }

    /// <summary>The line that asks for it, from 1, where a message may have to name it.</summary>
    internal int Line { get; init; }
}

/// <summary>What a part of a cell is written in.</summary>
internal enum CellLanguage
{
    CSharp,
    Markdown,
    Html,
    Mermaid,
    JavaScript,

    /// <summary>A text that has a name (<c>#!value</c>).</summary>
    Value,

    /// <summary>No language: a named text becomes a variable of C# (<c>#!share</c>, <c>#!set</c>).</summary>
    Share,

    /// <summary>No language: the variables are listed, <c>names</c> alone or with their <c>values</c>.</summary>
    Variables,

    /// <summary>No language: the part names a file, whose cells run here (<c>#!import</c>).</summary>
    Import,
}

/// <summary>A cell whose <c>#!</c> lines were understood and taken out.</summary>
/// <param name="Parts">The parts to run, in order.</param>
/// <param name="ShowTime">Whether the cell asked for its duration (<c>#!time</c>).</param>
/// <param name="Packages">The NuGet packages that the cell asked for (<c>#r "nuget:Name, Version"</c>).</param>
internal sealed partial record CellSource(IReadOnlyList<CellPart> Parts, bool ShowTime, IReadOnlyList<PackageRequest> Packages)
{
    /// <summary>Splits a cell at its <c>#!</c> lines.</summary>
    /// <exception cref="CellDirectiveException">A line asks for something that this kernel does not do.</exception>
    internal static CellSource Parse(string code)
    {
        if (!code.Contains("#!", StringComparison.Ordinal) && !code.Contains("nuget", StringComparison.OrdinalIgnoreCase))
        {
            return new CellSource([new CellPart(CellLanguage.CSharp, code)], false, []);
        }
        var lines = code.ReplaceLineEndings("\n").Split('\n');
        var insideTexts = LinesInsideTexts(code);
        var parts = new List<CellPart>();
        var language = CellLanguage.CSharp;
        string? name = null;
        var text = new List<string>();
        var packages = new List<PackageRequest>();
        var showTime = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (language == CellLanguage.CSharp && insideTexts.Contains(i))
            {
                text.Add(line);
                continue;
            }
            if (language == CellLanguage.CSharp && PackageLine().Match(line) is { Success: true } package)
            {
                packages.Add(ReadPackage(package, i + 1, line.Trim()));
                text.Add("");
                continue;
            }
            if (!line.StartsWith("#!", StringComparison.Ordinal))
            {
                text.Add(line);
                continue;
            }
            var directive = line[2..].Trim();
            if (directive == "time")
            {
                showTime = true;
                text.Add("");
                continue;
            }
            if (ImportedFile(directive) is { } imported)
            {
                Finish();
                parts.Add(new CellPart(CellLanguage.Import, imported.Length > 0 ? imported : throw new CellDirectiveException(
                    i + 1, line.Trim(), "Écrivez le nom du fichier, par exemple : #!import fonctions.csx.")));
                language = CellLanguage.CSharp;
                text.AddRange(Enumerable.Repeat("", i + 1));
                continue;
            }
            if (VariableCommands.Read(directive, i + 1) is { } command)
            {
                Finish();
                // The lines below are the text of a value; other commands stand alone.
                (language, name) = command.Language == CellLanguage.Value ? (command.Language, command.Name) : (CellLanguage.CSharp, null);
                if (command.Language != CellLanguage.Value)
                {
                    parts.Add(command);
                }
                text.AddRange(Enumerable.Repeat("", i + 1));
                continue;
            }
            var next = Language(directive) ?? throw Unknown(i + 1, line.Trim(), directive);
            Finish();
            (language, name) = (next, null);
            text.AddRange(Enumerable.Repeat("", i + 1));
        }
        Finish();
        return new CellSource(parts, showTime, packages);

        void Finish()
        {
            if (text.Exists(line => line.Trim().Length > 0))
            {
                parts.Add(new CellPart(language, string.Join('\n', text)) { Name = name });
            }
            text.Clear();
        }
    }

    private static PackageRequest ReadPackage(Match match, int line, string text)
    {
        if (match.Groups["directive"].Value == "i")
        {
            throw new CellDirectiveException(line, text,
                "Les sources de paquets se règlent sur cette machine, par la commande : dotnet nuget add source ADRESSE.");
        }
        return PackageRequest.Parse(match.Groups["request"].Value)
            ?? throw new CellDirectiveException(line, text, "Écrivez par exemple : #r \"nuget:MathNet.Numerics, 5.0.0\".");
    }

    /// <summary>The file that a line imports, with or without quotation marks; null if it is another line.</summary>
    private static string? ImportedFile(string directive) =>
        directive.Split([' ', '\t'], 2) is ["import", .. var rest] ? string.Concat(rest).Trim().Trim('"') : null;

    private static CellLanguage? Language(string directive) => directive switch
    {
        "csharp" or "c#" or "cs" => CellLanguage.CSharp,
        "markdown" or "md" => CellLanguage.Markdown,
        "html" => CellLanguage.Html,
        "mermaid" => CellLanguage.Mermaid,
        "javascript" or "js" => CellLanguage.JavaScript,
        _ => null,
    };

    private static CellDirectiveException Unknown(int line, string text, string directive)
    {
        var name = directive.Split(' ')[0];
        var explanation = name switch
        {
            "fsharp" or "f#" or "pwsh" or "powershell" or "sql" or "kql" or "http" =>
                $"Ce noyau n’exécute que du C# : « #!{name} » n’y existe pas.",
            "load" => "Pour exécuter le contenu d’un fichier, écrivez : #load \"fichier.csx\".",
            "connect" => "Il n’y a pas d’autre noyau auquel se connecter. Les variables C# restent disponibles d’une cellule à l’autre.",
            "lsmagic" or "about" or "help" =>
                $"La commande « #!{name} » n’existe pas dans ce noyau.",
            _ => $"La commande « #!{name} » est inconnue.",
        };
        return new CellDirectiveException(line, text, explanation + " Commandes comprises : #!import, #!time, #!csharp, #!markdown, #!html, #!javascript, #!mermaid, #!value, #!share, #!set, #!who, #!whos.");
    }

    /// <summary>The lines (from 0) that begin inside a text or a comment that spans several lines.</summary>
    internal static HashSet<int> LinesInsideTexts(string code)
    {
        var tree = CSharpSyntaxTree.ParseText(
            code.ReplaceLineEndings("\n"),
            new CSharpParseOptions(LanguageVersion.Latest, kind: SourceCodeKind.Script));
        var lines = new HashSet<int>();
        foreach (var token in tree.GetRoot().DescendantTokens())
        {
            if (token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
                or SyntaxKind.InterpolatedStringTextToken or SyntaxKind.Utf8MultiLineRawStringLiteralToken)
            {
                Add(token.GetLocation());
            }
            foreach (var trivia in token.LeadingTrivia.Concat(token.TrailingTrivia))
            {
                if (trivia.IsKind(SyntaxKind.MultiLineCommentTrivia))
                {
                    Add(trivia.GetLocation());
                }
            }
        }
        return lines;

        void Add(Location location)
        {
            var span = location.GetLineSpan();
            for (var line = span.StartLinePosition.Line + 1; line <= span.EndLinePosition.Line; line++)
            {
                lines.Add(line);
            }
        }
    }

    [GeneratedRegex("""^\s*#(?<directive>[ri])\s+"nuget\s*:(?<request>[^"]*)"\s*;?\s*$""", RegexOptions.IgnoreCase)]
    private static partial Regex PackageLine();
}

/// <summary>A <c>#!</c> or <c>#r</c> line that this kernel does not do, explained in French.</summary>
internal sealed class CellDirectiveException(int line, string text, string message) : Exception(message)
{
    /// <summary>The line, from 1.</summary>
    internal int Line { get; } = line;

    /// <summary>The line's text.</summary>
    internal string Text { get; } = text;
}
