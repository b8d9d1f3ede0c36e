using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Document;

namespace CourseCompanion.EndToEnd.Grading;

/// <summary>A course of one small chapter, and a class that hands it in.</summary>
internal sealed partial class TinyClass : IDisposable
{
    public const string GoodTotal = "int Total(int[] values) => values.Sum();";
    public const string GoodLargest = "int? largest = numbers.Max();";
    public const string GoodTwice = "int Twice(int n) => 2 * n;";
    public const string GoodQuiz = """quiz.Answer("b", "b", "b", "b", "b")""";

    private readonly NotebookDocument _chapter;

    public TinyClass()
    {
        Root = Directory.CreateTempSubdirectory("course-class-").FullName;
        Directory.CreateDirectory(Path.Combine(Root, "cours", "quiz"));
        Directory.CreateDirectory(Submissions);
        File.WriteAllText(Path.Combine(Root, "cours", "quiz", "mini.json"), $$"""
            {"title": "Mini", "questions": [{{string.Join(", ", Enumerable.Range(1, 5).Select(i =>
                $$"""{"statement": "Question {{i}} ?", "choices": ["un", "deux", "trois"], "correct": "b", "explanation": "Deux."}"""))}}]}
            """);
        _chapter = NotebookDocument.Create();
        _chapter.Add(NotebookCell.Markdown("# Mini · Un chapitre d’essai"));
        Add("data", "var numbers = new[] { 3, 1, 2 };");
        Add("ex1", """
            // Exercice 1.
            var exercise1 = new Exercice(1, "La somme", "`Sum()`.");

            int Total(int[] values) =>
                throw new NotImplementedException();   // à remplacer
            """);
        Add("ex1-check", """
            exercise1.Check(Total,
                new("Trois nombres.", f => f([1, 2, 4]) == 7, "Additionnez."),
                new("Les nombres du chapitre.", f => f(numbers) == 6),
                new("Aucun nombre : 0.", f => f([]) == 0))
            """);
        Add("ex2", """
            var exercise2 = new Exercice(2, "Le plus grand");

            int? largest = null;   // à remplacer
            """);
        Add("ex2-check", """exercise2.Check(largest, new("C’est le plus grand.", x => x == numbers.Max()))""");
        Add("ex3", """
            var exercise3 = new Exercice(3, "Le double");

            int Twice(int n) =>
                throw new NotImplementedException();
            """);
        Add("ex3-check", """exercise3.Check(Twice, new("Deux fois 4 font 8.", f => f(4) == 8), new("Et −1 ?", f => f(-1) == -2))""");
        Add("quiz", """
            var quiz = Quiz.Load("quiz/mini.json");
            display(quiz);
            quiz.Answer("", "", "", "", "")
            """);
        Chapter = Path.Combine(Root, "cours", "mini.ipynb");
        _chapter.Save(Chapter);
    }

    public string Root { get; }

    public string Chapter { get; }

    public string Submissions => Path.Combine(Root, "copies");

    public string Out => Path.Combine(Root, "notes");

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>Hands in the chapter with some placeholders replaced.</summary>
    public void HandIn(string name, string? total = null, string? largest = null, string? twice = null, string? quiz = null, Action<NotebookDocument>? edit = null)
    {
        var copy = _chapter.Clone();
        Replace(copy, "ex1", "int Total(int[] values) =>\n    throw new NotImplementedException();   // à remplacer", total);
        Replace(copy, "ex2", "int? largest = null;   // à remplacer", largest);
        Replace(copy, "ex3", "int Twice(int n) =>\n    throw new NotImplementedException();", twice);
        Replace(copy, "quiz", """quiz.Answer("", "", "", "", "")""", quiz);
        edit?.Invoke(copy);
        var path = Path.Combine(Submissions, name + ".ipynb");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        copy.Save(path);
    }

    public void Write(string name, string contents) => File.WriteAllText(Path.Combine(Submissions, name), contents);

    public Task<CourseResult> GradeAsync(params IEnumerable<string> options) =>
        CourseProcess.RunAsync(Root, ["grade", Submissions, "--notebook", Chapter, "--out", Out, "--profile", "essai", .. options]);

    /// <summary>The table: the fields of each student's line, by the name of the file.</summary>
    public Dictionary<string, Dictionary<string, string>> Table()
    {
        var lines = File.ReadAllLines(Path.Combine(Out, "notes.csv"));
        var titles = Fields(lines[0].TrimStart('\uFEFF')).ToList();
        return lines.Skip(1).Select(line => titles.Zip(Fields(line)).ToDictionary(entry => entry.First, entry => entry.Second)).ToDictionary(line => line["fichier"].TrimStart('\''));
    }

    private static IEnumerable<string> Fields(string line) => Field().Matches(line)
        .Select(field => field.Groups["text"].Value is ['"', .. var quoted, '"'] ? quoted.Replace("\"\"", "\"", StringComparison.Ordinal) : field.Groups["text"].Value);

    [GeneratedRegex("(?:^|;)(?<text>\"(?:[^\"]|\"\")*\"|[^;]*)")]
    private static partial Regex Field();

    public static NotebookCell Cell(NotebookDocument notebook, string id) => notebook.Cells.Single(cell => cell.Id == id);

    private static void Replace(NotebookDocument notebook, string id, string placeholder, string? text)
    {
        if (text is not null)
        {
            var cell = Cell(notebook, id);
            Assert.Contains(placeholder, cell.Source, StringComparison.Ordinal);
            cell.Source = cell.Source.Replace(placeholder, text, StringComparison.Ordinal);
        }
    }

    private void Add(string id, string source)
    {
        var cell = NotebookCell.Code(source);
        cell.Node["id"] = id;
        _chapter.Add(cell);
    }
}
