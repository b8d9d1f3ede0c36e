using CourseCompanion.Teaching;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>What became of an exercise.</summary>
public enum ExerciseState
{
    /// <summary>Every criterion holds.</summary>
    Passed,

    /// <summary>A criterion does not hold.</summary>
    Failed,

    /// <summary>The placeholder is still there.</summary>
    ToDo,

    /// <summary>There is no answer that could be checked.</summary>
    NoAnswer,
}

/// <summary>The mark of one exercise.</summary>
/// <param name="Number">Its number in the chapter.</param>
/// <param name="Title">Its French title.</param>
/// <param name="State">What became of it.</param>
/// <param name="Criteria">What the check found; empty where it was not run.</param>
/// <param name="Reason">Why there was nothing to check or the check did not come to its end, in French, or null.</param>
/// <param name="IsToReview">
/// Whether the check had to run in the student's own process, or the answer rewrote what the check gave it: a student who wants to can forge
/// that, and a person should read the answer.
/// </param>
/// <param name="Answer">The student's cell, or null.</param>
public sealed record ExerciseGrade(
    int Number, string Title, ExerciseState State, IReadOnlyList<CriterionResult> Criteria, string? Reason, bool IsToReview, string? Answer)
{
    /// <summary>Whether it is passed by a verdict that a person should confirm.</summary>
    internal bool IsPassedToReview => IsToReview && State == ExerciseState.Passed;
}
