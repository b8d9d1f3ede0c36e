namespace CourseCompanion.Work;

/// <summary>
/// The three sizes in which every chapter runs: <c>essai</c>, where every cell runs within seconds and no figure means
/// anything; <c>rapide</c>, minutes on a laptop; and <c>complet</c>, better with a GPU. A notebook shows its own choice with
/// <see cref="Select{T}(T, T, T)"/>.
/// </summary>
public sealed record Profile
{
    /// <summary>Environment variable that names the profile.</summary>
    public const string Variable = "COURSE_PROFILE";

    private Profile(string name) => Name = name;

    /// <summary>The trial profile: it shows that every cell runs; its figures mean nothing.</summary>
    public static Profile Essai { get; } = new("essai");

    /// <summary>The quick profile.</summary>
    public static Profile Rapide { get; } = new("rapide");

    /// <summary>The full profile.</summary>
    public static Profile Complet { get; } = new("complet");

    /// <summary>The profile of this process, from <c>COURSE_PROFILE</c>; <see cref="Rapide"/> if that is unset.</summary>
    /// <exception cref="ArgumentException">The variable holds something else.</exception>
    public static Profile Current => Parse(Environment.GetEnvironmentVariable(Variable));

    /// <summary>The name: <c>essai</c>, <c>rapide</c> or <c>complet</c>.</summary>
    public string Name { get; }

    /// <summary>The value of the current profile.</summary>
    /// <param name="essai">Value for the trial profile.</param>
    /// <param name="rapide">Value for the quick profile.</param>
    /// <param name="complet">Value for the full profile.</param>
    public static T Select<T>(T essai, T rapide, T complet)
    {
        Profile current = Current;
        return current == Essai ? essai : current == Complet ? complet : rapide;
    }

    /// <summary>The profile of a given name; <see cref="Rapide"/> for null or nothing.</summary>
    /// <exception cref="ArgumentException">There is no profile of that name.</exception>
    public static Profile Parse(string? name) => name?.Trim().ToUpperInvariant() switch
    {
        null or "" or "RAPIDE" => Rapide,
        "ESSAI" => Essai,
        "COMPLET" => Complet,
        _ => throw new ArgumentException($"There is no profile '{name}': choose essai, rapide or complet (--profile, or {Variable}).", nameof(name)),
    };

    /// <summary>The name; the trial profile adds, in French, that its figures mean nothing.</summary>
    public override string ToString() => this == Essai ? $"{Name} (les chiffres ne veulent rien dire)" : Name;
}
