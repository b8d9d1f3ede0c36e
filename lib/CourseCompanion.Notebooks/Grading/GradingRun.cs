using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using CourseCompanion.Data.Sources;
using CourseCompanion.French;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Execution;
using CourseCompanion.Notebooks.Session;
using CourseCompanion.Teaching;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>The course's own cells failed before any of the student's ran: nobody's answers are to blame.</summary>
internal sealed class CourseFailedException(string message) : Exception(message);

/// <summary>
/// One pass through a chapter with a student's answers, in two processes. The judge runs the course's cells, and only them; where an answer is
/// needed, the grader passes the question on to the student's process and the value back. The verdicts are the judge's.
/// </summary>
/// <remarks>
/// Some answers mean nothing in another process (a network, a gradient, a function that is a value). The judge finds that out, never
/// the student's process; those alone are checked where they are, and marked as to be reviewed.
/// </remarks>
internal sealed class GradingRun : IAsyncDisposable
{
    private const int LongestMessage = 96 << 20;
    private const int LongestMark = 1 << 20;
    private const string Serve = "global::CourseCompanion.Notebooks.Grading.AnswerExchange.Serve();";
    private const string SkipTag = "skip-execution";

    private static readonly string[] BannerTitles = [DataProvenance.RealTitle, DataProvenance.SyntheticTitle];

    private readonly GradedChapter _chapter;
    private readonly StudentAnswers _answers;
    private readonly GradingLimits _limits;
    private readonly IReadOnlySet<int> _skipped;
    private readonly Dictionary<int, ExerciseGrade> _grades;
    private readonly WorkerProcess _judge;
    private readonly WorkerProcess _student;
    private readonly Lock _gate = new();
    private readonly HashSet<int> _live = [];
    private readonly HashSet<int> _staying = [];
    private readonly HashSet<int> _changing = [];
    private readonly Dictionary<int, string> _ended = [];
    private readonly Dictionary<int, TimeSpan> _spent = [];
    private readonly Dictionary<(bool IsJudge, int Exercise), List<CriterionResult>> _marks = [];
    private Call? _open;
    private CancellationTokenSource? _stopServing;
    private int _last;

    /// <summary>Starts both processes.</summary>
    /// <param name="chapter">The course's chapter.</param>
    /// <param name="answers">What the student wrote.</param>
    /// <param name="limits">What may be used.</param>
    /// <param name="skipped">Exercises that have ended a process: they are not asked again.</param>
    /// <param name="grades">Takes the marks as they come; those that are there already stay.</param>
    /// <param name="start">Starts a worker: the first argument says whether it is the judge.</param>
    internal GradingRun(
        GradedChapter chapter, StudentAnswers answers, GradingLimits limits, IReadOnlySet<int> skipped, Dictionary<int, ExerciseGrade> grades,
        Func<bool, WorkerDistrust, WorkerProcess> start)
    {
        (_chapter, _answers, _limits, _skipped, _grades) = (chapter, answers, limits, skipped, grades);
        _judge = start(true, new WorkerDistrust(LongestMessage, HearJudge));
        _student = start(false, new WorkerDistrust(LongestMessage, HearStudent));
    }

    /// <summary>Whether something took longer than it may.</summary>
    internal bool HasTimeOut { get; private set; }

    /// <summary>The images in use, as the judge's banners name them: the course's own cells, before any answer.</summary>
    internal List<string> Images { get; } = [];

