namespace CourseCompanion.Cli.Doctor;

/// <summary>What the doctor found about one thing.</summary>
/// <param name="Name">Short name, also the key in the JSON.</param>
/// <param name="Status">Whether the course can use it.</param>
/// <param name="Detail">What is there (version, place), or what its absence means.</param>
/// <param name="Remedy">How to get what is missing; null when nothing is.</param>
internal sealed record Check(string Name, CheckStatus Status, string Detail, string? Remedy = null);

/// <summary>Whether the course can use a thing.</summary>
internal enum CheckStatus
{
    /// <summary>It is there.</summary>
    Ready,

    /// <summary>It is not there, and the course runs without it.</summary>
    Optional,

    /// <summary>It is not there, and the course cannot run.</summary>
    Missing,
}
