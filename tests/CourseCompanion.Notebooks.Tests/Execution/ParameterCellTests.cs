using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Execution;
using CourseCompanion.Notebooks.Tests.Session;

namespace CourseCompanion.Notebooks.Tests.Execution;

/// <summary>Values given with <c>-p</c>: each becomes a value of the variable's own type, or is refused before anything runs.</summary>
public sealed class ParameterCellTests
{
    [Theory]
    [InlineData("var v = 0.90;", "1", "1 Double")]
    [InlineData("var v = 0.90;", "-1e-3", "-0.001 Double")]
    [InlineData("double v = 1;", "0.95", "0.95 Double")]
    [InlineData("const double v = 0.9;", "1", "1 Double")]
    [InlineData("const int n = 1, v = 2;", "3", "3 Int32")]
    [InlineData("uint v = 1;", "3000000000", "3000000000 UInt32")]
    [InlineData("var v = 1u;", "2", "2 UInt32")]
    [InlineData("byte v = 1;", "255", "255 Byte")]
    [InlineData("var v = (byte)1;", "7", "7 Byte")]
    [InlineData("sbyte v = 1;", "-128", "-128 SByte")]
    [InlineData("short v = 1;", "-5", "-5 Int16")]
    [InlineData("ushort v = 1;", "65535", "65535 UInt16")]
    [InlineData("int v = 1;", "-2147483648", "-2147483648 Int32")]
    [InlineData("long v = 1;", "-9223372036854775808", "-9223372036854775808 Int64")]
    [InlineData("ulong v = 1;", "18446744073709551615", "18446744073709551615 UInt64")]
    [InlineData("var v = 0.5f;", "1", "1 Single")]
    [InlineData("float v = -0.5f;", "-2", "-2 Single")]
    [InlineData("decimal v = 1;", "1", "1 Decimal")]
    [InlineData("var v = 0.10m;", "-0.25", "-0.25 Decimal")]
    [InlineData("var v = 1.0 / 3;", "2", "2 Double")]
    [InlineData("var v = Math.PI;", "3", "3 Double")]
    [InlineData("Double v = 1;", "3", "3 Double")]
    [InlineData("System.Single v = 1;", "3", "3 Single")]
    [InlineData("double? v = null;", "3", "3 Double")]
    [InlineData("int? v = 5;", "null", " null")]
    [InlineData("var v = true;", "false", "False Boolean")]
    [InlineData("var v = 'a';", "b", "b Char")]
    [InlineData("string v = null;", "7", "7 String")]
    [InlineData("var day = DayOfWeek.Monday; var v = day;", "friday", "Friday DayOfWeek")]
    [InlineData("enum Mode { Fast, Slow } const Mode v = Mode.Fast;", "Mode.Slow", "Slow Mode")]
    [InlineData("var v = new[] { 0.5, 1 };", "1, 2", "1/2 Double[]")]
    [InlineData("byte[] v = { 1 };", "[3,4]", "3/4 Byte[]")]
    [InlineData("var v = new List<double> { 1 };", "0.5,2", "0.5/2 List`1")]
    public async Task Value_takes_the_type_of_the_variable(string declarations, string value, string expected)
    {
        var notebook = Notebook(declarations);
        ParameterCell.Inject(notebook, new Dictionary<string, string> { ["v"] = value }, "p.ipynb");
        using var host = new SessionHost();
        foreach (var cell in notebook.CodeCells)
        {
            await host.ValueAsync(cell.Source);
        }

        Assert.Equal(2, notebook.CodeCells.Count());
        Assert.Equal(expected, await host.ValueAsync("""
            string Text(object o) => o is System.Collections.IEnumerable and not string ? string.Join("/", ((System.Collections.IEnumerable)o).Cast<object>().Select(Text)) : Convert.ToString(o, System.Globalization.CultureInfo.InvariantCulture);
            Text(v) + " " + (((object)v)?.GetType().Name ?? "null")
            """));
    }

