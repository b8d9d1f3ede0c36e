using System.Text.Json.Nodes;
using CourseCompanion.Display;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Slides;
using static CourseCompanion.Notebooks.Tests.Slides.Talk;

namespace CourseCompanion.Notebooks.Tests.Slides;

public sealed class DeckTests
{
    [Fact]
    public void Headings_of_level_1_and_2_begin_slides_wherever_they_stand()
    {
        var deck = Read(Text("# Titre\n\nAccroche"), Text("## Un\n\na\n\n### Détail\n\n```\n## pas un titre\n```\n## Deux\n\nb"), Text("suite"));

        Assert.Equal("Titre", deck.Title);
        Assert.Equal(["Titre", "Un", "Deux"], deck.Sections.Select(section => section.Heading));
        Assert.Equal([true, false, false], deck.Sections.Select(section => section.IsTitle));
        Assert.Equal(["## Deux\n\nb", "suite"], Prose(deck.Sections[2].Slides[0]));
    }

    [Fact]
    public void Slide_types_of_Jupyter_decide_where_they_stand()
    {
        var deck = Read(
            Text("début", "slide"),
            Text("## Un titre qui ne coupe pas", "-"),
            Text("pas à pas", "fragment"),
            Text("dessous", "subslide"),
            Text("jamais vu", "skip"),
            Text("à dire", "notes"),
            Text("ensuite", "slide"));

        Assert.Equal(2, deck.Sections.Count);
        var slides = deck.Sections[0].Slides;
        Assert.Equal(["début", "## Un titre qui ne coupe pas", "pas à pas"], Prose(slides[0]));
        Assert.Equal([false, false, true], slides[0].Items.Select(item => item.IsFragment));
        Assert.Equal(["dessous"], Prose(slides[1]));
        Assert.Equal(["à dire"], slides[1].Notes);
        Assert.Equal("Un titre qui ne coupe pas", deck.Sections[0].Heading);
    }

    [Fact]
    public void Code_is_shown_where_a_tag_or_an_option_asks_for_it()
    {
        var cells = () => new[]
        {
            Executed("var a = 1;"), Tagged(Executed("var b = 2;"), "show-input"), Tagged(Executed("var c = 3;"), "hide-input"),
        };

        Assert.Equal(["var b = 2;"], Codes(Read(cells())));
        Assert.Equal(["var a = 1;", "var b = 2;"], Codes(Deck.Read(Of(cells()), new SlideOptions { ShowsCode = true })));
    }

    [Fact]
    public void What_a_progress_bar_leaves_stays_in_the_notebook()
    {
        var deck = Read(Executed(
            "Train();",
            NotebookOutput.Display(new JsonObject { ["text/plain"] = "Entraînement : terminé en 2,8 s · tour 5/5" }),
            NotebookOutput.Display(new JsonObject { ["text/plain"] = "Entraînement : une valeur" }),
            NotebookOutput.Stream("stdout", "7 images\n")));

        Assert.Equal(2, deck.Sections[0].Slides[0].Items.Count);
    }

    [Theory]
    [InlineData(false, "rapide", "Aide à la décision")]
    [InlineData(true, "rapide", "Aide à la décision · données synthétiques")]
    [InlineData(true, "essai", "Aide à la décision · données synthétiques · profil essai\u00A0: chiffres sans valeur")]
    public void Footer_is_the_notebooks_own_and_what_its_figures_must_never_be_without(bool synthetic, string profile, string footer)
    {
        var notebook = Of(Executed("table", NotebookOutput.Display(new JsonObject
        {
            [MimeTypes.Results] = new JsonObject { ["provenance"] = new JsonObject { ["synthetic"] = synthetic, ["profile"] = profile } },
        })));
        notebook.Metadata["course"] = new JsonObject { ["slides"] = new JsonObject { ["footer"] = "Aide à la décision" } };

        Assert.Equal(footer, Deck.Read(notebook, new SlideOptions()).Footer);
    }

    [Fact]
    public void Section_is_found_whatever_its_case_and_accents_and_keeps_the_title()
    {
        var notebook = Of(Text("# Mission"), Text("## 1. Données"), Text("## 7. Décision"));

        var deck = Deck.Read(notebook, new SlideOptions { Sections = ["decision"] });

        Assert.Equal(["Mission", "7. Décision"], deck.Sections.Select(section => section.Heading));
        var error = Assert.Throws<InvalidOperationException>(() => Deck.Read(notebook, new SlideOptions { Sections = ["decision", "budget"] }));
        Assert.Contains("'1. Données'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Notebook_that_was_not_executed_is_refused_with_the_command_that_does_it()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Read(Text("# Titre"), NotebookCell.Code("1 + 1")));

        Assert.Contains("./course run", error.Message, StringComparison.Ordinal);
    }

    private static Deck Read(params NotebookCell[] cells) => Deck.Read(Of(cells), new SlideOptions());

    private static IEnumerable<string> Prose(DeckSlide slide) => slide.Items.OfType<DeckProse>().Select(prose => prose.Markdown);

    private static IEnumerable<string> Codes(Deck deck) =>
        deck.Sections.SelectMany(section => section.Slides).SelectMany(slide => slide.Items).OfType<DeckCode>().Select(code => code.Cell.Source);
}
