using System.Security.Cryptography;
using System.Text;

namespace CourseCompanion.Charts.Tests;

public sealed class PlotlyLibraryTests
{
    [Fact]
    public void Library_is_the_version_and_the_file_that_figures_name()
    {
        var text = PlotlyLibrary.Read();

        Assert.Contains($"plotly.js v{PlotlyLibrary.Version}\n", text[..200], StringComparison.Ordinal);
        Assert.Contains("sha384-" + Convert.ToBase64String(SHA384.HashData(Encoding.UTF8.GetBytes(text))), PlotlyLibrary.Loader, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_of_a_figure_asks_the_server_of_the_page_first_and_carries_no_library()
    {
        var html = Chart.Line("Titre", "x", "y", new Series("a", [1, 2])).ToHtml();

        Assert.True(html.IndexOf("kernelspecs/course-csharp/plotly.min.js", StringComparison.Ordinal) < html.IndexOf("https://", StringComparison.Ordinal));
        Assert.InRange(html.Length, 1, 12_000);
    }
}
