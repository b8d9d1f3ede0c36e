using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Site;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.EndToEnd.Browser;

/// <summary>Pages of committed chapters, as the site has them before a run. What outputs add, <see cref="SiteTests"/> looks at.</summary>
public sealed class ChapterPagesTests
{
    // All kinds of text between them: formulas and tables, call-outs, a picture and a link. All chapters take minutes.
    private static readonly string[] Names = ["02-2-propagation", "03-sgan", "06-4-passage-a-l-echelle"];

    [BrowserFact]
    public async Task No_chapter_breaks_WCAG_AA_in_the_light_or_in_the_dark()
    {
        var folder = Directory.CreateTempSubdirectory("course-pages-").FullName;
        var browser = await BrowserSession.StartAsync();
        try
        {
            await SiteExporter.ExportAsync(
                [.. Names.Select(name => new SiteChapter(name, NotebookDocument.Load(Path.Combine(Repository.Notebooks, name + ".ipynb"))) { Folder = Repository.Notebooks })],
                folder, new SiteOptions { PrintsSheets = false });
            List<string> violations = [];
            foreach (var scheme in (string[])["light", "dark"])
            {
                await browser.PreferAsync(scheme);
                foreach (var page in Names.Select(name => name + ".html").Append(Names[^1] + ".fiche.html"))
                {
                    await browser.OpenAsync(Path.Combine(folder, page));
                    if (await AxeCore.ViolationsAsync(browser) is { Length: > 0 } found)
                    {
                        violations.Add($"{page}, {scheme}: {found}");
                    }
                }
            }

            Assert.True(violations.Count == 0, string.Join('\n', violations));
            Assert.Empty(browser.Complaints);
        }
        finally
        {
            await browser.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
