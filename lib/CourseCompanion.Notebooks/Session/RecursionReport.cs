using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace CourseCompanion.Notebooks.Session;

/// <summary>What a student reads of a recursion that has used up the stack: which methods call each other, and what to look at.</summary>
internal static class RecursionReport
{
    // A cycle of more methods than this is named by its first ones.
    private const int MaxNames = 4;

    // The frames at the end of the stack that are looked at: a cycle is short.
    private const int Sample = 400;

    private static readonly CultureInfo French = CultureInfo.GetCultureInfo("fr-FR");

    /// <summary>The exception that ended a recursion, in an exception or in what caused it; null when there is none.</summary>
    internal static InsufficientExecutionStackException? Find(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is InsufficientExecutionStackException found)
            {
                return found;
            }
            if (error is AggregateException { InnerExceptions: { Count: > 1 } all }
                && all.Select(Find).FirstOrDefault(inner => inner is not null) is { } one)
            {
                return one;
            }
        }
        return null;
    }

    /// <summary>The sentences: which methods, how deep, and what to do.</summary>
    /// <param name="frames">The stack, the end first.</param>
    /// <param name="nameOf">The name that a student gave a method of a cell; null for other methods.</param>
    internal static string Describe(StackFrame[] frames, Func<MethodBase, string?> nameOf)
    {
        // A recursion that goes on for long is compiled anew on its way, and the optimised code may have the student's method
        // inlined into the library's that calls it, without a frame of its own: the beginning of the stack still shows it.
        var names = Repeated(frames.Take(Sample), nameOf);
        if (names.Count == 0)
        {
            names = Repeated(frames.TakeLast(Sample), nameOf);
        }
        var depth = frames.Length.ToString("N0", French);
        var who = names.Count switch
        {
            0 => "Récursion sans fin : des appels se répètent sans jamais revenir",
            1 => $"Récursion sans fin : {names[0]} s’appelle sans jamais revenir",
            <= MaxNames => $"Récursion sans fin : {string.Join(", ", names.SkipLast(1))} et {names[^1]} s’appellent sans jamais revenir",
            _ => $"Récursion sans fin : {string.Join(", ", names.Take(MaxNames))}… s’appellent sans jamais revenir",
        };
        return $"{who} ({depth} appels empilés). Vérifiez le cas où la récursion s’arrête, et que chaque appel s’en rapproche.";
    }

    private static List<string> Repeated(IEnumerable<StackFrame> frames, Func<MethodBase, string?> nameOf) => [.. frames
        .Select(frame => frame.GetMethod() is { } method ? nameOf(method) : null)
        .OfType<string>()
        .GroupBy(name => name)
        // Once is a call at the end of the stack, and no part of the cycle.
        .Where(group => group.Count() > 1)
        .Select(group => group.Key)];
}
