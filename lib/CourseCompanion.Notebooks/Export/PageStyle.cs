using CourseCompanion.Charts;

namespace CourseCompanion.Notebooks.Export;

/// <summary>The look of exported pages: light, readable when projected, contrasts of at least 4.5:1, printable.</summary>
internal static class PageStyle
{
    /// <summary>Draws one figure, or shows its alternative text when plotly.js could not be loaded.</summary>
    internal const string DrawFigure = $$"""
        <script>
        const showThumbnails = {{Thumbnails.Script}};
        function drawFigure(id, figure) {
          const target = document.getElementById(id);
          if (!window.Plotly) {
            target.style.minHeight = "0";
            target.textContent = target.getAttribute("aria-label");
            return;
          }
          const config = Object.assign({ responsive: true, displaylogo: false }, figure.config);
          Plotly.newPlot(target, figure.data || [], figure.layout || {}, config).then(() => {
            if (figure.frames && figure.frames.length) { Plotly.addFrames(target, figure.frames); }
            showThumbnails(target, figure);
          });
        }
        </script>
        """;

    /// <summary>Colours of code and of terminal text.</summary>
    internal const string Colours = """
        .k { color: var(--keyword, #0033b3); font-weight: 600; } .s { color: var(--string, #0a5a2a); } .n { color: var(--number, #8a3b00); }
        .c { color: var(--comment, #5c6670); font-style: italic; } .t { color: var(--type, #6639a6); } .f { color: var(--function, #6a4a00); }
        .d { color: var(--violet, #8250df); } .ansi-bold { font-weight: 700; } .ansi-1, .ansi-9 { color: var(--red, #b42318); font-weight: 600; }
        .ansi-2, .ansi-10 { color: var(--green, #116329); } .ansi-3, .ansi-11 { color: var(--yellow, #7d4e00); } .ansi-4, .ansi-12 { color: var(--blue, #0550ae); }
        .ansi-5, .ansi-13 { color: var(--violet, #8250df); } .ansi-6, .ansi-14 { color: var(--cyan, #1b6b72); } .ansi-0, .ansi-7, .ansi-8, .ansi-15 { color: var(--muted); }
        """;

    internal const string Css = $$"""
        :root { color-scheme: light; --text: #1f2328; --muted: #57606a; --line: #d0d7de; --code: #f6f8fa; --accent: #0550ae; --page: #fff;
          --edge: #0969da; --word: #eff1f3; --head: #eef1f4; --stripe: #f8f9fb; --warning: #fff8e6; --failure: #fff1f0; --red: #b42318; }
        * { box-sizing: border-box; }
        html { font-size: 106.25%; scroll-behavior: smooth; }
        body { margin: 0; color: var(--text); background: var(--page); line-height: 1.6;
          font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
        main { max-width: 60rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
        nav { max-width: 60rem; margin: 1rem auto 0; padding: 0 1.25rem; font-size: .95rem; }
        nav ul { list-style: none; margin: .5rem 0; padding: 0; columns: 2 18rem; }
        nav .level-3 { padding-left: 1.25rem; }
        nav summary { font-weight: 600; cursor: pointer; }
        a { color: var(--accent); }
        .skip { position: absolute; left: -100rem; }
        .skip:focus { left: 1rem; top: 1rem; background: var(--page); padding: .5rem; }
        h1, h2, h3, h4 { line-height: 1.25; margin: 1.6em 0 .6em; }
        h1 { font-size: 2.1rem; margin-top: .8em; }
        h2 { font-size: 1.55rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
        h3 { font-size: 1.25rem; }
        pre, code { font-family: ui-monospace, "Cascadia Code", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
        pre { margin: 0; overflow-x: auto; white-space: pre; font-size: .93rem; line-height: 1.5; }
        .prose pre { background: var(--code); border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; }
        .prose :not(pre) > code { background: var(--word); border-radius: 4px; padding: .1em .3em; font-size: .92em; overflow-wrap: anywhere; }
        .prose img, .outputs img { max-width: 100%; height: auto; }
        .prose blockquote { margin: 1em 0; padding: .1em 1em; border-left: 4px solid var(--line); color: var(--muted); }
        .cell { margin: 1rem 0; }
        .source { position: relative; background: var(--code); border: 1px solid var(--line); border-left: 4px solid var(--edge); border-radius: 6px; }
        .source pre { padding: .75rem 1rem; }
        .count { position: absolute; right: 1px; top: 1px; padding: .1rem .5rem; background: var(--code); color: var(--muted); font-size: .75rem; }
        .outputs { padding: .6rem 0 .2rem 1rem; }
        .outputs > * { margin: .4rem 0; }
        .stream, .result, .error { padding: .4rem .75rem; white-space: pre-wrap; overflow-wrap: anywhere; }
        .stderr { background: var(--warning); border-left: 4px solid #9a6700; }
        .error { background: var(--failure); border-left: 4px solid var(--red); }
        .not-run { color: var(--muted); font-style: italic; margin: .4rem 1rem; }
        figure { margin: .5rem 0; }
        .plotly { width: 100%; }
        table { border-collapse: collapse; margin: .75rem 0; display: block; max-width: 100%; overflow-x: auto; font-variant-numeric: tabular-nums; }
        th, td { border: 1px solid var(--line); padding: .3rem .7rem; }
        th { background: var(--head); text-align: left; }
        tbody tr:nth-child(even) { background: var(--stripe); }
        math { font-family: "Cambria Math", "STIX Two Math", "Latin Modern Math", "DejaVu Math TeX Gyre", serif; font-size: 1.1em; }
        mtd.tml-left { text-align: left; }
        mtd.tml-right { text-align: right; }
        math[display="block"] { margin: 1em 0; overflow: auto hidden; }
        code.displayed { display: block; margin: 1em 0; overflow-x: auto; white-space: pre; }
        details > summary { cursor: pointer; color: var(--accent); }
        {{Colours}}
        @media print {
          nav, .skip { display: none; }
          main { max-width: none; padding: 0; }
          .cell, figure, table { break-inside: avoid; }
          pre { white-space: pre-wrap; }
          h2, h3 { break-after: avoid; }
        }
        """;
}
