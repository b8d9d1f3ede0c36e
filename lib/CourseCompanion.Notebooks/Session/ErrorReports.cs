using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Formatting;
using CourseCompanion.Teaching;
using Microsoft.CodeAnalysis;

namespace CourseCompanion.Notebooks.Session;

/// <summary>Errors as a student reads them: in French, with the line of the cell, without the machinery underneath.</summary>
internal static partial class ErrorReports
{
    private const string Red = "\e[31m";
    private const string Dim = "\e[90m";
    private const string Reset = "\e[0m";
    private const int MaxDiagnostics = 10;
    private const int MaxFrames = 12;
    private const int MaxExcerpts = 3;
    private const int RecursionFrames = 8;
    private const string CellFilePrefix = "cellule ";
    private static readonly CultureInfo French = CultureInfo.GetCultureInfo("fr-FR");

    /// <summary>Said when a cell does not end for seconds after it was interrupted.</summary>
    internal const string Unstoppable =
        "\nL’interruption attend : la cellule exécute du code qui ne s’interrompt pas (bibliothèque native, lecture d’une connexion, "
        + "longue opération de .NET). Elle s’arrêtera dès que ce code rendra la main. Pour ne pas attendre, redémarrez le noyau : "
        + "ses variables seront perdues.\n";

    /// <summary>The file name under which a cell is compiled: it appears in stack traces.</summary>
    internal static string CellFile(int executionCount) =>
        CellFilePrefix + executionCount.ToString(CultureInfo.InvariantCulture);

