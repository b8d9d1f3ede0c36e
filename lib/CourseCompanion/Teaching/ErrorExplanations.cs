using System.Globalization;
using CourseCompanion.Files;
using CourseCompanion.French;

namespace CourseCompanion.Teaching;

/// <summary>One French line on the exceptions that students meet most: .NET and the library say them in English only.</summary>
public static class ErrorExplanations
{
    private static readonly CultureInfo FrenchCulture = CultureInfo.GetCultureInfo("fr-FR");

    private static readonly Type[] OfInstructions =
        [typeof(NullReferenceException), typeof(IndexOutOfRangeException), typeof(DivideByZeroException), typeof(OverflowException)];

    /// <summary>What an exception means; null when it is not one of them, or when a student chose its message.</summary>
    /// <param name="error">The exception, thrown.</param>
    /// <returns>A French sentence or two, or null.</returns>
    public static string? For(Exception error) => Explain(error) is { } text ? FrenchText.Typeset(text) : null;

    private static string? Explain(Exception error) => error switch
    {
        NotImplementedException when !IsOfLibrary(error) => "Cette partie du code reste à écrire.",
        DatasetException { Message: var message } when message.StartsWith("There is no dataset", StringComparison.Ordinal) =>
            "Aucun jeu de données ne porte ce nom : le message cite les noms possibles.",
        ArgumentOutOfRangeException { ParamName: { } name, ActualValue: { } value } when IsOfCourse(error) =>
            $"L’argument « {name} » vaut {Convert.ToString(value, FrenchCulture)}, ce qui n’est pas permis ici : le message dit quelles valeurs le sont.",
        InsufficientExecutionStackException =>
            "La récursion est trop profonde, ou sans fin : vérifiez le cas où elle s’arrête, et que chaque appel s’en rapproche.",
        _ when !IsOfFramework(error) => null,
        NullReferenceException =>
            "La valeur utilisée ici est null : elle ne désigne aucun objet, et n’a donc ni propriété ni méthode.",
        IndexOutOfRangeException when HasDefaultMessage(error) =>
            "L’indice sort du tableau ou du texte : les indices vont de 0 à sa longueur moins un (Length - 1).",
        ArgumentOutOfRangeException { ParamName: "index" } when IsOf(error, "System.Linq") =>
            "L’indice sort de la suite : les indices vont de 0 à son nombre d’éléments moins un (Count() - 1).",
        ArgumentOutOfRangeException { ParamName: "index" } when Says(error, "Index was out of range") =>
            "L’indice sort de la liste : les indices vont de 0 à son nombre d’éléments moins un (Count - 1).",
        ArgumentOutOfRangeException { ParamName: "index" } when Says(error, "Index must be within the bounds of the List") =>
            "L’indice où insérer sort de la liste : il va de 0 à son nombre d’éléments (Count).",
        ArgumentOutOfRangeException { ParamName: { } name } => $"L’argument « {name} » a une valeur qui n’est pas permise ici.",
        ArgumentNullException { ParamName: { } name } => $"L’argument « {name} » est null, ce qui n’est pas permis ici.",
        KeyNotFoundException when IsOf(error, "System.Text.Json") =>
            "Le texte JSON n’a pas de propriété de ce nom : TryGetProperty permet de le savoir avant de la lire.",
        KeyNotFoundException =>
            "Le dictionnaire ne contient pas cette clé : ContainsKey ou TryGetValue permettent de le savoir avant de la lire.",
        FormatException => OfFormat(error),
        System.Text.RegularExpressions.RegexMatchTimeoutException =>
            "L’expression régulière prend trop de temps sur ce texte, le plus souvent à cause de répétitions emboîtées comme (a+)+.",
        DivideByZeroException => "Division par zéro : avec int ou decimal, elle n’a pas de résultat.",
        OverflowException when HasDefaultMessage(error) || Says(error, "Arithmetic operation") =>
            "Le résultat est trop grand ou trop petit pour son type, ou bien un tableau est créé avec une longueur négative.",
        OverflowException => "La valeur est trop grande ou trop petite pour son type.",
        InvalidCastException when Says(error, "Null object") => "La valeur est null, ce que le type demandé ne permet pas.",
        InvalidCastException => "La valeur n’est pas du type demandé.",
        FileNotFoundException when Says(error, "Could not load file or assembly") =>
            "Une bibliothèque dont ce code dépend est introuvable : chargez-la par #r, par exemple #r \"nuget:NOM, VERSION\".",
        FileNotFoundException or DirectoryNotFoundException =>
            $"Fichier ou dossier introuvable. Les chemins partent du dossier de travail : {Environment.CurrentDirectory}.",
        ObjectDisposedException => "Cet objet a été libéré (Dispose) et ne peut plus servir.",
        InvalidOperationException when Says(error, "Sequence contains no") =>
            "La suite n’a aucun élément, ou aucun qui convienne : vérifiez-le avant (Any), ou écrivez FirstOrDefault au lieu de First.",
        InvalidOperationException when Says(error, "Sequence contains more than one") =>
            "La suite a plusieurs éléments qui conviennent, et Single n’en admet qu’un : First prend le premier.",
        InvalidOperationException when Says(error, "Nullable object must have a value") =>
            "Cette valeur est null : HasValue permet de le savoir avant de lire Value.",
        InvalidOperationException when Says(error, "Collection was modified") =>
            "Une collection ne peut pas changer pendant qu’une boucle foreach la parcourt : parcourez une copie (ToList).",
        _ => null,
    };

