using System.Text.RegularExpressions;
using CourseCompanion.French;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CourseCompanion.Notebooks.Session;

/// <summary>What a cell that does not compile is instead: one place, and one French line with the way out.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Advice">The French line.</param>
/// <param name="IsCSharp">Whether the compiler's own messages say something all the same.</param>
internal sealed record ForeignFinding(int Line, int Column, string Advice, bool IsCSharp);

/// <summary>
/// Recognizes what students bring along from elsewhere: Python, the commands of its notebooks and of a terminal, and C# that is
/// fine in a program and not in a cell. It is asked of cells that do not compile only: what compiles is C#, whatever it looks like.
/// </summary>
internal static partial class ForeignCode
{
    private const string Python = "Cette ligne est du Python, et ce noyau exécute du C#. ";

    // Names of Python that C# does not know, and what stands for them.
    private static readonly Dictionary<string, string> Names = new()
    {
        ["print"] = "Console.WriteLine(…)",
        ["len"] = ".Length ou .Count",
        ["range"] = "Enumerable.Range(0, n)",
        ["enumerate"] = ".Index()",
        ["zip"] = ".Zip(…)",
        ["list"] = ".ToList()",
        ["dict"] = "new Dictionary<string, int>()",
        ["str"] = ".ToString()",
        ["sorted"] = ".Order()",
        ["sum"] = ".Sum()",
        ["input"] = "une variable, écrite dans la cellule",
        ["isinstance"] = "valeur is Type",
        ["None"] = "null",
        ["True"] = "true",
        ["False"] = "false",
        ["self"] = "this",
        ["np"] = "torch, pour les tableaux de nombres",
        ["pd"] = "Microsoft.Data.Analysis, pour les tableaux",
        ["plt"] = "Chart, pour les graphiques",
    };

