using System.Globalization;
using CourseCompanion.Notebooks.Jupyter.Language;
using CourseCompanion.Notebooks.Tests.Session;

namespace CourseCompanion.Notebooks.Tests.Jupyter.Language;

/// <summary>Completion in a session, also in a long one: what earlier cells declared is what counts.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly SessionHost _host = new();
    private readonly LanguageService _language;

    public CompletionTests() => _language = new LanguageService(_host.Session);

    public void Dispose()
    {
        _language.Dispose();
        _host.Dispose();
    }

    [Fact]
    public async Task Variable_declared_again_with_another_type_shows_the_members_of_the_new_one()
    {
        await RunAsync("var x = 1;", "var kept = x;", "var x = \"texte\";");

        Assert.Contains("Substring", Complete("x."));
        Assert.DoesNotContain("Substring", Complete("kept."));
    }

    [Fact]
    public async Task Variable_keeps_the_type_it_had_when_what_it_was_made_from_changes()
    {
        await RunAsync("List<int> Source() => [1];", "var made = Source();", "string Source() => \"\";");

        Assert.Contains("RemoveAll", Complete("made."));
        Assert.Contains("Substring", Complete("Source()."));
    }

    [Fact]
    public async Task Usings_of_earlier_cells_hold()
    {
        await RunAsync("using System.Text;", "var a = 1;", "using Net = System.Net; var b = 2;");
        await RunManyAsync(60);

        Assert.Contains("StringBuilder", Complete("new StringBu"));
        Assert.Contains("IPAddress", Complete("Net.IPAddr"));
    }

    [Fact]
    public async Task Types_and_functions_of_earlier_cells_are_known()
    {
        await RunAsync("/// <summary>Un point.</summary>\nrecord Point(double Abscisse, double Ordonnée);", "Point Make(int i) => new(i, i);");
        await RunManyAsync(60);
        await RunAsync("var made = new List<Point> { Make(1) };");

        Assert.Equal(["Abscisse"], Complete("Make(1).Absc"));
        Assert.Equal(["Ordonnée"], Complete("made[0].Ordo"));
        Assert.Equal(["Ordonnée"], Complete("made.Select(p => p.Ordo"));
    }

    [Fact]
    public async Task Members_of_anonymous_types_are_known()
    {
        await RunAsync("var pair = new { Nom = \"a\", Âge = 3 };", "var many = Enumerable.Range(0, 3).Select(i => new { Rang = i, Carré = i * i }).ToList();");
        await RunManyAsync(60);

        Assert.Equal(["Nom"], Complete("pair.No"));
        Assert.Equal(["Âge"], Complete("pair.Âg"));
        Assert.Equal(["Carré"], Complete("many[0].Car"));
        Assert.Equal(["Carré"], Complete("many.Where(m => m.Car"));
    }

    [Fact]
    public async Task Cell_that_fails_in_the_middle_leaves_what_it_had_declared()
    {
        await RunAsync("var a = 1;");
        await _host.RunAsync("var before = \"texte\"; throw new InvalidOperationException();");
        await _host.RunAsync("var broken = ;");
        await RunAsync("var c = 2;");

        Assert.Contains("Substring", Complete("before."));
        Assert.Empty(Complete("broken."));
        Assert.Contains("CompareTo", Complete("c."));
    }

    [Fact]
    public async Task Three_hundred_cells_are_few_submissions_to_the_compiler()
    {
        await RunManyAsync(300);
        var groups = new CellGroups();
        AddAll(groups);

        Assert.InRange(groups.Groups.Count, 1, 10);
        Assert.Contains("CompareTo", Complete("x0."));
        Assert.Contains("CompareTo", Complete("x299."));
    }

    [Fact]
    public async Task Cells_run_again_and_again_do_not_pile_up()
    {
        for (var i = 0; i < 15; i++)
        {
            await RunAsync($"var data = new[] {{ {i} }};", "var total = data.Sum();", "string Show(int n) => $\"{n} {total}\";", "Show(total)");
        }

        var groups = new CellGroups();
        AddAll(groups);

        Assert.InRange(groups.Groups.Count, 1, 4);
        Assert.Contains("Substring", Complete("Show(1)."));
        Assert.Contains("CompareTo", Complete("total."));
    }

    [Theory]
    [InlineData("Console.WriteLine(\"Cons|\")")]
    [InlineData("var a = 1; // Cons|")]
    public void Where_nothing_can_stand_nothing_is_replaced(string code)
    {
        var position = code.IndexOf('|', StringComparison.Ordinal);
        var reply = _language.Complete(code.Remove(position, 1), position);

        Assert.Empty(reply.Candidates);
        Assert.Equal((position, position), (reply.Start, reply.End));
    }

    [Theory]
    [InlineData("Console.WriteLine(|", "WriteLine")]
    [InlineData("var x = Math.Max(|", "Max")]
    [InlineData("new List<int>(|", "List")]
    [InlineData("Math.Max(1, 2)|", null)]
    [InlineData("inconnu|", null)]
    [InlineData("|", null)]
    public async Task Inspection_of_a_call_that_is_being_typed_says_what_is_called(string code, string? expected)
    {
        await RunAsync("");
        var position = code.IndexOf('|', StringComparison.Ordinal);
        var found = _language.Inspect(code.Remove(position, 1), position).Markdown;

        Assert.Equal(expected is not null, found is not null);
        Assert.Contains(expected ?? "", found ?? "", StringComparison.Ordinal);
    }

    private void AddAll(CellGroups groups)
    {
        var scripts = new Stack<Microsoft.CodeAnalysis.Scripting.Script>();
        for (var script = _host.Session.LastScript; script is not null; script = script.Previous)
        {
            scripts.Push(script);
        }

        foreach (var script in scripts)
        {
            groups.Add(script);
        }
    }

    private string[] Complete(string code) => [.. _language.Complete(code, code.Length).Candidates.Select(c => c.Text)];

    private async Task RunAsync(params string[] cells)
    {
        foreach (var cell in cells)
        {
            var result = await _host.RunAsync(cell);
            Assert.True(result.Error is null, $"{cell}: {result.Error?.Value}");
        }
    }

    private async Task RunManyAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await RunAsync(string.Create(CultureInfo.InvariantCulture, $"var x{i} = {i};\nx{i} + 1"));
        }
    }
}
