using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

public class PackageRequestTests
{
    [Theory]
    [InlineData("MathNet.Numerics, 5.0.0", "MathNet.Numerics", "5.0.0")]
    [InlineData(" CsvHelper ", "CsvHelper", "*")]
    [InlineData("A-b_c.D,1.0.0-beta.2+x", "A-b_c.D", "1.0.0-beta.2+x")]
    [InlineData("A, [1.0, 2.0)", "A", "[1.0, 2.0)")]
    [InlineData("A, 1.*", "A", "1.*")]
    public void Parse_reads_a_name_and_a_version(string text, string name, string version) =>
        Assert.Equal(new PackageRequest(name, version), PackageRequest.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("A, 1\" /><Exec Command=\"x")]
    [InlineData("<A>")]
    [InlineData("A, 1.0, 2.0")]
    public void Parse_refuses_everything_else(string text) => Assert.Null(PackageRequest.Parse(text));
}
