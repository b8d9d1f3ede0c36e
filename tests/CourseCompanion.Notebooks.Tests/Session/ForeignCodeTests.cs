using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>What is no C#, or no C# of a cell: one French line with the way out, before the compiler's messages or in their place.</summary>
public sealed class ForeignCodeTests : IDisposable
{
    private readonly SessionHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("using var stream = new MemoryStream();\nstream.WriteByte(1);", "(1, 1)", "using (")]
    [InlineData("using MemoryStream stream = new();", "(1, 1)", "using (")]
    [InlineData("var n = 1;\nawait using var stream = new MemoryStream();", "(2, 1)", "await using (")]
    [InlineData("using var scope = NewDisposeScope();\nvar x = ones(3);\nx.sum()", "(1, 1)", "using (")]
    [InlineData("namespace Outils { class C { } }", "(1, 1)", "Retirez «\u00A0namespace")]
    [InlineData("namespace Outils.Images;\nclass C { }", "(1, 1)", "Retirez «\u00A0namespace")]
    [InlineData("extension(string s)\n{\n    public int Vowels => s.Count(c => \"aeiouy\".Contains(c));\n}", "(1, 1)", "static int")]
    [InlineData("static class Texts { extension(string s) { public int Twice() => 2 * s.Length; } }", "(1, 22)", "static int")]
    public async Task Csharp_that_cells_do_not_take_has_its_way_out_above_the_messages(string code, string place, string wayOut)
    {
        var result = await _host.RunAsync(code);

        Assert.Equal(ExecutionStatus.Error, result.Status);
        Assert.StartsWith(place, _host.Error.Value, StringComparison.Ordinal);
        Assert.Contains(wayOut, _host.Error.Value, StringComparison.Ordinal);
        Assert.Contains(wayOut, _host.Error.Traceback[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("%matplotlib inline\n1 + 1", "(1, 1)", "«\u00A0%matplotlib\u00A0»")]
    [InlineData("%%time\nvar x = 1;", "(1, 1)", "#!time")]
    [InlineData("var x = 1;\n%time x", "(2, 1)", "#!time")]
    [InlineData("!pip install numpy", "(1, 1)", "#r \"nuget:")]
    [InlineData("# un commentaire\n%pip install numpy", "(2, 1)", "#r \"nuget:")]
    [InlineData("pip install numpy", "(1, 1)", "#r \"nuget:")]
    [InlineData("conda install -c conda-forge numpy", "(1, 1)", "#r \"nuget:")]
    [InlineData("dotnet add package MathNet.Numerics", "(1, 1)", "#r \"nuget:")]
    [InlineData("!ls -l", "(1, 1)", "«\u00A0!ls\u00A0»")]
    [InlineData("import numpy as np\nx = np.zeros(3)\nx", "(1, 1)", "Python")]
    [InlineData("from math import pi", "(1, 1)", "Python")]
    [InlineData("\nimport torch", "(2, 1)", "Python")]
    [InlineData("def f(x):\n    return x + 1\nf(2)", "(1, 1)", "Python")]
    [InlineData("x = 3\nfor i in range(x):\n    print(i)", "(2, 1)", "Python")]
    [InlineData("if x > 3:\n    y = 4\nelif x > 2:\n    y = 5", "(1, 1)", "Python")]
    [InlineData("class Net(nn.Module):\n    def __init__(self):\n        super().__init__()", "(1, 1)", "Python")]
    [InlineData("with torch.no_grad():\n    y = net(x)", "(1, 1)", "Python")]
    [InlineData("print(\"a\")", "(1, 1)", "Console.WriteLine")]
    [InlineData("print(f\"{3} images\")", "(1, 1)", "Console.WriteLine")]
    [InlineData("var x = 3;\nprint(x);", "(2, 1)", "Console.WriteLine")]
    [InlineData("# Charger les images\nx = 3", "(1, 1)", "//")]
    [InlineData("len([1, 2])", "(1, 1)", "Python")]
    [InlineData("x = None", "(1, 5)", "null")]
    [InlineData("var ok = True;", "(1, 10)", "true")]
    [InlineData("lambda x: x + 1", "(1, 1)", "Python")]
    public async Task Python_and_notebook_commands_have_one_line_instead_of_the_messages(string code, string place, string wayOut)
    {
        var result = await _host.RunAsync(code);

        Assert.Equal(ExecutionStatus.Error, result.Status);
        Assert.StartsWith(place, _host.Error.Value, StringComparison.Ordinal);
        Assert.Contains(wayOut, _host.Error.Value, StringComparison.Ordinal);
        Assert.Contains(_host.Error.Value, _host.Error.Traceback[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("var a = 1\nvar b = 2;")]
    [InlineData("var b = a + inconnu;")]
    [InlineData("class C { void M() { using var s = new MemoryStream(); } }\nvar x = inconnu;")]
    [InlineData("var s = \"\"\"\nimport numpy as np\n%matplotlib\n\"\"\";\nvar x = inconnu;")]
    [InlineData("/*\nimport numpy as np\n!ls\n*/\nvar x = inconnu;")]
    [InlineData("var r = 7\n% 3;\ninconnu")]
    [InlineData("bool flag = true;\nvar x = inconnu &&\n!flag;")]
    [InlineData("string text = $\"{3}\";\nstring pip = inconnu;")]
    [InlineData("int len(string s) => s.Length;\nlen(3)")]
    [InlineData("foreach (var x in inconnu) Console.WriteLine(x);")]
    [InlineData("switch (3) { case 3: inconnu(); break; default: break; }")]
    [InlineData("using System.Inconnu;")]
    [InlineData("var q = from x in inconnu select x;")]
    [InlineData("from x in inconnu\nselect x")]
    public async Task Csharp_with_a_mistake_keeps_the_messages_of_the_compiler(string code)
    {
        await _host.RunAsync(code);

        Assert.Matches(@"^\(\d+, \d+\) CS\d+", _host.Error.Value);
        Assert.DoesNotContain("Python", _host.Traceback, StringComparison.Ordinal);
        Assert.Contains(" CS", _host.Error.Traceback[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Csharp_that_compiles_is_never_taken_for_something_else()
    {
        await _host.RunAsync("void print(object o) => Console.Write(o); var True = true; int pip = 3, install = 4;");

        Assert.Equal(ExecutionStatus.Ok, (await _host.RunAsync("print(True);\nvar x = pip\n% install;")).Status);
    }
}
