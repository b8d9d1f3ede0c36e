using System.Globalization;

namespace CourseCompanion.Notebooks.Slides.PowerPoint;

/// <summary>Slides and what they stand on, in the words of PresentationML. Places are pixels of a slide of 1280 x 720.</summary>
internal static class SlideXml
{
    /// <summary>Where the content begins, under the title.</summary>
    internal const double Top = 130;

    private const double Left = 56;
    private const double Width = 1168;

    private const string Tree = "<p:nvGrpSpPr><p:cNvPr id=\"1\" name=\"\"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>";

    private const string ColorMap = "bg1=\"lt1\" tx1=\"dk1\" bg2=\"lt2\" tx2=\"dk2\" accent1=\"accent1\" accent2=\"accent2\" accent3=\"accent3\" accent4=\"accent4\" accent5=\"accent5\" accent6=\"accent6\" hlink=\"hlink\" folHlink=\"folHlink\"";

    /// <summary>The theme: the charts' colours, and a font that every office has.</summary>
    internal static string Theme(string name)
    {
        string[] accents = [.. CourseCompanion.Charts.Palette.Colors.Take(6).Select((color, i) => $"<a:accent{i + 1}><a:srgbClr val=\"{color[1..]}\"/></a:accent{i + 1}>")];
        var font = "<a:latin typeface=\"Arial\"/><a:ea typeface=\"\"/><a:cs typeface=\"\"/>";
        var fill = "<a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill>";
        var line = $"<a:ln w=\"9525\">{fill}</a:ln>";
        var effect = "<a:effectStyle><a:effectLst/></a:effectStyle>";
        return $"""
            <a:theme {Xml.Namespaces} name="{name}"><a:themeElements><a:clrScheme name="{name}"><a:dk1><a:srgbClr val="{House.Ink}"/></a:dk1><a:lt1><a:srgbClr val="FFFFFF"/></a:lt1><a:dk2><a:srgbClr val="{House.Muted}"/></a:dk2><a:lt2><a:srgbClr val="F0F0F0"/></a:lt2>{string.Concat(accents)}<a:hlink><a:srgbClr val="{House.Accent}"/></a:hlink><a:folHlink><a:srgbClr val="{House.Accent}"/></a:folHlink></a:clrScheme><a:fontScheme name="{name}"><a:majorFont>{font}</a:majorFont><a:minorFont>{font}</a:minorFont></a:fontScheme><a:fmtScheme name="{name}"><a:fillStyleLst>{fill}{fill}{fill}</a:fillStyleLst><a:lnStyleLst>{line}{line}{line}</a:lnStyleLst><a:effectStyleLst>{effect}{effect}{effect}</a:effectStyleLst><a:bgFillStyleLst>{fill}{fill}{fill}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>
            """;
    }