    /// <summary>Runs to the last check that is needed.</summary>
    /// <returns>The exercise that ended a process, with the reason in French; null when all came to their end.</returns>
    /// <exception cref="CourseFailedException">The course's own cells fail.</exception>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    internal async Task<(int Exercise, string Reason)?> RunAsync(CancellationToken cancellation)
    {
        // Nothing of an interrupted marking is kept: there is nothing to wait for.
        using var stop = cancellation.Register(() =>
        {
            _student.Kill();
            _judge.Kill();
        });
        try
        {
            var cells = _chapter.Notebook.CodeCells.Where(cell => cell.Source.Trim().Length > 0 && !cell.HasTag(SkipTag)).ToList();
            var end = _chapter.Exercises.Where(IsAsked).Max(exercise => cells.FindIndex(cell => cell.Id == exercise.Check.Id));
            foreach (var cell in cells.Take(end + 1))
            {
                cancellation.ThrowIfCancellationRequested();
                if (_chapter.Exercises.FirstOrDefault(exercise => exercise.Answer.Id == cell.Id) is { } answered)
                {
                    await AnswerAsync(answered, cancellation).ConfigureAwait(false);
                }
                else if (_chapter.Exercises.FirstOrDefault(exercise => exercise.Check.Id == cell.Id) is { } @checked)
                {
                    await CheckAsync(@checked, cancellation).ConfigureAwait(false);
                }
                else
                {
                    await CourseCellAsync(cell.Source, cell, cancellation).ConfigureAwait(false);
                }
            }
            return null;
        }
        catch (ProcessEndedException ended)
        {
            cancellation.ThrowIfCancellationRequested();
            return (ended.Exercise, ended.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Nothing that a student's process might still be doing is waited for.
        _student.Kill();
        _judge.Kill();
        await _student.DisposeAsync().ConfigureAwait(false);
        await _judge.DisposeAsync().ConfigureAwait(false);
    }

    private bool IsAsked(ExerciseCells exercise) => _answers.Exercises[exercise.Number].IsAttempt && !_skipped.Contains(exercise.Number);

    /// <summary>A cell of the course, in both processes.</summary>
    private async Task CourseCellAsync(string source, NotebookCell cell, CancellationToken cancellation)
    {
        if (_last == 0)
        {
            var both = await Task.WhenAll(JudgeAsync(source, cancellation), StudentAsync(source, _limits.Cell, cancellation)).ConfigureAwait(false);
            if (both[0] is { } error)
            {
                throw new CourseFailedException($"{cell.Id}: {error.Name}: {error.Value.Split('\n')[0]}");
            }
            return;
        }
        // What a student's code has broken in its own process shows in its answers.
        await StudentAsync(source, _limits.Cell, cancellation).ConfigureAwait(false);
        await ServedAsync(source, cancellation).ConfigureAwait(false);
    }

    private async Task AnswerAsync(ExerciseCells exercise, CancellationToken cancellation)
    {
        if (!IsAsked(exercise))
        {
            await CourseCellAsync(exercise.Answer.Source, exercise.Answer, cancellation).ConfigureAwait(false);
            return;
        }
        var number = _last = exercise.Number;
        var answer = _answers.Exercises[number];
        var watch = Stopwatch.StartNew();
        // The exercise itself is there even if the student's cell forgets it.
        await StudentAsync(exercise.Answer.Source, _limits.Cell, cancellation).ConfigureAwait(false);
        foreach (var helper in answer.Helpers)
        {
            await StudentAsync(helper, _limits.Answer, cancellation).ConfigureAwait(false);
        }
        var error = await StudentAsync(answer.Source!, _limits.Answer, cancellation).ConfigureAwait(false);
        var problem = error is null ? null : $"votre cellule s’arrête sur une erreur ({Short(error)}).";
        if (problem is null && await StudentAsync(exercise.OfferSource, _limits.Cell, cancellation).ConfigureAwait(false) is { } mismatch)
        {
            problem = $"votre cellule ne donne pas « {exercise.Signature} » ({Short(mismatch)}).";
        }
        _spent[number] = watch.Elapsed;
        if (problem is not null)
        {
            _ended[number] = problem;
            await JudgeAsync(exercise.Answer.Source, cancellation).ConfigureAwait(false);
            return;
        }
        lock (_gate)
        {
            _live.Add(number);
        }
        if (await ServedAsync(exercise.RemoteSource, cancellation).ConfigureAwait(false) is { } refused)
        {
            lock (_gate)
            {
                if (!_staying.Contains(number))
                {
                    _ended.TryAdd(number, $"votre réponse n’a pas le type attendu, « {exercise.Signature} » ({Short(refused)}).");
                }
            }
            await JudgeAsync(exercise.Answer.Source, cancellation).ConfigureAwait(false);
        }
    }

    private async Task CheckAsync(ExerciseCells exercise, CancellationToken cancellation)
    {
        var number = exercise.Number;
        if (!IsAsked(exercise))
        {
            await CourseCellAsync(exercise.Check.Source, exercise.Check, cancellation).ConfigureAwait(false);
            return;
        }
        var error = await ServedAsync(exercise.PublishingCheck, cancellation).ConfigureAwait(false);
        bool stays;
        lock (_gate)
        {
            stays = _staying.Contains(number);
        }
        var verdict = !stays && !_ended.ContainsKey(number);
        // Only the check of an answer that cannot leave runs in the student's process.
        await StudentAsync(stays ? exercise.PublishingCheck : exercise.CheckWithoutVerdict, _limits.Cell, cancellation).ConfigureAwait(false);
        lock (_gate)
        {
            var criteria = _marks.GetValueOrDefault((!stays, number)) ?? [];
            var reason = _ended.GetValueOrDefault(number)
                ?? (criteria.Count == 0 ? "les vérifications n’ont pas pu aboutir avec votre réponse" + (error is null ? "." : $" ({Short(error)}).") : null);
            var state = criteria.Count > 0 && reason is null && criteria.TrueForAll(criterion => criterion.State == CriterionState.Passed) ? ExerciseState.Passed
                : reason is null && criteria.TrueForAll(criterion => criterion.State is CriterionState.ToDo or CriterionState.Passed) ? ExerciseState.ToDo
                : verdict || stays ? ExerciseState.Failed
                : ExerciseState.NoAnswer;
            _grades.TryAdd(number, new ExerciseGrade(
                number, exercise.Title, state, _ended.ContainsKey(number) && criteria.TrueForAll(c => c.State == CriterionState.ToDo) ? [] : criteria, reason, stays || _changing.Contains(number),
                _answers.Exercises[number].Source));
        }
    }

    private Task<ErrorOutput?> JudgeAsync(string source, CancellationToken cancellation) =>
        ExecuteAsync(_judge, source, _limits.Cell, "les vérifications n’ont pas survécu à votre réponse", cancellation);

    private Task<ErrorOutput?> StudentAsync(string source, TimeSpan limit, CancellationToken cancellation) =>
        ExecuteAsync(_student, source, limit, "votre code a mis fin à son processus", cancellation);

    private async Task<ErrorOutput?> ExecuteAsync(WorkerProcess worker, string source, TimeSpan limit, string ofDeath, CancellationToken cancellation)
    {
        ErrorOutput? error = null;
        var result = await worker.ExecuteAsync(
            source,
            limit,
            output =>
            {
                error = output as ErrorOutput ?? error;
                if (worker == _judge && _last == 0)
                {
                    NoteBanner(output);
                }
            },
            cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.Status == ExecutionStatus.TimedOut)
        {
            HasTimeOut = true;
        }
        if (result.Death is { } death)
        {
            throw Ended(ofDeath, death);
        }
        return result.Status switch
        {
            ExecutionStatus.Ok => null,
            ExecutionStatus.TimedOut => new ErrorOutput("Temps dépassé", string.Create(CultureInfo.InvariantCulture, $"plus de {Seconds(limit)}"), []),
            _ => error ?? new ErrorOutput("Erreur", "sans message", []),
        };
    }

    private void NoteBanner(SessionOutput output)
    {
        var line = (output switch
        {
            DisplayOutput display => display.Bundle.PlainText,
            ResultOutput result => result.Bundle.PlainText,
            _ => "",
        }).Split('\n')[0];
        if (BannerTitles.Any(title => line.StartsWith(title, StringComparison.Ordinal)) && !Images.Contains(line))
        {
            Images.Add(line);
        }
    }

    private Exception Ended(string what, string death)
    {
        int exercise;
        lock (_gate)
        {
            exercise = _open?.Exercise ?? _last;
        }
        var first = death.Split('\n')[0];
        var cause = first.Contains("\u00A0: ", StringComparison.Ordinal) ? first[(first.IndexOf("\u00A0: ", StringComparison.Ordinal) + 3)..].TrimEnd('.') : first;
        return exercise == 0
            ? new CourseFailedException($"a process of the marking ended before any answer ran: {death.Replace('\n', ' ')}")
            : new ProcessEndedException(exercise, $"{what} ({cause}).");
    }

    /// <summary>Runs a cell of the judge while the student's process answers.</summary>
    private async Task<ErrorOutput?> ServedAsync(string source, CancellationToken cancellation)
    {
        var judging = JudgeAsync(source, cancellation);
        while (!judging.IsCompleted)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            lock (_gate)
            {
                _stopServing = stop;
                if (judging.IsCompleted)
                {
                    break;
                }
            }
            var serving = _student.ExecuteAsync(Serve, null, _ => { }, stop.Token);
            await Task.WhenAny(judging, serving).ConfigureAwait(false);
            if (!serving.IsCompleted)
            {
                _student.Send(new JsonObject { ["type"] = "enough" });
                // One that does not listen is interrupted, and then killed.
                stop.CancelAfter(_limits.Grace);
            }
            var served = await serving.ConfigureAwait(false);
            lock (_gate)
            {
                _stopServing = null;
            }
            cancellation.ThrowIfCancellationRequested();
            if (served.Death is { } death)
            {
                throw Ended("votre code a mis fin à son processus", death);
            }
        }
        return await judging.ConfigureAwait(false);
    }

    private void HearJudge(JsonObject message, int length)
    {
        var exercise = message["exercise"]!.GetValue<int>();
        switch (WorkerProtocol.Text(message, "type"))
        {
            case "call":
                Ask(exercise, message);
                break;
            case "stays":
                lock (_gate)
                {
                    _staying.Add(exercise);
                }
                break;
            case "mark":
                Mark(isJudge: true, exercise, message, length);
                break;
        }
    }

    private void HearStudent(JsonObject message, int length)
    {
        switch (WorkerProtocol.Text(message, "type"))
        {
            case "returned":
                Return(message);
                break;
            case "mark":
                // Counts only where the judge has said that the answer cannot leave.
                var exercise = message["exercise"]!.GetValue<int>();
                bool stays;
                lock (_gate)
                {
                    stays = _staying.Contains(exercise);
                }
                if (stays)
                {
                    Mark(isJudge: false, exercise, message, length);
                }
                break;
        }
    }

    private void Ask(int exercise, JsonObject message)
    {
        lock (_gate)
        {
            var id = message["id"]!.GetValue<int>();
            var left = _limits.Answer - _spent.GetValueOrDefault(exercise);
            if (!_live.Contains(exercise) || left <= TimeSpan.Zero)
            {
                if (_live.Contains(exercise))
                {
                    HasTimeOut = true;
                }
                Refuse(id, exercise);
                return;
            }
            var call = new Call(exercise, id);
            _open = call;
            call.Timer = new Timer(_ => TakeTooLong(call), null, left, Timeout.InfiniteTimeSpan);
        }
        _student.Send(new JsonObject
        {
            ["type"] = "call",
            ["id"] = message["id"]!.DeepClone(),
            ["exercise"] = exercise,
            ["arguments"] = message["arguments"]!.DeepClone(),
        });
    }

    private void Return(JsonObject message)
    {
        lock (_gate)
        {
            // Nothing is taken that was not asked for, and everything once.
            if (_open is not { } call || message["id"]?.GetValue<int>() != call.Id)
            {
                return;
            }
            Close(call);
            // What a function was given is the check's own data; one that rewrites it can make a wrong result fit.
            if (message["changed"] is JsonObject { Count: > 0 })
            {
                _changing.Add(call.Exercise);
            }
        }
        var reply = new JsonObject { ["type"] = "returned", ["id"] = message["id"]!.DeepClone() };
        foreach (var name in (string[])["value", "same", "changed", "error"])
        {
            reply[name] = message[name]?.DeepClone();
        }
        _judge.Send(reply);
    }

    private void TakeTooLong(Call call)
    {
        lock (_gate)
        {
            if (_open != call)
            {
                return;
            }
            Close(call);
            _live.Remove(call.Exercise);
            HasTimeOut = true;
            _ended.TryAdd(call.Exercise, string.Create(CultureInfo.InvariantCulture, $"votre réponse n’a pas rendu de résultat en {Seconds(_limits.Answer)}."));
            Refuse(call.Id, call.Exercise);
            // Ends the call, and the process where it does not end.
            _stopServing?.CancelAsync();
        }
    }

    private void Close(Call call)
    {
        _open = null;
        call.Timer?.Dispose();
        _spent[call.Exercise] = _spent.GetValueOrDefault(call.Exercise) + call.Watch.Elapsed;
    }

    private void Refuse(int id, int exercise) => _judge.Send(new JsonObject
    {
        ["type"] = "returned",
        ["id"] = id,
        ["error"] = new JsonObject { ["name"] = nameof(TimeoutException), ["message"] = _ended.GetValueOrDefault(exercise) ?? "Il n’y a pas de réponse." },
    });

    private void Mark(bool isJudge, int exercise, JsonObject message, int length)
    {
        if (length > LongestMark)
        {
            throw new FormatException("No check of the course has that much to say.");
        }
        List<CriterionResult> criteria = [.. message["criteria"]!.AsArray().Take(100).Select(criterion => new CriterionResult(
            Shorten(criterion!["description"]!.GetValue<string>()),
            Enum.Parse<CriterionState>(criterion["state"]!.GetValue<string>()),
            criterion["advice"]?.GetValue<string>() is { } advice ? Shorten(advice) : null))];
        lock (_gate)
        {
            _marks[(isJudge, exercise)] = criteria;
        }
    }

    private static string Short(ErrorOutput error) =>
        Shorten($"{error.Name} : {OutputRecorder.WithoutColours(error.Value[..Math.Min(error.Value.Length, 1000)]).Split('\n')[0]}", 300);

    private static string Seconds(TimeSpan time) => FrenchNumbers.Count((long)Math.Round(time.TotalSeconds), "seconde");

    // Texts of the student's process are as long as it likes.
    private static string Shorten(string text, int most = 1000) => text.Length <= most ? text : text[..most] + "…";

    private sealed class Call(int exercise, int id)
    {
        internal int Exercise { get; } = exercise;

        internal int Id { get; } = id;

        internal Stopwatch Watch { get; } = Stopwatch.StartNew();

        internal Timer? Timer { get; set; }
    }

    private sealed class ProcessEndedException(int exercise, string reason) : Exception(reason)
    {
        internal int Exercise { get; } = exercise;
    }
}
