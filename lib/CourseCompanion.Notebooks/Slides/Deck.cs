using System.Globalization;
using System.Text.Json.Nodes;
using CourseCompanion.Display;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Slides;

/// <summary>
/// A talk read from an executed notebook: which content stands on which slide, in whatever format. A heading of level 1 or 2
/// begins a slide; where a cell's <c>slideshow</c> metadata say something else, as Jupyter defines them, they decide.
/// </summary>
/// <param name="Title">French title.</param>
/// <param name="Footer">What stands at the foot of every slide, or null.</param>
/// <param name="Sections">The slides; those of one section belong together.</param>
internal sealed record Deck(string Title, string? Footer, IReadOnlyList<DeckSection> Sections)
{
    private const string SyntheticNotice = "données synthétiques";
    private const string TrialNotice = "profil essai\u00A0: chiffres sans valeur";

    /// <summary>Lays the cells out on slides.</summary>
    /// <param name="notebook">An executed notebook.</param>
    /// <param name="options">What to take from it.</param>
    /// <exception cref="InvalidOperationException">No cell was executed, or no section has the heading that is asked for.</exception>
    internal static Deck Read(NotebookDocument notebook, SlideOptions options)
    {
        if (!IsExecuted(notebook))
        {
            throw new InvalidOperationException("The notebook is not executed, and slides show its results: './course run' executes it.");
        }
        return Lay(notebook, options);
    }

    /// <summary>Lays the cells out on slides, with the results that are there.</summary>
    /// <param name="notebook">A notebook, executed or not.</param>
    /// <param name="options">What to take from it.</param>
    /// <exception cref="InvalidOperationException">No section has the heading that is asked for.</exception>
    internal static Deck Lay(NotebookDocument notebook, SlideOptions options)
    {
        var reader = new Reader(options.ShowsCode);
        foreach (var cell in notebook.Cells)
        {
            reader.Add(cell);
        }
        var sections = options.Sections is { Count: > 0 } wanted ? Only(reader.Sections, wanted) : reader.Sections;
        return new Deck(options.Title ?? notebook.Title ?? "Notebook", FooterOf(notebook), sections);
    }

    /// <summary>Whether a section's heading says something, whatever its case and accents.</summary>
    internal static bool Says(string? heading, string wanted) => heading is not null && CultureInfo.InvariantCulture.CompareInfo
        .IndexOf(heading, wanted, CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace) >= 0;

    /// <summary>Whether there is a result to show, or none to be expected.</summary>
    internal static bool IsExecuted(NotebookDocument notebook)
    {
        var code = notebook.CodeCells.Where(cell => cell.Source.Trim().Length > 0).ToList();
        return code.Count == 0 || code.Exists(cell => cell.ExecutionCount is not null || cell.Outputs.Count > 0);
    }

    // The title slide stays: a talk says what it is about.
    private static List<DeckSection> Only(IReadOnlyList<DeckSection> sections, IReadOnlyList<string> wanted)
    {
        if (wanted.FirstOrDefault(name => !sections.Any(section => Says(section.Heading, name))) is { } missing)
        {
            var there = string.Join(", ", sections.Select(section => section.Heading).OfType<string>().Select(heading => $"'{heading}'"));
            throw new InvalidOperationException($"No section is called '{missing}'. There are: {there}.");
        }
        var chosen = sections.Where(section => wanted.Any(name => Says(section.Heading, name))).ToList();
        return sections[0].IsTitle && !chosen.Contains(sections[0]) ? [sections[0], .. chosen] : chosen;
    }

    /// <summary>The notebook's own footer, then what the figures on the slides must never be without.</summary>
    internal static string? FooterOf(NotebookDocument notebook)
    {
        var provenances = notebook.CodeCells.SelectMany(cell => cell.Outputs)
            .Select(output => output.JsonData(MimeTypes.Results).At("provenance")).OfType<JsonObject>().ToList();
        var own = notebook.Metadata.At("course", "slides", "footer").AsText();
        string?[] parts =
        [
            own,
            provenances.Exists(provenance => provenance.At("synthetic").IsTrue()) ? SyntheticNotice : null,
            provenances.Exists(provenance => provenance.At("profile").AsText() == "essai") ? TrialNotice : null,
        ];
        var footer = string.Join(" · ", parts.Where(part => !string.IsNullOrWhiteSpace(part)));
        return footer.Length > 0 ? footer : null;
    }

    private sealed class Reader(bool showsCode)
    {
        private readonly List<DeckSection> _sections = [];

