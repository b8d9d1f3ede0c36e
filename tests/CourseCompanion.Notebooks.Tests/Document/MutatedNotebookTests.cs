using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Execution;
using CourseCompanion.Notebooks.Export;
using CourseCompanion.Notebooks.Grading;
using CourseCompanion.Notebooks.Rehearsal;
using CourseCompanion.Notebooks.Slides;
using CourseCompanion.Notebooks.Slides.PowerPoint;

namespace CourseCompanion.Notebooks.Tests.Document;

/// <summary>
/// An executed notebook of which one place holds something else: it is refused in words, or goes all the way that a run, an export
/// or a rehearsal takes with it. Whatever else is thrown would end a run without its reports.
/// </summary>
public sealed class MutatedNotebookTests
{
    private const string Executed = """
        {"cells": [
          {"cell_type": "markdown", "id": "titre", "metadata": {"slideshow": {"slide_type": "slide"}, "tags": ["t"]}, "attachments": {"p.png": {"image/png": ["QUJD"]}},
           "source": ["# Titre\n", "![image](attachment:p.png)<img src=\"attachment:p.png\">"]},
          {"cell_type": "code", "execution_count": 1, "id": "a",
           "metadata": {"tags": ["hide-input"], "jupyter": {"source_hidden": true}, "course": {"status": "not-run", "seconds": 1.5}, "rehearsal": {"seconds": 3, "varies": true},
            "polyglot_notebook": {"kernelName": "csharp"}},
           "outputs": [
            {"output_type": "stream", "name": "stdout", "text": ["a\n", "b\rc\n"]},
            {"output_type": "display_data", "metadata": {}, "data": {
             "application/vnd.plotly.v1+json": {"config": {"responsive": true}, "data": [{"type": "bar", "name": "S", "x": ["a", "b"], "y": [1, null], "marker": {"color": "#112233"}, "error_y": {"array": [1, 2]}}],
              "layout": {"height": 400, "title": {"text": "T"}, "xaxis": {"title": {"text": "x"}}, "images": [{"source": "https://example.org/i.png"}]}},
             "text/plain": ["graphique"], "text/html": "<div>Plotly</div>"}},
            {"output_type": "display_data", "metadata": {}, "data": {"image/png": "QUJD", "text/plain": "image"}},
            {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {
             "application/vnd.coursecompanion.results+json": {"title": "T", "figures": {"majority.auc": 0.5}, "provenance": {"synthetic": true, "profile": "essai"}},
             "application/json": {"a": [1, "b"]}, "text/latex": "$x$", "text/markdown": "**m**", "image/svg+xml": "<svg/>"}},
            {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\u001b[31ml\u001b[0m"]}],
           "source": ["1 + 1"]},
          {"cell_type": "raw", "id": "brut", "metadata": {"raw_mimetype": "text/html", "format": "text/html"}, "source": "<p>brut</p>"}],
         "metadata": {"kernelspec": {"display_name": ".NET (C#)", "language": "C#", "name": ".net-csharp"}, "language_info": {"name": "C#"},
          "course": {"version": "student", "after": ["00"], "deliverables": ["f.csv"], "slides": {"footer": "pied", "recommendations": ["Titre"]}}},
         "nbformat": 4, "nbformat_minor": MINOR}
        """;

    private static readonly string Deep = new string('[', 150) + new string(']', 150);

