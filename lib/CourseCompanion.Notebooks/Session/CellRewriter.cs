using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// Puts checks into a cell's text: at the head of loops, methods, local functions, lambdas, accessors, iterators and handlers
/// (see <see cref="Checkpoint"/>). By insertions that add no line, so that the lines of stack traces hold.
/// </summary>
/// <remarks>
/// The semantic model is asked for what the syntax does not tell, above all for what a lambda is converted to: an expression
/// tree is left alone, with all that is in it.
/// </remarks>
internal sealed class CellRewriter : CSharpSyntaxWalker
{
    private const string Type = "global::CourseCompanion.Notebooks.Session.Checkpoint.";
    private const string Hit = Type + "Hit();";
    private const string Enter = Type + "Enter();";

    private readonly Lazy<SemanticModel> _model;
    private readonly bool _keepsCulture;
    private readonly CancellationToken _cancellation;
    private readonly List<(int Start, int End, string Text)> _edits = [];
    private readonly HashSet<SyntaxNode> _left = [];
    private bool _beforeBody;

    private CellRewriter(Lazy<SemanticModel> model, bool keepsCulture, CancellationToken cancellation)
    {
        _model = model;
        _keepsCulture = keepsCulture;
        _cancellation = cancellation;
    }

    private SemanticModel Model
    {
        get
        {
            _cancellation.ThrowIfCancellationRequested();
            return _model.Value;
        }
    }

    /// <summary>The text of a tree with its checks; null when there is nothing to check.</summary>
    /// <param name="tree">A text without syntax errors.</param>
    /// <param name="model">Makes the tree's semantic model; called when something needs it.</param>
    /// <param name="keepsCulture">Whether the text may set a culture, itself or by a function of another cell.</param>
    /// <param name="cancellation">Ends the work.</param>
    internal static string? Rewrite(SyntaxTree tree, Func<SemanticModel> model, bool keepsCulture, CancellationToken cancellation)
    {
        var rewriter = new CellRewriter(new Lazy<SemanticModel>(model), keepsCulture, cancellation);
        rewriter.Visit(tree.GetRoot(cancellation));
        if (rewriter._edits.Count == 0)
        {
            return null;
        }
        var source = tree.GetText(cancellation).ToString();
        var text = new StringBuilder(source.Length + 64 * rewriter._edits.Count);
        var done = 0;
        // A stable order: what was inserted first at a place stands first.
        foreach (var (start, end, inserted) in rewriter._edits.OrderBy(edit => edit.Start))
        {
            text.Append(source, done, start - done).Append(inserted);
            done = end;
        }
        return text.Append(source, done, source.Length - done).ToString();
    }

    private void Insert(int position, string text)
    {
        if (text.Length > 0)
        {
            _edits.Add((position, position, text));
        }
    }

    private void Replace(SyntaxToken token, string text) => _edits.Add((token.SpanStart, token.Span.End, text));

    // ---- The cell's own statements: the culture is taken down after each, for one may be the last.

    public override void VisitGlobalStatement(GlobalStatementSyntax node)
    {
        // The expression that the cell ends with has no semicolon.
        var result = _keepsCulture && node.Statement is ExpressionStatementSyntax { SemicolonToken: { Span.Length: 0 } } statement
            ? statement.Expression
            : null;
        var hasValue = result is not null && Model.GetTypeInfo(result, _cancellation).Type is
        {
            SpecialType: not SpecialType.System_Void,
            IsRefLikeType: false,
            TypeKind: not (TypeKind.Error or TypeKind.Pointer),
        };
        Insert(node.SpanStart, hasValue ? Type + "Culture(" : "");
        base.VisitGlobalStatement(node);
        Insert(node.Span.End, !_keepsCulture ? "" : hasValue ? ")" : result is not null ? ";" + Type + "Culture()" : Type + "Culture();");
    }

    public override void VisitFieldDeclaration(FieldDeclarationSyntax node)
    {
        base.VisitFieldDeclaration(node);
        Insert(node.Span.End, _keepsCulture && node.Parent is CompilationUnitSyntax ? Type + "Culture();" : "");
    }

    // ---- Loops: every way back passes a check.

    public override void VisitWhileStatement(WhileStatementSyntax node) => Loop(node, node.Statement);

    public override void VisitDoStatement(DoStatementSyntax node) => Loop(node, node.Statement);

    public override void VisitForStatement(ForStatementSyntax node) => Loop(node, node.Statement);

