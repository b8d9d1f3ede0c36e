using CourseCompanion.Data.Sources;
using CourseCompanion.Display;
using CourseCompanion.Files;
using CourseCompanion.French;
using CourseCompanion.Results;
using CourseCompanion.Work;
using TorchSharp;

namespace CourseCompanion.Teaching;

/// <summary>One thing that the course uses on this machine.</summary>
/// <param name="Name">What it is, in French.</param>
/// <param name="IsHere">Whether it is there. Nothing here is indispensable.</param>
/// <param name="Detail">What was found, in French.</param>
/// <param name="Advice">How to get it, in French; null when it is there.</param>
public sealed record EnvironmentItem(string Name, bool IsHere, string Detail, string? Advice = null);

/// <summary>
/// What a student sees of this machine before the first chapter, in French: the tensor engine, processor or GPU, the profile, which
/// images are here, and how to get what is missing. <c>course doctor</c> examines much more.
/// </summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class EnvironmentCheck : IDisplayable
{
    private const string Title = "Votre poste de travail";

    private EnvironmentCheck(IReadOnlyList<EnvironmentItem> items) => Items = items;

    /// <summary>What was looked at, in the order in which it is shown.</summary>
    public IReadOnlyList<EnvironmentItem> Items { get; }

    /// <summary>Looks at this machine. Nothing is downloaded.</summary>
    /// <param name="datasets">Names of the datasets to look for.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="DatasetException">The catalog has no such dataset, or the named folder does not exist.</exception>
    public static EnvironmentCheck Run(params IEnumerable<string> datasets) => Run(new DataOptions(), torch.cuda.is_available(), datasets);

    internal static EnvironmentCheck Run(DataOptions options, bool hasGpu, IEnumerable<string> datasets)
    {
        ArgumentNullException.ThrowIfNull(datasets);
        var here = Provenance.Capture(data: null, seed: 0);
        var store = new DataStore(options);
        return new EnvironmentCheck(
        [
            new EnvironmentItem("Système", true, $"{here.Platform}, {FrenchNumbers.Count(Environment.ProcessorCount, "cœur")}, {here.Runtime}"),
            new EnvironmentItem("Moteur de calcul", true, here.Engine),
            hasGpu
                ? new EnvironmentItem("Processeur graphique (GPU)", true, FrenchNumbers.Count(torch.cuda.device_count(), "GPU", "GPU"))
                : new EnvironmentItem(
                    "Processeur graphique (GPU)",
                    false,
                    "aucun, le processeur suffit au profil rapide",
                    "Rien à faire. Si vous avez un GPU, `environment.md` explique comment l’employer."),
            new EnvironmentItem("Profil", true, $"{Profile.Current} ; `COURSE_PROFILE` choisit entre `essai`, `rapide` et `complet`"),
            .. datasets.Select(name => Describe(store.Find(options.Catalog[name]))),
        ]);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
    {
        [MimeTypes.Html] = HtmlCard.Wrap(Title, HtmlCard.List(Items.Select(ToHtml)), Feedback.Blue),
        [MimeTypes.PlainText] = ToString(),
    };

    /// <summary>The check as plain text, one line each.</summary>
    /// <returns>French text.</returns>
    public override string ToString() => FrenchText.Typeset(
        $"{Title}\n" + string.Join('\n', Items.Select(item => $"{Sign(item)} {item.Name} : {Sentence(item)}")));

    private static EnvironmentItem Describe(DataEntry entry)
    {
        var name = $"Images de {entry.Info.Title}";
        return entry.Checksum switch
        {
            ChecksumState.Official => new EnvironmentItem(name, true, "présentes, fichier officiel"),
            ChecksumState.Missing => new EnvironmentItem(
                name,
                false,
                "absentes",
                entry.Info.File.Url is null
                    ? $"Placez {entry.Info.File.Name} dans un dossier et nommez-le avec `COURSE_DATA` ; d’ici là, des images synthétiques les remplacent."
                    : $"Tapez `./course data get {entry.Info.Name}`, ou placez {entry.Info.File.Name} dans un dossier et nommez-le avec `COURSE_DATA` ; "
                        + "d’ici là, des images synthétiques les remplacent."),
            _ => new EnvironmentItem(name, true, "présentes, fichier non officiel"),
        };
    }

    private static string Sign(EnvironmentItem item) => item.IsHere ? "✓" : "–";

    private static string Sentence(EnvironmentItem item) => $"{item.Detail}." + (item.Advice is null ? "" : " " + item.Advice);

    private static string ToHtml(EnvironmentItem item) =>
        $"{Sign(item)} <strong>{FrenchText.ToHtml(item.Name + " :")}</strong> {FrenchText.ToHtml(Sentence(item))}";
}
