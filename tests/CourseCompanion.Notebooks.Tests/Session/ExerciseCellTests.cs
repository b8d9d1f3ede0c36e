namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>The two cells of an exercise (notebooks/README.md), as a student runs them.</summary>
public sealed class ExerciseCellTests : IDisposable
{
    private const string Check = """
        exercise1.Check(Double, new("Deux fois 2 font 4.", twice => twice(2) == 4), new("Deux fois 0 font 0.", twice => twice(0) == 0))
        """;

    private readonly SessionHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Check_sees_the_function_as_it_was_last_written()
    {
        await _host.RunAsync(Placeholder("throw new NotImplementedException()"));
        Assert.Contains("À compléter", await _host.ValueAsync(Check), StringComparison.Ordinal);

        await _host.RunAsync(Placeholder("n * n"));
        Assert.Contains("Bravo", await _host.ValueAsync(Check), StringComparison.Ordinal);

        await _host.RunAsync(Placeholder("n + 1"));
        Assert.DoesNotContain("Bravo", await _host.ValueAsync(Check), StringComparison.Ordinal);

        await _host.RunAsync(Placeholder("2 * n"));
        Assert.Contains("Bravo", await _host.ValueAsync(Check), StringComparison.Ordinal);
    }

    // As a method, the function would have one version for each version of the record.
    [Fact]
    public async Task Check_takes_a_variable_for_a_function_of_a_record_of_the_notebook_and_for_a_value()
    {
        for (var run = 0; run < 2; run++)
        {
            await _host.RunAsync("record Opinion(double Confidence);");
            await _host.RunAsync("var exercise2 = new Exercice(2, \"Garder\"); Func<Opinion, bool> keeps = o => o.Confidence > 0.9;");
            Assert.Contains("Bravo", await _host.ValueAsync("exercise2.Check(keeps, new(\"Sûr.\", f => f(new(0.95))))"), StringComparison.Ordinal);

            await _host.RunAsync("var exercise3 = new Exercice(3, \"Seuil\"); double? threshold = null;");
            Assert.Contains("À compléter", await _host.ValueAsync("exercise3.Check(threshold, new(\"Part.\", t => t is > 0 and < 1))"), StringComparison.Ordinal);
        }
    }

    private static string Placeholder(string body) =>
        $"var exercise1 = new Exercice(1, \"Doubler\", \"Un indice.\");\n\nint Double(int n) =>\n    {body};   // à remplacer";
}
