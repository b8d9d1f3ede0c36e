using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>A culture that a cell sets is the session's from then on, in tasks and threads of later cells too.</summary>
public sealed class CultureTests : IDisposable
{
    private const string Everywhere = """
        string Here() => $"{0.5} {CultureInfo.CurrentUICulture.Name}";
        var thread = ""; var started = new System.Threading.Thread(() => thread = Here()); started.Start(); started.Join();
        $"{Here()}|{await Task.Run(Here)}|{thread}"
        """;

    private readonly SessionHost _host = new();

    public CultureTests() => Assert.Equal(ExecutionStatus.Ok, _host.Session.ExecuteAsync("using System.Globalization;").Result.Status);

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Culture_is_French_until_a_cell_sets_another() =>
        Assert.Equal("0,5 fr-FR|0,5 fr-FR|0,5 fr-FR", await _host.ValueAsync(Everywhere));

    [Theory]
    [InlineData("CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;", "0.5 fr-FR")]
    [InlineData("CultureInfo.CurrentCulture = CultureInfo.InvariantCulture", "0.5 fr-FR")]
    [InlineData("CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(\"en-US\");", "0,5 en-US")]
    [InlineData("CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(\"en-GB\");\n$\"{0.5}\"", "0.5 en-GB")]
    [InlineData("System.Threading.Thread.CurrentThread.CurrentCulture = CultureInfo.InvariantCulture; // anglais", "0.5 fr-FR")]
    [InlineData("void English() => CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;\nEnglish();", "0.5 fr-FR")]
    [InlineData("await Task.Delay(5);\nCultureInfo.CurrentCulture = CultureInfo.InvariantCulture;\nawait Task.Delay(5);", "0.5 fr-FR")]
    [InlineData("CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;\nthrow new Exception(\"oups\");", "0.5 fr-FR")]
    [InlineData("if (true)\n    CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;\nelse\n    Console.WriteLine();", "0.5 fr-FR")]
    [InlineData("var old = CultureInfo.CurrentCulture;\nCultureInfo.CurrentCulture = CultureInfo.InvariantCulture;\nCultureInfo.CurrentCulture = old;", "0,5 fr-FR")]
    [InlineData("await Task.Run(() => CultureInfo.CurrentCulture = CultureInfo.InvariantCulture);", "0,5 fr-FR")]
    [InlineData("async Task English() { CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; await Task.Yield(); }\nawait English();", "0,5 fr-FR")]
    public async Task Culture_lasts_for_the_cells_that_follow(string code, string expected)
    {
        await _host.RunAsync(code);

        Assert.Equal($"{expected}|{expected}|{expected}", await _host.ValueAsync(Everywhere));
    }

    [Fact]
    public async Task Culture_that_a_function_of_an_earlier_cell_sets_lasts_too()
    {
        await _host.RunAsync("void English() => CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;");
        Assert.Equal("0,5", await _host.ValueAsync("$\"{0.5}\""));
        await _host.RunAsync("English()");

        Assert.Equal("0.5", await _host.ValueAsync("$\"{0.5}\""));
    }
}
