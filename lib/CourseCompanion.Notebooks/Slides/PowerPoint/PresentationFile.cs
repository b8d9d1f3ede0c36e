using System.Globalization;
using System.Text;
using CourseCompanion.Data.Images;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace CourseCompanion.Notebooks.Slides.PowerPoint;

/// <summary>The package of a presentation: master, layouts, slides with their charts, pictures and notes.</summary>
internal static class PresentationFile
{
    /// <summary>Writes a presentation.</summary>
    /// <param name="stream">Where to; readable and seekable.</param>
    /// <param name="title">Its title.</param>
    /// <param name="footer">What stands at the foot of every slide, or null.</param>
    /// <param name="slides">At least one.</param>
    internal static void Write(Stream stream, string title, string? footer, IReadOnlyList<SlideContent> slides)
    {
        using var document = PresentationDocument.Create(stream, PresentationDocumentType.Presentation);
        document.PackageProperties.Title = title;
        document.PackageProperties.Language = "fr-FR";
        var presentation = document.AddPresentationPart();
        var master = presentation.AddNewPart<SlideMasterPart>("rIdMaster");
        var layout = master.AddNewPart<SlideLayoutPart>("rIdLayout");
        var opening = master.AddNewPart<SlideLayoutPart>("rIdOpening");
        Fill(master.AddNewPart<ThemePart>("rIdTheme"), SlideXml.Theme("Cours"));
        Fill(master, SlideXml.Master("rIdLayout", "rIdOpening"));
        Fill(layout, SlideXml.Layout(isTitle: false));
        Fill(opening, SlideXml.Layout(isTitle: true));
        layout.AddPart(master, "rIdMaster");
        opening.AddPart(master, "rIdMaster");
        presentation.AddPart(master.ThemePart!, "rIdTheme");
        var notesMaster = presentation.AddNewPart<NotesMasterPart>("rIdNotes");
        Fill(notesMaster.AddNewPart<ThemePart>("rIdTheme"), SlideXml.Theme("Notes"));
        Fill(notesMaster, SlideXml.NotesMaster());

        var ids = new StringBuilder();
        foreach (var (i, slide) in slides.Index())
        {
            var id = $"rIdSlide{i + 1}";
            var part = presentation.AddNewPart<SlidePart>(id);
            part.AddPart(slide.IsTitle ? opening : layout, "rIdLayout");
            AddSlide(part, slide, i + 1, footer);
            if (slide.Notes.Count > 0)
            {
                var notes = part.AddNewPart<NotesSlidePart>("rIdNotes");
                notes.AddPart(notesMaster, "rIdMaster");
                notes.AddPart(part, "rIdSlide");
                Fill(notes, SlideXml.Notes(slide.Notes));
            }
            ids.Append(CultureInfo.InvariantCulture, $"<p:sldId id=\"{256 + i}\" r:id=\"{id}\"/>");
        }
        Fill(presentation, $"""
            <p:presentation {Xml.Namespaces}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rIdMaster"/></p:sldMasterIdLst><p:notesMasterIdLst><p:notesMasterId r:id="rIdNotes"/></p:notesMasterIdLst><p:sldIdLst>{ids}</p:sldIdLst><p:sldSz cx="{Xml.Units(1280)}" cy="{Xml.Units(720)}"/><p:notesSz cx="{Xml.Units(720)}" cy="{Xml.Units(960)}"/></p:presentation>
            """);
    }

    private static void AddSlide(SlidePart part, SlideContent slide, int number, string? footer)
    {
        string? graphic = null;
        (double Width, double Height) size = default;
        switch (slide.Graphic)
        {
            case ChartBlock chart:
                graphic = "rIdChart";
                var chartPart = part.AddNewPart<ChartPart>(graphic);
                var workbook = chartPart.AddEmbeddedPackagePart(EmbeddedPackagePartType.Xlsx, "rIdWorkbook");
                using (var content = new MemoryStream())
                {
                    WriteWorkbook(content, chart.Chart);
                    content.Position = 0;
                    workbook.FeedData(content);
                }
                Fill(chartPart, ChartXml.Of(chart.Chart, "rIdWorkbook", hasTitle: chart.Chart.Title != slide.Title));
                break;
            case PictureBlock picture:
                graphic = "rIdPicture";
                var image = part.AddImagePart(picture.MimeType == "image/png" ? ImagePartType.Png : ImagePartType.Jpeg, graphic);
                using (var bytes = new MemoryStream(picture.Bytes))
                {
                    image.FeedData(bytes);
                }
                var header = ImageHeader.Read("a picture of the notebook", picture.Bytes);
                size = (header.Width, header.Height);
                break;
        }
        Fill(part, SlideXml.Slide(slide, number, footer, graphic, size));
    }

    /// <summary>The chart's figures as a sheet: what PowerPoint opens when someone wants to change them.</summary>
    private static void WriteWorkbook(Stream stream, ChartData chart)
    {
        using var document = SpreadsheetDocument.Create(stream, SpreadsheetDocumentType.Workbook);
        var workbook = document.AddWorkbookPart();
        var sheet = workbook.AddNewPart<WorksheetPart>("rIdSheet");
        var isPoints = chart.Kind == ChartKind.Points;
        var columns = new List<(string Head, Func<int, object?> Value)>();
        if (!isPoints)
        {
            columns.Add(("", row => row < chart.Categories.Count ? chart.Categories[row] : null));
        }
        foreach (var series in chart.Series)
        {
            if (isPoints)
            {
                columns.Add((chart.XTitle, row => row < series.X.Count ? series.X[row] : null));
            }
            columns.Add((series.Name, row => row < series.Y.Count ? series.Y[row] : null));
        }
        var data = new SheetData();
        var count = chart.Series.Max(series => series.Y.Count);
        for (var row = -1; row < count; row++)
        {
            data.Append(new Row(columns.Select((column, i) => Cell(ChartXml.Column(i), row, row < 0 ? column.Head : column.Value(row))).OfType<Cell>())
            {
                RowIndex = (uint)row + 2,
            });
        }
        sheet.Worksheet = new Worksheet(data);
        workbook.Workbook = new Workbook(new Sheets(new Sheet { Name = ChartXml.Sheet, SheetId = 1, Id = "rIdSheet" }));
    }

    private static Cell? Cell(string column, int row, object? value) => value switch
    {
        double number when double.IsFinite(number) =>
            new Cell { CellReference = $"{column}{row + 2}", CellValue = new CellValue(Xml.Number(number)) },
        string text => new Cell
        {
            CellReference = $"{column}{row + 2}",
            DataType = CellValues.InlineString,
            InlineString = new InlineString(new Text(text) { Space = SpaceProcessingModeValues.Preserve }),
        },
        _ => null,
    };

    private static void Fill(OpenXmlPart part, string xml)
    {
        using var writer = new StreamWriter(part.GetStream(FileMode.Create, FileAccess.Write), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        writer.Write("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n" + xml);
    }
}