    public static TheoryData<int, string> Replacements
    {
        get
        {
            var data = new TheoryData<int, string>();
            foreach (var text in (string[])["null", "\"x\"", "[]", "[null]", "[[1]]", "{}", "7", "1e400", "true", "\"\\ud800\"", Deep])
            {
                data.Add(5, text);
                data.Add(4, text);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Replacements))]
    public void Notebook_with_one_place_replaced_is_refused_in_words_or_shown(int minor, string replacement)
    {
        var original = Executed.Replace("MINOR", $"{minor}", StringComparison.Ordinal);
        var faults = new List<string>();
        var shown = 0;
        foreach (var place in Places(JsonNode.Parse(original)!, []))
        {
            var root = JsonNode.Parse(original)!;
            // By a word that stands nowhere else: not every replacement is a node.
            Replace(root, place, "REPLACED");
            try
            {
                Follow(NotebookDocument.Parse(root.ToJsonString().Replace("\"REPLACED\"", replacement, StringComparison.Ordinal), "n.ipynb"));
                shown++;
            }
            catch (NotebookFormatException)
            {
                // Refused in words.
            }
            catch (Exception error)
            {
                faults.Add($"{string.Join('.', place)}: {error}");
            }
        }
        Assert.True(faults.Count == 0, string.Join("\n\n", faults.Take(5)));
        Assert.True(shown > 20, $"Only {shown} were read: the sample is no valid notebook any more.");
    }

    /// <summary>Everything that is made of an executed notebook, but for plotly.js around it.</summary>
    private static void Follow(NotebookDocument notebook)
    {
        ParameterCell.Inject(notebook, new Dictionary<string, string>(), "n.ipynb");
        var html = new CellHtml(new PageImages(null));
        var body = new NotebookBody(html);
        foreach (var cell in notebook.Cells)
        {
            _ = (cell.Id, cell.Kind, cell.Tags, cell.ExecutionCount);
            body.Add(cell);
            _ = ComparableOutput.All(cell);
            _ = cell.Outputs.SelectMany(OfflineCheck.Addresses).Count();
        }
        _ = body.Contents() + body;
        _ = NotebookDocument.Parse(notebook.ToJson());
        _ = SlideLayout.Of(Deck.Lay(notebook, new SlideOptions()), []).Count;
        _ = NotebookVersions.VersionOf(NotebookVersions.Student(notebook));
    }

    [Theory]
    [InlineData("\"x\"")]
    [InlineData("[\"slides\"]")]
    [InlineData("{\"slides\": 7}")]
    [InlineData("{\"slides\": {\"footer\": [1], \"results\": \"x\", \"recommendations\": {}}, \"deliverables\": [null, 1]}")]
    public void Metadata_of_the_course_that_are_of_a_strange_form_are_as_good_as_none(string metadata)
    {
        var root = JsonNode.Parse(Executed.Replace("MINOR", "5", StringComparison.Ordinal))!;
        root["metadata"]!["course"] = JsonNode.Parse(metadata);
        // No picture, of which the sample has a caricature only.
        root["cells"]![1]!["outputs"]!.AsArray().RemoveAt(2);
        var notebook = NotebookDocument.Parse(root.ToJsonString());
        using var stream = new MemoryStream();

        PowerPointExporter.Export(notebook, "n", resultsFolder: null, stream);

        Assert.NotEqual(0, stream.Length);
        var file = Path.Combine(Directory.CreateTempSubdirectory("course-metadata-").FullName, "n.ipynb");
        notebook.Save(file);
        Assert.Empty(GradedChapter.Load(file).Deliverables);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    private static IEnumerable<object[]> Places(JsonNode node, object[] path)
    {
        IEnumerable<(object Step, JsonNode? Child)> children = node switch
        {
            JsonObject group => group.Select(pair => ((object)pair.Key, pair.Value)),
            JsonArray list => list.Select((child, i) => ((object)i, child)),
            _ => [],
        };
        return children.SelectMany(child => Places(child.Child ?? JsonValue.Create(0), [.. path, child.Step]).Prepend([.. path, child.Step]));
    }

    private static void Replace(JsonNode root, object[] place, string text)
    {
        var parent = place[..^1].Aggregate(root, (node, step) => step is int i ? node[i]! : node[(string)step]!);
        if (place[^1] is int index)
        {
            parent[index] = text;
        }
        else
        {
            parent[(string)place[^1]] = text;
        }
    }
}
