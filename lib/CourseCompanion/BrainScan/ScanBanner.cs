using System.Globalization;
using System.Text;
using CourseCompanion.Data.Sources;
using CourseCompanion.Display;
using CourseCompanion.French;

namespace CourseCompanion.BrainScan;

/// <summary>What a student sees before any result of the mission, in French: which scans are in use, and what they may serve for.</summary>
/// <param name="folder">The set in use.</param>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class ScanBanner(ScanFolder folder) : IDisplayable
{
    private readonly DataProvenance _provenance = folder.Provenance;
    private readonly int[] _counts = [.. ((int[])[ScanClass.Normal, ScanClass.Cancer, ScanClass.Unlabelled]).Select(label => folder.Files.Count(file => file.Label == label))];
    private readonly int _whole = folder.Count;

    /// <summary>The first line: <i>Données réelles</i> or <i>DONNÉES SYNTHÉTIQUES</i>.</summary>
    public string Title => _provenance.IsSynthetic ? DataProvenance.SyntheticTitle : DataProvenance.RealTitle;

    /// <summary>The banner as sentences.</summary>
    public IReadOnlyList<string> Sentences => [.. Compose()];

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
    {
        [MimeTypes.Html] = ToHtml(),
        [MimeTypes.PlainText] = ToString(),
    };

    /// <summary>The banner as plain text, one sentence per line.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => FrenchText.Typeset($"{Title} : IRM du cerveau\n{string.Join('\n', Sentences)}");

    private IEnumerable<string> Compose()
    {
        if (_provenance.IsSynthetic)
        {
            yield return "Ces coupes sont dessinées par un programme pour que la mission fonctionne sans les vraies images. "
                + "Les scores obtenus ici ne disent rien de la médecine.";
            yield return $"Pour travailler sur les vraies images : placez le dossier {ScanFolder.SetName} dans un dossier et nommez ce dossier avec --data ou COURSE_DATA.";
        }

        var total = _counts.Sum();
        yield return $"{FrenchNumbers.Count(total, "fichier")} : {FrenchNumbers.Whole(_counts[0])} images étiquetées « normale », {FrenchNumbers.Whole(_counts[1])} « cancer », "
            + $"{FrenchNumbers.Whole(_counts[2])} sans étiquette."
            + (total < _whole ? $" Le profil essai n’en prend qu’un échantillon, sur {FrenchNumbers.Whole(_whole)}." : "");
        yield return "Aide à la décision pour apprendre, jamais un diagnostic.";
        yield return _provenance.IsSynthetic
            ? $"Graine du générateur : {_provenance.Seed}."
            : $"Dossier : {ScanFolder.SetName}, empreinte {_provenance.Md5}. Licence : Academic Free License 3.0.";
    }

    private string ToHtml()
    {
        (string icon, string background, string border) = _provenance.IsSynthetic ? ("⚠️", "#fdecea", "#b3261e") : ("✔️", "#eaf4ea", "#2e7d32");
        StringBuilder html = new();
        html.Append(CultureInfo.InvariantCulture, $"<div role=\"note\" style=\"border:1px solid {border};border-left:6px solid {border};background:{background};color:#1b1b1b;padding:0.6em 1em;margin:0.5em 0;border-radius:4px\">");
        html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:0 0 0.4em 0;font-size:{(_provenance.IsSynthetic ? "1.25em" : "1em")}\"><strong>{icon} {FrenchText.ToHtml($"{Title} : IRM du cerveau")}</strong></p>");
        foreach (var sentence in Sentences)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:0.2em 0\">{FrenchText.ToHtml(sentence)}</p>");
        }

        return html.Append("</div>").ToString();
    }
}
