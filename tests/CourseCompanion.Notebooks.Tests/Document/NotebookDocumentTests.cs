using CourseCompanion.Notebooks.Document;

namespace CourseCompanion.Notebooks.Tests.Document;

public sealed class NotebookDocumentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("notebook-document").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Written as Jupyter writes it: one space, no escapes beyond the necessary, final line end.
    private const string Jupyter = """
        {
         "cells": [
          {
           "attachments": {
            "pixel.png": {
             "image/png": "iVBORw0KGgo="
            }
           },
           "cell_type": "markdown",
           "id": "intro",
           "metadata": {
            "deletable": false,
            "tags": [
             "teaser"
            ]
           },
           "source": [
            "# Pseudo-étiquettes 🧠\n",
            "Coût : 12 €, « espaces insécables » et \u001b contrôle"
           ]
          },
          {
           "cell_type": "code",
           "execution_count": 3,
           "id": "run-1",
           "metadata": {},
           "outputs": [
            {
             "name": "stdout",
             "output_type": "stream",
             "text": [
              "ligne\n"
             ]
            },
            {
             "data": {
              "application/vnd.plotly.v1+json": {
               "data": [
                1.0,
                1e-07,
                12345678901234567890
               ]
              },
              "text/plain": "figure"
             },
             "metadata": {},
             "output_type": "display_data"
            },
            {
             "data": {
              "text/plain": [
               "2"
              ]
             },
             "execution_count": 3,
             "metadata": {},
             "output_type": "execute_result"
            },
            {
             "ename": "Oops",
             "evalue": "message",
             "output_type": "error",
             "traceback": []
            }
           ],
           "source": "1 + 1"
          },
          {
           "cell_type": "raw",
           "id": "raw",
           "metadata": {
            "format": "text/latex"
           },
           "source": []
          }
         ],
         "metadata": {
          "unknown_extension": {
           "kept": true
          }
         },
         "nbformat": 4,
         "nbformat_minor": 5,
         "x_future": null
        }

        """;

    [Fact]
    public void ToJson_of_a_document_as_Jupyter_writes_it_gives_it_back_unchanged() =>
        Assert.Equal(Jupyter, NotebookDocument.Parse(Jupyter).ToJson());

    [Fact]
    public void Parse_gives_cells_with_kinds_sources_tags_and_outputs()
    {
        var notebook = NotebookDocument.Parse(Jupyter);

        Assert.Equal([NotebookCellKind.Markdown, NotebookCellKind.Code, NotebookCellKind.Raw], notebook.Cells.Select(c => c.Kind));
        Assert.Equal("Pseudo-étiquettes 🧠", notebook.Title);
        Assert.Equal(["teaser"], notebook.Cells[0].Tags);
        Assert.Equal("iVBORw0KGgo=", notebook.Cells[0].Attachments!["pixel.png"]!["image/png"]!.GetValue<string>());
        var code = Assert.Single(notebook.CodeCells);
        Assert.Equal("1 + 1", code.Source);
        Assert.Equal(3, code.ExecutionCount);
        Assert.Equal(
            [NotebookOutputKind.Stream, NotebookOutputKind.DisplayData, NotebookOutputKind.ExecuteResult, NotebookOutputKind.Error],
            code.Outputs.Select(o => o.Kind));
        Assert.Equal("ligne\n", code.Outputs[0].Text);
        Assert.Equal("2", code.Outputs[2].TextData("text/plain"));
        Assert.Equal("Oops", code.Outputs[3].ErrorName);
        Assert.Equal("", notebook.Cells[2].Source);
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("", "not valid JSON")]
    [InlineData("[1]", "holds a list, not an object")]
    [InlineData("null", "holds null")]
    [InlineData("""{"nbformat": 3, "nbformat_minor": 0, "worksheets": []}""", "jupyter nbconvert")]
    [InlineData("""{"nbformat": 5, "nbformat_minor": 0, "metadata": {}, "cells": []}""", "newer than this program")]
    [InlineData("""{"nbformat": "4", "nbformat_minor": 5, "metadata": {}, "cells": []}""", "'nbformat' is a string, not an integer")]
    [InlineData("""{"nbformat": 4, "metadata": {}, "cells": []}""", "has no 'nbformat_minor'")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}""", "has no 'cells'")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": {}}""", "'cells' is an object, not a list")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "metadata": [], "cells": []}""", "'metadata' is a list, not an object")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "metadata": {}, "cells": []}""", "not valid JSON")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [7]}""", "cell 1 is a number, not an object")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code"}]}""", "cell 1 has no 'metadata'")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "fig", "metadata": {}, "source": ""}]}""", "'cell_type' is 'fig'")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"id": "a", "cell_type": "markdown", "metadata": {}, "source": [1]}]}""", "'source' is a list, not a string or a list of strings")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"id": "a", "cell_type": "markdown", "metadata": {"tags": "x"}, "source": ""}]}""", "'metadata.tags'")]
    public void Parse_of_a_bad_document_names_the_file_and_the_problem(string json, string problem)
    {
        var error = Assert.Throws<NotebookFormatException>(() => NotebookDocument.Parse(json, "chapitre.ipynb"));

        Assert.StartsWith("chapitre.ipynb: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_of_deep_nesting_is_refused_and_does_not_overflow_the_stack()
    {
        var json = string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) + "1" + new string('}', 100_000);

        Assert.Throws<NotebookFormatException>(() => NotebookDocument.Parse(json));
    }

    /// <summary>What every front end opens is opened, put right, and said.</summary>
    [Theory]
    [InlineData("""{"cell_type": "markdown", "metadata": {}, "source": "a"}""", "ids")]
    [InlineData("""{"id": "a b", "cell_type": "markdown", "metadata": {}, "source": "a"}""", "ids")]
    [InlineData("""{"id": "a", "cell_type": "markdown", "metadata": {}, "source": "a"}, {"id": "a", "cell_type": "raw", "metadata": {}, "source": "a"}""", "ids")]
    [InlineData("""{"id": "a", "cell_type": "code", "metadata": {}, "source": "a"}""", "cells without a list of outputs")]
    [InlineData("""{"id": "a", "cell_type": "code", "metadata": {}, "source": "a", "execution_count": 1.0, "outputs": []}""", "execution counts")]
    [InlineData("""{"id": "a", "cell_type": "code", "metadata": {}, "source": "a", "execution_count": "1", "outputs": []}""", "execution counts")]
    [InlineData("""{"id": "a", "cell_type": "code", "metadata": {}, "source": "a", "execution_count": NaN, "outputs": []}""", "numbers that JSON does not know")]
    [InlineData("""{"id": "a", "cell_type": "markdown", "metadata": {"x": [1, -Infinity, "NaN \" Infinity"]}, "source": "a"}""", "numbers that JSON does not know")]
    [InlineData("""{"id": "a", "cell_type": "code", "metadata": {}, "source": "a", "execution_count": 1, "outputs": [{"output_type": "stream", "text": "x"}]}""", "outputs without a 'name'")]
    [InlineData("""{"id": "a", "cell_type": "code", "metadata": {}, "source": "a", "execution_count": 1, "outputs": [{"output_type": "execute_result", "execution_count": 1, "data": {}}]}""", "outputs without a 'metadata'")]
    [InlineData("""{"id": "a", "cell_type": "code", "metadata": {}, "source": "a", "execution_count": 1, "outputs": [{"output_type": "error", "ename": "E", "evalue": "v"}]}""", "outputs without a 'traceback'")]
    [InlineData("""{"id": "a", "cell_type": "code", "metadata": {}, "source": "a", "execution_count": 1, "outputs": [{"output_type": "pyout"}, 7]}""", "2 outputs of an unknown form")]
    [InlineData("""{"id": "a", "cell_type": "code", "metadata": {}, "source": "a", "execution_count": 1, "outputs": [{"output_type": "display_data", "metadata": {}, "data": {"text/html": 3}}]}""", "outputs of an unknown form")]
    [InlineData("""{"id": "a", "cell_type": "markdown", "metadata": {"tags": ["\ud800"]}, "source": "\\ud800 \udc00 \ud83e\udde0"}""", "2 texts with half a character")]
    public void Parse_of_what_other_programs_write_puts_it_right_and_says_so(string cells, string repair)
    {
        var json = $$"""{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{{cells}}]}""";

        var notebook = NotebookDocument.Parse(json);

        Assert.Contains(repair, Assert.Single(notebook.Repairs), StringComparison.Ordinal);
        Assert.All(notebook.Cells, cell => Assert.Matches("^[a-z0-9]{1,64}$", cell.Id));
        Assert.Equal(notebook.Cells.Count, notebook.Cells.Select(cell => cell.Id).Distinct().Count());
        Assert.All(notebook.Cells, cell => Assert.StartsWith(cell.Tags is [_] ? "\\ud800 \uFFFD 🧠" : "a", cell.Source, StringComparison.Ordinal));
        Assert.Equal(notebook.Cells.Select(cell => cell.Id), NotebookDocument.Parse(json).Cells.Select(cell => cell.Id));
        // What was put right is good from then on.
        Assert.Empty(NotebookDocument.Parse(notebook.ToJson()).Repairs);
    }

    [Fact]
    public void Parse_of_another_encoding_says_which_is_read()
    {
        var latin1 = System.Text.Encoding.Latin1.GetBytes("""{"nbformat": 4, "nbformat_minor": 5, "metadata": {"x": "é"}, "cells": []}""");

        var error = Assert.Throws<NotebookFormatException>(() => NotebookDocument.Parse(latin1, "chapitre.ipynb"));
        Assert.Contains("chapitre.ipynb: not a notebook: the file is not UTF-8 text", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_of_an_older_minor_version_adds_the_same_ids_every_time()
    {
        const string Old = """{"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": [{"cell_type": "markdown", "metadata": {}, "source": "a"}, {"cell_type": "markdown", "metadata": {}, "source": "a"}]}""";

        var first = NotebookDocument.Parse(Old);
        var second = NotebookDocument.Parse(Old);

        Assert.Equal(5, first.Root["nbformat_minor"]!.GetValue<int>());
        Assert.Equal(first.Cells.Select(c => c.Id), second.Cells.Select(c => c.Id));
        Assert.NotEqual(first.Cells[0].Id, first.Cells[1].Id);
    }

    [Fact]
    public void Load_of_a_sparse_giant_is_refused_before_it_is_read()
    {
        var path = Path.Combine(_folder, "giant.ipynb");
        using (var stream = File.Create(path))
        {
            stream.SetLength(NotebookDocument.MaxFileSize + 1);
        }

        var error = Assert.Throws<NotebookFormatException>(() => NotebookDocument.Load(path));

        Assert.Contains("giant.ipynb", error.Message, StringComparison.Ordinal);
        Assert.Contains("MiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_replaces_the_file_and_leaves_nothing_else_behind()
    {
        var path = Path.Combine(_folder, "a.ipynb");
        File.WriteAllText(path, "old");

        NotebookDocument.Parse(Jupyter).Save(path);

        Assert.Equal(Jupyter, File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Save_that_fails_leaves_no_temporary_file()
    {
        var path = Path.Combine(_folder, "taken");
        Directory.CreateDirectory(path);

        Assert.ThrowsAny<Exception>(() => NotebookDocument.Create().Save(path));

        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Source_set_is_stored_as_lines_that_keep_their_ends()
    {
        var cell = NotebookCell.Code("a\nb\n", "parameters");

        Assert.Equal(["a\n", "b\n"], cell.Node["source"]!.AsArray().Select(line => line!.GetValue<string>()));
        Assert.Equal("a\nb\n", cell.Source);
        Assert.True(cell.HasTag("parameters"));
    }

    [Fact]
    public void Replace_changes_the_data_of_an_output_in_place()
    {
        var notebook = NotebookDocument.Create();
        var cell = NotebookCell.Code("display(1)");
        notebook.Add(cell);
        var output = NotebookOutput.Display(new() { ["text/plain"] = "1" });
        cell.AddOutput(output);

        output.Replace(new() { ["text/plain"] = "2" });

        Assert.Equal("2", Assert.Single(notebook.Cells[0].Outputs).TextData("text/plain"));
    }
}
