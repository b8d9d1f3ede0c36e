namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>What a student reads when a cell fails: where, and why in French.</summary>
public sealed class ErrorReportTests : IDisposable
{
    private readonly SessionHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("var t = new int[2];\nvar i = 5;\n\nt[i] = 1;\nvar after = 2;", "cellule 1, ligne 4\n")]
    [InlineData("int F(int[] t, int i)\n{\n    var s = 0;\n    s += t[i];\n    return s;\n}\nF(new int[2], 7)", "cellule 1, ligne 4, dans F\n")]
    [InlineData("int F(int[] t)\n{\n    var s = 0;\n    for (var i = 0; i <= t.Length; i++)\n    {\n        s += t[i];\n    }\n    return s;\n}\nF(new int[2])", "cellule 1, ligne 6, dans F\n")]
    [InlineData("var t = new int[2];\nvar u = t[0];\nvar v = 9;\nu = t[v];", "cellule 1, ligne 2 ou 4\n")]
    [InlineData("var n = int.MaxValue;\nchecked\n{\n    n++;\n}", "cellule 1, ligne 4\n")]
    [InlineData("var text = \"abc\";\nvar c = text[5];", "cellule 1, ligne 2\n")]
    [InlineData("var m = new int[2, 2];\nvar i = 3;\nm[i, 0] = 1;", "cellule 1, ligne 3\n")]
    public async Task Index_out_of_range_and_overflow_give_their_line(string code, string place)
    {
        await _host.RunAsync(code);

        Assert.Contains(place, WithoutColours(), StringComparison.Ordinal);
        Assert.DoesNotContain("ThrowHelpers", _host.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exception_in_a_loaded_file_gives_the_file_and_the_line()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "var a = 1;\nthrow new InvalidOperationException(\"dedans\");\n");

        await _host.RunAsync($"#load \"{file}\"");
        File.Delete(file);

        Assert.Contains($"{Path.GetFileName(file)}, ligne 2", _host.Traceback, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("string s = null; s.Length", "null")]
    [InlineData("var t = new int[1]; var i = 7; t[i]", "de 0 à")]
    [InlineData("new List<int>()[3]", "de 0 à")]
    [InlineData("new Dictionary<string, int>()[\"a\"]", "ne contient pas cette clé")]
    [InlineData("int.Parse(\"abc\")", "forme attendue")]
    [InlineData("var z = 0; 1 / z", "par zéro")]
    [InlineData("(string)(object)3", "type demandé")]
    [InlineData("File.ReadAllText(\"absent.txt\")", "introuvable")]
    [InlineData("new List<int>().First()", "aucun élément")]
    [InlineData("var l = new List<int> { 1, 2 }; foreach (var x in l) l.Add(x);", "foreach")]
    [InlineData("throw new NotImplementedException();", "reste à écrire")]
    [InlineData("MedicalDataset.Load(\"dermamist\")", "Aucun jeu de données ne porte ce nom")]
    [InlineData("new ConfidenceThreshold(1.5)", "«\u00A0threshold\u00A0» vaut 1,5")]
    public async Task Common_exceptions_are_explained_in_French(string code, string explanation)
    {
        await _host.RunAsync(code);

        Assert.Contains(explanation, _host.Error.Traceback[1], StringComparison.Ordinal);
    }

    // The same exception type says different things: the advice follows the message.
    [Theory]
    [InlineData("string.Format(\"{0} {1}\", 1)", "moins de valeurs que de places")]
    [InlineData("Console.WriteLine(\"{0} {1}\", 1);", "moins de valeurs que de places")]
    [InlineData("string.Format(\"{0\", 1)", "accolade")]
    [InlineData("1.5.ToString(\"Q\")", "N2")]
    [InlineData("double.Parse(\"0.5\")", "virgule (0,5)")]
    [InlineData("int.Parse(\"1,5\")", "un entier n’en a pas")]
    [InlineData("System.Globalization.CultureInfo.CurrentCulture = System.Globalization.CultureInfo.InvariantCulture; double.Parse(\"0;5\")", "n’est pas un nombre")]
    [InlineData("int.Parse(\"\")", "vide")]
    [InlineData("int.Parse(\"douze\")", "«\u00A0douze\u00A0» n’est pas un nombre")]
    [InlineData("DateTime.Parse(\"hier\")", "2024-12-31")]
    [InlineData("bool.Parse(\"oui\")", "true")]
    [InlineData("Convert.FromBase64String(\"?\")", "forme attendue")]
    [InlineData("new Uri(\"http://\")", "adresse")]
    [InlineData("var n = -1; new int[n]", "longueur négative")]
    [InlineData("var z = 0m; 1m / z", "Division par zéro")]
    [InlineData("Convert.ChangeType(null, typeof(int))", "null")]
    [InlineData("new List<int>().Insert(3, 1);", "nombre d’éléments")]
    [InlineData("Enumerable.Range(0, 3).Where(n => n > 0).ElementAt(4)", "Count()")]
    [InlineData("System.Text.Json.JsonDocument.Parse(\"{}\").RootElement.GetProperty(\"a\")", "TryGetProperty")]
    [InlineData("System.Reflection.Assembly.Load(\"Absente\")", "#r")]
    [InlineData("new List<int>().Max()", "Any")]
    [InlineData("new[] { 1, 2 }.Single()", "plusieurs")]
    public async Task Explanation_follows_the_message_and_not_only_the_type(string code, string explanation)
    {
        await _host.RunAsync(code);

        Assert.Contains(explanation, _host.Error.Traceback[1], StringComparison.Ordinal);
        Assert.DoesNotContain("0.5.", _host.Error.Traceback[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("new System.Data.DataTable().Rows.Add(1).ItemArray[0]")]
    [InlineData("throw new NotSupportedException();")]
    [InlineData("new System.Data.DataTable().Rows[4]")]
    public async Task Exception_with_a_message_that_no_explanation_fits_has_none(string code)
    {
        await _host.RunAsync(code);

        Assert.StartsWith("   cellule 1, ligne ", WithoutColours().Split('\n')[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("throw new FormatException(\"Il manque une colonne.\");")]
    [InlineData("throw new OverflowException(\"Il manque une colonne.\");")]
    [InlineData("class Missing(string text) : OverflowException(text);\nthrow new Missing(\"Il manque une colonne.\");")]
    public async Task Exception_with_a_message_of_its_own_is_not_explained(string code)
    {
        await _host.RunAsync(code);

        Assert.Equal("Il manque une colonne.", _host.Error.Value);
        Assert.StartsWith("   cellule 1, ligne ", _host.Error.Traceback[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("=> throw this;")]
    [InlineData("=> throw new Exception(\"piège\");")]
    [InlineData("=> null;")]
    public async Task Exception_whose_message_cannot_be_read_is_reported_all_the_same(string message)
    {
        var result = await _host.RunAsync($"class Odd : Exception {{ public override string Message {message} }}\nthrow new Odd();");

        Assert.Equal(("Odd", ""), (result.Error!.Name, result.Error.Value));
        Assert.Contains("cellule 1, ligne ", _host.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Value_of_a_class_declared_again_is_explained()
    {
        await _host.RunAsync("class C { }\nvar c = new C();");
        await _host.RunAsync("class C { }");
        await _host.RunAsync("C d = c;");

        Assert.Contains("'C [cellule 1]'", _host.Error.Value, StringComparison.Ordinal);
        Assert.Contains("exécutez de nouveau la cellule", _host.Traceback, StringComparison.Ordinal);
    }

    private string WithoutColours() =>
        _host.Traceback.Replace("\e[31m", "", StringComparison.Ordinal).Replace("\e[90m", "", StringComparison.Ordinal)
            .Replace("\e[0m", "", StringComparison.Ordinal) + "\n";
}