        internal IReadOnlyList<DeckSection> Sections => [.. _sections.Where(section => section.Slides.Exists(slide => slide.Items.Count > 0))];

        internal void Add(NotebookCell cell)
        {
            var type = SlideType(cell);
            if (type == "skip")
            {
                return;
            }
            if (type == "notes")
            {
                Current().Notes.Add(cell.Source);
                return;
            }
            if (type is "slide" or "subslide")
            {
                Begin(isSection: type == "slide");
            }
            var isFragment = type == "fragment";
            switch (cell.Kind)
            {
                case NotebookCellKind.Markdown:
                    AddProse(cell, breaks: type is null, isFragment);
                    break;
                case NotebookCellKind.Code:
                    AddCode(cell, isFragment);
                    break;
                case NotebookCellKind.Raw:
                    Current().Items.Add(new DeckRaw(cell, isFragment));
                    break;
            }
        }

        /// <summary>A text, cut at its headings of level 1 and 2 where its author did not say where slides begin.</summary>
        private void AddProse(NotebookCell cell, bool breaks, bool isFragment)
        {
            foreach (var part in MarkdownSections.Split(cell.Source))
            {
                if (part.Level > 0 && breaks)
                {
                    Begin(isSection: true);
                }
                var slide = Current();
                if (part.Level > 0 && _sections[^1].Heading is null)
                {
                    _sections[^1] = _sections[^1] with { Heading = part.Heading, IsTitle = part.Level == 1 };
                }
                slide.Items.Add(new DeckProse(cell, part.Text, isFragment));
            }
        }

        private void AddCode(NotebookCell cell, bool isFragment)
        {
            var hidden = cell.HasTag("hide-input") || cell.HasTag("remove-input");
            if (cell.Source.Trim().Length > 0 && (cell.HasTag("show-input") || showsCode && !hidden))
            {
                Current().Items.Add(new DeckCode(cell, isFragment));
            }
            foreach (var output in cell.HasTag("remove-output") ? [] : cell.Outputs)
            {
                // What a progress bar leaves is for those who waited for it.
                if (!SessionProgress.IsEnd(output))
                {
                    Current().Items.Add(new DeckOutput(cell, output, isFragment));
                }
            }
        }

        private DeckSlide Current()
        {
            if (_sections.Count == 0)
            {
                Begin(isSection: true);
            }
            return _sections[^1].Slides[^1];
        }

        private void Begin(bool isSection)
        {
            if (isSection || _sections.Count == 0)
            {
                _sections.Add(new DeckSection(Heading: null, IsTitle: false, []));
            }
            _sections[^1].Slides.Add(new DeckSlide([], []));
        }

        // "-" and "" go on with the slide; a cell whose metadata say nothing leaves it to its headings.
        private static string? SlideType(NotebookCell cell) =>
            cell.Metadata.At("slideshow", "slide_type").AsText() is { Length: > 0 } type ? type : null;
    }
}

/// <summary>Slides that belong together: a section of the notebook.</summary>
/// <param name="Heading">Its heading as Markdown, or null.</param>
/// <param name="IsTitle">Whether it is the talk's title.</param>
/// <param name="Slides">At least one; empty ones show nothing.</param>
internal sealed record DeckSection(string? Heading, bool IsTitle, List<DeckSlide> Slides);

/// <summary>One slide, as the author cut it; a format with little room may make several of it.</summary>
/// <param name="Items">What it shows, from top to bottom.</param>
/// <param name="Notes">What only the speaker sees: Markdown texts.</param>
internal sealed record DeckSlide(List<DeckItem> Items, List<string> Notes);

/// <summary>Something on a slide.</summary>
/// <param name="Cell">The cell that it comes from.</param>
/// <param name="IsFragment">Whether it appears only at a further step.</param>
internal abstract record DeckItem(NotebookCell Cell, bool IsFragment);

/// <summary>A Markdown text.</summary>
internal sealed record DeckProse(NotebookCell Cell, string Markdown, bool IsFragment) : DeckItem(Cell, IsFragment);

/// <summary>The program text of a code cell.</summary>
internal sealed record DeckCode(NotebookCell Cell, bool IsFragment) : DeckItem(Cell, IsFragment);

/// <summary>One output of a code cell.</summary>
internal sealed record DeckOutput(NotebookCell Cell, NotebookOutput Output, bool IsFragment) : DeckItem(Cell, IsFragment);

/// <summary>A raw cell, for formats that know its type.</summary>
internal sealed record DeckRaw(NotebookCell Cell, bool IsFragment) : DeckItem(Cell, IsFragment);
