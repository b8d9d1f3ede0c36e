using CourseCompanion.Data.Sources;
using CourseCompanion.Display;
using CourseCompanion.Files;
using CourseCompanion.Teaching;

namespace CourseCompanion.Tests.Teaching;

public sealed class EnvironmentCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Missing_images_and_GPU_come_with_the_way_to_get_them()
    {
        var check = EnvironmentCheck.Run(Here(), hasGpu: false, ["dermamnist", "dermamnist-lesion-disjoint"]);

        Assert.Equal(
            ["Système", "Moteur de calcul", "Processeur graphique (GPU)", "Profil"],
            check.Items.Take(4).Select(item => item.Name));
        Assert.Equal([true, true, false, true, false, false], check.Items.Select(item => item.IsHere));
        Assert.All(check.Items, item => Assert.Equal(item.IsHere, item.Advice is null));
        Assert.Contains("./course data get dermamnist", check.Items[4].Advice, StringComparison.Ordinal);
        Assert.DoesNotContain("course data get", check.Items[5].Advice, StringComparison.Ordinal);
        Assert.Contains("libtorch", check.Items[1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_are_here_are_told_official_or_not()
    {
        File.WriteAllBytes(Path.Combine(_folder.Path, "dermamnist.npz"), [1, 2, 3]);

        var check = EnvironmentCheck.Run(Here(), hasGpu: false, ["dermamnist"]);

        Assert.Equal((true, "présentes, fichier non officiel"), (check.Items[4].IsHere, check.Items[4].Detail));
    }

    [Fact]
    public void Display_is_French_and_names_no_folder()
    {
        var check = EnvironmentCheck.Run(Here(), hasGpu: false, ["dermamnist"]);
        var bundle = check.ToMimeBundle();

        Assert.StartsWith("Votre poste de travail\n", bundle[MimeTypes.PlainText], StringComparison.Ordinal);
        Assert.Contains("– Images de DermaMNIST\u00A0: absentes.", bundle[MimeTypes.PlainText], StringComparison.Ordinal);
        Assert.Contains("<code>./course data get dermamnist</code>", bundle[MimeTypes.Html], StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Path, bundle[MimeTypes.Html], StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_names_are_refused() =>
        Assert.Throws<DatasetException>(() => EnvironmentCheck.Run(Here(), hasGpu: false, ["lunes"]));

    private DataOptions Here() => new() { Directory = _folder.Path, CacheDirectory = _folder.Path, Offline = true };
}
