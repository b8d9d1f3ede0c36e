using System.Globalization;
using CourseCompanion.Notebooks.Document;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CourseCompanion.Notebooks.Execution;

/// <summary>
/// Parameters in papermill's manner: a cell tagged <c>parameters</c> declares variables with their defaults; a run puts
/// a cell tagged <c>injected-parameters</c> after it that assigns other values.
/// </summary>
internal static class ParameterCell
{
    internal const string DeclaredTag = "parameters";
    internal const string InjectedTag = "injected-parameters";

    /// <summary>The parameters that a notebook declares, in order.</summary>
    internal static IReadOnlyList<string> Declared(NotebookDocument notebook) =>
        Find(notebook) is { } cell ? [.. Declarations(cell).Select(declaration => declaration.Name)] : [];

    /// <summary>Puts the values that the notebook declares into it; others are left to other notebooks of the run.</summary>
    /// <exception cref="NotebookParameterException">A value does not fit the declared type.</exception>
    internal static void Inject(NotebookDocument notebook, IReadOnlyDictionary<string, string> values, string source)
    {
        for (var i = notebook.Cells.Count - 1; i >= 0; i--)
        {
            if (notebook.Cells[i].HasTag(InjectedTag))
            {
                notebook.RemoveAt(i);
            }
        }
        if (Find(notebook) is not { } cell)
        {
            return;
        }
        var assignments = Declarations(cell)
            .Where(declaration => values.ContainsKey(declaration.Name))
            .Select(declaration => $"{declaration.Name} = {Literal(declaration, values[declaration.Name], source)};")
            .ToList();
        if (assignments.Count > 0)
        {
            notebook.Insert(
                notebook.Cells.IndexOf(cell) + 1,
                NotebookCell.Code("// Paramètres de cette exécution\n" + string.Join('\n', assignments), InjectedTag));
        }
    }

    private sealed record Declaration(string Name, string? Type, ExpressionSyntax? Default);

    private static NotebookCell? Find(NotebookDocument notebook) =>
        notebook.CodeCells.FirstOrDefault(cell => cell.HasTag(DeclaredTag));

    private static IEnumerable<Declaration> Declarations(NotebookCell cell)
    {
        var root = CSharpSyntaxTree.ParseText(
            cell.Source, new CSharpParseOptions(LanguageVersion.Latest, kind: SourceCodeKind.Script)).GetCompilationUnitRoot();
        return
            from field in root.Members.OfType<FieldDeclarationSyntax>()
            where !field.Modifiers.Any(SyntaxKind.ConstKeyword) && !field.Modifiers.Any(SyntaxKind.ReadOnlyKeyword)
            let type = field.Declaration.Type.IsVar ? null : field.Declaration.Type.ToString()
            from variable in field.Declaration.Variables
            select new Declaration(variable.Identifier.Text, type, variable.Initializer?.Value);
    }

    private static string Literal(Declaration declaration, string value, string source)
    {
        var type = (declaration.Type ?? Infer(declaration.Default))?.TrimEnd('?');
        if (declaration.Type?.EndsWith('?') == true && value == "null")
        {
            return "null";
        }
        if (type?.EndsWith("[]", StringComparison.Ordinal) == true)
        {
            var items = value.Trim('[', ']', '{', '}', ' ').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return $"new {type} {{ {string.Join(", ", items.Select(item => Scalar(type[..^2], item) ?? throw Misfit(declaration, value, type, source)))} }}";
        }
        return Scalar(type, value) ?? throw Misfit(declaration, value, type, source);
    }

    private static string? Scalar(string? type, string value)
    {
        var culture = CultureInfo.InvariantCulture;
        switch (type)
        {
            case "string":
                return SymbolDisplay.FormatLiteral(value, quote: true);
            case "char":
                return value.Length == 1 ? SymbolDisplay.FormatLiteral(value[0], quote: true) : null;
            case "bool":
                return value.ToLowerInvariant() switch
                {
                    "true" or "1" or "yes" or "oui" => "true",
                    "false" or "0" or "no" or "non" => "false",
                    _ => null,
                };
            case "int":
                return int.TryParse(value, NumberStyles.AllowLeadingSign, culture, out var i) ? i.ToString(culture) : null;
            case "long":
                return long.TryParse(value, NumberStyles.AllowLeadingSign, culture, out var l) ? l.ToString(culture) + "L" : null;
            case "double":
                return double.TryParse(value, NumberStyles.Float, culture, out var d) && double.IsFinite(d) ? d.ToString("R", culture) + "d" : null;
            case "float":
                return float.TryParse(value, NumberStyles.Float, culture, out var f) && float.IsFinite(f) ? f.ToString("R", culture) + "f" : null;
            case "decimal":
                return decimal.TryParse(value, NumberStyles.Float, culture, out var m) ? m.ToString(culture) + "m" : null;
            case null:
                return null;
            default:
                // An enumeration: its member by name.
                var member = value.StartsWith(type + ".", StringComparison.Ordinal) ? value[(type.Length + 1)..] : value;
                return SyntaxFacts.IsValidIdentifier(member) ? $"{type}.{member}" : null;
        }
    }

    /// <summary>The type of <c>var x = default;</c> as far as the text of the default tells.</summary>
    private static string? Infer(ExpressionSyntax? value) => value switch
    {
        PrefixUnaryExpressionSyntax unary => Infer(unary.Operand),
        LiteralExpressionSyntax literal => literal.Token.Value switch
        {
            string => "string",
            char => "char",
            bool => "bool",
            int => "int",
            long => "long",
            double => "double",
            float => "float",
            decimal => "decimal",
            _ => null,
        },
        ImplicitArrayCreationExpressionSyntax array when array.Initializer.Expressions.Count > 0 && Infer(array.Initializer.Expressions[0]) is { } item => item + "[]",
        ArrayCreationExpressionSyntax array => array.Type.ElementType + "[]",
        MemberAccessExpressionSyntax member => member.Expression.ToString(),
        _ => null,
    };

    private static NotebookParameterException Misfit(Declaration declaration, string value, string? type, string source) => new(type is null
        ? $"{source}: the type of the parameter '{declaration.Name}' cannot be told from its default; declare it with its type instead of 'var'."
        : $"{source}: the parameter '{declaration.Name}' is of type {type}; '{value}' is not a value of that type.");
}
