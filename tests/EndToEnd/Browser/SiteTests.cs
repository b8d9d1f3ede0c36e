using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CourseCompanion.Display;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Site;
using CourseCompanion.Results;
using CourseCompanion.Teaching;

namespace CourseCompanion.EndToEnd.Browser;

/// <summary>The exported site in a real browser, from a disk: a reader's walk, the dark colours, WCAG AA, the printed sheet.</summary>
public sealed class SiteTests : IClassFixture<SiteTests.Site>
{
    private readonly Site _site;

    public SiteTests(Site site) => _site = site;

    [BrowserFact]
    public async Task A_reader_goes_from_the_contents_to_a_chapter_searches_without_accents_and_goes_on_all_by_keyboard()
    {
        var browser = await _site.BrowserAsync();
        await browser.OpenAsync(_site.File("index.html"));
        Assert.Equal("Aller au contenu", await FocusAfterAsync(browser, "Tab"));
        await browser.EvaluateAsync("document.querySelector('.chapters a').focus()");
        Assert.NotEqual("none", await browser.TextAsync("getComputedStyle(document.activeElement).outlineStyle"));
        await browser.PressAsync("Enter");
        await browser.WaitAsync("document.readyState === 'complete' && document.title.startsWith('Chapitre 8')");

        // The charts: heat maps keep their white paper, the others take the theme's colours; 3D needs what no policy forbids.
        await browser.WaitAsync("document.querySelectorAll('.plotly .main-svg').length > 4");

        // The key that is shown is the one that works.
        Assert.Equal(OperatingSystem.IsMacOS() ? "Cmd+K" : "Ctrl+K", await browser.TextAsync("document.querySelector('.search kbd').textContent"));
        Assert.Equal(await browser.TextAsync("document.querySelector('.search kbd').textContent"), await browser.TextAsync("document.getElementById('recherche').title"));
        await browser.PressAsync("k", withControl: true);
        Assert.Equal("recherche", await browser.TextAsync("document.activeElement.id"));
        await browser.TypeAsync("NAEVUS melanomes");
        await browser.WaitAsync("document.querySelectorAll('.found mark').length > 1");
        Assert.Equal("Un résultat.", await browser.TextAsync("document.querySelector('.found p').textContent"));
        Assert.Contains("Le mélanome et le nævus", await browser.TextAsync("document.querySelector('.found li').textContent"), StringComparison.Ordinal);
        await browser.PressAsync("ArrowDown");
        await browser.PressAsync("Enter");
        await browser.WaitAsync("document.readyState === 'complete' && document.title.startsWith('Chapitre 9') && location.hash === '#les-deux-classes'");

        await browser.PressAsync("k", withControl: true);
        await browser.TypeAsync("xyzzy");
        await browser.WaitAsync("document.querySelector('.found p').textContent === 'Aucun résultat pour «\u00a0xyzzy\u00a0».'");
        await browser.PressAsync("Escape");
        await browser.WaitAsync("document.querySelector('.found').hidden");

        await browser.EvaluateAsync("document.querySelector('[rel=prev]').click()");
        await browser.WaitAsync("document.readyState === 'complete' && document.title.startsWith('Chapitre 8')");
        await browser.EvaluateAsync("document.querySelector('[rel=next]').click()");
        await browser.WaitAsync("document.readyState === 'complete' && document.title.startsWith('Chapitre 9')");
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task The_switch_stands_above_the_system_from_page_to_page_and_charts_follow()
    {
        var browser = await _site.BrowserAsync();
        await browser.PreferAsync("dark");
        await browser.OpenAsync(_site.File("08-essai.html"));
        await browser.WaitAsync("document.querySelector('#figure-1 .main-svg') !== null");
        Assert.Equal("rgb(18, 22, 27)", await BackgroundAsync(browser, "document.body"));
        Assert.Equal("rgb(25, 31, 38)", await BackgroundAsync(browser, "document.querySelector('#figure-1 .main-svg')"));

        await browser.EvaluateAsync("document.querySelector('button.theme').click()");
        await browser.WaitAsync("getComputedStyle(document.querySelector('#figure-1 .main-svg')).backgroundColor === 'rgb(255, 255, 255)'");
        Assert.Equal("rgb(255, 255, 255)", await BackgroundAsync(browser, "document.body"));
        await browser.OpenAsync(_site.File("index.html"));
        Assert.Equal("light", await browser.TextAsync("document.documentElement.dataset.theme"));
        Assert.Equal("false", await browser.TextAsync("document.querySelector('button.theme').getAttribute('aria-pressed')"));
        // As the system wishes again: nothing is kept.
        await browser.EvaluateAsync("document.querySelector('button.theme').click()");
        Assert.Equal("true", await browser.TextAsync("String(localStorage.getItem('course-theme') === null)"));
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task No_page_breaks_WCAG_AA_in_the_light_or_in_the_dark()
    {
        var browser = await _site.BrowserAsync();
        foreach (var scheme in (string[])["light", "dark"])
        {
            await browser.PreferAsync(scheme);
            foreach (var page in (string[])["index.html", "08-essai.html", "08-essai.fiche.html", "09-sans.html"])
            {
                await browser.OpenAsync(_site.File(page));
                await browser.WaitAsync("!document.querySelector('.plotly') || document.querySelector('#figure-1 .main-svg') !== null");
                Assert.Equal((scheme, page, ""), (scheme, page, await AxeCore.ViolationsAsync(browser)));
            }
        }
    }

    [BrowserFact]
    public async Task No_page_scrolls_sideways_on_a_telephone()
    {
        var browser = await _site.BrowserAsync();
        await browser.NarrowAsync(true);
        foreach (var page in (string[])["index.html", "08-essai.html", "08-essai.fiche.html"])
        {
            await browser.OpenAsync(_site.File(page));
            await browser.WaitAsync("!document.querySelector('.plotly') || document.querySelector('#figure-1 .main-svg') !== null");
            Assert.Equal((page, 390), (page, (await browser.EvaluateAsync("document.documentElement.scrollWidth")).GetInt32()));
        }

        await browser.NarrowAsync(false);
    }

    [BrowserFact]
    public async Task The_summary_sheet_is_printed_on_one_page_or_two()
    {
        var folder = Directory.CreateTempSubdirectory("course-sheet-").FullName;
        try
        {
            var report = await SiteExporter.ExportAsync([Site.Executed()], folder);

            Assert.Empty(report.Notices);
            Assert.Equal(1, report.Sheets);
            var pdf = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Combine(folder, "08-essai.fiche.pdf")));
            Assert.StartsWith("%PDF-", pdf, StringComparison.Ordinal);
            Assert.InRange(Regex.Count(pdf, @"/Type\s*/Page\b"), 1, 2);
            Assert.Contains("08-essai.fiche.pdf", await File.ReadAllTextAsync(Path.Combine(folder, "index.html")), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> FocusAfterAsync(BrowserSession browser, string key)
    {
        await browser.PressAsync(key);
        return await browser.TextAsync("document.activeElement.textContent");
    }

    private static Task<string> BackgroundAsync(BrowserSession browser, string element) =>
        browser.TextAsync($"getComputedStyle({element}).backgroundColor");

    /// <summary>A site of two chapters: one with everything that a chapter can show, one that was not executed.</summary>
    public sealed class Site : IAsyncLifetime
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("course-site-").FullName;
        private BrowserSession? _browser;

        public Task InitializeAsync() => SiteExporter.ExportAsync([Executed(), Bare()], _folder, new SiteOptions { PrintsSheets = false });

        public string File(string name) => Path.Combine(_folder, name);

        public async Task DisposeAsync()
        {
            if (_browser is not null)
            {
                await _browser.DisposeAsync();
            }

            Directory.Delete(_folder, recursive: true);
        }

        /// <summary>The one browser of these tests: starting it costs more than most of them.</summary>
        internal async Task<BrowserSession> BrowserAsync()
        {
            _browser ??= await BrowserSession.StartAsync();
            _browser.Complaints.Clear();
            return _browser;
        }

        internal static SiteChapter Executed()
        {
            var notebook = NotebookDocument.Create();
            notebook.Add(NotebookCell.Markdown(
                "# Chapitre 8 · L’essai\n\n**Tout ce qu’une page peut montrer**\n\n**À la fin de ce chapitre, vous saurez :**\n\n- lire ;\n- regarder.\n\n**Durée :** 5 minutes.\n\n"
                + "## Une formule\n\n$$\\frac{a}{b} = \\sum_i x_i$$\n\nUn `mot/de/code/si/long/qu/il/ne/tient/sur/aucun/telephone/sans/etre/coupe.cs`, un [lien](https://example.org) et un tableau :\n\n| a | b |\n|---|---|\n| 1 | 2 |"));
            foreach (var kind in Enum.GetValues<CallOutKind>())
            {
                notebook.Add(NotebookCell.Markdown(new CallOut(kind, "Un texte avec `du code` et un [lien](09-sans.ipynb).").ToMarkdown()));
            }

            Add(notebook, ChartGallery.Figures["line"], ChartGallery.Figures["bar-grouped"], ChartGallery.Figures["confusion"]);
            Add(
                notebook,
                ChartGallery.Images(),
                new ResultTable("Scores", Metric.Standard).Baseline("Toujours la même", "majority", 0.5, 0.6, 0.1, 0.2).Row("Un réseau", "network", 0.8, 0.7, 0.6, 0.5),
                new Quiz("Essai", Enumerable.Range(1, 5).Select(n => new Question($"Question {n} ?", ["oui", "non"], "a", "Parce que."))),
                new Quiz("Essai", Enumerable.Range(1, 5).Select(n => new Question($"Question {n} ?", ["oui", "non"], "a", "Parce que."))).Answer("a", "b"));
            var cell = NotebookCell.Code("// Un commentaire.\nvar liste = new List<int> { 1 };\nthrow new InvalidOperationException($\"raté {liste.Count}\"); // une ligne qui ne tient pas dans la largeur de la page, et qui défile donc de côté");
            cell.ExecutionCount = 2;
            cell.AddOutput(NotebookOutput.Stream("stderr", "\e[31mrouge\e[0m \e[32mvert\e[0m \e[33mjaune\e[0m \e[34mbleu\e[0m \e[35mviolet\e[0m \e[36mcyan\e[0m"));
            cell.AddOutput(NotebookOutput.Error("Oups", "raté", ["\e[31mOups\e[0m: raté"]));
            notebook.Add(cell);
            notebook.Add(NotebookCell.Markdown("## En résumé\n\n- Un point.\n- Un autre."));
            return new SiteChapter("08-essai", notebook);
        }

        private static SiteChapter Bare()
        {
            var notebook = NotebookDocument.Create();
            notebook.Add(NotebookCell.Markdown("# Chapitre 9 · Sans résultats\n\n## Les deux classes\n\nLe mélanome et le nævus se ressemblent."));
            notebook.Add(NotebookCell.Code("var x = 1;"));
            return new SiteChapter("09-sans", notebook);
        }

        private static void Add(NotebookDocument notebook, params IDisplayable[] values)
        {
            var cell = NotebookCell.Code("display();");
            cell.ExecutionCount = 1;
            foreach (var value in values)
            {
                JsonObject data = [];
                foreach (var (mime, text) in value.ToMimeBundle())
                {
                    data[mime] = mime.EndsWith("json", StringComparison.Ordinal) ? JsonNode.Parse(text) : text;
                }

                cell.AddOutput(NotebookOutput.Display(data));
            }

            notebook.Add(cell);
        }
    }
}
