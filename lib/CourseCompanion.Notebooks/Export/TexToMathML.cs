using System.Text;
using CourseCompanion.Notebooks.Formatting;

namespace CourseCompanion.Notebooks.Export;

/// <summary>
/// The part of TeX's mathematics that courses use, as MathML: scripts, fractions, roots, Greek, relations, large
/// operators with limits, accents, alphabets, delimiters, texts, matrices and cases.
/// </summary>
internal sealed class TexToMathML
{
    private const int MaxDepth = 50;
    private const string FunctionStart = "<mi mathvariant=\"normal\">";

    private static readonly Dictionary<string, string> Identifiers = Table("""
        alpha α  beta β  gamma γ  delta δ  epsilon ϵ  varepsilon ε  zeta ζ  eta η  theta θ  iota ι  kappa κ
        lambda λ  mu μ  nu ν  xi ξ  pi π  rho ρ  sigma σ  tau τ  phi ϕ  varphi φ  chi χ  psi ψ  omega ω  Gamma Γ
        Delta Δ  Theta Θ  Lambda Λ  Pi Π  Sigma Σ  Phi Φ  Psi Ψ  Omega Ω  infty ∞  partial ∂  nabla ∇  ell ℓ
        emptyset ∅  dots …  ldots …  cdots ⋯  top ⊤  hbar ℏ
        """);

    private static readonly Dictionary<string, string> Operators = Table("""
        cdot ⋅  times ×  pm ±  le ≤  leq ≤  ge ≥  geq ≥  ne ≠  neq ≠  approx ≈  sim ∼  equiv ≡  propto ∝  in ∈
        notin ∉  subset ⊂  subseteq ⊆  cup ∪  cap ∩  setminus ∖  to →  rightarrow →  leftarrow ←  gets ←
        Rightarrow ⇒  Leftrightarrow ⇔  mapsto ↦  forall ∀  exists ∃  neg ¬  land ∧  lor ∨  mid ∣  odot ⊙
        oplus ⊕  otimes ⊗  circ ∘  ast ∗  star ⋆  langle ⟨  rangle ⟩  lVert ‖  rVert ‖  Vert ‖  | ‖  lvert |
        rvert |  vert |  lfloor ⌊  rfloor ⌋  lceil ⌈  rceil ⌉  { {  } }  lbrace {  rbrace }  % %  # #  & &  _ _
        colon :  ll ≪  gg ≫  div ÷  prime ′
        """);

    private static readonly Dictionary<string, string> LargeOperators = Table("""
        sum ∑  prod ∏  int ∫  bigcup ⋃  bigcap ⋂
        """);

    private static readonly Dictionary<string, string> ScriptElsewhere = Table("B ℬ  E ℰ  F ℱ  H ℋ  I ℐ  L ℒ  M ℳ  R ℛ");

    private static readonly Dictionary<string, string> DoubleStruckElsewhere = Table("C ℂ  H ℍ  N ℕ  P ℙ  Q ℚ  R ℝ  Z ℤ  1 𝟙");

    private static readonly HashSet<string> Functions = new(StringComparer.Ordinal)
    {
        "log", "ln", "exp", "sin", "cos", "tan", "tanh", "det", "dim", "ker", "Pr",
    };

    private static readonly Dictionary<string, string> LimitFunctions = new(StringComparer.Ordinal)
    {
        ["max"] = "max",
        ["min"] = "min",
        ["sup"] = "sup",
        ["inf"] = "inf",
        ["lim"] = "lim",
        ["argmax"] = "arg max",
        ["argmin"] = "arg min",
    };

    private static readonly Dictionary<string, string> Accents = Table("""
        hat ^  widehat ^  bar ¯  overline ¯  tilde ~  widetilde ~  vec →  dot ˙
        """);

    private static readonly Dictionary<string, string> Spaces = new(StringComparer.Ordinal)
    {
        [","] = "0.17em",
        [";"] = "0.28em",
        [":"] = "0.22em",
        ["!"] = "0",
        [" "] = "0.25em",
        ["quad"] = "1em",
        ["qquad"] = "2em",
    };

    private static readonly Dictionary<string, (string Open, string Close)> Environments = new(StringComparer.Ordinal)
    {
        ["matrix"] = ("", ""),
        ["pmatrix"] = ("(", ")"),
        ["bmatrix"] = ("[", "]"),
        ["cases"] = ("{", ""),
        ["aligned"] = ("", ""),
        ["align"] = ("", ""),
        ["align*"] = ("", ""),
        ["equation"] = ("", ""),
        ["equation*"] = ("", ""),
        ["gather"] = ("", ""),
        ["gather*"] = ("", ""),
    };

    private readonly string _tex;
    private int _position;
    private int _depth;

    private TexToMathML(string tex) => _tex = tex;