    [Theory]
    [InlineData("byte v = 1;", "300", "'v' is of type byte (0 to 255); '300' is not a value of that type")]
    [InlineData("var v = (byte)1;", "-1", "'v' is of type byte (0 to 255); '-1'")]
    [InlineData("uint v = 1;", "-1", "'v' is of type uint (0 to 4294967295); '-1'")]
    [InlineData("const int v = 1;", "3000000000", "'v' is of type int (-2147483648 to 2147483647); '3000000000'")]
    [InlineData("int v = 1;", "0.5", "'v' is of type int; '0.5'")]
    [InlineData("long v = 1;", "9223372036854775808", "'v' is of type long (-9223372036854775808 to 9223372036854775807); '9223372036854775808'")]
    [InlineData("float v = 1;", "1e39", "'v' is of type float; '1e39'")]
    [InlineData("decimal v = 1;", "1e30", "'v' is of type decimal; '1e30'")]
    [InlineData("double v = 1;", "0,95", "'v' is of type double; '0,95' is not a value of that type. Decimals are written with a point: 0.95.")]
    [InlineData("int[] v = { 1 };", "1,x", "'v' is of type int[]; '1,x'")]
    [InlineData("var v = DayOfWeek.Monday;", "Vendredi", "'v' is of type DayOfWeek; 'Vendredi' is not a value of that type (known: Sunday, Monday")]
    [InlineData("var v = Math.PI;", "Tau", "'v' is of type double; 'Tau'")]
    [InlineData("var v = TimeSpan.Zero;", "3", "'v' is of type TimeSpan: no such value can be given ('3')")]
    [InlineData("var v = inconnu;", "3", "the type of the parameter 'v' cannot be told from its default")]
    public void Value_that_does_not_fit_is_refused_with_name_value_and_type(string declarations, string value, string message)
    {
        var error = Assert.Throws<NotebookParameterException>(() => ParameterCell.Inject(
            Notebook(declarations), new Dictionary<string, string> { ["v"] = value }, "p.ipynb"));

        Assert.StartsWith("p.ipynb: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Type_may_be_declared_in_an_earlier_cell()
    {
        var notebook = NotebookDocument.Create();
        notebook.Add(NotebookCell.Code("using System.Globalization;\nenum Mode { Fast, Slow }"));
        notebook.Add(NotebookCell.Code("var mode = Mode.Fast; var style = NumberStyles.Any;", "parameters"));
        ParameterCell.Inject(notebook, new Dictionary<string, string> { ["mode"] = "Slow", ["style"] = "Float" }, "p.ipynb");

        Assert.EndsWith("mode = Mode.Slow;\nstyle = NumberStyles.Float;", notebook.CodeCells.Last().Source, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("var pseudo = Train(new ConfidenceThreshold(threshold));", "_ = new ConfidenceThreshold(threshold);")]
    [InlineData("new ConfidenceThreshold( threshold : threshold )", "_ = new ConfidenceThreshold(threshold: threshold);")]
    [InlineData("var o = new GraphOptions { Neighbours = count, Gamma = 1.5 };", "_ = new GraphOptions { Neighbours = count, Gamma = 1.5 };")]
    // Nothing that was given, or not from it alone.
    [InlineData("new ConfidenceThreshold(other)", null)]
    [InlineData("new ConfidenceThreshold(threshold * 2)", null)]
    [InlineData("var t = 0.5; new PseudoLabelingOptions { Rounds = count, Seed = t }", null)]
    // What costs something, or is not of the course.
    [InlineData("new Random(count)", null)]
    [InlineData("new SimpleCnn(count, count)", null)]
    [InlineData("record ConfidenceRule(double T); new ConfidenceRule(threshold)", null)]
    // What may never be made, or of another value.
    [InlineData("if (threshold < 1) { Use(new ConfidenceThreshold(threshold)); }", null)]
    [InlineData("Func<double, object> f = x => new ConfidenceThreshold(threshold);", null)]
    [InlineData("threshold = 0.5; new ConfidenceThreshold(threshold)", null)]
    [InlineData("foreach (var threshold in list) { } new ConfidenceThreshold(threshold)", null)]
    public void Record_that_the_notebook_makes_of_the_parameters_is_made_beside_them_first(string code, string? check)
    {
        var notebook = Notebook("var threshold = 0.9; var other = 0.8; var count = 5;");
        notebook.Add(NotebookCell.Code(code, "raises-exception"));
        notebook.Add(NotebookCell.Code(code));
        notebook.Add(NotebookCell.Code(code));
        ParameterCell.Inject(notebook, new Dictionary<string, string> { ["threshold"] = "1", ["count"] = "3" }, "p.ipynb");

        Assert.Equal(
            ["// Paramètres de cette exécution", "threshold = 1d;", "count = 3;", .. check is null ? Array.Empty<string>() : ["// Ce que le notebook en fera, essayé avant tout travail", check]],
            notebook.CodeCells.ElementAt(1).Source.Split('\n'));
    }

    [Fact]
    public void Constant_is_a_parameter_too() => Assert.Equal(["n", "v"], ParameterCell.Declared(Notebook("const int n = 1; var v = 2;")));

    private static NotebookDocument Notebook(string declarations)
    {
        var notebook = NotebookDocument.Create();
        notebook.Add(NotebookCell.Code(declarations, "parameters"));
        return notebook;
    }
}
