using CourseCompanion.Augmentations;
using CourseCompanion.Charts;
using CourseCompanion.Charts.Plotly;
using CourseCompanion.Data.Images;
using CourseCompanion.Evaluation;
using TorchSharp;
using NetChart = Plotly.NET.CSharp.Chart;

namespace CourseCompanion.EndToEnd.Browser;

/// <summary>One example of everything the chart builder can make, with the hard cases: long names, markup in names, many series.</summary>
internal static class ChartGallery
{
    private static readonly string[] Classes =
    [
        "Kératose actinique", "Carcinome basocellulaire", "Kératose bénigne", "Dermatofibrome", "Mélanome", "Nævus mélanocytaire",
        "Lésion vasculaire",
    ];

    public static IReadOnlyDictionary<string, Figure> Figures { get; } = new Dictionary<string, Figure>
    {
        ["line"] = LearningCurves(),
        ["line-many"] = Chart.Line(
            "Exactitude selon la méthode et le nombre d’images étiquetées par classe, sur l’ensemble de test de DermaMNIST",
            "Images par classe",
            Axis.Percent("Exactitude"),
            Enumerable.Range(0, 8).Select(i => new Series(
                $"Méthode numéro {i + 1}", Enumerable.Range(1, 6).Select(n => 0.3 + 0.05 * i + 0.04 * n)).At([5, 10, 20, 50, 100, 200]))),
        ["line-log"] = Chart.Line(
            "Perte selon le pas d’apprentissage",
            new Axis("Pas d’apprentissage") { IsLogarithmic = true }.Mark(1e-3, "Adam, valeur usuelle"),
            "Perte (entropie croisée)",
            new Series("Validation", [1.9, 1.2, 0.71, 0.95, double.NaN, 2.4]).At([1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0])),
        ["bar"] = Chart.Bar(
            "Images par classe : un jeu de données très déséquilibré",
            "Classe",
            "Images",
            Classes,
            new Series("Images", [228, 359, 769, 80, 779, 4693, 99])),
        ["bar-grouped"] = Chart.Bar(
            "Rappel par classe avant et après les pseudo-labels",
            "Classe",
            Axis.Percent("Rappel") with { Minimum = 0, Maximum = 1 },
            Classes,
            new Series("Supervisé (350 images)", [0.45, 0.52, 0.31, 0.6, 0.42, 0.713, 0.83]),
            new Series("Pseudo-labels", [0.5, 0.55, 0.36, 0.58, 0.4, 0.791, 0.86])),
        ["bar-stacked"] = Chart.StackedBar(
            "Pseudo-labels ajoutés à chaque tour",
            "Tour",
            "Pseudo-labels",
            ["1", "2", "3", "4", "5"],
            new Series("Justes", [1203, 2110, 2874, 3355, 3790]),
            new Series("Faux", [230, 481, 702, 911, 1180])),
        ["bar-horizontal"] = Chart.HorizontalBar(
            "Scores macro AUC avec intervalle de confiance à 95 %",
            "Macro AUC",
            "Méthode",
            ["Classe majoritaire", "Supervisé, 350 images étiquetées", "Pseudo-labels calibrés par température"],
            new Series("Macro AUC", [0.5, 0.861, 0.884]).Between([0.5, 0.852, 0.871], [0.5, 0.873, 0.895])),
        ["forest"] = Chart.Forest(
            "Différence avec la référence, à pas d’entraînement égaux, sur 20 graines",
            Axis.Points("Gain d’exactitude équilibrée"),
            [
                ("Supervisé, vue faible et couleurs légères", new ConfidenceInterval(0.034, 0.021, 0.047, 0.95)),
                ("FixMatch", new ConfidenceInterval(0.004, -0.012, 0.019, 0.95)),
                ("FlexMatch <seuil par classe>", new ConfidenceInterval(-0.009, -0.028, 0.011, 0.95)),
                ("MixMatch", new ConfidenceInterval(-0.052, -0.071, -0.036, 0.95)),
            ]),
        ["scatter"] = TwoMoons(),
        ["plotly-net"] = NetChart.Violin<string, double, string>(Y: (double[])[0.81, 0.84, 1000.5, 0.9], Name: "Graines")
            .HouseStyle("Exactitude sur quatre graines"),
        ["heatmap"] = Chart.Heatmap(
            "Exactitude selon le seuil et la marge",
            "Seuil",
            "Marge",
            Axis.Percent("Exactitude"),
            ["0,50", "0,70", "0,90", "0,95", "0,99"],
            ["0,0", "0,1", "0,2"],
            new[,] { { 0.51, 0.54, 0.57, 0.56, 0.55 }, { 0.52, 0.55, 0.58, 0.57, 0.54 }, { 0.53, 0.56, 0.575, 0.56, double.NaN } }),
        ["confusion"] = Chart.ConfusionMatrix("Matrice de confusion sur l’ensemble de test", Confusion(), Classes),
        ["histogram"] = Chart.Histogram(
            "Confiance des prédictions",
            Axis.Percent("Confiance") with { Minimum = 0, Maximum = 1 },
            "Images",
            new Series("Justes", Confidences(1, 3000, 6, 1.4)),
            new Series("Fausses", Confidences(2, 1200, 3, 2))),
        ["histogram-share"] = Chart.Histogram(
            "Répartition des confiances",
            Axis.Percent("Confiance").Mark(0.9, "Seuil de 90 %"),
            Axis.Percent("Part des images"),
            10,
            new Series("Toutes", Confidences(3, 2000, 5, 1.5))),
        ["reliability"] = Reliability("Fiabilité avant calibration", 0.14),
        ["grid"] = Figure.Grid(
            "Fiabilité avant et après calibration par température",
            2,
            Reliability("Avant : température de 1", 0.14),
            Reliability("Après : température de 1,8", 0.02)),
        ["grid-mixed"] = Figure.Grid(
            "Effet du seuil",
            2,
            LearningCurves(),
            Chart.Line(
                "Pseudo-labels retenus",
                Axis.Percent("Seuil"),
                "Pseudo-labels",
                new Series("Retenus", [6100, 5200, 3900, 2800, 900]).At([0.5, 0.7, 0.9, 0.95, 0.99])),
            TwoMoons(),
            Chart.Bar("Images par classe", "Classe", "Images", ["A", "B"], new Series("Images", [12, 15]))),
        ["slider"] = Figure.Slider(
            "Les étiquettes se propagent de proche en proche",
            "Itération",
            Enumerable.Range(0, 6).Select(step => ($"{step}", Moons(step)))),
        ["dodged"] = Chart.Line(
            "Avec et sans",
            "Nombre d’intrus",
            Axis.Percent("Exactitude"),
            Series.OverDraws("Sans", [[0.8, 0.9], [0.7, 0.9]]).At([25, 100]),
            Series.OverDraws("Avec", [[0.7, 0.9], [0.6, 0.8]]).At([25, 100])).Dodged(),
        ["regions"] = Regions(),
        ["regions-grid"] = Figure.Grid("Régions côte à côte", 2, Regions(), Regions()),
        ["image"] = Picture(),
        ["masks"] = Chart.MaskOverlay("Une coupe", Slice(), ("Vérité", Disc(12, 10)), ("Prédiction", Disc(14, 11))),
        ["mask-slices"] = Chart.MaskSlices("Un patient", torch.stack([Slice(), Slice(), Slice()]), ["4", "5", "6"], ("Vérité", torch.stack([Disc(12, 0), Disc(12, 10), Disc(12, 4)]))),
        ["mask-grid"] = Chart.MaskGrid("Deux méthodes", Slice(), Disc(12, 10), 2, ("Supervisé seul", Disc(16, 9)), ("Mean <Teacher>", Disc(12, 0))),
        ["uncertainty"] = Chart.UncertaintyMap("Où la méthode hésite", "Entropie (bits)", Disc(12, 10).to(torch.float32) * 0.8, ("Vérité", Disc(12, 10))),
        ["markup"] = Chart.Bar(
            "<b>Pas gras</b> & <img src=x onerror=\"document.title='broken'\">",
            "<i>Classe</i>",
            new Axis("Images %{y} <script>") { Unit = "<u>" },
            ["<a href=\"javascript:1\">lien</a>", "a & b", "p < 0,05"],
            new Series("<b>série</b> %{x}", [1, 2, 3]),
            new Series("autre <br> série", [3, 2, 1])),
        ["single-values"] = Chart.Bar("Une seule barre", "Classe", "Images", new Dictionary<string, double> { ["Unique"] = 1 }),
    };

