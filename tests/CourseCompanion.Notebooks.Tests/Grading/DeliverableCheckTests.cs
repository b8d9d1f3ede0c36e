using CourseCompanion.Files;
using CourseCompanion.Notebooks.Grading;
using static TorchSharp.torch;

namespace CourseCompanion.Notebooks.Tests.Grading;

public sealed class DeliverableCheckTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("deliverables");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("a.md", "# Carte\n\n## Limites\n\nTexte.", DeliverableState.HandedIn, "2\u00A0titres")]
    [InlineData("a.md", "Du texte.\n\n```\n# un commentaire\n```\n", DeliverableState.Unusable, "aucun titre")]
    [InlineData("a.md", "#\n#sans espace", DeliverableState.Unusable, "aucun titre")]
    [InlineData("a.md", "", DeliverableState.Unusable, "fichier vide")]
    [InlineData("a.html", "<!DOCTYPE html><html><head><title>T</title></head><body><script>var a;</script><p>Bon.</p></body></html>", DeliverableState.HandedIn, null)]
    [InlineData("a.html", "<html><title>T</title><style>p { }</style><!-- rien --><body><script>var a = '<p>b</p>';</script></body></html>", DeliverableState.Unusable, "page sans texte")]
    [InlineData("a.html", "<html><script>jamais fini", DeliverableState.Unusable, "page sans texte")]
    [InlineData("a.html", "un texte", DeliverableState.Unusable, "ce n’est pas une page HTML")]
    [InlineData("a.safetensors", "pas des poids", DeliverableState.Unusable, "ce n’est pas un fichier safetensors lisible")]
    [InlineData("a.csv", "x", DeliverableState.HandedIn, null)]
    public void File_is_handed_in_if_it_has_the_form_that_its_name_announces(string name, string contents, DeliverableState state, string? remark)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, name), contents);

        Assert.Equal(new Deliverable(name, state, remark), Check(name));
    }

    [Fact]
    public void Weights_are_read_as_the_course_reads_them()
    {
        var path = Path.Combine(_folder.FullName, "a.safetensors");
        using var tensor = ones(3);
        Safetensors.Save(path, new Dictionary<string, Tensor> { ["w"] = tensor, ["b"] = tensor });
        Assert.Equal(new Deliverable("a.safetensors", DeliverableState.HandedIn, "2\u00A0tenseurs"), Check("a.safetensors"));

        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^4]);
        Assert.Equal(DeliverableState.Unusable, Check("a.safetensors").State);

        Safetensors.Save(path, new Dictionary<string, Tensor>());
        Assert.Equal("aucun tenseur", Check("a.safetensors").Remark);
    }

    [Fact]
    public void What_is_no_file_of_the_students_is_not_opened()
    {
        Assert.Equal(DeliverableState.Missing, Check("a.md").State);
        _folder.CreateSubdirectory("a.md");
        Assert.Equal(DeliverableState.Missing, Check("a.md").State);
        File.WriteAllText(Path.Combine(_folder.FullName, "b.md"), "# Titre");
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "c.md"), Path.Combine(_folder.FullName, "b.md"));
        Assert.Equal((DeliverableState.Unusable, DeliverableState.HandedIn), (Check("c.md").State, Check("b.md").State));
        using (var huge = File.Create(Path.Combine(_folder.FullName, "d.md")))
        {
            huge.SetLength(1L << 30);
        }
        Assert.Equal(DeliverableState.Unusable, Check("d.md").State);
        Assert.Equal(DeliverableState.NotVerifiable, Check("b.md", hasOwnFolder: false).State);
    }

    private Deliverable Check(string name, bool hasOwnFolder = true) =>
        DeliverableCheck.Of(new Submission("ada", Path.Combine(_folder.FullName, "chapitre.ipynb"), "ada/chapitre.ipynb", HasOwnFolder: hasOwnFolder), name);
}
