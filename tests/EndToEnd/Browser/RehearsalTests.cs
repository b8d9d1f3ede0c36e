using CourseCompanion.Charts;
using CourseCompanion.Display;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Rehearsal;
using SixLabors.ImageSharp;

namespace CourseCompanion.EndToEnd.Browser;

/// <summary>What a rehearsal sees of cells in a real browser.</summary>
public sealed class RehearsalTests
{
    [BrowserFact]
    public async Task Each_cell_gets_its_picture_and_its_smallest_text_is_measured()
    {
        var notebook = NotebookDocument.Create();
        Add("var fits = \"" + new string('x', RecordingPreset.Columns - 14) + "\";");
        Add("var wide = \"" + new string('x', RecordingPreset.Columns + 20) + "\";");
        Add("small", ("text/html", "<p>grand</p><p style=\"font-size: 9px\">petit</p><svg viewBox=\"0 0 10 10\" width=\"400\"><text y=\"9\" font-size=\"1\">étiré</text></svg>"));
        var chart = Chart.Line("Titre", "x", new Axis("y"), new Series("s", [1.0, 2.0])).ToMimeBundle();
        Add("chart", (MimeTypes.Plotly, chart[MimeTypes.Plotly]));
        var scratch = Directory.CreateTempSubdirectory("course-pictures-");
        try
        {
            var pictures = await CellPictures.TakeAsync(BrowserFactAttribute.Chromium!, notebook, scratch.FullName, isDark: false, scratch.FullName, CancellationToken.None);

            Assert.Equal([1, 2, 3, 4], pictures.Keys);
            Assert.Equal([false, true, false, false], pictures.Values.Select(picture => picture.IsWide));
            Assert.Equal((RecordingPreset.CodeSize, 9, "petit"), (pictures[1].SmallestText, pictures[3].SmallestText, pictures[3].Sample));
            // The house style is large enough, and the chart was drawn when it was measured.
            Assert.InRange(pictures[4].SmallestText!.Value, RecordingPreset.SmallestText, RecordingPreset.CodeSize - 1);
            Assert.All(pictures.Values, picture => Assert.Equal(640, Image.Identify(picture.Picture).Width));
            Assert.True(Image.Identify(pictures[4].Picture).Height > Image.Identify(pictures[1].Picture).Height * 3);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }

        void Add(string source, params (string Type, string Data)[] outputs)
        {
            var cell = NotebookCell.Code(source);
            cell.ExecutionCount = notebook.Cells.Count + 1;
            foreach (var (type, data) in outputs)
            {
                cell.AddOutput(NotebookOutput.Display(new() { [type] = type == MimeTypes.Plotly ? System.Text.Json.Nodes.JsonNode.Parse(data) : data }));
            }

            notebook.Add(cell);
        }
    }
}
