using CourseCompanion.Charts.Plotly;
using CourseCompanion.Data.Images;
using CourseCompanion.Evaluation;
using CourseCompanion.French;
using TorchSharp;

namespace CourseCompanion.Charts;

public static partial class Chart
{
    private const double PictureHeight = 560;
    private const double GridPictureHeight = 300;

    // Colours that stand out on grey and on white, each with its own dash: where two outlines coincide, both still show.
    private static readonly (string Color, string Dash, double Width)[] OutlineStyles =
        [(Palette.Orange, "solid", 3), (Palette.SkyBlue, "6px,4px", 2.5), (Palette.Purple, "2px,3px", 2.5)];

    /// <summary>A slice with the outlines of masks on it, such as the true tumour and the predicted one.</summary>
    /// <remarks>
    /// <code>
    /// var slice = rand(1, 64, 64).mul(255).to(ScalarType.Byte);
    /// var truth = zeros(64, 64, ScalarType.Int64);
    /// truth[20..30, 20..30] = 1;
    /// Chart.MaskOverlay("Coupe 12", slice, ("Vérité", truth), ("Prédiction", truth.roll(2, 0)))
    /// </code>
    /// </remarks>
    /// <param name="title">French title.</param>
    /// <param name="image">The slice <c>[1, H, W]</c> or <c>[H, W]</c>, uint8.</param>
    /// <param name="masks">French name and mask <c>[H, W]</c> of zeros and ones, of any integer type or bool, at most three; the first is the truth.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">A shape or type does not fit, or there are more than three masks.</exception>
    public static Figure MaskOverlay(string title, torch.Tensor image, params IEnumerable<(string Name, torch.Tensor Mask)> masks)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var scope = torch.NewDisposeScope();
        if (image.dtype != torch.ScalarType.Byte || image.dim() is not (2 or 3) || (image.dim() == 3 && image.shape[0] != 1))
        {
            throw new ArgumentException($"Chart '{title}': a slice is uint8 [1, H, W], not {image.dtype} [{string.Join(", ", image.shape)}].", nameof(image));
        }

