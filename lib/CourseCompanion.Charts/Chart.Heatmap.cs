using CourseCompanion.Charts.Plotly;
using CourseCompanion.Evaluation;
using CourseCompanion.French;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    private const int MostWrittenCells = 200;

    // From white to the palette's sky blue: dark writing is readable on every cell.
    private static readonly object[] ScaleForWriting = [new object[] { 0.0, "#FFFFFF" }, new object[] { 1.0, Palette.SkyBlue }];

    /// <summary>A matrix as coloured cells, with the numbers in the cells when they are few.</summary>
    /// <param name="title">French title.</param>
    /// <param name="x">Axis of the columns.</param>
    /// <param name="y">Axis of the rows; the first row is on top.</param>
    /// <param name="value">What a cell shows.</param>
    /// <param name="columns">French names of the columns.</param>
    /// <param name="rows">French names of the rows.</param>
    /// <param name="cells">Values <c>[rows, columns]</c>; not-a-number leaves a cell empty.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">Names and cells do not fit, or there are none.</exception>
    public static Figure Heatmap(
        string title, Axis x, Axis y, Axis value, IEnumerable<string> columns, IEnumerable<string> rows, double[,] cells)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(cells);
        var columnNames = Theme.Categories(columns);
        var rowNames = Theme.Categories(rows, wide: true);
        if (cells.Length == 0 || cells.GetLength(0) != rowNames.Length || cells.GetLength(1) != columnNames.Length)
        {
            throw new ArgumentException(
                $"Chart '{title}' has {cells.GetLength(0)} x {cells.GetLength(1)} cells for {rowNames.Length} row names and "
                + $"{columnNames.Length} column names.",
                nameof(cells));
        }

        var z = Rows(cells, value.Drawn);
        var all = z.SelectMany(row => row);
        RequireNoInfinity(all, $"Chart '{title}'");
        var written = cells.Length <= MostWrittenCells;
        return new Figure
        {
            Traces =
            [
                new HeatmapTrace
                {
                    Name = value.Title,
                    X = PlotData.Of(columnNames),
                    Y = PlotData.Of(rowNames),
                    Z = z,
                    ZMin = value.Minimum is { } minimum ? value.Drawn(minimum) : null,
                    ZMax = value.Maximum is { } maximum ? value.Drawn(maximum) : null,
                    ColorScale = written ? ScaleForWriting : "Cividis",
                    XGap = 1,
                    YGap = 1,
                    TextTemplate = written ? $"%{{z:{Theme.NumberFormat(all, value.IsPercent)}}}" : null,
                    TextFont = written ? new Font { Size = 15, Color = Palette.Ink } : null,
                    ColorBar = Scale(value.Caption),
                    HoverTemplate = HoverTemplate(
                        Theme.HoverLine(y, "y", null), Theme.HoverLine(x, "x", null), Theme.HoverLine(value, "z", all)),
                },
            ],
            Layout = MatrixLayout(title, x, y, rowNames.Length),
        };
    }

    /// <summary>
    /// A confusion matrix: in each cell the number of images and its share of the row, which also gives the colour. The diagonal holds
    /// the recall of each class.
    /// </summary>
    /// <param name="title">French title.</param>
    /// <param name="counts">Images of true class <c>i</c> predicted as class <c>j</c>: <c>[K, K]</c>, 0 or more.</param>
    /// <param name="classes">French names of the K classes.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">The matrix is not K x K, is empty, or a count is negative.</exception>
    public static Figure ConfusionMatrix(string title, long[,] counts, IEnumerable<string> classes)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(classes);
        string[] plainNames = [.. classes];
        var size = plainNames.Length;
        if (size == 0 || counts.GetLength(0) != size || counts.GetLength(1) != size)
        {
            throw new ArgumentException(
                $"A confusion matrix of {size} classes has {size} x {size} counts, not {counts.GetLength(0)} x {counts.GetLength(1)}.",
                nameof(counts));
        }

        return ConfusionMatrix(title, counts, plainNames, plainNames);
    }

    private static Figure ConfusionMatrix(string title, long[,] counts, string[] plainNames, string[] columnNames)
    {
        int size = plainNames.Length, columns = columnNames.Length;
        var totals = new long[size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                totals[i] += counts[i, j] >= 0
                    ? counts[i, j]
                    : throw new ArgumentException($"The count at row {i}, column {j} is negative.", nameof(counts));
            }
        }

        double Share(int i, int j) => totals[i] == 0 ? 0 : (double)counts[i, j] / totals[i];
        string[][] Texts(Func<int, int, string> text) =>
            [.. Enumerable.Range(0, size).Select(i => Enumerable.Range(0, columns).Select(j => text(i, j)).ToArray())];

        var recalls = Enumerable.Range(0, size).Select(i => totals[i] == 0
            ? $"{plainNames[i]}, aucune image"
            : $"{plainNames[i]}, {FrenchNumbers.Percent(Share(i, i))} de {FrenchNumbers.Count(totals[i], "image")}");
        var figure = new Figure
        {
            Traces =
            [
                new HeatmapTrace
                {
                    Name = "Images",
                    X = PlotData.Of(Theme.Categories(columnNames)),
                    Y = PlotData.Of(Theme.Categories(plainNames, wide: true)),
                    Z = [.. Enumerable.Range(0, size).Select(i => Enumerable.Range(0, columns).Select(j => 100 * Share(i, j)).ToArray())],
                    ZMin = 0,
                    ZMax = 100,
                    ColorScale = ScaleForWriting,
                    ShowScale = false,
                    XGap = 1,
                    YGap = 1,
                    Text = Texts((i, j) => counts[i, j] == 0
                        ? "0"
                        : $"{FrenchNumbers.Whole(counts[i, j])}\n{FrenchNumbers.Percent(Share(i, j), 0)}"),
                    TextTemplate = "%{text}",
                    TextFont = new Font { Size = size > 8 ? 13 : 15, Color = Palette.Ink },
                    HoverText = Texts((i, j) => FrenchText.Typeset(
                        $"Vraie classe : {plainNames[i]}\nClasse prédite : {columnNames[j]}\n"
                        + $"{FrenchNumbers.Count(counts[i, j], "image")} sur {FrenchNumbers.Whole(totals[i])}, "
                        + $"soit {FrenchNumbers.Percent(Share(i, j))}")),
                    HoverTemplate = HoverTemplate("%{hovertext}"),
                },
            ],
            Layout = MatrixLayout(title, "Classe prédite", "Vraie classe (100 % par ligne)", size),
        };
        return figure with
        {
            AltText = FrenchText.Typeset(
                $"Matrice de confusion « {figure.Title} », {FrenchNumbers.Count(size, "classe")}, "
                + $"{FrenchNumbers.Count(totals.Sum(), "image")}. Part de chaque vraie classe bien prédite : {string.Join(" ; ", recalls)}."),
        };
    }

    /// <summary>A confusion matrix, from the evaluation's own; images without an answer get a last column.</summary>
    /// <param name="title">French title.</param>
    /// <param name="matrix">The counts.</param>
    /// <param name="classes">French names of the classes.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">There are not as many names as classes.</exception>
    public static Figure ConfusionMatrix(string title, ConfusionMatrix matrix, IEnumerable<string> classes)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentNullException.ThrowIfNull(classes);
        string[] names = [.. classes];
        if (matrix.TotalAbstained == 0 || names.Length != matrix.ClassCount)
        {
            return ConfusionMatrix(title, matrix.ToArray(), names);
        }

        var counts = new long[matrix.ClassCount, matrix.ClassCount + 1];
        for (var truth = 0; truth < matrix.ClassCount; truth++)
        {
            for (var predicted = 0; predicted < matrix.ClassCount; predicted++)
            {
                counts[truth, predicted] = matrix[truth, predicted];
            }

            counts[truth, matrix.ClassCount] = matrix.Abstained(truth);
        }

        return ConfusionMatrix(title, counts, names, [.. names, "Sans réponse"]);
    }

    private static Layout MatrixLayout(string title, Axis x, Axis y, int rows)
    {
        var layout = Theme.Layout(title, []);
        return layout with
        {
            Height = Math.Max(layout.Height!.Value, layout.Margin!.T!.Value + 140 + 58 * Math.Min(rows, 15)),
            XAxes = [Theme.CategoryAxis(x)],
            YAxes = [Theme.CategoryAxis(y) with { AutoRange = "reversed" }],
        };
    }

    private static ColorBar Scale(string caption) => new()
    {
        Title = new Title { Text = FrenchText.Typeset(caption), Side = "right", Font = new Font { Size = 15 } },
        TickFont = new Font { Size = 14 },
        SeparateThousands = true,
        Thickness = 18,
    };

    private static double[][] Rows(double[,] cells, Func<double, double> drawn) =>
    [
        .. Enumerable.Range(0, cells.GetLength(0))
            .Select(i => Enumerable.Range(0, cells.GetLength(1)).Select(j => drawn(cells[i, j])).ToArray()),
    ];
}
