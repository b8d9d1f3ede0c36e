using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary><c>#!import</c>: the cells of a file run as if they stood in the notebook.</summary>
public sealed class ImportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("course-import-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_a_script_declares_and_its_usings_last()
    {
        Write("outils.csx", "using System.Globalization;\nint Twice(int x) => 2 * x;");

        var result = await RunAsync("#!import outils.csx\nTwice(21)", "CultureInfo.InvariantCulture.Name.Length");

        Assert.Equal(["42", "0"], result);
    }

    [Fact]
    public async Task The_code_cells_of_a_notebook_run_in_order_and_show_no_results()
    {
        Write("autre.ipynb", """
            {"cells":[{"cell_type":"markdown","metadata":{},"source":["# Titre"],"id":"a"},
            {"cell_type":"code","execution_count":null,"metadata":{},"outputs":[],"source":["var x = 40;\n","x"],"id":"b"},
            {"cell_type":"code","execution_count":null,"metadata":{},"outputs":[],"source":["x += 2;"],"id":"c"}],
            "metadata":{"kernelspec":{"display_name":"C#","language":"C#","name":"csharp"},"language_info":{"name":"csharp"}},"nbformat":4,"nbformat_minor":5}
            """);

        Assert.Equal(["42"], await RunAsync("#!import \"autre.ipynb\"\nx"));
    }

    [Fact]
    public async Task A_script_may_import_another_from_its_own_folder()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "lib"));
        Write("lib/un.csx", "#!import deux.csx\nvar one = two - 1;");
        Write("lib/deux.csx", "var two = 2;");

        Assert.Equal(["1"], await RunAsync("#!import lib/un.csx\none"));
    }

    [Theory]
    [InlineData("#!import absent.csx", "n’existe pas")]
    [InlineData("#!import", "Écrivez le nom du fichier")]
    [InlineData("#!import image.png", "n’est ni un script")]
    [InlineData("#!import boucle.csx", "s’importe lui-même")]
    [InlineData("#!import faux.csx", "faux.csx (2, 9) CS0029")]
    [InlineData("#!import lance.csx", "trop petit")]
    public async Task What_cannot_be_imported_is_said_in_French(string cell, string said)
    {
        Write("boucle.csx", "#!import boucle.csx");
        Write("faux.csx", "var y = 1;\nint x = \"texte\";");
        Write("lance.csx", "throw new ArgumentException(\"trop petit\");");
        using var host = new SessionHost(new SessionOptions { BaseDirectory = _folder });

        var result = await host.RunAsync(cell);

        Assert.Equal(ExecutionStatus.Error, result.Status);
        Assert.Contains(said, host.Traceback, StringComparison.Ordinal);
        Assert.Equal(ExecutionStatus.Ok, (await host.RunAsync("1 + 1")).Status);
    }

    [Fact]
    public async Task What_prepares_the_other_host_may_be_absent_beside_a_copy_of_a_chapter() =>
        Assert.Equal(["42"], await RunAsync("#!import cours.csx\n6 * 7"));

    [Fact]
    public async Task The_file_that_prepares_another_host_has_nothing_to_run_here()
    {
        Write("cours.csx", ImportedFile.PreparesOtherHost + "\n#r \"absent.dll\"\nusing Nowhere;");

        Assert.Equal(["", "2"], await RunAsync("#!import cours.csx", "1 + 1"));
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private async Task<string[]> RunAsync(params string[] cells)
    {
        using var host = new SessionHost(new SessionOptions { BaseDirectory = _folder });
        var values = new List<string>();
        foreach (var cell in cells)
        {
            values.Add(await host.ValueAsync(cell) ?? "");
        }
        return [.. values];
    }
}