    public override void VisitForEachStatement(ForEachStatementSyntax node) => Loop(node, node.Statement);

    public override void VisitForEachVariableStatement(ForEachVariableStatementSyntax node) => Loop(node, node.Statement);

    public override void VisitGotoStatement(GotoStatementSyntax node)
    {
        Insert(node.SpanStart, "{" + Hit);
        base.VisitGotoStatement(node);
        Insert(node.Span.End, "}");
    }

    private void Loop(SyntaxNode loop, StatementSyntax body)
    {
        var hit = IsAsync(loop) ? Type + "HitAsync();" : Hit;
        foreach (var child in loop.ChildNodes())
        {
            if (child != body)
            {
                var isLeft = loop is CommonForEachStatementSyntax each && child == each.Expression && IsLeft(each);
                Insert(child.SpanStart, isLeft ? Type + "Each(" : "");
                Visit(child);
                Insert(child.Span.End, isLeft ? ")" : "");
            }
            else if (body is BlockSyntax block)
            {
                Insert(block.OpenBraceToken.Span.End, hit);
                Visit(body);
            }
            else
            {
                Insert(body.SpanStart, "{" + hit);
                Visit(body);
                Insert(body.Span.End, "}");
            }
        }
    }

    /// <summary>Whether a loop awaits, itself and not in a function of its own.</summary>
    private static bool IsAsync(SyntaxNode loop) => loop
        .DescendantTokens(node => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
        .Any(token => token.IsKind(SyntaxKind.AwaitKeyword));

    // ---- Awaits of the cell itself end when the cell is left.

    public override void VisitAwaitExpression(AwaitExpressionSyntax node)
    {
        // Of "task.ConfigureAwait(false)", the task.
        var awaited = node.Expression is InvocationExpressionSyntax
        {
            Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "ConfigureAwait", Expression: var configured },
        }
            ? configured
            : node.Expression;
        if (IsOutsideOfFunctions(node)
            && Model.GetTypeInfo(awaited, _cancellation).Type is { Name: "Task" or "ValueTask" } type && IsInNamespace(type, "Tasks"))
        {
            _left.Add(awaited);
        }
        base.VisitAwaitExpression(node);
    }

    public override void Visit(SyntaxNode? node)
    {
        var isLeft = node is not null && _left.Contains(node);
        if (isLeft)
        {
            Insert(node!.SpanStart, Type + "Await(");
        }
        base.Visit(node);
        if (isLeft)
        {
            Insert(node!.Span.End, ")");
        }
    }

    private bool IsLeft(CommonForEachStatementSyntax node) =>
        node.AwaitKeyword.IsKind(SyntaxKind.AwaitKeyword) && IsOutsideOfFunctions(node)
        && Model.GetTypeInfo(node.Expression, _cancellation).Type is { Name: "IAsyncEnumerable" } type && IsInNamespace(type, "Generic");

    private static bool IsInNamespace(ITypeSymbol type, string name) => type.ContainingNamespace?.Name == name;

