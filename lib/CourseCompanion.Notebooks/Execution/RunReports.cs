using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using CourseCompanion.Notebooks.Document;

namespace CourseCompanion.Notebooks.Execution;

/// <summary>The two reports of a run: <c>run.json</c> for programs, <c>junit.xml</c> for CI servers.</summary>
internal static class RunReports
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        MaxDepth = ForeignJson.MaxDepth,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static string Json(RunRequest request, DateTimeOffset started, TimeSpan duration, int exitCode, IReadOnlyList<NotebookRunResult> notebooks)
    {
        var parameters = new JsonObject();
        foreach (var (name, value) in request.Parameters)
        {
            parameters[name] = value;
        }
        return new JsonObject
        {
            ["schema"] = 1,
            ["exitCode"] = exitCode,
            ["startedAt"] = started.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["seconds"] = Seconds(duration),
            ["host"] = request.Host,
            ["profile"] = request.Profile,
            ["dataDirectory"] = request.DataDirectory,
            ["parameters"] = parameters,
            ["provenance"] = new JsonObject
            {
                ["commit"] = GitCommit.Of(Path.GetDirectoryName(Path.GetFullPath(request.Notebooks[0]))!),
                ["courseCompanion"] = typeof(RunReports).Assembly.GetName().Version?.ToString(3),
                ["framework"] = RuntimeInformation.FrameworkDescription,
                ["os"] = RuntimeInformation.OSDescription,
                ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
                ["processors"] = Environment.ProcessorCount,
            },
            ["notebooks"] = new JsonArray([.. notebooks.Select(Notebook)]),
        }.ToJsonString(Indented) + "\n";
    }

    internal static string JUnit(TimeSpan duration, IReadOnlyList<NotebookRunResult> notebooks)
    {
        var suites = notebooks.Select(notebook => new XElement("testsuite",
            new XAttribute("name", notebook.Notebook),
            new XAttribute("tests", notebook.Cells.Count + Errors(notebook)),
            new XAttribute("failures", notebook.Cells.Count(IsFailure)),
            new XAttribute("errors", Errors(notebook)),
            new XAttribute("skipped", notebook.Cells.Count(cell => cell.Status == RunStatus.NotRun)),
            new XAttribute("time", Seconds(notebook.Duration)),
            notebook.Problem is { } problem ? Error(notebook, problem) : null,
            notebook.Cells.Select(cell => TestCase(notebook, cell))));
        var root = new XElement("testsuites",
            new XAttribute("name", "notebooks"),
            new XAttribute("tests", notebooks.Sum(notebook => notebook.Cells.Count + Errors(notebook))),
            new XAttribute("failures", notebooks.Sum(notebook => notebook.Cells.Count(IsFailure))),
            new XAttribute("errors", notebooks.Sum(Errors)),
            new XAttribute("time", Seconds(duration)),
            suites);
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + root + "\n";
    }

    /// <summary>A status in reports: lower case, words joined by hyphens.</summary>
    internal static string Name(RunStatus status) => status switch
    {
        RunStatus.Ok => "ok",
        RunStatus.Failed => "failed",
        RunStatus.TimedOut => "timed-out",
        RunStatus.Interrupted => "interrupted",
        _ => "not-run",
    };

    private static JsonObject Notebook(NotebookRunResult notebook) => new()
    {
        ["notebook"] = notebook.Notebook,
        ["status"] = Name(notebook.Status),
        ["seconds"] = Seconds(notebook.Duration),
        ["executed"] = notebook.ExecutedNotebook,
        ["page"] = notebook.Page,
        ["failedCell"] = notebook.FailedCell?.Number,
        ["error"] = notebook.Problem ?? notebook.FailedCell?.Error,
        ["repairs"] = new JsonArray([.. notebook.Repairs.Select(repair => JsonValue.Create(repair))]),
        ["cells"] = new JsonArray([.. notebook.Cells.Select(cell => new JsonObject
        {
            ["number"] = cell.Number,
            ["id"] = cell.Id,
            ["title"] = cell.Title,
            ["status"] = Name(cell.Status),
            ["seconds"] = Seconds(cell.Duration),
            ["error"] = cell.Error,
        })]),
        ["results"] = new JsonArray([.. notebook.Results.Select(result => result.DeepClone())]),
    };

    private static XElement TestCase(NotebookRunResult notebook, CellRunResult cell)
    {
        var element = new XElement("testcase",
            new XAttribute("classname", Path.GetFileNameWithoutExtension(notebook.Notebook)),
            new XAttribute("name", Printable($"cell {cell.Number}: {cell.Title}")),
            new XAttribute("time", Seconds(cell.Duration)));
        if (IsFailure(cell))
        {
            element.Add(new XElement("failure",
                new XAttribute("type", Name(cell.Status)),
                new XAttribute("message", Printable($"cell {cell.Number}: {cell.Error}")),
                Printable(cell.Traceback ?? "")));
        }
        else if (cell.Status == RunStatus.NotRun)
        {
            element.Add(new XElement("skipped"));
        }
        return element;
    }

    // What no cell is the reason for is an error of its own.
    private static int Errors(NotebookRunResult notebook) => notebook.Problem is null ? 0 : 1;

    private static XElement Error(NotebookRunResult notebook, string problem) => new("testcase",
        new XAttribute("classname", Path.GetFileNameWithoutExtension(notebook.Notebook)),
        new XAttribute("name", "the notebook can be run"),
        new XAttribute("time", 0),
        new XElement("error", new XAttribute("message", Printable(problem))));

    private static bool IsFailure(CellRunResult cell) => cell.Status is RunStatus.Failed or RunStatus.TimedOut or RunStatus.Interrupted;

    private static double Seconds(TimeSpan duration) => Math.Round(duration.TotalSeconds, 3);

    /// <summary>XML has no way to write most control characters.</summary>
    private static string Printable(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i]))
            {
                result.Append(text[i]);
            }
            else if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
            {
                result.Append(text[i]).Append(text[++i]);
            }
            else
            {
                result.Append('\uFFFD');
            }
        }
        return result.ToString();
    }
}
