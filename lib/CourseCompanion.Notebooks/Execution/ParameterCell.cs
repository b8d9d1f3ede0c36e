using System.Globalization;
using System.Numerics;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Session;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Scripting;

namespace CourseCompanion.Notebooks.Execution;

/// <summary>
/// Parameters in papermill's manner: a cell tagged <c>parameters</c> declares variables with their defaults; a run puts
/// a cell tagged <c>injected-parameters</c> after it that assigns other values.
/// </summary>
/// <remarks>
/// The compiler says what the type of a variable is, whatever its declaration looks like. A constant cannot be assigned:
/// it is declared again, and the cells that follow see the new one. A value of the right type may still make no sense: where the
/// notebook makes a record of the course's library of parameters and constants alone, such as <c>new ConfidenceThreshold(threshold)</c>,
/// the injected cell makes it first, and a value that it refuses ends the run there and not after a training.
/// </remarks>
internal static class ParameterCell
{
    internal const string DeclaredTag = "parameters";
    internal const string InjectedTag = "injected-parameters";

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    private static readonly HashSet<string> Lists = ["List", "IList", "ICollection", "IEnumerable", "IReadOnlyList", "IReadOnlyCollection", "HashSet"];

    /// <summary>The parameters that a notebook declares, in order.</summary>
    internal static IReadOnlyList<string> Declared(NotebookDocument notebook) => Find(notebook) is { } cell
        ? [.. Variables(CSharpSyntaxTree.ParseText(cell.Source, ParseOptions)).Select(variable => variable.Identifier.ValueText)]
        : [];

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
        if (Find(notebook) is not { } cell || !Declared(notebook).Any(values.ContainsKey))
        {
            return;
        }
        var model = Compile(notebook, cell, source);
        var assignments = Variables(model.SyntaxTree)
            .Where(variable => values.ContainsKey(variable.Identifier.ValueText))
            .Select(variable => new Parameter(variable, model, source).Assign(values[variable.Identifier.ValueText]));
        var lines = assignments.Prepend("// Paramètres de cette exécution").ToList();
        var checks = Checks(notebook, cell, model, values.Keys).Distinct().ToList();
        if (checks.Count > 0)
        {
            lines.Add("// Ce que le notebook en fera, essayé avant tout travail");
            lines.AddRange(checks);
        }
        notebook.Insert(notebook.Cells.IndexOf(cell) + 1, NotebookCell.Code(string.Join('\n', lines), InjectedTag));
    }

    /// <summary>Statements that make what later cells make of the parameters, where it costs nothing: records with settings.</summary>
    private static IEnumerable<string> Checks(NotebookDocument notebook, NotebookCell declaring, SemanticModel model, IEnumerable<string> given)
    {
        HashSet<string> known = [.. Variables(model.SyntaxTree).Select(variable => variable.Identifier.ValueText)];
        HashSet<string> changed = [.. known.Intersect(given)];
        foreach (var cell in notebook.CodeCells.SkipWhile(cell => cell != declaring).Skip(1))
        {
            var root = CSharpSyntaxTree.ParseText(Text(cell), ParseOptions).GetRoot();
            // From here on the name stands for something else, or may.
            known.ExceptWith(root.DescendantNodes().Select(NameOfAnother).OfType<string>());
            foreach (var making in NotebookRunner.MayFail(cell) ? [] : root.DescendantNodes().OfType<ObjectCreationExpressionSyntax>())
            {
                if (Operands(making) is { } operands && operands.Exists(name => changed.Contains(name)) && operands.TrueForAll(known.Contains)
                    && making.Ancestors().All(IsAlwaysRun) && IsRecordOfCourse(making.Type, model))
                {
                    yield return $"_ = {making.NormalizeWhitespace(indentation: "", eol: " ")};";
                }
            }
        }
    }

    /// <summary>The variables in what an object is made of; null where it is made of more than variables and constants.</summary>
    private static List<string>? Operands(ObjectCreationExpressionSyntax making)
    {
        List<ExpressionSyntax> parts =
        [
            .. making.ArgumentList?.Arguments.Select(argument => argument.Expression) ?? [],
            .. making.Initializer?.Expressions.Select(part => (part as AssignmentExpressionSyntax)?.Right ?? part) ?? [],
        ];
        return parts.TrueForAll(part => part is LiteralExpressionSyntax or IdentifierNameSyntax)
            ? [.. parts.OfType<IdentifierNameSyntax>().Select(name => name.Identifier.ValueText)]
            : null;
    }

    private static string? NameOfAnother(SyntaxNode node) => node switch
    {
        VariableDeclaratorSyntax variable => variable.Identifier.ValueText,
        ParameterSyntax parameter => parameter.Identifier.ValueText,
        SingleVariableDesignationSyntax variable => variable.Identifier.ValueText,
        ForEachStatementSyntax loop => loop.Identifier.ValueText,
        AssignmentExpressionSyntax { Left: IdentifierNameSyntax name } => name.Identifier.ValueText,
        PrefixUnaryExpressionSyntax { Operand: IdentifierNameSyntax name } => name.Identifier.ValueText,
        PostfixUnaryExpressionSyntax { Operand: IdentifierNameSyntax name } => name.Identifier.ValueText,
        ArgumentSyntax { RefKindKeyword.RawKind: not 0, Expression: IdentifierNameSyntax name } => name.Identifier.ValueText,
        _ => null,
    };

    // No branch, no loop, no function that may never be called.
    private static bool IsAlwaysRun(SyntaxNode node) => node
        is ArgumentSyntax or ArgumentListSyntax or InvocationExpressionSyntax or MemberAccessExpressionSyntax or ObjectCreationExpressionSyntax
        or AwaitExpressionSyntax or AssignmentExpressionSyntax or EqualsValueClauseSyntax or VariableDeclaratorSyntax or VariableDeclarationSyntax
        or FieldDeclarationSyntax or ExpressionStatementSyntax or GlobalStatementSyntax or CompilationUnitSyntax;

    private static bool IsRecordOfCourse(TypeSyntax type, SemanticModel model) => type is IdentifierNameSyntax name
        && model.LookupNamespacesAndTypes(model.SyntaxTree.Length, name: name.Identifier.ValueText) is [INamedTypeSymbol { IsRecord: true } symbol]
        && symbol.ContainingAssembly.Name.StartsWith("CourseCompanion", StringComparison.Ordinal);

    private static NotebookCell? Find(NotebookDocument notebook) =>
        notebook.CodeCells.FirstOrDefault(cell => cell.HasTag(DeclaredTag));

    private static IEnumerable<VariableDeclaratorSyntax> Variables(SyntaxTree tree) =>
        tree.GetCompilationUnitRoot().Members.OfType<FieldDeclarationSyntax>().SelectMany(field => field.Declaration.Variables);

    /// <summary>The cell as the session will see it, after the cells before it. It need not compile.</summary>
    private static SemanticModel Compile(NotebookDocument notebook, NotebookCell cell, string source)
    {
        var first = ScriptEnvironment.CreateOptions(
            new SessionOptions { BaseDirectory = Path.GetDirectoryName(Path.GetFullPath(source)) }, ScriptEnvironment.DefaultAssemblies());
        var next = first.WithReferences(Array.Empty<MetadataReference>()).WithImports(Array.Empty<string>());
        Script script = CSharpScript.Create<object>("", first);
        foreach (var before in notebook.CodeCells)
        {
            script = script.ContinueWith<object>(Text(before), next);
            if (before == cell)
            {
                break;
            }
        }
        var compilation = script.GetCompilation();
        // A tree comes after those that it loads.
        return compilation.GetSemanticModel(compilation.SyntaxTrees.Last());
    }

    private static string Text(NotebookCell cell)
    {
        try
        {
            return string.Join('\n', CellSource.Parse(cell.Source).Parts.Where(part => part.Language == CellLanguage.CSharp).Select(part => part.Text));
        }
        catch (CellDirectiveException)
        {
            // The run will say so.
            return "";
        }
    }

    /// <summary>One variable of the cell.</summary>
    private sealed class Parameter(VariableDeclaratorSyntax variable, SemanticModel model, string source)
    {
        private readonly string _name = variable.Identifier.ValueText;
        private readonly ITypeSymbol? _type =
            model.GetDeclaredSymbol(variable) is IFieldSymbol { Type: { TypeKind: not TypeKind.Error } type } ? type : null;

        /// <summary>The statement that gives it a value.</summary>
        internal string Assign(string value)
        {
            if (_type is null)
            {
                throw new NotebookParameterException(
                    $"{source}: the type of the parameter '{_name}' cannot be told from its default; declare it with its type instead of 'var'.");
            }
            var modifiers = ((FieldDeclarationSyntax)variable.Parent!.Parent!).Modifiers;
            var declaration = modifiers.Any(SyntaxKind.ConstKeyword) || modifiers.Any(SyntaxKind.ReadOnlyKeyword) ? $"{modifiers} {NameOf(_type)} " : "";
            return $"{declaration}{variable.Identifier.Text} = {Literal(_type, value)};";
        }

        private string Literal(ITypeSymbol type, string value)
        {
            var isNullable = type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T;
            if (value == "null" && (isNullable || type.NullableAnnotation == NullableAnnotation.Annotated))
            {
                return "null";
            }
            if (isNullable)
            {
                return Literal(((INamedTypeSymbol)type).TypeArguments[0], value);
            }
            if (type is IArrayTypeSymbol { Rank: 1, ElementType: var element })
            {
                return $"new {NameOf(element)}[] {{ {Items(element, value)} }}";
            }
            if (type is INamedTypeSymbol { Arity: 1, ContainingNamespace.Name: "Generic" } list && Lists.Contains(list.Name))
            {
                return $"[{Items(list.TypeArguments[0], value)}]";
            }
            return Scalar(type, value) ?? throw Misfit(value, type);

            string Items(ITypeSymbol item, string text) => string.Join(", ", text.Trim('[', ']', '{', '}', ' ')
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(part => Scalar(item, part) ?? throw Misfit(text, type)));
        }

        private string? Scalar(ITypeSymbol type, string value) => type.SpecialType switch
        {
            SpecialType.System_String => SymbolDisplay.FormatLiteral(value, quote: true),
            SpecialType.System_Char => value.Length == 1 ? SymbolDisplay.FormatLiteral(value[0], quote: true) : null,
            SpecialType.System_Boolean => value.ToLowerInvariant() switch
            {
                "true" or "1" or "yes" or "oui" => "true",
                "false" or "0" or "no" or "non" => "false",
                _ => null,
            },
            SpecialType.System_SByte => Number<sbyte>(value, ""),
            SpecialType.System_Byte => Number<byte>(value, ""),
            SpecialType.System_Int16 => Number<short>(value, ""),
            SpecialType.System_UInt16 => Number<ushort>(value, ""),
            SpecialType.System_Int32 => Number<int>(value, ""),
            SpecialType.System_UInt32 => Number<uint>(value, "u"),
            SpecialType.System_Int64 => Number<long>(value, "L"),
            SpecialType.System_UInt64 => Number<ulong>(value, "UL"),
            SpecialType.System_Single => Number<float>(value, "f"),
            SpecialType.System_Double => Number<double>(value, "d"),
            SpecialType.System_Decimal => Number<decimal>(value, "m"),
            _ when type.TypeKind == TypeKind.Enum => Member(type, value),
            _ => throw new NotebookParameterException(
                $"{source}: the parameter '{_name}' is of type {NameOf(_type!)}: no such value can be given ('{value}'), only numbers, texts, bool, "
                + "members of enumerations, and lists of them."),
        };

        private static string? Number<T>(string value, string suffix)
            where T : INumber<T>
        {
            var style = IsWhole<T>() ? NumberStyles.AllowLeadingSign : NumberStyles.Float;
            return T.TryParse(value, style, CultureInfo.InvariantCulture, out var number) && T.IsFinite(number)
                ? number.ToString(null, CultureInfo.InvariantCulture) + suffix
                : null;
        }

        private static bool IsWhole<T>() => typeof(T) != typeof(float) && typeof(T) != typeof(double) && typeof(T) != typeof(decimal);

        private string? Member(ITypeSymbol type, string value)
        {
            var name = value[(value.LastIndexOf('.') + 1)..];
            var member = Members(type).FirstOrDefault(member => member == name)
                ?? Members(type).FirstOrDefault(member => string.Equals(member, name, StringComparison.OrdinalIgnoreCase));
            return member is null ? null : $"{NameOf(type)}.{member}";
        }

        private static IEnumerable<string> Members(ITypeSymbol type) =>
            type.GetMembers().OfType<IFieldSymbol>().Where(field => field.HasConstantValue).Select(field => field.Name);

        private string NameOf(ITypeSymbol type) => type.ToMinimalDisplayString(model, variable.SpanStart);

        private NotebookParameterException Misfit(string value, ITypeSymbol type) => new(
            $"{source}: the parameter '{_name}' is of type {NameOf(_type!)}{Range(type, value)}; '{value}' is not a value of that type{WayOut(type, value)}");

        // Only of a whole number that is too large or too small.
        private static string Range(ITypeSymbol type, string value) =>
            !BigInteger.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? "" : type.SpecialType switch
            {
                SpecialType.System_SByte => Range<sbyte>(),
                SpecialType.System_Byte => Range<byte>(),
                SpecialType.System_Int16 => Range<short>(),
                SpecialType.System_UInt16 => Range<ushort>(),
                SpecialType.System_Int32 => Range<int>(),
                SpecialType.System_UInt32 => Range<uint>(),
                SpecialType.System_Int64 => Range<long>(),
                SpecialType.System_UInt64 => Range<ulong>(),
                _ => "",
            };

        private static string Range<T>()
            where T : IMinMaxValue<T> =>
            string.Create(CultureInfo.InvariantCulture, $" ({T.MinValue} to {T.MaxValue})");

        private static string WayOut(ITypeSymbol type, string value)
        {
            if (type.TypeKind == TypeKind.Enum)
            {
                return $" (known: {string.Join(", ", Members(type))}).";
            }
            var pointed = value.Replace(',', '.');
            return pointed != value
                && type.SpecialType is SpecialType.System_Single or SpecialType.System_Double or SpecialType.System_Decimal
                && double.TryParse(pointed, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
                    ? $". Decimals are written with a point: {pointed}."
                    : ".";
        }
    }
}
