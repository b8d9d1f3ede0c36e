using System.Globalization;
using System.Text;
using CourseCompanion.Charts;

namespace CourseCompanion.Notebooks.Slides.PowerPoint;

/// <summary>A chart in the words of DrawingML. Its figures also stand in a workbook, which PowerPoint opens to change them.</summary>
internal static class ChartXml
{
    /// <summary>Name of the workbook's only sheet.</summary>
    internal const string Sheet = "Figures";

    private const string CategoryAxis = "111111111";
    private const string ValueAxis = "222222222";

    /// <summary>The chart part.</summary>
    /// <param name="chart">What to draw.</param>
    /// <param name="workbook">Id of the relationship to the workbook.</param>
    /// <param name="hasTitle">Whether the chart shows its own title: not where the slide's says it.</param>
    internal static string Of(ChartData chart, string workbook, bool hasTitle)
    {
        var title = hasTitle && chart.Title.Length > 0 ? Title(chart.Title, 2000, isUpright: false) + "<c:autoTitleDeleted val=\"0\"/>" : "<c:autoTitleDeleted val=\"1\"/>";
        var unnamed = string.Concat(chart.Series.Index().Where(pair => !pair.Item.IsInLegend).Select(pair => $"<c:legendEntry><c:idx val=\"{pair.Index}\"/><c:delete val=\"1\"/></c:legendEntry>"));
        var legend = chart.Series.Count(series => series.IsInLegend) > 1 ? $"<c:legend><c:legendPos val=\"t\"/>{unnamed}<c:overlay val=\"0\"/>{Text(1800)}</c:legend>" : "";
        return $"""
            <c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><c:date1904 val="0"/><c:lang val="fr-FR"/><c:roundedCorners val="0"/><c:chart>{title}<c:plotArea><c:layout/>{Plot(chart)}{Axes(chart)}</c:plotArea>{legend}<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>{Text(1800)}<c:externalData r:id="{workbook}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>
            """;
    }

    /// <summary>Column of a series in the sheet: A for the places of all, or pairs of columns for points.</summary>
    internal static string Column(int index)
    {
        var name = "";
        for (var rest = index; rest >= 0; rest = rest / 26 - 1)
        {
            name = (char)('A' + rest % 26) + name;
        }
        return name;
    }

