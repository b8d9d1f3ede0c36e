using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>Data frames in cells.</summary>
public sealed class TableCellTests : IDisposable
{
    private readonly SessionHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Table_displays_with_its_types_and_its_mean_is_the_right_one()
    {
        var result = await _host.RunAsync("""
            using Microsoft.Data.Analysis;
            var table = new DataFrame(new DoubleDataFrameColumn("x", new double?[] { 1000.5, null }));
            table
            """);

        Assert.Null(result.Error);
        var bundle = Assert.Single(_host.Outputs.OfType<ResultOutput>()).Bundle.Data;
        Assert.Equal(["text/html", "text/plain"], bundle.Select(entry => entry.Key));
        Assert.Contains("décimal", bundle["text/html"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("1\u202F000,5", bundle["text/html"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("1000.5", await _host.ValueAsync("table.MeanOf(\"x\").Value"));
    }

    [Fact]
    public async Task Csv_is_loaded_without_a_using()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "nom,x\na,1.5\nb,\n");
        try
        {
            Assert.Equal("1", await _host.ValueAsync($"Table.LoadCsv(@\"{path}\", (\"x\", typeof(double))).MeanOf(\"x\").Missing"));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