        var picture = image.dim() == 2 ? image.unsqueeze(0) : image;
        var (height, width) = ((int)picture.shape[1], (int)picture.shape[2]);
        var (names, pixels) = Read(title, masks, height, width);
        return Picture(title, new ImageTrace { Name = "Coupe", Source = ImageFile.ToDataUri(picture), HoverInfo = "skip" }, names, pixels, height, width) with
        {
            AltText = FrenchText.Typeset($"Coupe « {title} », {height} × {width} pixels. {Areas(names, pixels)}"),
        };
    }

    /// <summary>The slices of a patient behind a slider, with the outlines of masks. It opens on the slice with most tumour.</summary>
    /// <remarks>
    /// <code>
    /// var slices = rand(5, 1, 64, 64).mul(255).to(ScalarType.Byte);
    /// var truths = rand(5, 64, 64).gt(0.99).to(ScalarType.Int64);
    /// Chart.MaskSlices("Patient 3", slices, null, ("Vérité", truths), ("Prédiction", truths.roll(1, 1)))
    /// </code>
    /// </remarks>
    /// <param name="title">French title.</param>
    /// <param name="images">The slices <c>[S, 1, H, W]</c>, uint8: 30 of 128 x 128 take about half a megabyte.</param>
    /// <param name="labels">What the slider calls the slices; their numbers from 1 if null.</param>
    /// <param name="masks">French name and masks <c>[S, H, W]</c> of zeros and ones, at most three; the first is the truth.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">A shape or type does not fit, or there are more than three kinds of masks.</exception>
    public static Figure MaskSlices(string title, torch.Tensor images, IReadOnlyList<string>? labels, params IEnumerable<(string Name, torch.Tensor Masks)> masks)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(masks);
        (string Name, torch.Tensor Masks)[] kinds = [.. masks];
        var count = images.dim() == 4 ? (int)images.shape[0] : 0;
        if (count == 0 || kinds.Length == 0 || Array.Exists(kinds, kind => kind.Masks.dim() != 3 || kind.Masks.shape[0] != count) || (labels is not null && labels.Count != count))
        {
            throw new ArgumentException(
                $"Chart '{title}': slices are uint8 [S, 1, H, W], with masks [S, H, W] and as many labels, not [{string.Join(", ", images.shape)}] with "
                + $"{string.Join(", ", kinds.Select(kind => $"[{string.Join(", ", kind.Masks.shape)}]"))} and {labels?.Count ?? count} labels.",
                nameof(images));
        }

        using var scope = torch.NewDisposeScope();
        string[] steps = [.. labels ?? [.. Enumerable.Range(1, count).Select(slice => FrenchNumbers.Whole(slice))]];
        long[][] areas = [.. kinds.Select(kind => kind.Masks.to(torch.ScalarType.Int64).sum([1L, 2L]).cpu().data<long>().ToArray())];
        var opened = Array.IndexOf(areas[0], areas[0].Max());
        var states = steps.Select((step, slice) => (step, MaskOverlay(title, images[slice], kinds.Select(kind => (kind.Name, kind.Masks[slice])))));
        var largest = kinds.Select((kind, k) => $"{kind.Name} : {FrenchNumbers.Count(areas[k].Count(area => area > 0), "coupe marquée", "coupes marquées")}, "
            + $"au plus {FrenchNumbers.Count(areas[k].Max(), "pixel")} (coupe {steps[Array.IndexOf(areas[k], areas[k].Max())]})");
        return Figure.Slider(title, "Coupe", states, opened) with
        {
            AltText = FrenchText.Typeset($"Coupes à curseur « {title} », {FrenchNumbers.Count(count, "coupe")}. {string.Join(" ; ", largest)}."),
        };
    }

    /// <summary>How sure a method is at each pixel of a slice, as colours, with the outlines of masks.</summary>
    /// <param name="title">French title.</param>
    /// <param name="value">What is shown, such as <c>"Entropie (bits)"</c>.</param>
    /// <param name="uncertainty">Values <c>[H, W]</c>, of any floating type.</param>
    /// <param name="masks">French name and mask <c>[H, W]</c> of zeros and ones, at most three; the first is the truth.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">A shape or type does not fit, a value is not finite, or there are more than three masks.</exception>
    public static Figure UncertaintyMap(string title, Axis value, torch.Tensor uncertainty, params IEnumerable<(string Name, torch.Tensor Mask)> masks)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(uncertainty);
        if (uncertainty.dim() != 2 || !uncertainty.is_floating_point())
        {
            throw new ArgumentException($"Chart '{title}': uncertainty is of a floating type [H, W], not {uncertainty.dtype} [{string.Join(", ", uncertainty.shape)}].", nameof(uncertainty));
        }

        using var scope = torch.NewDisposeScope();
        var (height, width) = ((int)uncertainty.shape[0], (int)uncertainty.shape[1]);
        var (names, pixels) = Read(title, masks, height, width);

        // Three digits: the eye sees no more, and a page of 128 x 128 values stays small.
        double[] cells = [.. uncertainty.detach().to(torch.ScalarType.Float64).cpu().contiguous().data<double>().ToArray().Select(cell => value.Drawn(Math.Round(cell, 3)))];
        RequireFinite(cells, $"Chart '{title}'");
        var figure = Picture(
            title,
            new HeatmapTrace
            {
                Name = value.Title,
                Z = [.. cells.Chunk(width)],
                ZMin = value.Minimum is { } minimum ? value.Drawn(minimum) : 0,
                ZMax = value.Maximum is { } maximum ? value.Drawn(maximum) : Math.Max(cells.Max(), 1e-3),
                // From black to white, like the slice itself: outlines stand out as they do there.
                ColorScale = "Greys",
                ColorBar = Scale(value.Caption),
                ShowLegend = false,
                HoverTemplate = HoverTemplate(Theme.HoverLine(value, "z", cells)),
            },
            names,
            pixels,
            height,
            width);
        var strongest = Array.IndexOf(cells, cells.Max());
        return figure with
        {
            AltText = FrenchText.Typeset(
                $"Carte d’incertitude « {title} », {height} × {width} pixels. {value.Caption} : de {FrenchNumbers.Compact(cells.Min())} à {FrenchNumbers.Compact(cells.Max())} "
                + $"(ligne {(strongest / width) + 1}, colonne {(strongest % width) + 1}), moyenne {FrenchNumbers.Compact(cells.Average())}. {Areas(names, pixels)}"),
        };
    }

    /// <summary>What several methods make of one slice, side by side: each with the true outline and its own.</summary>
    /// <param name="title">French title.</param>
    /// <param name="image">The slice <c>[1, H, W]</c> or <c>[H, W]</c>, uint8.</param>
    /// <param name="truth">True mask <c>[H, W]</c> of zeros and ones.</param>
    /// <param name="columns">Pictures per row, 1 or more.</param>
    /// <param name="methods">French name and predicted mask of each method; above its picture stands its Dice on this slice.</param>
    /// <returns>One figure.</returns>
    /// <exception cref="ArgumentException">A shape or type does not fit, or there is no method.</exception>
    public static Figure MaskGrid(string title, torch.Tensor image, torch.Tensor truth, int columns, params IEnumerable<(string Name, torch.Tensor Mask)> methods)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(methods);
        (string Name, torch.Tensor Mask)[] list = [.. methods];
        Figure[] cells =
        [
            .. list.Select(method =>
            {
                var height = (int)image.shape[^2];
                var (_, pixels) = Read(method.Name, [("Vérité", truth), ("Prédiction", method.Mask)], height, (int)image.shape[^1]);
                var dice = DicePerPatient.Coefficient(pixels[1], pixels[0]);
                return MaskOverlay(double.IsNaN(dice) ? method.Name : $"{method.Name} (Dice {FrenchNumbers.Number(dice)})", image, ("Vérité", truth), ("Prédiction", method.Mask));
            }),
        ];
        var figure = Figure.Grid(title, columns, cells, GridPictureHeight, columnGap: 0.03);
        return figure with { Layout = figure.Layout with { HoverMode = null } };
    }

    private static Figure Picture(string title, Trace picture, string[] names, byte[][] masks, int height, int width)
    {
        var layout = Theme.Layout(title, names.Length == 1 ? [names[0], ""] : names);
        var bare = new LayoutAxis { ShowGrid = false, ZeroLine = false, ShowLine = false, Ticks = "", ShowTickLabels = false, Constrain = "domain" };
        return new Figure
        {
            Traces = [picture, .. names.Select((name, i) => Outline(name, i, masks[i], height, width))],
            Layout = layout with
            {
                Height = PictureHeight,
                Margin = layout.Margin! with { L = 30, B = 20 },
                ShowLegend = names.Length > 0,
                XAxes = [bare with { Range = [-0.5, width - 0.5] }],
                // Rows count from the top.
                YAxes = [bare with { Range = [height - 0.5, -0.5], ScaleAnchor = "x" }],
            },
        };
    }

    private static (string[] Names, byte[][] Pixels) Read(string title, IEnumerable<(string Name, torch.Tensor Mask)> masks, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(masks);
        (string Name, torch.Tensor Mask)[] list = [.. masks];
        if (list.Length > OutlineStyles.Length)
        {
            throw new ArgumentException($"Chart '{title}' has {list.Length} masks; more than {OutlineStyles.Length} outlines cannot be told apart.", nameof(masks));
        }

        foreach (var (name, mask) in list)
        {
            if (mask.is_floating_point() || !mask.shape.SequenceEqual([height, width]))
            {
                throw new ArgumentException($"Chart '{title}': mask '{name}' is to be [{height}, {width}] of zeros and ones, not {mask.dtype} [{string.Join(", ", mask.shape)}].", nameof(masks));
            }
        }

        using var scope = torch.NewDisposeScope();
        return ([.. list.Select(entry => entry.Name)], [.. list.Select(entry => entry.Mask.ne(0).to(torch.ScalarType.Byte).cpu().contiguous().bytes.ToArray())]);
    }

    private static string Areas(string[] names, byte[][] masks)
    {
        if (names.Length == 0)
        {
            return "";
        }

        var text = string.Join(" ; ", names.Select((name, i) => $"{name} : {FrenchNumbers.Count(masks[i].Count(pixel => pixel != 0), "pixel")}")) + ".";
        var dice = names.Length < 2 ? double.NaN : DicePerPatient.Coefficient(masks[1], masks[0]);
        return double.IsNaN(dice) ? text : $"{text} Coefficient de Dice entre les deux : {FrenchNumbers.Number(dice)}.";
    }

    /// <summary>The line around a mask, along the sides of its pixels.</summary>
    private static ScatterTrace Outline(string name, int place, byte[] mask, int height, int width)
    {
        var (xs, ys) = (new List<double>(), new List<double>());
        foreach (var loop in Loops(mask, height, width))
        {
            xs.AddRange([.. loop.Select(corner => corner.Column - 0.5), double.NaN]);
            ys.AddRange([.. loop.Select(corner => corner.Row - 0.5), double.NaN]);
        }

        // A mask without pixels keeps its entry in the legend.
        var (color, dash, lineWidth) = OutlineStyles[place];
        return new ScatterTrace
        {
            Name = name,
            X = PlotData.Of(xs.Count == 0 ? [double.NaN] : xs.SkipLast(1)),
            Y = PlotData.Of(ys.Count == 0 ? [double.NaN] : ys.SkipLast(1)),
            Mode = ScatterMode.Lines,
            Line = new Line { Color = color, Dash = dash, Width = lineWidth },
            ShowLegend = true,
            HoverInfo = "skip",
        };
    }

    /// <summary>Closed lines around the parts of a mask and around their holes: corners of pixels, those in the middle of a straight line left out.</summary>
    private static IEnumerable<List<(int Row, int Column)>> Loops(byte[] mask, int height, int width)
    {
        // The sides between inside and outside, directed so that the inside lies to the right.
        var onwards = new Dictionary<(int Row, int Column), Stack<(int Row, int Column)>>();
        for (var row = 0; row < height; row++)
        {
            for (var column = 0; column < width; column++)
            {
                if (!Inside(row, column))
                {
                    continue;
                }

                Side(!Inside(row - 1, column), (row, column), (row, column + 1));
                Side(!Inside(row, column + 1), (row, column + 1), (row + 1, column + 1));
                Side(!Inside(row + 1, column), (row + 1, column + 1), (row + 1, column));
                Side(!Inside(row, column - 1), (row + 1, column), (row, column));
            }
        }

        foreach (var start in onwards.Keys.Order().ToArray())
        {
            while (onwards[start].Count > 0)
            {
                List<(int Row, int Column)> loop = [start];
                do
                {
                    var next = onwards[loop[^1]].Pop();
                    if (loop.Count > 1 && (loop[^1].Row - loop[^2].Row) * (next.Column - loop[^1].Column) == (loop[^1].Column - loop[^2].Column) * (next.Row - loop[^1].Row))
                    {
                        loop[^1] = next;
                    }
                    else
                    {
                        loop.Add(next);
                    }
                }
                while (loop[^1] != start);
                yield return loop;
            }
        }

        bool Inside(int row, int column) => row >= 0 && row < height && column >= 0 && column < width && mask[(row * width) + column] != 0;

        void Side(bool isBorder, (int Row, int Column) from, (int Row, int Column) to)
        {
            if (isBorder)
            {
                if (!onwards.TryGetValue(from, out var ends))
                {
                    onwards.Add(from, ends = new Stack<(int Row, int Column)>());
                }

                ends.Push(to);
            }
        }
    }
}
