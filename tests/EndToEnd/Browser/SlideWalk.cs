using System.Text.Json;

namespace CourseCompanion.EndToEnd.Browser;

/// <summary>What a browser finds on one slide.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Charts">How many charts it has.</param>
/// <param name="Drawn">How many of them are drawn, at the size of their place.</param>
/// <param name="Outside">What reaches beyond the slide.</param>
/// <param name="SmallestText">The smallest letters of its texts and tables, in pixels of a slide of 1280 x 720.</param>
/// <param name="Notes">What the speaker reads.</param>
internal sealed record WalkedSlide(string Title, int Charts, int Drawn, string[] Outside, double SmallestText, string Notes);

/// <summary>Goes through exported slides in a browser, as a speaker does: from the first to the last with one key.</summary>
internal static class SlideWalk
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private const string Script = """
        <script>
        addEventListener("load", function () {
          var start = setInterval(function () {
            if (!window.Reveal || !Reveal.isReady()) { return; }
            clearInterval(start);
            var slides = [];
            var look = function () {
              var slide = Reveal.getCurrentSlide();
              var scale = Reveal.getScale();
              var box = slide.getBoundingClientRect();
              var seen = Array.from(slide.querySelectorAll(":scope > :not(aside):not(script), .svg-container, p, li, td, th, pre, img"))
                .filter(function (e) { return e.getClientRects().length && !e.closest("aside") && !e.closest(".modebar"); });
              slides.push({
                title: (slide.querySelector("h1, h2") || {}).textContent || "",
                charts: slide.querySelectorAll("figure").length,
                drawn: Array.from(slide.querySelectorAll("figure")).filter(function (f) {
                  var svg = f.querySelector(".main-svg");
                  var wide = svg && svg.getBoundingClientRect().width;
                  return svg && Math.abs(wide - f.getBoundingClientRect().width) < 3 && f.querySelectorAll(".trace, .point, .bars, image, .sl").length > 0;
                }).length,
                outside: seen.filter(function (e) {
                  var b = e.getBoundingClientRect();
                  return b.left < box.left - 2 || b.right > box.right + 2 || b.top < box.top - 2 || b.bottom > box.bottom + 2;
                }).map(function (e) { return e.tagName + " " + e.textContent.slice(0, 40); }),
                smallestText: Math.min.apply(null, Array.from(slide.querySelectorAll("p, li, td, th")).filter(function (e) { return e.textContent.trim() && !e.closest("aside"); })
                  .map(function (e) { var zoom = 1; for (var at = e; at && at !== slide; at = at.parentElement) { zoom *= Number(at.style.zoom || 1); } return parseFloat(getComputedStyle(e).fontSize) * zoom; }).concat([999])),
                notes: Array.from(slide.querySelectorAll("aside.notes")).map(function (n) { return n.textContent.trim(); }).join(" "),
              });
            };
            look();
            while (!Reveal.isLastSlide() && slides.length < 300) {
              document.dispatchEvent(new KeyboardEvent("keydown", { keyCode: 39, key: "ArrowRight", bubbles: true }));
              look();
            }
            report(slides);
          }, 100);
        });
        </script>
        """;

    /// <summary>Walks through a file of slides.</summary>
    /// <returns>The slides in order, and what the page complained of.</returns>
    public static (WalkedSlide[] Slides, string Complaints) Through(string file)
    {
        // The speaker's window stands as a text in the page: the first head and the last end of a body are the page's own.
        var html = File.ReadAllText(file);
        var head = html.IndexOf("<head>", StringComparison.Ordinal) + "<head>".Length;
        var end = html.LastIndexOf("</body>", StringComparison.Ordinal);
        var (report, complaints) = HeadlessBrowser.OpenPage(html[..head] + HeadlessBrowser.Reporter + html[head..end] + Script + html[end..]);
        return (report.Deserialize<WalkedSlide[]>(Json)!, complaints);
    }
}