    /// <summary>What a cell is instead of C#; null when the compiler's messages are all there is to say.</summary>
    /// <param name="code">The cell, as it was written.</param>
    /// <param name="errors">What the compiler says of the cell itself.</param>
    internal static ForeignFinding? Find(string code, IReadOnlyList<Diagnostic> errors)
    {
        if (errors.Count == 0)
        {
            return null;
        }
        var text = code.ReplaceLineEndings("\n");
        var tree = CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Latest, kind: SourceCodeKind.Script));
        var lines = text.Split('\n');
        var insideTexts = CellSource.LinesInsideTexts(code);
        var isBroken = tree.GetDiagnostics().Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        var positions = new int[lines.Length];
        for (var i = 1; i < lines.Length; i++)
        {
            positions[i] = positions[i - 1] + lines[i - 1].Length + 1;
        }
        var prose = Enumerable.Range(0, lines.Length).Where(i => !insideTexts.Contains(i) && lines[i].Trim().Length > 0).ToList();
        // The first in the cell; only then what may be a slip of the pen.
        return prose.Select(i => OfLine(i, lines[i], positions[i], tree, isBroken)).Append(Extension(tree))
                .OfType<ForeignFinding>().MinBy(finding => finding.Line)
            ?? errors.Select(OfName).FirstOrDefault(finding => finding is not null)
            ?? (isBroken ? prose.Select(i => OfComment(i, lines[i])).FirstOrDefault(finding => finding is not null) : null);
    }

    private static ForeignFinding? OfLine(int index, string line, int start, SyntaxTree tree, bool isBroken)
    {
        var text = line.Trim();
        var position = start + (line.Length - line.TrimStart().Length);
        var csharp = CSharp(text, position, tree);
        var advice = csharp ?? Command(text, position, tree, isBroken) ?? (isBroken ? OfPython(text) : null);
        return advice is null ? null : Finding(index, line, advice, csharp is not null);
    }

    private static ForeignFinding Finding(int index, string line, string advice, bool isCSharp) =>
        new(index + 1, line.Length - line.TrimStart().Length + 1, FrenchText.Typeset(advice), isCSharp);

    /// <summary>C# that a cell does not take.</summary>
    private static string? CSharp(string text, int position, SyntaxTree tree)
    {
        if (UsingDeclaration().Match(text) is { Success: true } declaration && Depth(position, tree) == 0)
        {
            var isAsync = declaration.Groups["await"].Success ? "await " : "";
            return $"Une cellule n’a pas de fin où libérer la variable. Écrivez {isAsync}using (var {declaration.Groups["name"].Value} = …) {{ … }}, "
                + "ou bien retirez « using » et appelez Dispose() vous-même.";
        }
        return Namespace().IsMatch(text) && Depth(position, tree) == 0
            ? "Une cellule ne déclare pas d’espace de noms. Retirez « namespace » : les types d’une cellule servent tels quels dans les suivantes."
            : null;
    }

    /// <summary>A block of extension members, which only a class of a file may have.</summary>
    private static ForeignFinding? Extension(SyntaxTree tree)
    {
        var text = tree.GetText();
        foreach (Match match in ExtensionBlock().Matches(text.ToString()))
        {
            var token = tree.GetRoot().FindToken(match.Groups["word"].Index);
            // Not in a text or a comment.
            if (token.SpanStart == match.Groups["word"].Index && token.Text == "extension")
            {
                var place = text.Lines.GetLinePosition(token.SpanStart);
                return new ForeignFinding(
                    place.Line + 1,
                    place.Character + 1,
                    FrenchText.Typeset(
                        "Une cellule ne contient pas de bloc « extension ». Écrivez une méthode d’extension, hors de toute classe : "
                        + $"static int Nom(this {match.Groups["parameter"].Value.Trim()}) => …;"),
                    true);
            }
        }
        return null;
    }

    /// <summary>A command of Jupyter or of a terminal.</summary>
    private static string? Command(string text, int position, SyntaxTree tree, bool isBroken)
    {
        if (text.EndsWith(';') || !isBroken && Previous(position, tree) is not (null or ";" or "}"))
        {
            // The line goes on with the expression of the one above.
            return null;
        }
        var command = text.TrimStart('!', '%').Trim();
        if (DotnetPackage().Match(command) is { Success: true } dotnet)
        {
            var version = dotnet.Groups["version"] is { Success: true, Value: var value } ? $", {value}" : "";
            return Package(dotnet.Groups["name"].Value + version);
        }
        if (PackageManager().IsMatch(command))
        {
            return Package("NOM, VERSION");
        }
        return text[0] == '%' ? Magic(text)
            : ShellCommand().Match(text) is { Success: true } shell
                ? $"Une cellule n’exécute pas de commande du système : « !{shell.Groups["name"].Value} » n’existe pas ici. Servez-vous d’un terminal."
                : null;
    }

    private static string Package(string request) =>
        $"Un paquet .NET se charge par #r \"nuget:{request}\" ; un paquet de Python ne sert pas ici.";

    private static string? Magic(string text)
    {
        var match = MagicCommand().Match(text);
        return !match.Success ? null : match.Groups["name"].Value switch
        {
            "time" or "timeit" => "Pour connaître la durée d’une cellule, écrivez #!time sur sa première ligne.",
            "matplotlib" => "La commande « %matplotlib » est de Python : ici, les graphiques s’affichent d’eux-mêmes. Retirez la ligne.",
            "html" or "markdown" => $"Écrivez #!{match.Groups["name"].Value} au lieu de « {match.Value.Trim()} ».",
            _ => $"La commande « {match.Value.Trim()} » est de Python et n’existe pas ici. Retirez la ligne.",
        };
    }

    private static string? OfPython(string text) =>
        Import().IsMatch(text) ? Python + "Écrivez « using » et un espace de noms ; pour un paquet .NET, #r \"nuget:NOM, VERSION\"."
        : Function().IsMatch(text) ? Python + "Une fonction s’écrit : double F(double x) { return x + 1; }"
        : Class().IsMatch(text) ? Python + "Une classe s’écrit : class Nom : Base { … }"
        : Loop().IsMatch(text) ? Python + "Une boucle s’écrit : for (var i = 0; i < n; i++) { … } ou foreach (var x in liste) { … }"
        : With().IsMatch(text) ? Python + "Ce bloc s’écrit : using (var x = …) { … }"
        : Block().IsMatch(text) ? Python + "Un bloc s’écrit entre accolades : if (x > 0) { … } else { … }"
        : Lambda().IsMatch(text) ? Python + "Une fonction sans nom s’écrit : x => x + 1"
        : Print().IsMatch(text) ? "« print » est de Python : en C#, écrivez Console.WriteLine(…); avec $\"{x}\" pour un texte qui contient des valeurs."
        : null;

    /// <summary>A name of Python that nothing declares here.</summary>
    private static ForeignFinding? OfName(Diagnostic error)
    {
        if (error.Id != "CS0103" || error.Location.SourceTree is not { } tree)
        {
            return null;
        }
        var name = tree.GetText().ToString(error.Location.SourceSpan);
        var place = error.Location.GetLineSpan().StartLinePosition;
        return Names.TryGetValue(name, out var own)
            ? new ForeignFinding(place.Line + 1, place.Character + 1, FrenchText.Typeset($"« {name} » est de Python : en C#, écrivez {own}."), false)
            : null;
    }

    private static ForeignFinding? OfComment(int index, string line) => Comment().IsMatch(line)
        ? Finding(index, line, "Un commentaire s’écrit // en C# : le signe # y commence une commande (#r, #load, #!time).", false)
        : null;

    /// <summary>How many braces are open before a position.</summary>
    private static int Depth(int position, SyntaxTree tree) => tree.GetRoot().DescendantTokens(descendIntoTrivia: true)
        .Where(token => token.SpanStart < position && !token.IsMissing)
        .Sum(token => token.Kind() switch { SyntaxKind.OpenBraceToken => 1, SyntaxKind.CloseBraceToken => -1, _ => 0 });

    /// <summary>The text of the token before a position; null when it is the first.</summary>
    private static string? Previous(int position, SyntaxTree tree) => tree.GetRoot().DescendantTokens(descendIntoTrivia: true)
        .LastOrDefault(token => token.Span.End <= position && token.Span.Length > 0) is { RawKind: not 0 } token
            ? token.Text
            : null;

    [GeneratedRegex(@"\A(?<await>await\s+)?using\s+(?!static\b|unsafe\b)[\w.<>\[\],?]+(?:\s*[<\[][^=]*)?\s+(?<name>@?\w+)\s*=")]
    private static partial Regex UsingDeclaration();

    [GeneratedRegex(@"\Anamespace\s+[\w.]+\s*[{;]?")]
    private static partial Regex Namespace();

    [GeneratedRegex(@"(?<![\w.@])(?<word>extension)\s*(?:<[^>(]*>\s*)?\((?<parameter>[^()]*)\)\s*(?:where[^{]*)?\{")]
    private static partial Regex ExtensionBlock();

    [GeneratedRegex(@"\A(?:(?:python3?|py)\s+-m\s+|uv\s+|sudo\s+)?(?:pip3?|conda|mamba|apt|apt-get)\s+(?:install|uninstall|list|show|update|upgrade)\b")]
    private static partial Regex PackageManager();

    [GeneratedRegex(@"\Adotnet\s+(?:add\s+(?:\S+\s+)?package|package\s+add)\s+(?<name>[\w.]+)(?:\s+(?:--version|-v)\s+(?<version>\S+))?")]
    private static partial Regex DotnetPackage();

    [GeneratedRegex(@"\A!\s*(?<name>[A-Za-z_][\w./-]*)(?:\s|\z)")]
    private static partial Regex ShellCommand();

    [GeneratedRegex(@"\A%%?(?<name>[A-Za-z_]\w*)(?=\s|\z)")]
    private static partial Regex MagicCommand();

    [GeneratedRegex(@"\A(?:import\s+[\w.]+(?:\s+as\s+\w+)?(?:\s*,\s*[\w.]+(?:\s+as\s+\w+)?)*|from\s+[\w.]+\s+import\s.*)\s*(?:#.*)?\z")]
    private static partial Regex Import();

    [GeneratedRegex(@"\A(?:async\s+)?def\s+\w+\s*\(")]
    private static partial Regex Function();

    [GeneratedRegex(@"\Aclass\s+\w+\s*(?:\([^)]*\))?\s*:\s*(?:#.*)?\z")]
    private static partial Regex Class();

    [GeneratedRegex(@"\A(?:async\s+)?for\s+(?:\w|\(.*\)\s+in\s)")]
    private static partial Regex Loop();

    [GeneratedRegex(@"\Awith\s.*:\s*(?:#.*)?\z")]
    private static partial Regex With();

    [GeneratedRegex(@"\A(?:(?:if|while)\s.*|elif\s.*|else\s*|try\s*|finally\s*|except\b.*):\s*(?:#.*)?\z")]
    private static partial Regex Block();

    [GeneratedRegex(@"(?<!\w)lambda\b[\w\s,]*:")]
    private static partial Regex Lambda();

    [GeneratedRegex(@"\Aprint\s*\(\s*f[""']")]
    private static partial Regex Print();

    [GeneratedRegex(@"\A\s*#(?!!|r\s|load\s|(?:region|endregion|if|else|elif|endif|define|undef|warning|error|line|pragma|nullable)\b)")]
    private static partial Regex Comment();
}
