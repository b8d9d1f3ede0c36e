namespace CourseCompanion.Teaching;

/// <summary>One check of an exercise.</summary>
/// <param name="Critere">What must hold, in French: « Le seuil est compris entre 0 et 1 ».</param>
/// <param name="Test">Whether it holds. A <see cref="NotImplementedException"/> means that the student has not started.</param>
/// <param name="Conseil">What to say when it does not, in French; null for nothing more than the criterion.</param>
public sealed record Controle(string Critere, Func<bool> Test, string? Conseil = null);

/// <summary>One check of the answer that a student gives.</summary>
/// <typeparam name="T">Type of the answer.</typeparam>
/// <param name="Critere">What must hold, in French.</param>
/// <param name="Test">Whether it holds for the answer.</param>
/// <param name="Conseil">What to say when it does not, in French; null for nothing more than the criterion.</param>
public sealed record Controle<T>(string Critere, Func<T, bool> Test, string? Conseil = null);

/// <summary>
/// What stands in a cell until the student answers: <c>var seuil = Exercice.ACompleter;</c>. It can be given wherever an answer is
/// expected.
/// </summary>
public sealed class ACompleter
{
    /// <summary>The only one.</summary>
    internal static ACompleter Valeur { get; } = new();

    private ACompleter()
    {
    }

    /// <summary>« à compléter ».</summary>
    /// <returns>French text.</returns>
    public override string ToString() => "à compléter";
}

/// <summary>An answer, or the fact that there is none yet.</summary>
/// <typeparam name="T">Type of the answer.</typeparam>
public readonly struct Reponse<T>
{
    private readonly T _valeur;

    private Reponse(T valeur)
    {
        _valeur = valeur;
        EstDonnee = valeur is not null;
    }

    /// <summary>Whether there is an answer: neither <see cref="Exercice.ACompleter"/> nor null.</summary>
    public bool EstDonnee { get; }

    /// <summary>The answer.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public T Valeur => EstDonnee ? _valeur : throw new InvalidOperationException("The student has not answered yet.");

    /// <summary>An answer.</summary>
    /// <param name="valeur">The answer; null for none.</param>
    public static implicit operator Reponse<T>(T valeur) => new(valeur);

    /// <summary>No answer yet.</summary>
    /// <param name="rien">The sentinel.</param>
    public static implicit operator Reponse<T>(ACompleter rien) => default;
}
