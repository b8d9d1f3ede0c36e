using System.Globalization;
using CourseCompanion.Display;
using CourseCompanion.Results;
using CourseCompanion.Tables;
using Microsoft.Data.Analysis;

namespace CourseCompanion.Tests.Tables;

public sealed class TableTests : IDisposable
{
    private const string Patients = "nom,âge,score,\"né le\",malade\nAda,36,1.5,1815-12-10,oui\n\"Du, Val\",,,,\nÉva,-41,1e-3,2001-02-03T04:05:06,non\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Csv(string text)
    {
        var path = Path.Combine(_folder.Path, "patients.csv");
        File.WriteAllText(path, text);
        return path;
    }

    private static object?[] Values(DataFrame table, string column) => [.. table[column].Cast<object?>()];

    [Theory]
    [InlineData("fr-FR")]
    [InlineData("en-US")]
    public void Columns_have_the_types_and_the_order_that_are_named_whatever_the_culture(string culture)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            var table = Table.LoadCsv(
                Csv(Patients), ("score", typeof(double)), ("nom", typeof(string)), ("âge", typeof(int)), ("né le", typeof(DateTime)), ("malade", typeof(bool)));

            Assert.Equal(["score", "nom", "âge", "né le", "malade"], table.Columns.Select(column => column.Name));
            Assert.Equal([1.5, null, 0.001], Values(table, "score"));
            Assert.Equal(["Ada", "Du, Val", "Éva"], Values(table, "nom"));
            Assert.Equal([36, null, -41], Values(table, "âge"));
            Assert.Equal([new DateTime(1815, 12, 10), null, new DateTime(2001, 2, 3, 4, 5, 6)], Values(table, "né le"));
            Assert.Equal([true, null, false], Values(table, "malade"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Decimal_comma_is_an_error_that_says_where_and_fifteen_is_never_read()
    {
        var path = Csv("a,b\n1.5,x\n\"1,5\",y\n");

        var error = Assert.Throws<InvalidDataException>(() => Table.LoadCsv(path, ("a", typeof(double))));

        Assert.Equal("'patients.csv', column 'a', line 3: '1,5' is not a value of type Double.", error.Message);
        Assert.Equal(15.0, DataFrame.LoadCsv(path, dataTypes: [typeof(double), typeof(string)], cultureInfo: CultureInfo.InvariantCulture)["a"][1]);
    }

    [Fact]
    public void Decimal_comma_is_read_where_semicolons_separate() =>
        Assert.Equal([1.5, 2.25], Values(Table.LoadCsv(Csv("a;b\n1,5;x\n2.25;y\n"), ';', ("a", typeof(double))), "a"));

    [Theory]
    [InlineData("a,b\n1,2\n3\n")]
    [InlineData("a,b\n1,2,3\n")]
    [InlineData("a,b\n\"1\"x,2\n")]
    [InlineData("")]
    public void File_with_a_line_that_does_not_fit_or_with_nothing_is_refused(string text) =>
        Assert.Throws<InvalidDataException>(() => Table.LoadCsv(Csv(text), ("a", typeof(int))));

    [Fact]
    public void Column_that_is_not_there_and_a_type_that_is_none_are_named()
    {
        var path = Csv(Patients);

        Assert.Contains("no column 'age': it has 'nom', 'âge'", Assert.Throws<ArgumentException>(() => Table.LoadCsv(path, ("age", typeof(int)))).Message, StringComparison.Ordinal);
        Assert.Contains("Single", Assert.Throws<ArgumentException>(() => Table.LoadCsv(path, ("score", typeof(float)))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Table.LoadCsv(path));
    }

    [Fact]
    public void Mean_leaves_missing_values_out_where_the_package_s_own_does_not()
    {
        var table = Table.LoadCsv(Csv("groupe,x\na,1\na,\nb,3\n,5\n"), ("groupe", typeof(string)), ("x", typeof(double)));

        Assert.Equal(new TableMean(3, 3, 1), table.MeanOf("x"));
        Assert.Equal("3 (moyenne de 3\u00A0valeurs, 1\u00A0manquante)", table.MeanOf("x").ToString());
        var means = table.MeanOf("x", by: "groupe");
        Assert.Equal(["a", "b", null], Values(means, "groupe"));
        Assert.Equal([1.0, 3.0, 5.0], Values(means, "Moyenne"));
        Assert.Equal([1L, 0L, 0L], Values(means, "Manquantes"));
        // The trap, as long as it is there.
        Assert.Equal(0.5, table.GroupBy("groupe").Mean("x")["x"][0]);
    }

    [Fact]
    public void Mean_of_a_million_floats_is_their_mean()
    {
        var table = new DataFrame(new SingleDataFrameColumn("x", Enumerable.Range(0, 1_000_000).Select(i => (float?)(1000 + i % 2))));

        Assert.Equal(1000.5, table.MeanOf("x").Value, 9);
        Assert.NotEqual(1000.5, table["x"].Mean(), 1.0);
    }

    [Fact]
    public void Mean_of_nothing_is_not_a_number_and_of_texts_is_refused()
    {
        var table = new DataFrame(new DoubleDataFrameColumn("x", [null, double.NaN]), new StringDataFrameColumn("nom", ["a", "b"]));

        Assert.Equal((double.NaN, 0, 2), (table.MeanOf("x").Value, table.MeanOf("x").Count, table.MeanOf("x").Missing));
        Assert.Throws<ArgumentException>(() => table.MeanOf("nom"));
        Assert.Throws<ArgumentException>(() => table.MeanOf("absent"));
    }

    [Fact]
    public void Results_go_to_a_table_and_come_back()
    {
        var results = new ResultTable("Scores", [Metric.MacroAuc, Metric.Accuracy])
            .Baseline("Classe majoritaire", "majority", 0.5, 0.669)
            .Row("Pseudo-labels", "pseudo", 0.88, double.NaN);

        var table = results.ToDataFrame();

        Assert.Equal(["Méthode", "Clé", "Référence", "AUC macro", "Exactitude"], table.Columns.Select(column => column.Name));
        Assert.Equal([0.669, null], Values(table, "Exactitude"));
        var back = table.ToResultTable("Scores", [Metric.MacroAuc, Metric.Accuracy]);
        Assert.Equal(results.ToString(), back.ToString());
        Assert.Equal(results.Figures, back.Figures);
        Assert.Throws<ArgumentException>(() => table.ToResultTable("Scores", [Metric.MacroF1]));
    }

    [Fact]
    public void View_tells_size_types_first_rows_and_writes_numbers_the_French_way()
    {
        var table = new DataFrame(
            new StringDataFrameColumn("nom <b>", ["Ada", null, .. Enumerable.Repeat("autre", 20)]),
            new DoubleDataFrameColumn("score", [1234.5, null, .. Enumerable.Repeat<double?>(0.25, 20)]),
            new Int32DataFrameColumn("âge", [12345, null, .. Enumerable.Repeat<int?>(-4, 20)]));

        var bundle = new TableView(table, rows: 2).ToMimeBundle();

        Assert.Equal(
            """
            Tableau de 22 lignes et 3 colonnes ; les 2 premières.
            nom <b>    score     âge
            texte    décimal  entier
            Ada       1 234,5  12 345
            n. d.       n. d.   n. d.
            """.ReplaceLineEndings("\n").Replace(" ", "").Replace("\n", "|"),
            bundle[MimeTypes.PlainText].Replace("\u00A0", "").Replace("\u202F", "").Replace(" ", "").Replace("\n", "|"));
        Assert.Contains("1\u202F234,5</td>", bundle[MimeTypes.Html], StringComparison.Ordinal);
        Assert.Contains("12\u202F345</td>", bundle[MimeTypes.Html], StringComparison.Ordinal);
        Assert.Contains("nom &lt;b&gt;<br>", bundle[MimeTypes.Html], StringComparison.Ordinal);
        Assert.DoesNotContain("autre", bundle[MimeTypes.Html], StringComparison.Ordinal);
    }
}