    /// <summary>The master: places and looks of title, text, footer and number.</summary>
    internal static string Master(string layout, string titleLayout)
    {
        var levels = string.Concat(Enumerable.Range(1, 5).Select(level =>
            string.Create(CultureInfo.InvariantCulture, $"<a:lvl{level}pPr marL=\"0\" indent=\"0\"><a:lnSpc><a:spcPct val=\"105000\"/></a:lnSpc><a:spcBef><a:spcPts val=\"600\"/></a:spcBef><a:buNone/><a:defRPr sz=\"2000\"><a:solidFill><a:schemeClr val=\"tx1\"/></a:solidFill><a:latin typeface=\"+mn-lt\"/></a:defRPr></a:lvl{level}pPr>")));
        var title = $"<a:lvl1pPr><a:lnSpc><a:spcPct val=\"90000\"/></a:lnSpc><a:defRPr sz=\"2800\" b=\"1\"><a:solidFill><a:schemeClr val=\"accent1\"/></a:solidFill><a:latin typeface=\"+mj-lt\"/></a:defRPr></a:lvl1pPr>";
        return $"""
            <p:sldMaster {Xml.Namespaces}><p:cSld><p:bg><p:bgPr><a:solidFill><a:schemeClr val="bg1"/></a:solidFill><a:effectLst/></p:bgPr></p:bg><p:spTree>{Tree}{Placeholder(2, "Titre", "title", Place(Left, 36, Width, 80, "anchor=\"b\""), "Titre")}{Placeholder(3, "Texte", "body", Place(Left, Top, Width, SlideLayout.Room, "anchor=\"t\""), "Texte", idx: 1)}{Placeholder(4, "Pied de page", "ftr", Place(Left, 648, 1020, 56, "anchor=\"ctr\""), "", idx: 3, size: 1800)}{Placeholder(5, "Numéro", "sldNum", Place(1104, 648, 120, 56, "anchor=\"ctr\""), Number("‹n°›"), idx: 4, size: 1800, isXml: true)}</p:spTree></p:cSld><p:clrMap {ColorMap}/><p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="{layout}"/><p:sldLayoutId id="2147483650" r:id="{titleLayout}"/></p:sldLayoutIdLst><p:txStyles><p:titleStyle>{title}</p:titleStyle><p:bodyStyle>{levels}</p:bodyStyle><p:otherStyle/></p:txStyles></p:sldMaster>
            """;
    }

    /// <summary>A layout: the opening slide's, or that of all others.</summary>
    internal static string Layout(bool isTitle)
    {
        var title = isTitle ? Placeholder(2, "Titre", "ctrTitle", Place(Left, 120, Width, 150, "anchor=\"b\""), "Titre", size: 4000) : Placeholder(2, "Titre", "title", "<p:spPr/><p:txBody><a:bodyPr/>", "Titre");
        var text = isTitle ? Placeholder(3, "Texte", "body", Place(Left, 290, Width, 350, "anchor=\"t\""), "Texte", idx: 1) : Placeholder(3, "Texte", "body", "<p:spPr/><p:txBody><a:bodyPr/>", "Texte", idx: 1);
        return $"""
            <p:sldLayout {Xml.Namespaces} {(isTitle ? "type=\"title\"" : "type=\"obj\"")}><p:cSld name="{(isTitle ? "Ouverture" : "Titre et contenu")}"><p:spTree>{Tree}{title}{text}{Placeholder(4, "Pied de page", "ftr", "<p:spPr/><p:txBody><a:bodyPr/>", "", idx: 10)}{Placeholder(5, "Numéro", "sldNum", "<p:spPr/><p:txBody><a:bodyPr/>", Number("‹n°›"), idx: 11, isXml: true)}</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>
            """;
    }

    /// <summary>The master of the speaker's notes.</summary>
    internal static string NotesMaster() => $"""
        <p:notesMaster {Xml.Namespaces}><p:cSld><p:bg><p:bgRef idx="1001"><a:schemeClr val="bg1"/></p:bgRef></p:bg><p:spTree>{Tree}{Picture("sldImg", Bounds(60, 80, 600, 338))}{Placeholder(3, "Notes", "body", Place(60, 460, 600, 420, ""), "Notes", idx: 1)}</p:spTree></p:cSld><p:clrMap {ColorMap}/></p:notesMaster>
        """;

    /// <summary>The speaker's notes of a slide.</summary>
    internal static string Notes(IReadOnlyList<TextBlock> notes) => $"""
        <p:notes {Xml.Namespaces}><p:cSld><p:spTree>{Tree}{Picture("sldImg", "<p:spPr/>")}{Placeholder(3, "Notes", "body", "<p:spPr/><p:txBody><a:bodyPr/>", string.Concat(notes.Select(note => Paragraph(note))), idx: 1, isXml: true)}</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:notes>
        """;

