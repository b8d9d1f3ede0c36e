using System.Globalization;
using CourseCompanion.Files;

namespace CourseCompanion.Teaching;

/// <summary>One French line on the exceptions that students meet most: .NET and the library say them in English only.</summary>
public static class ErrorExplanations
{
    private static readonly CultureInfo French = CultureInfo.GetCultureInfo("fr-FR");

    private static readonly Type[] OfInstructions =
        [typeof(NullReferenceException), typeof(IndexOutOfRangeException), typeof(DivideByZeroException), typeof(OverflowException)];

    /// <summary>What an exception means; null when it is not one of them, or when a student chose its message.</summary>
    /// <param name="error">The exception, thrown.</param>
    /// <returns>A French sentence or two, or null.</returns>
    public static string? For(Exception error) => error switch
    {
        NotImplementedException => "Cette partie du code reste à écrire.",
        DatasetException { Message: var message } when message.StartsWith("There is no dataset", StringComparison.Ordinal) =>
            "Aucun jeu de données ne porte ce nom : le message cite les noms possibles.",
        ArgumentOutOfRangeException { ParamName: { } name, ActualValue: { } value } when IsOfCourse(error) =>
            $"L’argument « {name} » vaut {Convert.ToString(value, French)}, ce qui n’est pas permis ici : le message dit quelles valeurs le sont.",
        InsufficientExecutionStackException =>
            "La récursion est trop profonde, ou sans fin : vérifiez le cas où elle s’arrête, et que chaque appel s’en rapproche.",
        _ when !IsOfFramework(error) => null,
        NullReferenceException =>
            "La valeur utilisée ici est null : elle ne désigne aucun objet, et n’a donc ni propriété ni méthode.",
        IndexOutOfRangeException =>
            "L’indice sort du tableau ou du texte : les indices vont de 0 à sa longueur moins un (Length - 1).",
        ArgumentOutOfRangeException { ParamName: "index" } =>
            "L’indice sort de la liste : les indices vont de 0 à son nombre d’éléments moins un (Count - 1).",
        ArgumentOutOfRangeException { ParamName: { } name } => $"L’argument « {name} » a une valeur qui n’est pas permise ici.",
        ArgumentNullException { ParamName: { } name } => $"L’argument « {name} » est null, ce qui n’est pas permis ici.",
        KeyNotFoundException =>
            "Le dictionnaire ne contient pas cette clé : ContainsKey ou TryGetValue permettent de le savoir avant de la lire.",
        FormatException =>
            "Le texte lu n’a pas la forme attendue (nombre, date…). Dans un nombre, la virgule s’écrit comme un point : 0.5.",
        System.Text.RegularExpressions.RegexMatchTimeoutException =>
            "L’expression régulière prend trop de temps sur ce texte, le plus souvent à cause de répétitions emboîtées comme (a+)+.",
        DivideByZeroException => "Un entier est divisé par zéro.",
        OverflowException => "Le résultat est trop grand ou trop petit pour son type.",
        InvalidCastException => "La valeur n’est pas du type demandé.",
        FileNotFoundException or DirectoryNotFoundException =>
            $"Fichier ou dossier introuvable. Les chemins partent du dossier de travail : {Environment.CurrentDirectory}.",
        ObjectDisposedException => "Cet objet a été libéré (Dispose) et ne peut plus servir.",
        InvalidOperationException { Message: var message } when message.StartsWith("Sequence contains no", StringComparison.Ordinal) =>
            "La suite n’a aucun élément, ou aucun qui convienne : FirstOrDefault, par exemple, le permet.",
        InvalidOperationException { Message: var message } when message.StartsWith("Collection was modified", StringComparison.Ordinal) =>
            "Une collection ne peut pas changer pendant qu’une boucle foreach la parcourt : parcourez une copie (ToList).",
        _ => null,
    };

    private static bool IsOfCourse(Exception error) => error.TargetSite?.Module.Assembly == typeof(ErrorExplanations).Assembly;

    /// <summary>
    /// Whether .NET itself threw the exception, for an instruction of the code or in a method of its own. What a cell or a
    /// library throws carries a message that says more.
    /// </summary>
    private static bool IsOfFramework(Exception error) =>
        error.TargetSite is not { } thrower
        || thrower.Module.Assembly.GetName().Name!.StartsWith("System.", StringComparison.Ordinal)
        || OfInstructions.Contains(error.GetType())
            && error.Message == ((Exception)Activator.CreateInstance(error.GetType())!).Message;
}
