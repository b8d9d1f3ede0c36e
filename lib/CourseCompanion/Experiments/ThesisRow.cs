using System.Globalization;
using System.IO.Enumeration;
using CourseCompanion.French;

namespace CourseCompanion.Experiments;

/// <summary>What the thesis reports of a row, as shares in [0, 1].</summary>
/// <param name="Accuracy">Accuracy on the test images.</param>
/// <param name="BalancedAccuracy">Mean of the recalls: its main figure.</param>
/// <param name="Recalls">Recall of each class.</param>
public sealed record ThesisFigures(double Accuracy, double BalancedAccuracy, IReadOnlyList<double> Recalls);

/// <summary>
/// A row of the comparison that chapter 5 reproduces: on which data, with which share of the labels, how the encoder was used, and with which method.
/// </summary>
/// <param name="Dataset"><c>bloodmnist</c> or <c>dermamnist</c>.</param>
/// <param name="Share"><c>full</c>, or <c>quarter</c>: a random quarter of the labels. Pretext tasks see all images in any case.</param>
/// <param name="Backbone">
/// <c>supervised</c>: the thesis' baseline; <c>frozen</c>, <c>finetuned</c> (end to end): a pretrained encoder; <c>scratch</c>: the training of
/// <c>finetuned</c>, from random weights.
/// </param>
/// <param name="Method">The pretext task, the fusion or the network, as the protocol names it.</param>
public sealed record ThesisRow(string Dataset, string Share, string Backbone, string Method)
{
    private const string Resource = "CourseCompanion.datasets.thesis_accuracy.csv";

    /// <summary>The 53 rows of the thesis, in its order.</summary>
    public static IReadOnlyList<ThesisRow> Published { get; } = Read();

    /// <summary>What the thesis reports; null for a row that is ours.</summary>
    public ThesisFigures? Thesis { get; init; }

    /// <summary>The name that <see cref="Select"/> understands, without spaces: <c>bloodmnist/quarter/frozen/MoCo</c>.</summary>
    public string Name => $"{Dataset}/{Share}/{Backbone}/{Method.Replace(' ', '-')}";

    /// <summary>The rows that a text names.</summary>
    /// <param name="rows">The rows to choose from.</param>
    /// <param name="selectors">
    /// Selectors, separated by commas. Each is the beginning of a <see cref="Name"/>, whose parts may hold * and ?; upper and lower case are the same:
    /// <c>bloodmnist/quarter</c>, <c>*/*/frozen/mo*</c>.
    /// </param>
    /// <returns>The rows in their own order, each once.</returns>
    /// <exception cref="ArgumentException">A selector names no row.</exception>
    public static IReadOnlyList<ThesisRow> Select(IReadOnlyList<ThesisRow> rows, string selectors)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(selectors);
        var chosen = new HashSet<ThesisRow>();
        foreach (string selector in selectors.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] parts = selector.Replace(' ', '-').Split('/');
            ThesisRow[] found = [.. rows.Where(row => parts.Length <= 4 && parts.Zip(row.Name.Split('/')).All(pair => FileSystemName.MatchesSimpleExpression(pair.First, pair.Second)))];
            chosen.UnionWith(found.Length > 0 ? found : throw new ArgumentException(
                $"'{selector}' names no row of the thesis.{NearestNames.Suggest(selector, rows.Select(row => row.Name))} Rows are DATASET/SHARE/BACKBONE/METHOD; each part may hold *."));
        }

        return [.. rows.Where(chosen.Contains)];
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    // dataset,labelled_share,backbone,method,class0 .. class7,accuracy,balanced_accuracy, in percent; a set of seven classes leaves the eighth empty.
    private static IReadOnlyList<ThesisRow> Read()
    {
        using var reader = new StreamReader(typeof(ThesisRow).Assembly.GetManifestResourceStream(Resource)!);
        return
        [
            .. from line in reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
               let cells = line.Trim().Split(',')
               let figures = cells[4..].Where(cell => cell.Length > 0).Select(cell => double.Parse(cell, CultureInfo.InvariantCulture) / 100).ToArray()
               select new ThesisRow(cells[0], cells[1], cells[2], cells[3]) { Thesis = new ThesisFigures(figures[^2], figures[^1], figures[..^2]) },
        ];
    }
}