    private static Figure LearningCurves() => Chart.Line(
        "Courbes d’apprentissage",
        "Époque",
        Axis.Percent("Exactitude").Mark(0.668, "Classe majoritaire : 66,8 %"),
        new Series("Entraînement", [0.312, 0.455, 0.571, 0.662, 0.734, 0.791, 0.842, 0.871]),
        new Series("Validation", [0.351, 0.442, 0.518, 0.561, 0.574, 0.583, 0.571, 0.569]));

    private static Figure TwoMoons() => Moons(2) with { AltText = "Deux lunes entremêlées, chacune de sa couleur." };

    private static Figure Moons(int step)
    {
        var random = new Random(7);
        var points = Enumerable.Range(0, 120).Select(i =>
        {
            var angle = Math.PI * random.NextDouble();
            var upper = i % 2 == 0;
            var noise = () => 0.08 * (random.NextDouble() + random.NextDouble() - 1);
            return (
                X: (upper ? Math.Cos(angle) : 1 - Math.Cos(angle)) + noise(),
                Y: (upper ? Math.Sin(angle) : 0.5 - Math.Sin(angle)) + noise(),
                Class: angle * 6 / Math.PI <= step + 1 ? upper ? 1 : 2 : 0);
        }).ToList();
        string[] names = ["Sans étiquette", "Classe A", "Classe B"];
        return Chart.Scatter(
            "Deux lunes",
            "Première coordonnée",
            "Seconde coordonnée",
            Enumerable.Range(0, 3).Where(k => points.Any(p => p.Class == k)).Select(k =>
            {
                var own = points.Where(p => p.Class == k).ToList();
                return new Series(names[k], own.Select(p => p.Y)).At(own.Select(p => p.X));
            }));
    }

