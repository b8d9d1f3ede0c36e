namespace CourseCompanion.Teaching;

/// <summary>
/// An exercise that checks itself, gives hints one by one, and shows its solution when asked. Whatever the student writes, checking
/// never throws (interrupting the cell apart): an exercise that is not started says « à compléter », an exception becomes feedback.
/// </summary>
/// <remarks>
/// <para>Names: what a student types or reads in a notebook (this class, <see cref="Controle"/>, <see cref="Quiz"/> and their members) is
/// French without accents; everything else in the library is English.</para>
/// <para>In a notebook:</para>
/// <code>
/// var exercice = new Exercice(1, "Choisir un seuil", "Donnez à `seuil` une valeur qui ...", indices: ["Relisez ...", "Comparez ..."]);
///
/// var seuil = Exercice.ACompleter;        // remplacez par un nombre
/// exercice.Verifier&lt;double&gt;(seuil,
///     new("Le seuil est une probabilité.", s => s is > 0 and &lt; 1, "Une probabilité est comprise entre 0 et 1."),
///     new("Le seuil écarte les prédictions peu sûres.", s => s >= 0.8))
/// </code>
/// <para>For a function to write, its body is <c>throw new NotImplementedException()</c> and the checks call it:
/// <c>exercice.Verifier(new("...", () => Selectionner(p) == 3))</c>.</para>
/// </remarks>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class Exercice : IDisplayable
{
    private readonly IReadOnlyList<string> _indices;
    private readonly string? _solution;
    private int _indicesDonnes;

    /// <summary>Creates an exercise.</summary>
    /// <param name="numero">Its number in the chapter, from 1.</param>
    /// <param name="titre">French title.</param>
    /// <param name="enonce">French statement, or null when the cell above gives it.</param>
    /// <param name="indices">French hints, from vague to precise.</param>
    /// <param name="solution">C# code of a solution, or null.</param>
    /// <param name="fichierSolution">File with the solution, relative to the notebook, or null.</param>
    public Exercice(
        int numero,
        string titre,
        string? enonce = null,
        IEnumerable<string>? indices = null,
        string? solution = null,
        string? fichierSolution = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numero, 1);
        ArgumentException.ThrowIfNullOrWhiteSpace(titre);
        Numero = numero;
        Titre = titre;
        Enonce = enonce;
        _indices = [.. indices ?? []];
        _solution = solution;
        FichierSolution = fichierSolution;
    }

    /// <summary>What stands for an answer that is not given yet.</summary>
    public static ACompleter ACompleter => ACompleter.Valeur;

    /// <summary>Number in the chapter.</summary>
    public int Numero { get; }

    /// <summary>French title.</summary>
    public string Titre { get; }

    /// <summary>French statement, or null.</summary>
    public string? Enonce { get; }

    /// <summary>File with the solution, or null.</summary>
    public string? FichierSolution { get; }

    private string Nom => $"Exercice {Numero} : {Titre}";

    /// <summary>Checks what the student wrote; the cell shows the report when this is its last expression.</summary>
    /// <param name="controles">The checks, in order.</param>
    /// <returns>What holds and what does not.</returns>
    public Bilan Verifier(params IEnumerable<Controle> controles)
    {
        ArgumentNullException.ThrowIfNull(controles);
        return new Bilan(Nom, [.. controles.Select(Faire)], _indices.Count > 0);
    }

    /// <summary>Checks an answer; the cell shows the report when this is its last expression.</summary>
    /// <typeparam name="T">Type of the answer.</typeparam>
    /// <param name="reponse">The answer, <see cref="ACompleter"/> or null.</param>
    /// <param name="controles">The checks, in order; not called while there is no answer.</param>
    /// <returns>What holds and what does not.</returns>
    public Bilan Verifier<T>(Reponse<T> reponse, params IEnumerable<Controle<T>> controles)
    {
        ArgumentNullException.ThrowIfNull(controles);
        return Verifier(controles.Select(controle => new Controle(
            controle.Critere,
            () => reponse.EstDonnee ? controle.Test(reponse.Valeur) : throw new NotImplementedException(),
            controle.Conseil)));
    }

    /// <summary>The next hint; after the last one, the first again.</summary>
    /// <returns>The hint, to be shown by the cell.</returns>
    public Encadre Indice()
    {
        if (_indices.Count == 0)
        {
            return new Encadre(Nom, "Cet exercice n’a pas d’indice : relisez la partie qui précède, elle contient tout.");
        }

        var numero = _indicesDonnes++ % _indices.Count;
        var suite = numero + 1 < _indices.Count ? "\nPour l’indice suivant, exécutez de nouveau cette cellule." : "";
        return new Encadre($"Indice {numero + 1} sur {_indices.Count}", _indices[numero] + suite);
    }

    /// <summary>The solution, folded: the student opens it on purpose.</summary>
    /// <returns>The solution, to be shown by the cell.</returns>
    public Encadre Solution() => new(
        $"Solution de l’exercice {Numero}",
        (FichierSolution, _solution) switch
        {
            (null, null) => "Plusieurs réponses sont possibles : la vôtre est bonne si chaque critère est vérifié.",
            (null, _) => "Essayez d’abord par vous-même, puis comparez.",
            (var file, _) => $"Essayez d’abord par vous-même, puis ouvrez le fichier `{file}`.",
        },
        _solution);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        var enonce = Enonce ?? "À vous de jouer !";
        var aide = _indices.Count > 0 ? $"{FrenchNumbers.Count(_indices.Count, "indice")} à la demande." : "";
        return new Dictionary<string, string>
        {
            [MimeTypes.Html] = HtmlCard.Wrap(
                "✏️ " + Nom, HtmlCard.Paragraph(enonce) + (aide.Length > 0 ? HtmlCard.Paragraph(aide) : ""), Bilan.Bleu),
            [MimeTypes.PlainText] = FrenchText.Typeset($"{Nom}\n{enonce}\n{aide}".TrimEnd()),
        };
    }

    private static Verdict Faire(Controle controle)
    {
        try
        {
            return controle.Test() ? new Verdict(controle.Critere, Etat.Reussi, null) : new Verdict(controle.Critere, Etat.Manque, controle.Conseil);
        }
        catch (NotImplementedException)
        {
            return new Verdict(controle.Critere, Etat.ACompleter, null);
        }
        // Whatever the student's code throws becomes feedback, so that a check never stops the notebook; but when the student
        // interrupts the cell, that is no answer to the exercise.
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var message = exception.Message.Split('\n')[0].Trim();
            return new Verdict(
                controle.Critere,
                Etat.Erreur,
                $"Votre code s’est arrêté sur une erreur (`{exception.GetType().Name}`) : {message}"
                + (controle.Conseil is null ? "" : "\n" + controle.Conseil));
        }
    }
}
