using System.Text;

namespace CourseCompanion.Teaching;

/// <summary>What became of one check.</summary>
public enum Etat
{
    /// <summary>The student has not started.</summary>
    ACompleter,

    /// <summary>The criterion holds.</summary>
    Reussi,

    /// <summary>The criterion does not hold.</summary>
    Manque,

    /// <summary>The student's code threw an exception.</summary>
    Erreur,
}

/// <summary>One line of a report.</summary>
/// <param name="Critere">What must hold, in French.</param>
/// <param name="Etat">Whether it does.</param>
/// <param name="Conseil">What to do, in French, or null.</param>
public sealed record Verdict(string Critere, Etat Etat, string? Conseil);

/// <summary>The report on an exercise: made by <see cref="Exercice.Verifier(IEnumerable{Controle})"/>, shown by the cell.</summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class Bilan : IDisplayable
{
    internal const string Bleu = "#0072B2";
    internal const string Vert = "#009E73";
    internal const string Orange = "#D55E00";

    private readonly string _nom;
    private readonly bool _aDesIndices;

    internal Bilan(string nom, IReadOnlyList<Verdict> verdicts, bool aDesIndices)
    {
        _nom = nom;
        _aDesIndices = aDesIndices;
        Verdicts = verdicts;
    }

    /// <summary>One line per check.</summary>
    public IReadOnlyList<Verdict> Verdicts { get; }

    /// <summary>Whether every criterion holds (and there is one).</summary>
    public bool EstReussi => Verdicts.Count > 0 && Verdicts.All(verdict => verdict.Etat == Etat.Reussi);

    /// <summary>Whether the student has not started: nothing failed, something is still to be filled in.</summary>
    public bool EstACompleter =>
        Verdicts.All(verdict => verdict.Etat is Etat.ACompleter or Etat.Reussi) && Verdicts.Any(verdict => verdict.Etat == Etat.ACompleter);

    private string Conclusion
    {
        get
        {
            if (EstReussi)
            {
                return "Bravo, tous les critères sont vérifiés !";
            }

            var indice = _aDesIndices ? " Besoin d’aide ? Appelez `Indice()`." : "";
            if (EstACompleter)
            {
                return "À compléter : remplacez la partie indiquée dans la cellule, puis exécutez-la de nouveau." + indice;
            }

            var reussis = Verdicts.Count(verdict => verdict.Etat == Etat.Reussi);
            return reussis == 0
                ? "Pas encore : suivez les conseils ci-dessus, puis réessayez." + indice
                : $"{FrenchNumbers.Count(reussis, "critère vérifié", "critères vérifiés")} sur {Verdicts.Count}, continuez !" + indice;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() =>
        new Dictionary<string, string> { [MimeTypes.Html] = ToHtml(), [MimeTypes.PlainText] = ToString() };

    /// <summary>The report as plain text.</summary>
    /// <returns>French text, one line per check.</returns>
    public override string ToString()
    {
        var text = new StringBuilder(_nom).Append('\n');
        foreach (var verdict in Verdicts)
        {
            text.Append("  ").Append(Signe(verdict.Etat)).Append(' ').Append(Ligne(verdict)).Append('\n');
            if (verdict.Conseil is { } conseil)
            {
                text.Append("      ").Append(conseil.ReplaceLineEndings("\n      ")).Append('\n');
            }
        }

        return FrenchText.Typeset(text.Append(Conclusion).ToString());
    }

    private static string Signe(Etat etat) => etat switch
    {
        Etat.Reussi => "✅",
        Etat.Manque => "❌",
        Etat.Erreur => "⚠️",
        _ => "✏️",
    };

    private static string Ligne(Verdict verdict) =>
        verdict.Etat == Etat.ACompleter ? $"{verdict.Critere} (à compléter)" : verdict.Critere;

    private string ToHtml()
    {
        var lignes = Verdicts.Select(verdict =>
            $"{Signe(verdict.Etat)} {FrenchText.ToHtml(Ligne(verdict))}"
            + (verdict.Conseil is { } conseil ? $"<br><em>{FrenchText.ToHtml(conseil)}</em>" : ""));
        var couleur = EstReussi ? Vert : EstACompleter ? Bleu : Orange;
        return HtmlCard.Wrap(_nom, HtmlCard.List(lignes) + HtmlCard.Paragraph(Conclusion), couleur);
    }
}

/// <summary>A titled text that a cell shows: a hint, a solution.</summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class Encadre : IDisplayable
{
    private readonly string _titre;
    private readonly string _texte;
    private readonly string? _code;

    internal Encadre(string titre, string texte, string? code = null)
    {
        _titre = titre;
        _texte = texte;
        _code = code;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        var code = _code is null
            ? ""
            : $"<details><summary>Voir le code</summary><pre><code>{FrenchText.Encode(_code)}</code></pre></details>";
        return new Dictionary<string, string>
        {
            [MimeTypes.Html] = HtmlCard.Wrap("💡 " + _titre, HtmlCard.Paragraph(_texte) + code, Bilan.Bleu),
            [MimeTypes.PlainText] = ToString(),
        };
    }

    /// <summary>The text without markup.</summary>
    /// <returns>French text.</returns>
    public override string ToString() =>
        FrenchText.Typeset($"{_titre}\n{_texte}") + (_code is null ? "" : "\n\n" + _code);
}