    private static Figure Regions()
    {
        var grid = new PlaneGrid(-1.5, 2.5, -1, 1.5, 60, 45);
        var answers = Enumerable.Range(0, 60 * 45).Select(i => (i % 60 / 20 + i / 60 / 30) % 4 - 1L);
        return Chart.DecisionRegions(
            "Régions de décision",
            "Première coordonnée",
            "Seconde coordonnée",
            grid,
            answers,
            ["Classe A", "Classe B", "Classe C"],
            new Series("Sans étiquette", [0.1, 0.9, -0.4, 1.2]).At([-1, 0.4, 1.1, 2]).Muted(),
            new Series("Classe A, étiquetée", [0.5, 0.2]).At([-0.7, 0.1]).Emphasised(),
            new Series("Classe B, étiquetée", [0.7, 1.1]).At([0.9, 1.3]).Emphasised());
    }

    private static Figure Reliability(string title, double excess) => Chart.ReliabilityDiagram(
        title,
        Enumerable.Range(0, 10).Select(i => new ReliabilityBin(
            i / 10.0, (i + 1) / 10.0, i < 2 ? 0 : 40 * i * i, i / 10.0 + 0.06, Math.Clamp(i / 10.0 + 0.06 - excess * i / 9 * (i == 4 ? -1 : 1), 0, 1))));

    private static long[,] Confusion()
    {
        var counts = new long[7, 7];
        long[] totals = [66, 103, 220, 23, 223, 1341, 29];
        for (var i = 0; i < 7; i++)
        {
            for (var j = 0; j < 7; j++)
            {
                counts[i, j] = i == j ? totals[i] * 6 / 10 : totals[i] * ((i * 3 + j) % 5) / 40;
            }
        }

        return counts;
    }

    private static List<double> Confidences(int seed, int count, double up, double down)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
            Math.Pow(random.NextDouble(), 1 / up) * (1 - Math.Pow(random.NextDouble(), down * 2) * 0.3))];
    }

    private static Figure Picture()
    {
        var pixels = new byte[28 * 28 * 3];
        for (var i = 0; i < 28 * 28; i++)
        {
            pixels[i] = (byte)(i % 28 * 9);
            pixels[28 * 28 + i] = (byte)(i / 28 * 9);
            pixels[2 * 28 * 28 + i] = (byte)((i % 28 + i / 28) % 2 * 255);
        }

        var axes = Chart.Scatter("Une image", "Colonne", "Ligne", new Series("coin", [0]).At([0]));
        return axes with { Traces = [new ImageTrace { Source = ImageFile.ToDataUri(torch.tensor(pixels, [3, 28, 28])) }] };
    }

    private static torch.Tensor Slice() => torch.arange(32 * 32).remainder(200).reshape(1, 32, 32).to(torch.uint8);

    private static torch.Tensor Disc(int centre, int radius)
    {
        var away = (torch.arange(32) - centre).square();
        return (away.unsqueeze(0) + away.unsqueeze(1)).lt(radius * radius).to(torch.uint8);
    }

    public static ImageGrid Views()
    {
        var pixels = torch.full([3, 28, 28], 200, torch.uint8);
        pixels.narrow(1, 8, 13).narrow(2, 6, 10).fill_(90);
        pixels[0].narrow(0, 8, 5).narrow(1, 6, 4).fill_(30);
        return Chart.Views("Une lésion et ses vues", pixels, MedicalViews.SkinLesions);
    }

    public static ImageGrid Images()
    {
        var random = new Random(5);
        var images = Enumerable.Range(0, 10).Select(n =>
        {
            var planes = new byte[3 * 28 * 28];
            var (cx, cy, r) = (10 + random.Next(8), 10 + random.Next(8), 4 + random.Next(6));
            for (var i = 0; i < 28 * 28; i++)
            {
                var inside = Math.Pow(i % 28 - cx, 2) + Math.Pow(i / 28 - cy, 2) < r * r;
                planes[i] = (byte)(inside ? 120 : 225);
                planes[784 + i] = (byte)(inside ? 60 + random.Next(30) : 180);
                planes[1568 + i] = (byte)(inside ? 40 : 160);
            }

            return planes;
        });
        return Chart.ImageGrid(
            "Les erreurs dont le modèle est le plus sûr",
            28,
            28,
            3,
            images,
            Enumerable.Range(0, 10).Select(n => $"Vraie : {Classes[n % 7]}\nPrédite : <b>{Classes[(n + 4) % 7]}</b>\n99,{n} %"),
            5);
    }
}
