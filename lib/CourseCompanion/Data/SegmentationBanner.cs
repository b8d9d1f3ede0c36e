using System.Globalization;
using System.Text;
using CourseCompanion.Data.Sources;
using CourseCompanion.Display;
using CourseCompanion.French;

namespace CourseCompanion.Data;

/// <summary>What a student sees before any result of segmentation, in French: which slices are in use, and what they may serve for.</summary>
/// <param name="set">The set in use.</param>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class SegmentationBanner(SegmentationSet set) : IDisplayable
{
    private const string Subject = "coupes FLAIR et masques de tumeurs";

    private readonly DataProvenance _provenance = set.Provenance;
    private readonly (int Patients, int Slices, int WithTumour, int Side) _size = (set.PatientCount, set.Count, set.TumourSliceCount, set.Side);

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
    public override string ToString() => FrenchText.Typeset($"{Title} : {Subject}\n{string.Join('\n', Sentences)}");

    private IEnumerable<string> Compose()
    {
        if (_provenance.IsSynthetic)
        {
            yield return "Ces coupes et leurs masques sont dessinés par un programme pour que le chapitre fonctionne sans les vraies images. "
                + "Les scores obtenus ici ne disent rien de la médecine.";
            yield return $"Ce jeu ne se télécharge pas. Pour travailler sur les vraies images : placez {SegmentationSet.FileName} dans un dossier et nommez ce dossier avec --data ou COURSE_DATA.";
        }

        yield return $"{FrenchNumbers.Count(_size.Patients, "patient")}, {FrenchNumbers.Count(_size.Slices, "coupe")} de {_size.Side} × {_size.Side} pixels, "
            + $"dont {FrenchNumbers.Whole(_size.WithTumour)} montrent une tumeur.";
        yield return "Aide à la décision pour apprendre, jamais un diagnostic.";
        yield return _provenance.IsSynthetic
            ? $"Graine du générateur : {_provenance.Seed}."
            : $"Fichier : {Path.GetFileName(_provenance.Path)}, md5 {_provenance.Md5}. Licence : {SegmentationSet.Licence} (usage non commercial seulement). "
                + "À citer : M. Buda, A. Saha, M. A. Mazurowski, Computers in Biology and Medicine 109, 218-225, 2019.";
    }

    private string ToHtml()
    {
        (string icon, string background, string border) = _provenance.IsSynthetic ? ("⚠️", "#fdecea", "#b3261e") : ("✔️", "#eaf4ea", "#2e7d32");
        StringBuilder html = new();
        html.Append(CultureInfo.InvariantCulture, $"<div role=\"note\" style=\"border:1px solid {border};border-left:6px solid {border};background:{background};color:#1b1b1b;padding:0.6em 1em;margin:0.5em 0;border-radius:4px\">");
        html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:0 0 0.4em 0;font-size:{(_provenance.IsSynthetic ? "1.25em" : "1em")}\"><strong>{icon} {FrenchText.ToHtml($"{Title} : {Subject}")}</strong></p>");
        foreach (var sentence in Sentences)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:0.2em 0\">{FrenchText.ToHtml(sentence)}</p>");
        }

        return html.Append("</div>").ToString();
    }
}
