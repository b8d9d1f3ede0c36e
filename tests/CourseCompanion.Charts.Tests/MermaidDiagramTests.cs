using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using CourseCompanion.Display;
using CourseCompanion.Work;

namespace CourseCompanion.Charts.Tests;

/// <summary>Diagrams in Mermaid's language.</summary>
public sealed class MermaidDiagramTests
{
    private const string Loop = "flowchart LR\n A[100 images étiquetées] --> B{Confiance ?}\n B -- haute --> C[(Registre)]\n B -- basse --> D[Radiologue]\n D --> C";

    [Fact]
    public void Drawn_it_holds_every_name_and_asks_for_nothing()
    {
        var diagram = new MermaidDiagram(Loop);

        var svg = XElement.Parse(diagram.Svg);
        var texts = svg.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value).ToList();
        Assert.Superset(new HashSet<string> { "100 images étiquetées", "Confiance ?", "Registre", "Radiologue", "haute", "basse" }, texts.ToHashSet());
        Assert.DoesNotContain("@import", diagram.Svg, StringComparison.Ordinal);
        Assert.DoesNotContain("http", diagram.Svg.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_source_is_the_same_picture() => Assert.Equal(new MermaidDiagram(Loop).Svg, new MermaidDiagram(Loop).Svg);

    [Fact]
    public void Its_alternative_text_tells_the_arrows()
    {
        var bundle = new MermaidDiagram(Loop).ToMimeBundle();

        Assert.Equal(
            "Diagramme : 100 images étiquetées → Confiance ? ; Confiance ? → Registre (haute) ; Confiance ? → Radiologue (basse) ; Radiologue → Registre.",
            bundle[MimeTypes.PlainText]);
        Assert.Contains("aria-label=\"Diagramme : ", bundle[MimeTypes.Html], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stateDiagram-v2\n [*] --> Inconnue\n Inconnue --> Connue")]
    [InlineData("sequenceDiagram\n Maître->>Élève: pseudo-étiquette\n Élève-->>Maître: moyenne mobile")]
    [InlineData("classDiagram\n Modèle <|-- Encodeur")]
    [InlineData("erDiagram\n PATIENT ||--o{ COUPE : a")]
    public void Other_kinds_are_drawn(string source) => Assert.StartsWith("<svg", new MermaidDiagram(source).Svg, StringComparison.Ordinal);

    [Theory]
    [InlineData("gantt\n title A", "sa première ligne doit être flowchart")]
    [InlineData("n'importe quoi", "sa première ligne doit être flowchart")]
    public void What_cannot_be_drawn_is_an_error_that_says_why(string source, string reason) =>
        Assert.Contains(reason, Assert.Throws<MermaidException>(() => new MermaidDiagram(source)).Message, StringComparison.Ordinal);

    [Fact]
    public void Too_long_a_text_is_refused() => Assert.Throws<MermaidException>(() => new MermaidDiagram("graph LR\n" + new string('A', 20_000)));

    [Fact]
    public void Markup_in_names_and_styles_stays_text()
    {
        var diagram = new MermaidDiagram("graph LR\n A[\"x <script>alert(1)</script>\"] --> B\n style A fill:red\"onload=\"alert(1)");

        var elements = XElement.Parse(diagram.Svg).DescendantsAndSelf().ToList();
        Assert.DoesNotContain(elements, element => element.Name.LocalName is "script" or "foreignObject" or "a" or "image");
        Assert.DoesNotContain(elements.Attributes(), attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
    }

    [Fact]
    public void Stop_ends_the_drawing_and_the_next_one_is_whole()
    {
        WorkContext.Cancellation = new CancellationToken(canceled: true);
        try
        {
            Assert.ThrowsAny<OperationCanceledException>(() => new MermaidDiagram(Loop));
        }
        finally
        {
            WorkContext.Cancellation = CancellationToken.None;
        }

        Assert.StartsWith("<svg", new MermaidDiagram(Loop).Svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_libraries_are_the_files_of_their_packages() => Assert.All(
        MermaidLibrary.Files, file => Assert.Equal(file.Checksum, Convert.ToBase64String(SHA384.HashData(Encoding.UTF8.GetBytes(MermaidLibrary.Read(file.Path))))));
}