    /// <summary>What .NET says with this exception is of many kinds: a text that is no number, a format string that is none.</summary>
    private static string OfFormat(Exception error)
    {
        if (error is UriFormatException)
        {
            return "L’adresse n’a pas la forme attendue, comme https://exemple.fr/page.";
        }
        if (Says(error, "Index (zero based)"))
        {
            return "Le texte à compléter a des places ({0}, {1}…), et il reçoit moins de valeurs que de places. Les places se comptent à partir de 0.";
        }
        if (error.Message.Contains("Failure to parse near offset", StringComparison.Ordinal))
        {
            return "Le texte à compléter a une accolade de trop, ou une qui manque : une place s’écrit {0}, une accolade seule {{ ou }}.";
        }
        if (Says(error, "Format specifier"))
        {
            return "Le format demandé n’existe pas pour cette valeur. Pour un nombre : N2 (deux décimales), P1 (pourcentage), E2 (puissance de dix).";
        }
        if (error.Message.Contains("valid Boolean", StringComparison.Ordinal))
        {
            return "Le texte lu n’est pas un booléen : true ou false.";
        }
        if (error.Message.Contains("DateTime", StringComparison.Ordinal) || error.Message.Contains("DateOnly", StringComparison.Ordinal))
        {
            return "Le texte lu n’est pas une date. La forme la plus sûre est 2024-12-31.";
        }
        return Quoted(error.Message) is { } text ? OfNumber(text) : "Le texte lu n’a pas la forme attendue.";
    }

    /// <summary>Of a text that is not the number asked for.</summary>
    private static string OfNumber(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return "Le texte lu est vide : ce n’est pas un nombre.";
        }
        var culture = CultureInfo.CurrentCulture;
        var separator = culture.NumberFormat.NumberDecimalSeparator;
        var other = separator == "," ? "." : ",";
        var written = text.Replace(other, separator, StringComparison.Ordinal);
        var mark = separator == "," ? "une virgule" : "un point";
        if (!double.TryParse(written, NumberStyles.Float, culture, out _))
        {
            return $"« {text} » n’est pas un nombre : le texte n’a pas la forme attendue.";
        }
        // What this culture reads was read for another one, or as a whole number.
        return written == text
            ? $"« {text} » n’est pas le nombre attendu : une partie décimale s’écrit avec le signe de la culture demandée, et un entier n’en a pas."
            : $"« {text} » n’est pas le nombre attendu : la partie décimale s’écrit ici après {mark} ({written}), et un entier n’en a pas.";
    }

    /// <summary>The text that a message says was read; null when it says none.</summary>
    private static string? Quoted(string message)
    {
        const string Before = "The input string '";
        var end = message.LastIndexOf('\'');
        return message.StartsWith(Before, StringComparison.Ordinal) && end >= Before.Length ? message[Before.Length..end] : null;
    }

    private static bool Says(Exception error, string beginning) => error.Message.StartsWith(beginning, StringComparison.Ordinal);

    private static bool HasDefaultMessage(Exception error) =>
        error.Message == ((Exception)Activator.CreateInstance(error.GetType())!).Message;

    private static bool IsOf(Exception error, string assembly) => error.TargetSite?.Module.Assembly.GetName().Name == assembly;

    /// <summary>Whether the code that threw was not written by who reads the message: .NET, the course or the tensor engine.</summary>
    private static bool IsOfLibrary(Exception error) =>
        error.TargetSite?.Module.Assembly.GetName().Name is { } name
        && (name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal)
            || name == "TorchSharp" || name == typeof(ErrorExplanations).Assembly.GetName().Name);

    private static bool IsOfCourse(Exception error) => error.TargetSite?.Module.Assembly == typeof(ErrorExplanations).Assembly;

    /// <summary>
    /// Whether .NET itself threw the exception, for an instruction of the code or in a method of its own. What a cell or a
    /// library throws carries a message that says more.
    /// </summary>
    private static bool IsOfFramework(Exception error) =>
        error.TargetSite is not { } thrower
        || thrower.Module.Assembly.GetName().Name!.StartsWith("System.", StringComparison.Ordinal)
        || OfInstructions.Contains(error.GetType())
            && HasDefaultMessage(error);
}
