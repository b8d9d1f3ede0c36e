using System.Globalization;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Execution;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>Marks one submission.</summary>
internal sealed class SubmissionGrader(GradingRequest request, Sandbox sandbox, GradedChapter chapter)
{
    // Read by the tensor engine and the course; everything else of the grader's environment stays outside.
    private static readonly string[] PassedOn = ["COURSE_WEIGHTS", "COURSE_ENGINE", "LIBTORCH", "TorchSharpPath", "TZ"];

    internal async Task<SubmissionResult> GradeAsync(SubmissionResult blank, NotebookDocument document, CancellationToken cancellation)
    {
        var answers = StudentAnswers.Read(document, chapter);
        Dictionary<int, ExerciseGrade> grades = [];
        HashSet<int> skipped = [];
        IReadOnlyList<string> images = [];
        var hasTimeOut = false;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(request.Limits.Submission);
        var scratch = sandbox.IsClosed ? null : Directory.CreateTempSubdirectory("course-grade-");
        try
        {
            while (chapter.Exercises.Any(exercise => answers.Exercises[exercise.Number].IsAttempt && !skipped.Contains(exercise.Number) && !grades.ContainsKey(exercise.Number)))
            {
                var run = new GradingRun(chapter, answers, request.Limits, skipped, grades, (_, distrust) => Start(scratch?.FullName, distrust));
                await using (run.ConfigureAwait(false))
                {
                    var end = await run.RunAsync(limit.Token).ConfigureAwait(false);
                    hasTimeOut |= run.HasTimeOut;
                    images = run.Images;
                    if (end is not { } ended)
                    {
                        break;
                    }
                    // It is not asked again: the other exercises are, by new processes.
                    skipped.Add(ended.Exercise);
                    grades[ended.Exercise] = Unmarked(ended.Exercise, answers, ended.Reason);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // What is left has no mark of its own.
            hasTimeOut = true;
        }
        finally
        {
            scratch?.Delete(recursive: true);
        }
        var late = string.Create(CultureInfo.InvariantCulture, $"la correction n’a pas abouti en {request.Limits.Submission.TotalMinutes:0.#} minutes.");
        return blank with
        {
            Exercises = [.. chapter.Exercises.Select(exercise => grades.GetValueOrDefault(exercise.Number) ?? Unmarked(exercise.Number, answers, late))],
            Quiz = answers.Quiz is { } letters ? chapter.Quiz!.Answer([.. letters]).Results : null,
            HasTimeOut = hasTimeOut,
            Images = images,
        };
    }

    private WorkerProcess Start(string? scratch, WorkerDistrust distrust)
    {
        var folder = Path.GetDirectoryName(chapter.Path)!;
        var environment = new Dictionary<string, string>
        {
            ["COURSE_PROFILE"] = request.Profile,
            ["COURSE_OUT"] = sandbox.OutFolder(scratch ?? ""),
            ["COURSE_OFFLINE"] = "1",
            // Two processes a submission, and several submissions: each computes on its part of the cores.
            ["OMP_NUM_THREADS"] = $"{Math.Max(1, Environment.ProcessorCount / (2 * request.Parallel))}",
        };
        if (request.DataDirectory is { } data)
        {
            environment["COURSE_DATA"] = Path.GetFullPath(data);
        }
        if (request.CacheDirectory is { } cache)
        {
            environment["COURSE_CACHE"] = Path.GetFullPath(cache);
        }
        foreach (var name in PassedOn)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
            {
                environment[name] = value;
            }
        }
        var command = sandbox.Command(folder, environment);
        // The first process of a sandbox shows what it was started with to those in it: it gets nothing, and sets what the worker needs.
        return sandbox.IsClosed
            ? WorkerProcess.Start(command, folder, new Dictionary<string, string>(), request.Limits.Grace, distrust with { HidesEnvironment = true })
            : WorkerProcess.Start(command, folder, environment, request.Limits.Grace, distrust);
    }

    private ExerciseGrade Unmarked(int number, StudentAnswers answers, string reason)
    {
        var exercise = chapter.Exercises.Single(one => one.Number == number);
        var answer = answers.Exercises[number];
        return new ExerciseGrade(
            number, exercise.Title, answer.IsUntouched ? ExerciseState.ToDo : ExerciseState.NoAnswer, [],
            answer.IsUntouched ? null : answer.Problem ?? reason, false, answer.IsUntouched ? null : answer.Source);
    }
}
