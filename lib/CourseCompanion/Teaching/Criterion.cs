namespace CourseCompanion.Teaching;

/// <summary>One check of the answer that a student gives.</summary>
/// <typeparam name="T">Type of the answer.</typeparam>
/// <param name="Description">What must hold, in French: « Le seuil est compris entre 0 et 1 ».</param>
/// <param name="Test">Whether it holds for the answer. A <see cref="NotImplementedException"/> means that the student has not started.</param>
/// <param name="Advice">What to say when it does not, in French; null for nothing more than the criterion.</param>
public sealed record Criterion<T>(string Description, Func<T, bool> Test, string? Advice = null);