    /// <summary>The MathML inside a <c>math</c> element, or null when the text holds something unknown.</summary>
    internal static string? TryConvert(string tex)
    {
        try
        {
            var parser = new TexToMathML(tex);
            var row = parser.Row(until: null);
            return parser.AtEnd ? row : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private bool AtEnd => _position >= _tex.Length;

    /// <summary>Reads atoms with their scripts up to a closing brace, a cell's end or a command that ends the row.</summary>
    private string Row(string? until)
    {
        if (++_depth > MaxDepth)
        {
            throw new FormatException("Nested too deeply.");
        }
        var row = new StringBuilder("<mrow>");
        while (true)
        {
            SkipSpaces();
            if (AtEnd || _tex[_position] is '}' or '&' || At("\\\\") || At("\\end") || At("\\right") || until is not null && At(until))
            {
                break;
            }
            row.Append(Scripted());
        }
        _depth--;
        return row.Append("</mrow>").ToString();
    }

    private string Scripted()
    {
        var (atom, limits) = Atom();
        var isFunction = atom.StartsWith(FunctionStart, StringComparison.Ordinal);
        string? below = null;
        string? above = null;
        while (true)
        {
            SkipSpaces();
            if (!AtEnd && _tex[_position] == '_' && below is null)
            {
                _position++;
                below = Argument();
            }
            else if (!AtEnd && _tex[_position] == '^' && above is null)
            {
                _position++;
                above = Argument();
            }
            else if (!AtEnd && _tex[_position] == '\'' && above is null)
            {
                _position++;
                above = "<mo>′</mo>";
            }
            else
            {
                break;
            }
        }
        var scripted = (below, above) switch
        {
            (null, null) => atom,
            (_, null) => limits ? $"<munder>{atom}{below}</munder>" : $"<msub>{atom}{below}</msub>",
            (null, _) => limits ? $"<mover>{atom}{above}</mover>" : $"<msup>{atom}{above}</msup>",
            _ => limits ? $"<munderover>{atom}{below}{above}</munderover>" : $"<msubsup>{atom}{below}{above}</msubsup>",
        };
        // "log p", but "log(p)".
        return isFunction && !AtEnd && (char.IsLetterOrDigit(_tex[_position]) || _tex[_position] == '\\')
            ? scripted + "<mspace width=\"0.17em\"/>"
            : scripted;
    }

    /// <summary>What a command or a script applies to: a group or one atom.</summary>
    private string Argument()
    {
        SkipSpaces();
        if (AtEnd)
        {
            throw new FormatException("An argument is missing.");
        }
        return _tex[_position] == '{' ? Group() : Atom().MathML;
    }

    private string Group()
    {
        Expect('{');
        var row = Row(until: null);
        Expect('}');
        return row;
    }

    private (string MathML, bool Limits) Atom()
    {
        var c = _tex[_position];
        switch (c)
        {
            case '{':
                return (Group(), false);
            case '\\':
                return Command();
            case '^' or '_' or '}' or '&' or '$' or '#':
                throw new FormatException($"'{c}' cannot stand here.");
        }
        if (char.IsAsciiDigit(c))
        {
            var start = _position;
            while (!AtEnd && (char.IsAsciiDigit(_tex[_position])
                || _tex[_position] is '.' or ',' && _position + 1 < _tex.Length && char.IsAsciiDigit(_tex[_position + 1])))
            {
                _position++;
            }
            return ($"<mn>{_tex[start.._position]}</mn>", false);
        }
        _position++;
        if (char.IsLetter(c))
        {
            return ($"<mi>{c}</mi>", false);
        }
        return (Operator(c == '-' ? "−" : c.ToString()), false);
    }

    private (string MathML, bool Limits) Command()
    {
        var name = CommandName();
        if (Identifiers.TryGetValue(name, out var identifier))
        {
            return ($"<mi>{identifier}</mi>", false);
        }
        if (Operators.TryGetValue(name, out var op))
        {
            return (Operator(op), false);
        }
        if (LargeOperators.TryGetValue(name, out var large))
        {
            return ($"<mo>{large}</mo>", name != "int");
        }
        if (Functions.Contains(name))
        {
            return ($"{FunctionStart}{name}</mi>", false);
        }
        if (LimitFunctions.TryGetValue(name, out var function))
        {
            return ($"{FunctionStart}{function}</mi>", true);
        }
        if (Accents.TryGetValue(name, out var accent))
        {
            return ($"<mover accent=\"true\">{Argument()}<mo>{accent}</mo></mover>", false);
        }
        if (Spaces.TryGetValue(name, out var width))
        {
            return ($"<mspace width=\"{width}\"/>", false);
        }
        switch (name)
        {
            case "frac" or "dfrac" or "tfrac":
                return ($"<mfrac>{Argument()}{Argument()}</mfrac>", false);
            case "binom":
                return ($"<mrow><mo>(</mo><mfrac linethickness=\"0\">{Argument()}{Argument()}</mfrac><mo>)</mo></mrow>", false);
            case "sqrt":
                return ($"<msqrt>{Argument()}</msqrt>", false);
            case "text" or "textrm" or "mbox":
                return ($"<mtext>{HtmlText.Encode(RawGroup())}</mtext>", false);
            case "mathrm" or "operatorname":
                return ($"{FunctionStart}{HtmlText.Encode(RawGroup())}</mi>", false);
            case "mathbf" or "boldsymbol" or "bm":
                return ($"<mrow style=\"font-weight:bold\">{Argument()}</mrow>", false);
            case "mathcal" or "mathscr":
                return ($"<mi>{Alphabet(RawGroup(), 0x1D49C, ScriptElsewhere)}</mi>", false);
            case "mathbb":
                return ($"<mi>{Alphabet(RawGroup(), 0x1D538, DoubleStruckElsewhere)}</mi>", false);
            case "left":
                var open = Delimiter();
                var content = Row(until: null);
                if (CommandName() != "right")
                {
                    throw new FormatException("\\left without \\right.");
                }
                return ($"<mrow>{Fence(open)}{content}{Fence(Delimiter())}</mrow>", false);
            case "big" or "Big" or "bigl" or "bigr" or "Bigl" or "Bigr":
                return (Fence(Delimiter()), false);
            case "underbrace":
                return ($"<munder>{Argument()}<mo>⏟</mo></munder>", true);
            case "begin":
                return (Environment(), false);
            default:
                throw new FormatException($"\\{name} is not known.");
        }
    }

    private string Environment()
    {
        var name = RawGroup();
        if (!Environments.TryGetValue(name, out var fences))
        {
            throw new FormatException($"The environment {name} is not known.");
        }
        var table = new StringBuilder("<mtable columnalign=\"left\"><mtr><mtd>");
        while (true)
        {
            table.Append(Row(until: null));
            if (AtEnd)
            {
                throw new FormatException("An environment does not end.");
            }
            if (_tex[_position] == '&')
            {
                _position++;
                table.Append("</mtd><mtd>");
            }
            else if (At("\\\\"))
            {
                _position += 2;
                table.Append("</mtd></mtr><mtr><mtd>");
            }
            else
            {
                if (CommandName() != "end" || RawGroup() != name)
                {
                    throw new FormatException("An environment ends wrongly.");
                }
                table.Append("</mtd></mtr></mtable>");
                return $"<mrow>{Fence(fences.Open)}{table}{Fence(fences.Close)}</mrow>";
            }
        }
    }

    private string Delimiter()
    {
        SkipSpaces();
        if (AtEnd)
        {
            throw new FormatException("A delimiter is missing.");
        }
        if (_tex[_position] != '\\')
        {
            var c = _tex[_position++];
            return c == '.' ? "" : c.ToString();
        }
        return Operators.TryGetValue(CommandName(), out var op) ? op : throw new FormatException("Not a delimiter.");
    }

    // Delimiters grow with what they enclose only after \left and \right.
    private static string Operator(string text) => text is "(" or ")" or "[" or "]" or "{" or "}" or "|" or "‖" or "⟨" or "⟩" or "⌊" or "⌋" or "⌈" or "⌉"
        ? $"<mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">{text}</mo>"
        : $"<mo>{HtmlText.Encode(text)}</mo>";

    private static string Fence(string delimiter) =>
        delimiter.Length == 0 ? "" : $"<mo stretchy=\"true\">{HtmlText.Encode(delimiter)}</mo>";

    /// <summary>The name after a backslash: letters, or one other character.</summary>
    private string CommandName()
    {
        Expect('\\');
        var start = _position;
        while (!AtEnd && char.IsAsciiLetter(_tex[_position]))
        {
            _position++;
        }
        if (_position == start)
        {
            if (AtEnd)
            {
                throw new FormatException("A command is missing.");
            }
            _position++;
        }
        return _tex[start.._position];
    }

    private string RawGroup()
    {
        SkipSpaces();
        Expect('{');
        var end = _tex.IndexOf('}', _position);
        if (end < 0 || _tex.IndexOf('\\', _position, end - _position) >= 0)
        {
            throw new FormatException("A plain text in braces was expected.");
        }
        var text = _tex[_position..end];
        _position = end + 1;
        return text;
    }

    private void Expect(char c)
    {
        if (AtEnd || _tex[_position] != c)
        {
            throw new FormatException($"'{c}' was expected.");
        }
        _position++;
    }

    private bool At(string text)
    {
        if (string.CompareOrdinal(_tex, _position, text, 0, text.Length) != 0)
        {
            return false;
        }
        // "\right" is not the beginning of "\rightarrow".
        var after = _position + text.Length;
        return !char.IsAsciiLetter(text[^1]) || after >= _tex.Length || !char.IsAsciiLetter(_tex[after]);
    }

    private void SkipSpaces()
    {
        while (!AtEnd && char.IsWhiteSpace(_tex[_position]))
        {
            _position++;
        }
    }

    /// <summary>Reads a table of a command's name and its character, separated by white space.</summary>
    private static Dictionary<string, string> Table(string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
    }

    // The letters that Unicode had before it got whole alphabets are elsewhere, and their places there are empty.
    private static string Alphabet(string text, int first, Dictionary<string, string> elsewhere) => string.Concat(text.Select(c =>
        elsewhere.TryGetValue(c.ToString(), out var letter) ? letter
        : c is >= 'A' and <= 'Z' ? char.ConvertFromUtf32(first + c - 'A')
        : HtmlText.Encode(c.ToString())));
}