    private static string Plot(ChartData chart)
    {
        var series = string.Concat(chart.Series.Select((one, i) => Series(chart, one, i)));
        var axes = $"<c:axId val=\"{CategoryAxis}\"/><c:axId val=\"{ValueAxis}\"/>";
        return chart.Kind switch
        {
            ChartKind.Points => $"<c:scatterChart><c:scatterStyle val=\"lineMarker\"/><c:varyColors val=\"0\"/>{series}{axes}</c:scatterChart>",
            ChartKind.Lines => $"<c:lineChart><c:grouping val=\"standard\"/><c:varyColors val=\"0\"/>{series}<c:marker val=\"1\"/>{axes}</c:lineChart>",
            _ => $"<c:barChart><c:barDir val=\"{(chart.Kind == ChartKind.Bars ? "bar" : "col")}\"/><c:grouping val=\"{(chart.IsStacked ? "stacked" : "clustered")}\"/><c:varyColors val=\"0\"/>{series}<c:gapWidth val=\"60\"/>{(chart.IsStacked ? "<c:overlap val=\"100\"/>" : "")}{axes}</c:barChart>",
        };
    }

    private static string Series(ChartData chart, ChartSeries series, int index)
    {
        var isPoints = chart.Kind == ChartKind.Points;
        var isBar = chart.Kind is ChartKind.Bars or ChartKind.Columns;
        var values = Column(isPoints ? 2 * index + 1 : index + 1);
        var name = $"<c:idx val=\"{index}\"/><c:order val=\"{index}\"/><c:tx><c:strRef><c:f>{Sheet}!${values}$1</c:f><c:strCache><c:ptCount val=\"1\"/><c:pt idx=\"0\"><c:v>{Xml.Encode(series.Name)}</c:v></c:pt></c:strCache></c:strRef></c:tx>";
        var fill = $"<a:solidFill><a:srgbClr val=\"{series.Color}\"/></a:solidFill>";
        var look = isBar ? $"<c:spPr>{fill}<a:ln w=\"9525\"><a:solidFill><a:srgbClr val=\"{House.Ink}\"/></a:solidFill></a:ln></c:spPr><c:invertIfNegative val=\"0\"/>"
            : (series.HasLine ? $"<c:spPr><a:ln w=\"34925\">{fill}<a:prstDash val=\"{Dash(index)}\"/></a:ln></c:spPr>" : "<c:spPr><a:ln w=\"19050\"><a:noFill/></a:ln></c:spPr>")
                + $"<c:marker><c:symbol val=\"{Symbol(index)}\"/><c:size val=\"{(series.Y.Count > 60 ? 5 : 9)}\"/><c:spPr>{fill}<a:ln><a:noFill/></a:ln></c:spPr></c:marker>";
        // Numbers on bars while they have the room.
        var labels = isBar && !chart.IsStacked && series.Low.Count == 0 && chart.Series.Count * chart.Categories.Count <= (chart.Kind == ChartKind.Bars && chart.Series.Count > 1 ? 0 : 16)
            ? $"<c:dLbls><c:numFmt formatCode=\"{Format(series.Y)}\" sourceLinked=\"0\"/><c:spPr><a:noFill/></c:spPr>{Text(1600)}<c:showLegendKey val=\"0\"/><c:showVal val=\"1\"/><c:showCatName val=\"0\"/><c:showSerName val=\"0\"/><c:showPercent val=\"0\"/><c:showBubbleSize val=\"0\"/></c:dLbls>"
            : "";
        var errors = series.Low.Count == 0 ? "" : Errors(series, isPoints);
        var y = Numbers(series.Y, values);
        if (isPoints)
        {
            return $"<c:ser>{name}{look}{errors}<c:xVal>{Numbers(series.X, Column(2 * index))}</c:xVal><c:yVal>{y}</c:yVal><c:smooth val=\"0\"/></c:ser>";
        }
        var categories = $"<c:cat><c:strRef><c:f>{Sheet}!$A$2:$A${chart.Categories.Count + 1}</c:f><c:strCache><c:ptCount val=\"{chart.Categories.Count}\"/>{string.Concat(chart.Categories.Select((category, i) => $"<c:pt idx=\"{i}\"><c:v>{Xml.Encode(category)}</c:v></c:pt>"))}</c:strCache></c:strRef></c:cat>";
        return $"<c:ser>{name}{look}{labels}{errors}{categories}<c:val>{y}</c:val>{(isBar ? "" : "<c:smooth val=\"0\"/>")}</c:ser>";
    }

    private static string Errors(ChartSeries series, bool isPoints)
    {
        static string Literal(IReadOnlyList<double> values) =>
            $"<c:numLit><c:formatCode>General</c:formatCode><c:ptCount val=\"{values.Count}\"/>{string.Concat(values.Select((value, i) => double.IsFinite(value) ? $"<c:pt idx=\"{i}\"><c:v>{Xml.Number(value)}</c:v></c:pt>" : ""))}</c:numLit>";
        return $"<c:errBars>{(isPoints ? "<c:errDir val=\"y\"/>" : "")}<c:errBarType val=\"both\"/><c:errValType val=\"cust\"/><c:noEndCap val=\"0\"/><c:plus>{Literal(series.High)}</c:plus><c:minus>{Literal(series.Low)}</c:minus><c:spPr><a:ln w=\"19050\"><a:solidFill><a:srgbClr val=\"{House.Ink}\"/></a:solidFill></a:ln></c:spPr></c:errBars>";
    }

    private static string Numbers(IReadOnlyList<double> values, string column)
    {
        var points = new StringBuilder();
        foreach (var (i, value) in values.Index().Where(pair => double.IsFinite(pair.Item)))
        {
            points.Append(CultureInfo.InvariantCulture, $"<c:pt idx=\"{i}\"><c:v>{Xml.Number(value)}</c:v></c:pt>");
        }
        return $"<c:numRef><c:f>{Sheet}!${column}$2:${column}${values.Count + 1}</c:f><c:numCache><c:formatCode>General</c:formatCode><c:ptCount val=\"{values.Count}\"/>{points}</c:numCache></c:numRef>";
    }

    private static string Axes(ChartData chart)
    {
        var isBars = chart.Kind == ChartKind.Bars;
        var grid = $"<c:majorGridlines><c:spPr><a:ln w=\"9525\"><a:solidFill><a:srgbClr val=\"{House.Line}\"/></a:solidFill></a:ln></c:spPr></c:majorGridlines>";
        string Axis(string id, string crosses, bool isHorizontal, bool hasGrid, string title) =>
            $"<c:axId val=\"{id}\"/><c:scaling><c:orientation val=\"{(isBars && id == CategoryAxis ? "maxMin" : "minMax")}\"/></c:scaling><c:delete val=\"0\"/><c:axPos val=\"{(isHorizontal ? "b" : "l")}\"/>{(hasGrid ? grid : "")}{(title.Length > 0 ? Title(title, 1800, !isHorizontal) : "")}<c:numFmt formatCode=\"General\" sourceLinked=\"0\"/><c:majorTickMark val=\"out\"/><c:minorTickMark val=\"none\"/><c:tickLblPos val=\"low\"/>{Text(1800)}<c:crossAx val=\"{crosses}\"/><c:crosses val=\"{(isBars && id == ValueAxis ? "max" : "autoZero")}\"/>";
        var places = chart.Kind == ChartKind.Points
            ? $"<c:valAx>{Axis(CategoryAxis, ValueAxis, isHorizontal: true, hasGrid: true, chart.XTitle)}<c:crossBetween val=\"midCat\"/></c:valAx>"
            : $"<c:catAx>{Axis(CategoryAxis, ValueAxis, !isBars, hasGrid: false, chart.XTitle)}<c:auto val=\"0\"/><c:lblAlgn val=\"ctr\"/><c:lblOffset val=\"100\"/><c:noMultiLvlLbl val=\"1\"/></c:catAx>";
        return places + $"<c:valAx>{Axis(ValueAxis, CategoryAxis, isBars, hasGrid: true, chart.YTitle)}<c:crossBetween val=\"{(chart.Kind == ChartKind.Points ? "midCat" : "between")}\"/></c:valAx>";
    }

    private static string Title(string text, int size, bool isUpright) =>
        $"<c:title><c:tx><c:rich><a:bodyPr{(isUpright ? " rot=\"-5400000\" vert=\"horz\"" : "")}/><a:lstStyle/><a:p><a:pPr><a:defRPr sz=\"{size}\" b=\"0\"/></a:pPr><a:r><a:rPr lang=\"fr-FR\" sz=\"{size}\" b=\"0\"/><a:t>{Xml.Encode(text)}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val=\"0\"/></c:title>";

    private static string Text(int size) =>
        $"<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz=\"{size}\"><a:solidFill><a:srgbClr val=\"{House.Ink}\"/></a:solidFill></a:defRPr></a:pPr><a:endParaRPr lang=\"fr-FR\"/></a:p></c:txPr>";

    private static string Format(IReadOnlyList<double> values) =>
        values.All(value => value == Math.Truncate(value)) ? "#,##0" : values.Any(value => Math.Abs(value) >= 10) ? "#,##0.0" : "0.00";

    private static string Dash(int index) => ((string[])["solid", "dash", "sysDot", "dashDot"])[index % 4];

    private static string Symbol(int index) => ((string[])["circle", "square", "diamond", "triangle", "x", "plus", "star"])[index % 7];
}

/// <summary>The charts' colours, for slides.</summary>
internal static class House
{
    /// <summary>Titles and headings of tables.</summary>
    internal static string Accent { get; } = Palette.Blue[1..];

    /// <summary>Text.</summary>
    internal const string Ink = "1A1A1A";

    /// <summary>Footers and notes.</summary>
    internal const string Muted = "555555";

    /// <summary>Lines of tables and charts.</summary>
    internal const string Line = "D0D7DE";
}
