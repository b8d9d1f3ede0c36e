using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Slides.PowerPoint;

namespace CourseCompanion.Notebooks.Slides;

/// <summary>
/// An executed notebook's recommendations as a presentation for PowerPoint and LibreOffice: its texts, the tables and charts that
/// its cells put out, and the figures of long runs (<c>notebooks/results</c>). Nothing in it is typed by hand.
/// </summary>
public static class PowerPointExporter
{
    /// <summary>What the sections are called that a presentation keeps, where there are any.</summary>
    public const string Recommendations = "recommandation";

    /// <summary>Writes the presentation.</summary>
    /// <param name="notebook">An executed notebook.</param>
    /// <param name="name">Its file's name, without extension.</param>
    /// <param name="resultsFolder">The folder of the files of results, or null.</param>
    /// <param name="stream">Where to write.</param>
    /// <param name="options">How to make it; null: with the defaults.</param>
    /// <exception cref="InvalidOperationException">
    /// No cell was executed; no section has the heading that is asked for; a file or figure that the metadata name is not there.
    /// </exception>
    public static void Export(NotebookDocument notebook, string name, string? resultsFolder, Stream stream, SlideOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        ArgumentNullException.ThrowIfNull(stream);
        options ??= new SlideOptions();
        var metadata = notebook.Metadata.At("course", "slides");
        var deck = Deck.Read(notebook, options with { Sections = options.Sections ?? Chosen(metadata) ?? Recommending(notebook, options) });
        var results = ResultsTable.Read(metadata.At("results") as JsonObject, resultsFolder, name).ToList();
        // The format's writer reads back what it wrote, which a file opened for writing cannot give.
        using var package = new MemoryStream();
        PresentationFile.Write(package, deck.Title, deck.Footer, SlideLayout.Of(deck, results));
        package.Position = 0;
        package.CopyTo(stream);
    }

    private static string[]? Chosen(JsonNode? metadata) =>
        metadata.At("recommendations") is JsonArray { Count: > 0 } names ? [.. names.Select(name => name.AsText() ?? "")] : null;

    private static string[]? Recommending(NotebookDocument notebook, SlideOptions options) =>
        Deck.Read(notebook, options).Sections.Any(section => Deck.Says(section.Heading, Recommendations)) ? [Recommendations] : null;
}