    /// <summary>A slide.</summary>
    /// <param name="slide">What it shows.</param>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="footer">What stands at its foot, or null.</param>
    /// <param name="graphic">Relationship to its chart or picture; null for a table, and without one.</param>
    /// <param name="pictureSize">Width and height of its picture.</param>
    internal static string Slide(SlideContent slide, int number, string? footer, string? graphic, (double Width, double Height) pictureSize)
    {
        var used = slide.Texts.Sum(SlideLayout.Height);
        var top = Top + (used > 0 ? used + 14 : 0);
        var text = slide.Texts.Count == 0 ? "" : Placeholder(
            3, "Texte", "body",
            slide.Graphic is null ? "<p:spPr/><p:txBody><a:bodyPr><a:normAutofit/></a:bodyPr>" : Place(Left, Top, Width, used + 8, "") ,
            string.Concat(slide.Texts.Select(text => Paragraph(text))), idx: 1, isXml: true);
        var room = Top + SlideLayout.Room - top + 20;
        var content = slide.Graphic switch
        {
            TableBlock table => Table(table, top),
            ChartBlock chart => Chart(chart, graphic!, top, room),
            PictureBlock picture => PictureShape(picture, graphic!, top, room, pictureSize),
            _ => "",
        };
        var foot = footer is null ? "" : Placeholder(6, "Pied de page", "ftr", "<p:spPr/><p:txBody><a:bodyPr/>", Footer(footer), idx: 10, isXml: true);
        return $"""
            <p:sld {Xml.Namespaces}><p:cSld><p:spTree>{Tree}{Placeholder(2, "Titre", slide.IsTitle ? "ctrTitle" : "title", "<p:spPr/><p:txBody><a:bodyPr><a:normAutofit/></a:bodyPr>", slide.Title)}{text}{content}{foot}{Placeholder(7, "Numéro", "sldNum", "<p:spPr/><p:txBody><a:bodyPr/>", Number(number.ToString(CultureInfo.InvariantCulture)), idx: 11, isXml: true)}</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sld>
            """;
    }

    private static string Paragraph(TextBlock text)
    {
        var indent = 24 * text.Level + (text.Bullet == Bullet.None ? 0 : 30);
        var properties = text.Bullet switch
        {
            Bullet.Point => string.Create(CultureInfo.InvariantCulture, $"<a:pPr marL=\"{Xml.Units(indent)}\" indent=\"-{Xml.Units(30)}\"><a:buFont typeface=\"Arial\"/><a:buChar char=\"•\"/></a:pPr>"),
            Bullet.Number => string.Create(CultureInfo.InvariantCulture, $"<a:pPr marL=\"{Xml.Units(indent + 12)}\" indent=\"-{Xml.Units(42)}\"><a:buFont typeface=\"+mj-lt\"/><a:buAutoNum type=\"arabicPeriod\"/></a:pPr>"),
            _ when indent > 0 => string.Create(CultureInfo.InvariantCulture, $"<a:pPr marL=\"{Xml.Units(indent)}\"/>"),
            _ => "",
        };
        return $"<a:p>{properties}{string.Concat(text.Runs.Select(run => Run(run)))}</a:p>";
    }

