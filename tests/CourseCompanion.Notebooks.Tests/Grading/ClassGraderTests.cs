using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Execution;
using CourseCompanion.Notebooks.Grading;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Notebooks.Tests.Grading;

/// <summary>Marking in the sandbox, with this test assembly as the worker.</summary>
public sealed class ClassGraderTests : IDisposable
{
    private const string Placeholder = "throw new NotImplementedException();";

    private readonly string _root = Directory.CreateTempSubdirectory("class-grader-").FullName;

    private string Copies => Path.Combine(_root, "copies");

    private string Cache => Path.Combine(_root, "cache");

    private string Out => Path.Combine(_root, "notes");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private GradedChapter Chapter(string name, string firstCell, params IEnumerable<string> deliverables)
    {
        var notebook = NotebookDocument.Create();
        notebook.Add(NotebookCell.Markdown("# " + name));
        foreach (var (id, source) in ((string, string)[])[
            ("first", firstCell),
            ("ex1", "var exercise1 = new Exercice(1, \"La somme\");\nint Total(int[] values) =>\n    " + Placeholder),
            ("ex1-check", "exercise1.Check(Total, new(\"Trois nombres.\", f => f([1, 2, 4]) == 7))")])
        {
            var cell = NotebookCell.Code(source);
            cell.Node["id"] = id;
            notebook.Add(cell);
        }
        notebook.Metadata["course"] = new System.Text.Json.Nodes.JsonObject { ["deliverables"] = new System.Text.Json.Nodes.JsonArray([.. deliverables.Select(file => System.Text.Json.Nodes.JsonValue.Create(file))]) };
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_root, "cours")).FullName, name + ".ipynb");
        notebook.Save(path);
        return GradedChapter.Load(path);
    }

    private void HandIn(GradedChapter chapter, string student, string answer)
    {
        var copy = chapter.Notebook.Clone();
        var cell = copy.Cells.Single(one => one.Id == "ex1");
        cell.Source = cell.Source.Replace(Placeholder, answer, StringComparison.Ordinal);
        copy.Save(Path.Combine(Directory.CreateDirectory(Path.Combine(Copies, student)).FullName, chapter.Name + ".ipynb"));
    }

    private async Task<Dictionary<string, (SubmissionResult Result, bool IsOld)>> GradeAsync(params GradedChapter[] chapters)
    {
        Dictionary<string, (SubmissionResult, bool)> results = [];
        await ClassGrader.GradeAsync(new GradingRequest
        {
            Submissions = Copies,
            OutDirectory = Out,
            Chapters = chapters,
            Readable = [AppContext.BaseDirectory, Path.Combine(_root, "cours")],
            Profile = "essai",
            CacheDirectory = Cache,
            Limits = new GradingLimits { Answer = TimeSpan.FromSeconds(20), MemoryMebibytes = 1024 },
            Worker = new WorkerCommand("dotnet", ["exec", typeof(ClassGraderTests).Assembly.Location]),
            OnMarked = (_, _, result, isOld) => results[result.Student] = (result, isOld),
        });
        return results;
    }

    [SandboxFact]
    public async Task Cells_of_the_course_write_to_a_cache_of_their_own()
    {
        Directory.CreateDirectory(Path.Combine(Cache, "mission", "vectors"));
        File.WriteAllText(Path.Combine(Cache, "mission", "vectors", "known.txt"), "known");
        File.WriteAllText(Path.Combine(Cache, "mission", "manifest.sqlite"), "data");
        var chapter = Chapter("chapitre", """
            var cache = Environment.GetEnvironmentVariable("COURSE_CACHE")!;
            if (File.ReadAllText(Path.Combine(cache, "mission", "vectors", "known.txt")) != "known") throw new Exception("known");
            File.WriteAllText(Path.Combine(cache, "mission", "vectors", "new.txt"), "new");
            File.AppendAllText(Path.Combine(cache, "mission", "manifest.sqlite"), " and more");
            if (File.ReadAllText(Path.Combine(cache, "mission", "manifest.sqlite")) != "data and more") throw new Exception("copy");
            Directory.CreateDirectory(Path.Combine(cache, "other"));
            """);
        HandIn(chapter, "ada", "values.Sum();");
        HandIn(chapter, "eve", "(values[0] = 7);");

        var results = await GradeAsync(chapter);

        Assert.All(results.Values, entry => Assert.True(entry.Result is { Mark: 20, Problem: null }, entry.Result.ToJson()));
        Assert.Equal(["known.txt"], Directory.GetFiles(Path.Combine(Cache, "mission", "vectors")).Select(path => Path.GetFileName(path)));
        Assert.Equal("data", File.ReadAllText(Path.Combine(Cache, "mission", "manifest.sqlite")));
        Assert.Equal(["mission"], Directory.GetFileSystemEntries(Cache).Select(path => Path.GetFileName(path)));
        // The check's own data were rewritten: a person reads that answer.
        Assert.False(results["ada"].Result.IsToReview);
        Assert.True(results["eve"].Result.IsToReview);
    }

    [SandboxFact]
    public async Task Chapter_that_fails_is_a_line_and_the_others_are_marked()
    {
        var good = Chapter("chapitre", "var n = 1;", "carte.md");
        var bad = Chapter("panne", "throw new InvalidOperationException(\"en panne\");");
        HandIn(good, "ada", "values.Sum();");
        HandIn(bad, "bob", "values.Sum();");

        var results = await GradeAsync(good, bad);

        Assert.Equal(20, results["ada"].Result.Mark);
        Assert.True(results["bob"].Result.IsUnmarked);
        Assert.Contains("en panne", results["bob"].Result.Problem, StringComparison.Ordinal);
        Assert.Contains("non corrigé", File.ReadAllText(Path.Combine(Out, ClassGrader.TableName)), StringComparison.Ordinal);

        // Marks are kept; what failed is tried again, and so is what was handed in later.
        var again = await GradeAsync(good, bad);
        Assert.True(again["ada"].IsOld);
        Assert.False(again["bob"].IsOld);
        Assert.False(again["ada"].Result.Deliverables["carte.md"]);
        File.WriteAllText(Path.Combine(Copies, "ada", "carte.md"), "# Carte");
        var complete = await GradeAsync(good, bad);
        Assert.False(complete["ada"].IsOld);
        Assert.True(complete["ada"].Result.Deliverables["carte.md"]);
    }

    [SandboxFact]
    public async Task Process_that_does_not_stop_answering_is_not_waited_for()
    {
        var chapter = Chapter("chapitre", "var n = 1;");
        HandIn(chapter, "sourd", """
            Deaf.Sum(values);

            static class Deaf
            {
                public static int Sum(int[] values)
                {
                    var inbox = (System.Collections.Concurrent.BlockingCollection<System.Text.Json.Nodes.JsonObject>)typeof(CourseCompanion.Notebooks.Grading.AnswerExchange)
                        .GetField("_inbox", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.GetValue(null)!;
                    for (var i = 0; i < 16; i++) new Thread(() => { while (true) inbox.Take(); }) { IsBackground = true }.Start();
                    Thread.Sleep(500);
                    return values.Sum();
                }
            }
            """);

        var results = await GradeAsync(chapter).WaitAsync(TimeSpan.FromMinutes(3));

        Assert.False(results["sourd"].Result.IsUnmarked, results["sourd"].Result.ToJson());
        Assert.True(results["sourd"].Result.Exercises[0].State is ExerciseState.Passed or ExerciseState.NoAnswer, results["sourd"].Result.ToJson());
    }
}
