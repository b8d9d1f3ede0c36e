using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>The <c>#!</c> lines about variables and other languages that notebooks of .NET Interactive hold.</summary>
public sealed class VariableCommandTests : IDisposable
{
    private readonly SessionHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("#!share --from value note", "note")]
    [InlineData("#!share note --from value --as copie", "copie")]
    [InlineData("#!set --name copie --value @value:note", "copie")]
    public async Task A_named_text_becomes_a_variable(string line, string variable)
    {
        await _host.RunAsync("#!value --name note\nUn \"mot\",\nécrit ici.");
        await _host.RunAsync(line);

        Assert.Equal("Un \"mot\",\nécrit ici.", await _host.ValueAsync(variable));
    }

    [Fact]
    public async Task In_one_cell_lines_stand_before_and_after_C_sharp()
    {
        var value = await _host.ValueAsync("var a = 6;\n#!set --name b --value @csharp:a\nvar c = b * 7;\n#!value --name texte\nfin\n#!csharp\nc");

        Assert.Equal("42", value);
        await _host.RunAsync("#!set --name phrase --value \"deux mots\"");
        Assert.Equal("deux mots", await _host.ValueAsync("phrase"));
    }

    [Fact]
    public async Task Who_lists_the_variables_and_whos_their_values()
    {
        await _host.RunAsync("#!who");
        Assert.Equal("Aucune variable.", Shown().Bundle.PlainText);
        await _host.RunAsync("var rate = 0.5; var name = \"a\";");
        await _host.RunAsync("var rate = 2;");

        await _host.RunAsync("#!who");
        Assert.Equal("rate, name", Shown().Bundle.PlainText);
        await _host.RunAsync("#!whos");

        var table = Shown().Bundle.Data["text/html"]!.GetValue<string>();
        Assert.Contains(">rate</td>", table, StringComparison.Ordinal);
        Assert.Contains("int", table, StringComparison.Ordinal);
        Assert.DoesNotContain("double", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_is_run_by_the_page()
    {
        await _host.RunAsync("#!javascript\nalert(1)");

        Assert.Equal("<script>alert(1)</script>", Shown().Bundle.Data["text/html"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("1\n#!share --from value absente", "Aucun texte ne s’appelle « absente »", "(2, 1)")]
    [InlineData("#!share --from fsharp x", "il n’y a ici que csharp et value", "(1, 1)")]
    [InlineData("#!share x", "Écrivez par exemple : #!share --from value note.", "(1, 1)")]
    [InlineData("#!value note", "Écrivez par exemple : #!value --name note", "(1, 1)")]
    [InlineData("#!set --name 2x --value a", "« 2x » n’est pas un nom de variable.", "(1, 1)")]
    [InlineData("#!fsharp\nlet x = 1", "Ce noyau n’exécute que du C#", "(1, 1)")]
    [InlineData("#!connect jupyter", "Il n’y a pas d’autre noyau", "(1, 1)")]
    public async Task What_cannot_be_is_said_in_French_with_the_line(string cell, string said, string where)
    {
        var result = await _host.RunAsync(cell);

        Assert.Equal(ExecutionStatus.Error, result.Status);
        Assert.Contains(said, _host.Traceback, StringComparison.Ordinal);
        Assert.Contains(where, _host.Traceback, StringComparison.Ordinal);
    }

    private DisplayOutput Shown() => Assert.Single(_host.Outputs.OfType<DisplayOutput>());
}