    private static string Run(TextRun run, int? size = null)
    {
        var properties = $"lang=\"fr-FR\"{(size is null ? "" : $" sz=\"{size}\"")}{(run.IsBold ? " b=\"1\"" : "")}{(run.IsItalic ? " i=\"1\"" : "")}";
        var font = run.IsCode ? "<a:latin typeface=\"Consolas\"/>" : "";
        return string.Join("<a:br/>", run.Text.Split('\n').Select(line => line.Length == 0 ? "" : $"<a:r><a:rPr {properties}>{font}</a:rPr><a:t>{Xml.Encode(line)}</a:t></a:r>"));
    }

    private static string Table(TableBlock table, double top)
    {
        var widths = table.Widths;
        bool[] numeric = [.. Enumerable.Range(0, widths.Count).Select(table.IsNumeric)];
        var caption = "";
        if (table.Title is { } title)
        {
            caption = TextBox(8, "Titre du tableau", top, SlideLayout.LineHeight, new TextRun(title, IsBold: true), 2000, House.Ink);
            top += SlideLayout.LineHeight + SlideLayout.Gap;
        }
        var heights = table.Rows.Select(row => SlideLayout.Height(row, widths)).ToArray();
        var rows = string.Concat(table.Rows.Select((row, i) =>
            $"<a:tr h=\"{Xml.Units(heights[i])}\">{string.Concat(row.Select((cell, column) => Cell(cell, table.HasHead && i == 0, column > 0 && numeric[column])))}</a:tr>"));
        var grid = string.Concat(widths.Select(width => $"<a:gridCol w=\"{Xml.Units(width)}\"/>"));
        var note = table.Note is null ? "" : TextBox(9, "Note", top + heights.Sum() + 14, SlideLayout.NoteHeight(table.Note), new TextRun(table.Note), 1600, House.Muted);
        return caption + $"<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id=\"10\" name=\"Tableau\"/><p:cNvGraphicFramePr><a:graphicFrameLocks noGrp=\"1\"/></p:cNvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr>{Frame(Left, top, widths.Sum(), heights.Sum())}<a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/table\"><a:tbl><a:tblPr{(table.HasHead ? " firstRow=\"1\"" : "")}/><a:tblGrid>{grid}</a:tblGrid>{rows}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>" + note;
    }

    private static string Cell(string text, bool isHead, bool isRight)
    {
        var align = isRight ? "<a:pPr algn=\"r\"/>" : "";
        var none = "<a:lnL w=\"0\"><a:noFill/></a:lnL><a:lnR w=\"0\"><a:noFill/></a:lnR><a:lnT w=\"0\"><a:noFill/></a:lnT>";
        var below = $"<a:lnB w=\"9525\"><a:solidFill><a:srgbClr val=\"{(isHead ? House.Accent : House.Line)}\"/></a:solidFill></a:lnB>";
        var run = text.Length == 0 ? "<a:endParaRPr lang=\"fr-FR\" sz=\"1800\"/>" : Run(new TextRun(text, IsBold: isHead), 1800);
        return $"<a:tc><a:txBody><a:bodyPr/><a:lstStyle/><a:p>{align}{run}</a:p></a:txBody><a:tcPr marL=\"{Xml.Units(10)}\" marR=\"{Xml.Units(10)}\" anchor=\"ctr\">{none}{below}<a:noFill/></a:tcPr></a:tc>";
    }

    private static string Chart(ChartBlock chart, string id, double top, double room) =>
        $"<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id=\"10\" name=\"Graphique\" descr=\"{Xml.Encode(chart.Description)}\"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>{Frame(Left, top, Width, room)}<a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/chart\"><c:chart xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" r:id=\"{id}\"/></a:graphicData></a:graphic></p:graphicFrame>";

    private static string PictureShape(PictureBlock picture, string id, double top, double room, (double Width, double Height) size)
    {
        var scale = Math.Min(Width / size.Width, room / size.Height);
        return $"<p:pic><p:nvPicPr><p:cNvPr id=\"10\" name=\"Image\" descr=\"{Xml.Encode(picture.Description)}\"/><p:cNvPicPr><a:picLocks noChangeAspect=\"1\"/></p:cNvPicPr><p:nvPr/></p:nvPicPr><p:blipFill><a:blip r:embed=\"{id}\"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>{Bounds(Left, top, size.Width * scale, size.Height * scale, "<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom>")}</p:pic>";
    }

    private static string TextBox(int id, string name, double top, double height, TextRun run, int size, string color) =>
        $"<p:sp><p:nvSpPr><p:cNvPr id=\"{id}\" name=\"{name}\"/><p:cNvSpPr txBox=\"1\"/><p:nvPr/></p:nvSpPr>{Bounds(Left, top, Width, height, "<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom><a:noFill/>")}<p:txBody><a:bodyPr wrap=\"square\" lIns=\"0\" tIns=\"0\" rIns=\"0\" bIns=\"0\"/><a:lstStyle><a:lvl1pPr><a:defRPr><a:solidFill><a:srgbClr val=\"{color}\"/></a:solidFill></a:defRPr></a:lvl1pPr></a:lstStyle><a:p>{Run(run, size)}</a:p></p:txBody></p:sp>";

    /// <summary>A placeholder; <paramref name="head"/> is its shape's properties and the beginning of its text.</summary>
    private static string Placeholder(int id, string name, string type, string head, string content, int? idx = null, int? size = null, bool isXml = false)
    {
        var style = size is null ? "<a:lstStyle/>" : $"<a:lstStyle><a:lvl1pPr{(type == "sldNum" ? " algn=\"r\"" : " algn=\"l\"")}><a:buNone/><a:defRPr sz=\"{size}\"{(type is "ftr" or "sldNum" ? $"><a:solidFill><a:srgbClr val=\"{House.Muted}\"/></a:solidFill><a:latin typeface=\"+mn-lt\"/></a:defRPr>" : "/>")}</a:lvl1pPr></a:lstStyle>";
        var paragraphs = isXml ? content : content.Length == 0 ? "<a:p><a:endParaRPr lang=\"fr-FR\"/></a:p>" : $"<a:p><a:r><a:rPr lang=\"fr-FR\"/><a:t>{Xml.Encode(content)}</a:t></a:r></a:p>";
        var place = idx is null ? "" : $" idx=\"{idx}\"";
        return $"<p:sp><p:nvSpPr><p:cNvPr id=\"{id}\" name=\"{name}\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr><p:nvPr><p:ph type=\"{type}\"{(type is "ftr" or "sldNum" ? " sz=\"quarter\"" : "")}{place}/></p:nvPr></p:nvSpPr>{head}{style}{paragraphs}</p:txBody></p:sp>";
    }

    private static string Picture(string type, string properties) =>
        $"<p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"Diapositive\"/><p:cNvSpPr><a:spLocks noGrp=\"1\" noRot=\"1\" noChangeAspect=\"1\"/></p:cNvSpPr><p:nvPr><p:ph type=\"{type}\"/></p:nvPr></p:nvSpPr>{properties}</p:sp>";

    // LibreOffice does not take a footer's looks from the master.
    private static string Footer(string text) =>
        $"<a:p><a:pPr algn=\"l\"/><a:r><a:rPr lang=\"fr-FR\" sz=\"1800\"><a:solidFill><a:srgbClr val=\"{House.Muted}\"/></a:solidFill><a:latin typeface=\"Arial\"/></a:rPr><a:t>{Xml.Encode(text)}</a:t></a:r></a:p>";

    private static string Number(string text) => $"<a:p><a:fld id=\"{{6F5C4C5E-0D0B-4B0A-9D1B-3C1B6C6A0001}}\" type=\"slidenum\"><a:rPr lang=\"fr-FR\"/><a:t>{text}</a:t></a:fld></a:p>";

    private static string Place(double x, double y, double width, double height, string anchor) =>
        $"{Bounds(x, y, width, height, "<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom>")}<p:txBody><a:bodyPr lIns=\"0\" tIns=\"0\" rIns=\"0\" bIns=\"0\" {anchor}><a:normAutofit/></a:bodyPr>";

    private static string Bounds(double x, double y, double width, double height, string after = "") =>
        $"<p:spPr><a:xfrm><a:off x=\"{Xml.Units(x)}\" y=\"{Xml.Units(y)}\"/><a:ext cx=\"{Xml.Units(width)}\" cy=\"{Xml.Units(height)}\"/></a:xfrm>{after}</p:spPr>";

    private static string Frame(double x, double y, double width, double height) =>
        $"<p:xfrm><a:off x=\"{Xml.Units(x)}\" y=\"{Xml.Units(y)}\"/><a:ext cx=\"{Xml.Units(width)}\" cy=\"{Xml.Units(height)}\"/></p:xfrm>";
}
