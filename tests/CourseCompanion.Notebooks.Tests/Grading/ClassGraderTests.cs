using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Execution;
using CourseCompanion.Notebooks.Grading;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Notebooks.Tests.Grading;

/// <summary>Marking in the sandbox, with this test assembly as the worker.</summary>
public sealed class ClassGraderTests : IDisposable
{
    private const string Placeholder = "throw new NotImplementedException();";
    private const string Total = "int Total(int[] values) =>\n    " + Placeholder;
    private const string TotalCheck = "exercise1.Check(Total, new(\"Trois nombres.\", f => f([1, 2, 4]) == 7))";

    private readonly string _root = Directory.CreateTempSubdirectory("class-grader-").FullName;

    private string Copies => Path.Combine(_root, "copies");

    private string Cache => Path.Combine(_root, "cache");

    private string Out => Path.Combine(_root, "notes");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private GradedChapter Chapter(string name, string firstCell, params IEnumerable<string> deliverables) => ChapterOf(Total, TotalCheck, name, firstCell, deliverables);

    private GradedChapter ChapterOf(string placeholder, string check, string name, string firstCell, IEnumerable<string> deliverables)
    {
        var notebook = NotebookDocument.Create();
        notebook.Add(NotebookCell.Markdown("# " + name));
        foreach (var (id, source) in ((string, string)[])[
            ("first", firstCell),
            ("ex1", "var exercise1 = new Exercice(1, \"La somme\");\n" + placeholder),
            ("ex1-check", check)])
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

    private void HandIn(GradedChapter chapter, string student, string answer, string placeholder = Placeholder)
    {
        var copy = chapter.Notebook.Clone();
        var cell = copy.Cells.Single(one => one.Id == "ex1");
        Assert.Contains(placeholder, cell.Source, StringComparison.Ordinal);
        cell.Source = cell.Source.Replace(placeholder, answer, StringComparison.Ordinal);
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

        Assert.All(results.Values, entry => Assert.True(entry.Result is { MarkIfAccepted: 20, Problem: null }, entry.Result.ToJson()));
        Assert.Equal(["known.txt"], Directory.GetFiles(Path.Combine(Cache, "mission", "vectors")).Select(path => Path.GetFileName(path)));
        Assert.Equal("data", File.ReadAllText(Path.Combine(Cache, "mission", "manifest.sqlite")));
        Assert.Equal(["mission"], Directory.GetFileSystemEntries(Cache).Select(path => Path.GetFileName(path)));
        // The check's own data were rewritten: a person reads that answer.
        Assert.Equal((20, 0), (results["ada"].Result.Mark, results["ada"].Result.ToReview));
        Assert.Equal((0, 1), (results["eve"].Result.Mark, results["eve"].Result.ToReview));
    }

    [SandboxFact]
    public async Task Verdict_that_a_student_forges_is_no_part_of_the_mark()
    {
        const string Half = "Func<int, int> half = null;";
        var chapter = ChapterOf(Half, "exercise1.Check(half, new(\"La moitié de 4.\", f => f(4) == 2))", "chapitre", "var n = 1;", []);
        HandIn(chapter, "ada", "Func<int, int> half = n => n / 2;", Half);
        HandIn(chapter, "bob", "Func<int, int> half = n => n;", Half);
        // A function means nothing in another process: it is checked in this one, whose every message says from here on that all is well.
        HandIn(chapter, "eve", """
            Func<int, int> half = Forger.Forge();

            static class Forger
            {
                public static Func<int, int> Forge()
                {
                    var field = typeof(CourseCompanion.Notebooks.Grading.AnswerExchange).GetField("_send", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static);
                    var send = (Action<System.Text.Json.Nodes.JsonObject>)field.GetValue(null);
                    field.SetValue(null, (Action<System.Text.Json.Nodes.JsonObject>)(message =>
                    {
                        foreach (var criterion in message["criteria"]?.AsArray() ?? []) criterion["state"] = "Passed";
                        send(message);
                    }));
                    return n => -1;
                }
            }
            """, Half);

        var results = await GradeAsync(chapter);

        Assert.Equal((0, 20), (results["ada"].Result.Mark, results["ada"].Result.MarkIfAccepted));
        Assert.Equal((0, 0), (results["bob"].Result.Mark, results["bob"].Result.MarkIfAccepted));
        // The forged verdict stands, and counts nothing until someone has read the answer.
        Assert.Equal((0, 20), (results["eve"].Result.Mark, results["eve"].Result.MarkIfAccepted));
        Assert.Matches("eve;eve/chapitre.ipynb;chapitre;0;20;0;1;;à relire;;exercice 1;", File.ReadAllText(Path.Combine(Out, ClassGrader.TableName)).Replace("\"", "", StringComparison.Ordinal));
    }

    [SandboxFact]
    public async Task File_that_lies_in_the_folder_of_the_whole_class_is_nobodys()
    {
        var chapter = Chapter("chapitre", "var n = 1;", "carte.md");
        HandIn(chapter, "ada", Placeholder);
        foreach (var student in (string[])["bob", "eve"])
        {
            chapter.Notebook.Save(Path.Combine(Copies, student + ".ipynb"));
        }
        File.WriteAllText(Path.Combine(Copies, "carte.md"), "# Carte de Bob");

        var results = await GradeAsync(chapter);

        Assert.Equal(
            [DeliverableState.Missing, DeliverableState.NotVerifiable, DeliverableState.NotVerifiable],
            results.OrderBy(entry => entry.Key).Select(entry => entry.Value.Result.Deliverables.Single().State));
        Assert.Equal(2, File.ReadLines(Path.Combine(Out, ClassGrader.TableName)).Count(line => line.Contains("non vérifiable", StringComparison.Ordinal)));
        Assert.Contains("non vérifiable", File.ReadAllText(Path.Combine(Out, "retours", results["bob"].Result.PageName + ".html")), StringComparison.Ordinal);
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
        Assert.Equal(new Deliverable("carte.md", DeliverableState.Missing), Assert.Single(again["ada"].Result.Deliverables));
        File.WriteAllText(Path.Combine(Copies, "ada", "carte.md"), "# Carte");
        var complete = await GradeAsync(good, bad);
        Assert.False(complete["ada"].IsOld);
        Assert.Equal(new Deliverable("carte.md", DeliverableState.HandedIn, "1\u00A0titre"), Assert.Single(complete["ada"].Result.Deliverables));
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