    /// <summary>A cell that does not compile: what it is instead of C#, or each error with its place and line.</summary>
    internal static ErrorOutput Compilation(IEnumerable<Diagnostic> diagnostics, string code)
    {
        var errors = diagnostics
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start)
            .ToList();
        var lines = code.ReplaceLineEndings("\n").Split('\n');
        var report = new List<string> { $"{Red}Erreur de compilation{Reset}" };
        var foreign = ForeignCode.Find(code, [.. errors.Where(IsOfCell)]);
        var advised = foreign is null ? null : $"({foreign.Line}, {foreign.Column}) {foreign.Advice}";
        if (advised is not null)
        {
            report.Add($"{Red}{advised}{Reset}");
            if (!foreign!.IsCSharp)
            {
                // What the compiler makes of another language helps nobody.
                report.Add($"{foreign.Line,5} | {lines[foreign.Line - 1]}");
                return new ErrorOutput("CompilationError", advised, report);
            }
        }
        foreach (var error in errors.Take(MaxDiagnostics))
        {
            report.Add($"{Red}{Summary(error)}{Reset}");
            if (Advice(error) is { } advice)
            {
                report.Add(advice);
            }
            var place = error.Location.GetLineSpan();
            var line = place.StartLinePosition.Line;
            // A file brought in by #load has lines of its own.
            if (line < lines.Length && IsOfCell(error))
            {
                report.AddRange(Excerpt(lines[line], line + 1, place));
            }
        }
        if (errors.Count > MaxDiagnostics)
        {
            report.Add($"… et {errors.Count - MaxDiagnostics} erreurs de plus.");
        }
        return new ErrorOutput("CompilationError", advised ?? (errors.Count > 0 ? Summary(errors[0]) : ""), report);
    }

    private static bool IsOfCell(Diagnostic error) =>
        error.Location.GetLineSpan() is { IsValid: true, Path: var path } && path.StartsWith(CellFilePrefix, StringComparison.Ordinal);

    /// <summary>A <c>#!</c> line that is not understood.</summary>
    internal static ErrorOutput Directive(CellDirectiveException error) => new(
        "CompilationError",
        $"({error.Line}, 1) {error.Message}",
        [$"{Red}Commande de notebook{Reset}", $"{Red}({error.Line}, 1) {error.Message}{Reset}", $"{error.Line,5} | {error.Text}"]);

    /// <summary>An exception thrown by a cell.</summary>
    internal static ErrorOutput Runtime(Exception error, CellIndex cells)
    {
        // One failed task of several is most often the whole story.
        if (RecursionReport.Find(error) is { } recursion)
        {
            return Recursion(recursion, cells);
        }
        while (error is AggregateException { InnerExceptions.Count: 1 } or TargetInvocationException { InnerException: not null })
        {
            error = error.InnerException!;
        }
        var name = TypeNames.Of(error.GetType());
        var report = new List<string>();
        Append(report, error, cells, first: true);
        for (var inner = error.InnerException; inner is not null; inner = inner.InnerException)
        {
            report.Add($"{Dim}causée par :{Reset}");
            Append(report, inner, cells, first: false);
        }
        return new ErrorOutput(name, Message(error), report);
    }

    /// <summary>A recursion that was ended before it was the end of the process.</summary>
    private static ErrorOutput Recursion(InsufficientExecutionStackException error, CellIndex cells)
    {
        // Without the lines: looked up for each of 200,000 frames, they would take seconds.
        var frames = new StackTrace(error, fNeedFileInfo: false).GetFrames();
        var text = RecursionReport.Describe(frames, method => IsOfCell(method) ? DisplayName(method) : null);
        var report = new List<string> { $"{Red}StackOverflowException{Reset}: {text}" };
        // The last frame only says where its check is.
        var places = CellFrames(frames).Skip(1).Take(RecursionFrames).Select(Place).OfType<(string Line, string? Text)>().Distinct().ToList();
        if (places.Count > 0)
        {
            report.Add(places[0].Line);
            report.AddRange(new[] { places[0].Text }.OfType<string>());
            report.AddRange(places.Skip(1).Select(place => place.Line));
        }
        if (CellFrames(frames.Reverse()).FirstOrDefault() is { } first && Place(first) is { } caller && !places.Contains(caller))
        {
            report.AddRange([$"{Dim}   …{Reset}", caller.Line]);
        }
        return new ErrorOutput("StackOverflowException", text, report);

        (string Line, string? Text)? Place(StackFrame frame) => frame.GetMethod() is { } method
            && cells.ScriptOf(method.Module.Assembly) is { } script
            && ThrowSites.Place(method, frame.GetILOffset(), script) is { } place
                ? (FrameLine([place], method), Excerpt(place, cells))
                : null;
    }

    private static IEnumerable<StackFrame> CellFrames(IEnumerable<StackFrame> frames) =>
        frames.Where(frame => frame.GetMethod() is { } method && IsOfCell(method));

    private static string FrameLine(IReadOnlyList<(string File, int Line)> places, MethodBase? method) =>
        $"   {places[0].File}, ligne {Alternatives(places)}{(MethodName(method) is { } function ? $", dans {function}" : "")}";

    // Code of cells lies in no file.
    private static bool IsOfCell(MethodBase method) => method.Module.Assembly is { IsDynamic: false, Location: "" };

    /// <summary>What a student calls a method.</summary>
    private static string? DisplayName(MethodBase method) => method.Name switch
    {
        ".ctor" => $"le constructeur de « {TypeNames.Of(method.DeclaringType!)} »",
        ['g' or 's', 'e', 't', '_', .. var property] => $"la propriété « {property} »",
        ['o', 'p', '_', ..] => $"un opérateur de « {TypeNames.Of(method.DeclaringType!)} »",
        _ => MethodName(method) is { } name ? $"« {name} »"
            : method.Name.Contains("b__", StringComparison.Ordinal) ? "une fonction lambda" : null,
    };

    /// <summary>An execution ended by the user.</summary>
    internal static ErrorOutput Interrupted() => new(
        "KeyboardInterrupt", "Exécution interrompue.", [$"{Red}Exécution interrompue.{Reset}"]);

    /// <summary>An execution that took too long.</summary>
    internal static ErrorOutput TimedOut(TimeSpan limit)
    {
        var text = $"La cellule a dépassé la durée permise ({limit.TotalSeconds.ToString("0.###", French)} s) et a été interrompue.";
        return new ErrorOutput("TimeoutException", text, [$"{Red}{text}{Reset}"]);
    }

    private static string Summary(Diagnostic error)
    {
        var place = error.Location.GetMappedLineSpan();
        var position = place.StartLinePosition;
        var file = place.IsValid && !place.Path.StartsWith(CellFilePrefix, StringComparison.Ordinal) ? $"{Path.GetFileName(place.Path)} " : "";
        // Types of one name and of different cells: the compiler tells them apart by the path and the line of each.
        var message = TypePlace().Replace(error.GetMessage(French), "[${cell}]");
        return $"{file}({position.Line + 1}, {position.Character + 1}) {error.Id}: {message}";
    }

    /// <summary>What a student can do about a message that names one type twice, from different cells; null for others.</summary>
    private static string? Advice(Diagnostic error) =>
        TypePlace().Matches(error.GetMessage(French)).Select(match => match.Groups["cell"].Value).Distinct().Count() > 1
            ? "Ce type a été défini une deuxième fois : exécutez de nouveau la cellule qui crée la valeur."
            : null;

    /// <summary>The message of an exception, whose class may be a student's and fail to give one.</summary>
    private static string Message(Exception error)
    {
        try
        {
            return error.Message ?? "";
        }
        catch (Exception)
        {
            return "";
        }
    }

    private static IEnumerable<string> Excerpt(string line, int number, FileLinePositionSpan place)
    {
        var start = Math.Min(place.StartLinePosition.Character, line.Length);
        var end = place.EndLinePosition.Line == place.StartLinePosition.Line
            ? Math.Clamp(place.EndLinePosition.Character, start, line.Length)
            : line.Length;
        // Tabs stay tabs so that the marks stand below what they mark.
        var indent = new string([.. line[..start].Select(c => c == '\t' ? '\t' : ' ')]);
        yield return $"{number,5} | {line}";
        yield return $"      | {indent}{Red}{new string('^', Math.Max(1, end - start))}{Reset}";
    }

    private static void Append(List<string> report, Exception error, CellIndex cells, bool first)
    {
        var name = TypeNames.Of(error.GetType());
        report.Add($"{Red}{name}{Reset}: {Message(error)}");
        if (ErrorExplanations.For(error) is { } explanation)
        {
            report.Add(explanation);
        }
        foreach (var line in Frames(error, cells, excerpt: first))
        {
            report.Add(line);
        }
    }

    /// <summary>The frames from the throwing one down to the last one in a cell; framework and compiler frames left out.</summary>
    private static List<string> Frames(Exception error, CellIndex cells, bool excerpt)
    {
        var lines = new List<string>();
        var pending = new List<string>();
        var helper = false;
        foreach (var frame in new StackTrace(error, fNeedFileInfo: true).GetFrames())
        {
            var method = frame.GetMethod();
            if (ThrowSites.IsHelper(method))
            {
                helper = true;
                continue;
            }
            var places = Places(frame, helper ? error : null, cells);
            helper = false;
            if (places.Count > 0)
            {
                lines.AddRange(pending);
                pending.Clear();
                lines.Add(FrameLine(places, method));
                if (excerpt)
                {
                    lines.AddRange(places.Take(MaxExcerpts).Select(place => Excerpt(place, cells)).OfType<string>());
                    excerpt = false;
                }
            }
            else if (method?.DeclaringType is { } type && IsUseful(type))
            {
                pending.Add($"{Dim}   {QualifiedName(type)}.{MethodName(method) ?? method.Name}{Reset}");
            }
        }
        if (lines.Count > MaxFrames)
        {
            // A runaway recursion shows its beginning and where it was called.
            var hidden = lines.Count - MaxFrames;
            lines.RemoveRange(MaxFrames - 2, hidden);
            lines.Insert(MaxFrames - 2, $"{Dim}   … {hidden} lignes …{Reset}");
        }
        return lines;
    }

    /// <summary>
    /// Where in the cells a frame is: one place, or several when the runtime does not say which of them threw; none when it
    /// is no code of the cells.
    /// </summary>
    /// <param name="frame">The frame.</param>
    /// <param name="thrown">What the runtime threw for it; null when the frame's own line is right.</param>
    /// <param name="cells">The cells executed so far.</param>
    private static IReadOnlyList<(string File, int Line)> Places(StackFrame frame, Exception? thrown, CellIndex cells)
    {
        if (frame.GetMethod() is not { } method || !IsOfCell(method))
        {
            return [];
        }
        if (thrown is not null && cells.ScriptOf(method.Module.Assembly) is { } script && ThrowSites.Find(method, thrown, script) is { Count: > 0 } sites)
        {
            return sites;
        }
        // The compiler completes the name to a path.
        return Path.GetFileName(frame.GetFileName()) is { } file ? [(file, frame.GetFileLineNumber())] : [];
    }

    private static string Alternatives(IReadOnlyList<(string File, int Line)> places) => places.Count == 1
        ? places[0].Line.ToString(CultureInfo.InvariantCulture)
        : $"{string.Join(", ", places.SkipLast(1).Select(place => place.Line))} ou {places[^1].Line}";

    private static string? Excerpt((string File, int Line) place, CellIndex cells) =>
        cells.TryGetText(place.File, out var code) && code.ReplaceLineEndings("\n").Split('\n') is var text
            && place.Line >= 1 && place.Line <= text.Length
            ? $"{place.Line,8} | {text[place.Line - 1]}"
            : null;

    private static bool IsUseful(Type type)
    {
        var name = type.Namespace ?? "";
        return !name.StartsWith("System", StringComparison.Ordinal)
            && !name.StartsWith("Microsoft", StringComparison.Ordinal)
            && !name.StartsWith("CourseCompanion.Notebooks", StringComparison.Ordinal)
            && !name.StartsWith("TorchSharp.Interop", StringComparison.Ordinal)
            && name.Length > 0;
    }

    // The compiler's class of an async method or lambda, "Outer+<Fit>d__3", belongs to Outer.
    private static string QualifiedName(Type type)
    {
        while (type.Name.Contains('<', StringComparison.Ordinal) && type.DeclaringType is { } outer)
        {
            type = outer;
        }
        return $"{type.Namespace}.{TypeNames.Of(type)}";
    }

    /// <summary>The name that the student gave a function; null for a cell's own statements.</summary>
    private static string? MethodName(MethodBase? method)
    {
        if (method is null)
        {
            return null;
        }
        foreach (var candidate in (string[])[method.Name, method.DeclaringType?.Name ?? ""])
        {
            var match = CompilerName().Match(candidate);
            if (match.Success)
            {
                var name = match.Groups["local"].Success ? match.Groups["local"].Value : match.Groups["name"].Value;
                return name is "Initialize" or "Factory" or "Main" ? null : name;
            }
        }
        return method.Name is "MoveNext" or ".ctor" ? null : method.Name;
    }

    // "C [/folder/cellule 3(1)]"
    [GeneratedRegex(@"\[[^\[\]]*?(?<cell>cellule \d+)\(\d+\)\]")]
    private static partial Regex TypePlace();

    // "<Fit>d__3", "<<Initialize>>d__0", "<Fit>b__2_0", "<<Initialize>>g__Local|0_1"
    [GeneratedRegex(@"\A<+(?<name>\w*)>+(?:g__(?<local>\w+)\||[a-z]__)")]
    private static partial Regex CompilerName();
}
