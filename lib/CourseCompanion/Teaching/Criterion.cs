namespace CourseCompanion.Teaching;

/// <summary>One check of an exercise.</summary>
/// <param name="Description">What must hold, in French: « Le seuil est compris entre 0 et 1 ».</param>
/// <param name="Test">Whether it holds. A <see cref="NotImplementedException"/> means that the student has not started.</param>
/// <param name="Advice">What to say when it does not, in French; null for nothing more than the criterion.</param>
public sealed record Criterion(string Description, Func<bool> Test, string? Advice = null);

/// <summary>One check of the answer that a student gives.</summary>
/// <typeparam name="T">Type of the answer.</typeparam>
/// <param name="Description">What must hold, in French.</param>
/// <param name="Test">Whether it holds for the answer.</param>
/// <param name="Advice">What to say when it does not, in French; null for nothing more than the criterion.</param>
public sealed record Criterion<T>(string Description, Func<T, bool> Test, string? Advice = null);

/// <summary>
/// What stands in a cell until the student answers: <c>var seuil = Exercice.ToDo;</c>. It can be given wherever an answer is
/// expected.
/// </summary>
public sealed class ToDo
{
    /// <summary>The only one.</summary>
    internal static ToDo Value { get; } = new();

    private ToDo()
    {
    }

    /// <summary>« à compléter ».</summary>
    /// <returns>French text.</returns>
    public override string ToString() => "à compléter";
}

/// <summary>An answer, or the fact that there is none yet.</summary>
/// <typeparam name="T">Type of the answer.</typeparam>
public readonly struct Answer<T>
{
    private readonly T _value;

    private Answer(T value)
    {
        _value = value;
        IsGiven = value is not null;
    }

    /// <summary>Whether there is an answer: neither <see cref="Exercice.ToDo"/> nor null.</summary>
    public bool IsGiven { get; }

    /// <summary>The answer.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public T Value => IsGiven ? _value : throw new InvalidOperationException("The student has not answered yet.");

    /// <summary>An answer.</summary>
    /// <param name="value">The answer; null for none.</param>
    public static implicit operator Answer<T>(T value) => new(value);

    /// <summary>No answer yet.</summary>
    /// <param name="nothing">The sentinel.</param>
    public static implicit operator Answer<T>(ToDo nothing) => default;
}