    private static bool IsOutsideOfFunctions(SyntaxNode node) => node.Ancestors().All(outer =>
        outer is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or BaseMethodDeclarationSyntax
            or AccessorDeclarationSyntax or BaseTypeDeclarationSyntax or QueryExpressionSyntax));

    // ---- Entries: methods, accessors, operators, constructors, local functions.

    public override void VisitBlock(BlockSyntax node)
    {
        var isEntry = node.Parent is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax
            or AnonymousFunctionExpressionSyntax;
        if (isEntry && !IsStaticConstructor(node.Parent!))
        {
            Insert(node.OpenBraceToken.Span.End, EnterOf(node.Parent!));
        }
        base.VisitBlock(node);
    }

    public override void VisitArrowExpressionClause(ArrowExpressionClauseSyntax node)
    {
        var member = node.Parent!;
        if (IsStaticConstructor(member))
        {
            base.VisitArrowExpressionClause(node);
            return;
        }
        var isProperty = member is BasePropertyDeclarationSyntax;
        Replace(node.ArrowToken, (isProperty ? "{get" : "") + "{" + EnterOf(member) + Return(node.Expression, IsVoid(member)));
        base.VisitArrowExpressionClause(node);
        Insert(member.GetLastToken().Span.End, isProperty ? "}}" : "}");
    }

    // An interrupted one would leave its type unusable: only its loops are checked.
    private static bool IsStaticConstructor(SyntaxNode member) =>
        member is ConstructorDeclarationSyntax constructor && constructor.Modifiers.Any(SyntaxKind.StaticKeyword);

    private static string EnterOf(SyntaxNode function) =>
        function.ChildTokens().Any(token => token.IsKind(SyntaxKind.AsyncKeyword)) ? Type + "EnterAsync();" : Enter;

    /// <summary>How an expression becomes the statement that it stands for.</summary>
    private static string Return(ExpressionSyntax body, bool isVoid) => body is ThrowExpressionSyntax || isVoid ? "" : "return ";

    /// <summary>Whether a member gives nothing, as far as its declaration tells: an alias of a task's type would mislead it.</summary>
    private static bool IsVoid(SyntaxNode member) => member switch
    {
        MethodDeclarationSyntax method => IsVoid(method.ReturnType, method.Modifiers),
        LocalFunctionStatementSyntax function => IsVoid(function.ReturnType, function.Modifiers),
        AccessorDeclarationSyntax accessor => !accessor.IsKind(SyntaxKind.GetAccessorDeclaration),
        ConstructorDeclarationSyntax or DestructorDeclarationSyntax => true,
        _ => false,
    };

    private static bool IsVoid(TypeSyntax type, SyntaxTokenList modifiers) => type switch
    {
        PredefinedTypeSyntax predefined => predefined.Keyword.IsKind(SyntaxKind.VoidKeyword),
        QualifiedNameSyntax name => IsVoid(name.Right, modifiers),
        IdentifierNameSyntax => modifiers.Any(SyntaxKind.AsyncKeyword),
        _ => false,
    };

    // ---- Lambdas: the framework's loops call them.

    public override void VisitSimpleLambdaExpression(SimpleLambdaExpressionSyntax node) => Lambda(node);

    public override void VisitParenthesizedLambdaExpression(ParenthesizedLambdaExpressionSyntax node) => Lambda(node);

    public override void VisitAnonymousMethodExpression(AnonymousMethodExpressionSyntax node) =>
        BeforeBody(false, () => base.VisitAnonymousMethodExpression(node));

    private void Lambda(LambdaExpressionSyntax node)
    {
        if (node.ExpressionBody is not { } body)
        {
            BeforeBody(false, () => Visit(node.Block));
            return;
        }
        if (Model.GetTypeInfo(node, _cancellation).ConvertedType is not { TypeKind: TypeKind.Delegate }
            || Model.GetSymbolInfo(node, _cancellation).Symbol is not IMethodSymbol method)
        {
            return;
        }
        Insert(body.SpanStart, "{" + (!method.IsAsync && CallsNothing(body) ? Hit : EnterOf(node)) + Return(body, method.ReturnsVoid || method.IsAsync && method.ReturnType is not INamedTypeSymbol { Arity: > 0 }));
        BeforeBody(false, () => Visit(body));
        Insert(body.Span.End, ";}");
    }

    /// <summary>
    /// Whether a lambda's body is only made of operators, of fields, and of properties that cells declare. Operators and
    /// properties of cells have checks of their own, so that no recursion needs the lambda's: for tiny lambdas the check of
    /// the stack would cost as much as they do.
    /// </summary>
    private bool CallsNothing(ExpressionSyntax body) => body.DescendantNodesAndSelf().All(node => node switch
    {
        MemberAccessExpressionSyntax access => access.IsKind(SyntaxKind.SimpleMemberAccessExpression)
            && Model.GetSymbolInfo(access, _cancellation).Symbol switch
            {
                IFieldSymbol => true,
                IPropertySymbol property => property.Name is "Length" or "Count" || property.DeclaringSyntaxReferences.Length > 0
                    || property.ContainingType.IsAnonymousType,
                _ => false,
            },
        IdentifierNameSyntax or LiteralExpressionSyntax or BinaryExpressionSyntax or ParenthesizedExpressionSyntax
            or PrefixUnaryExpressionSyntax or PostfixUnaryExpressionSyntax or ConditionalExpressionSyntax
            or AnonymousObjectCreationExpressionSyntax or AnonymousObjectMemberDeclaratorSyntax or NameEqualsSyntax
            or TupleExpressionSyntax or ArgumentSyntax or PredefinedTypeSyntax => true,
        CastExpressionSyntax { Type: PredefinedTypeSyntax } => true,
        _ => false,
    });

    // ---- Queries are lambdas without braces: the check is an expression.

    public override void VisitQueryExpression(QueryExpressionSyntax node)
    {
        if (!node.DescendantNodes().Any(part => IsTree(Operation(part))))
        {
            base.VisitQueryExpression(node);
        }
    }

    public override void VisitWhereClause(WhereClauseSyntax node) => Guard(node.Condition);

    public override void VisitSelectClause(SelectClauseSyntax node) => Guard(node.Expression);

    public override void VisitLetClause(LetClauseSyntax node) => Guard(node.Expression);

    public override void VisitOrdering(OrderingSyntax node) => Guard(node.Expression);

    private ISymbol? Operation(SyntaxNode part) => part switch
    {
        SelectOrGroupClauseSyntax clause => Model.GetSymbolInfo(clause, _cancellation).Symbol,
        QueryClauseSyntax clause => Model.GetQueryClauseInfo(clause, _cancellation).OperationInfo.Symbol,
        OrderingSyntax ordering => Model.GetSymbolInfo(ordering, _cancellation).Symbol,
        _ => null,
    };

    private static bool IsTree(ISymbol? operation) => operation is IMethodSymbol method
        && method.Parameters.Any(parameter => parameter.Type is { Name: "Expression", ContainingNamespace.Name: "Expressions" });

    private void Guard(ExpressionSyntax expression)
    {
        Insert(expression.SpanStart, Type + "Ok?(");
        BeforeBody(false, () => Visit(expression));
        Insert(expression.Span.End, "):throw null!");
    }

    // ---- Initializers and arguments of base constructors run before a constructor's body: there, each "new" is checked.

    public override void VisitEqualsValueClause(EqualsValueClauseSyntax node)
    {
        MemberDeclarationSyntax? field = node.Parent as PropertyDeclarationSyntax ?? node.Parent?.Parent?.Parent as MemberDeclarationSyntax;
        var isBefore = field is BaseFieldDeclarationSyntax or PropertyDeclarationSyntax
            && field.Parent is TypeDeclarationSyntax && !field.Modifiers.Any(SyntaxKind.StaticKeyword) && !field.Modifiers.Any(SyntaxKind.ConstKeyword);
        BeforeBody(isBefore || _beforeBody, () => base.VisitEqualsValueClause(node));
    }

    public override void VisitConstructorInitializer(ConstructorInitializerSyntax node) =>
        BeforeBody(true, () => base.VisitConstructorInitializer(node));

    public override void VisitPrimaryConstructorBaseType(PrimaryConstructorBaseTypeSyntax node) =>
        BeforeBody(true, () => base.VisitPrimaryConstructorBaseType(node));

    public override void VisitObjectCreationExpression(ObjectCreationExpressionSyntax node) =>
        New(node, () => base.VisitObjectCreationExpression(node));

    public override void VisitImplicitObjectCreationExpression(ImplicitObjectCreationExpressionSyntax node) =>
        New(node, () => base.VisitImplicitObjectCreationExpression(node));

    private void BeforeBody(bool isBefore, Action visit)
    {
        var outer = _beforeBody;
        _beforeBody = isBefore;
        visit();
        _beforeBody = outer;
    }

    private void New(SyntaxNode node, Action visit)
    {
        var isGuarded = _beforeBody;
        if (isGuarded)
        {
            Insert(node.SpanStart, "(" + Type + "Ok?");
        }
        visit();
        if (isGuarded)
        {
            Insert(node.Span.End, ":throw null!)");
        }
    }

    // ---- Catch clauses do not get what ends the cell.

    public override void VisitCatchClause(CatchClauseSyntax node)
    {
        var name = "__e" + node.SpanStart;
        if (node.Declaration is not { } declaration)
        {
            Insert(node.CatchKeyword.Span.End, $"(global::System.Exception {name})");
        }
        else if (declaration.Identifier.IsKind(SyntaxKind.None))
        {
            Insert(declaration.Type.Span.End, " " + name);
        }
        else
        {
            name = declaration.Identifier.Text;
        }
        if (node.Filter is { } filter)
        {
            Insert(filter.FilterExpression.SpanStart, $"{Type}May({name})&&(");
            Visit(filter.FilterExpression);
            Insert(filter.FilterExpression.Span.End, ")");
        }
        else
        {
            Insert(node.Declaration?.Span.End ?? node.CatchKeyword.Span.End, $" when({Type}May({name}))");
        }
        // Also for the stack, which a handler that throws makes longer.
        Insert(node.Block.OpenBraceToken.Span.End, Enter);
        Visit(node.Block);
    }
}
