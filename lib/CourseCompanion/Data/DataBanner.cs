using System.Globalization;
using System.Net;
using System.Text;
using CourseCompanion.Data.Sources;
using CourseCompanion.Display;
using CourseCompanion.French;

namespace CourseCompanion.Data;

/// <summary>
/// What a student sees before any result, in French: which data is in use. Real, official data is said quietly; a file that
/// is not the official one is named as such; generated data is said loudly.
/// </summary>
/// <param name="dataset">The dataset in use.</param>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class DataBanner(MedicalDataset dataset) : IDisplayable
{
    private readonly DatasetInfo _info = dataset.Info;
    private readonly DataProvenance _provenance = dataset.Provenance;
    private readonly long[] _counts = [dataset.Train.Count, dataset.Validation.Count, dataset.Test.Count];

    /// <summary>The first line: <i>Données réelles</i> or <i>DONNÉES SYNTHÉTIQUES</i>.</summary>
    public string Title => _provenance switch
    {
        { IsSynthetic: true } => DataProvenance.SyntheticTitle,
        { IsOfficial: true } => DataProvenance.RealTitle + ", fichier officiel",
        _ => DataProvenance.RealTitle + ", fichier non officiel",
    };

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
    public override string ToString() => $"{Title} : {_info.Title}\n{string.Join('\n', Sentences)}";

    private IEnumerable<string> Compose()
    {
        if (_provenance.IsSynthetic)
        {
            yield return "Ces images sont dessinées par un programme pour que le cours fonctionne sans les vraies données. "
                + "Les scores obtenus ici ne disent rien de la médecine et ne se comparent à aucun chiffre publié.";
            yield return $"Les vraies images manquent : {string.Join(" ; ", _provenance.Tried.Select(Explain))}.";
            yield return _info.File.Url is null
                ? $"Pour travailler sur les vraies images : placez {_info.File.Name} dans un dossier et nommez ce dossier avec --data ou COURSE_DATA."
                : $"Pour travailler sur les vraies images : ./course data get {_info.Name}, ou placez {_info.File.Name} dans un dossier et nommez ce dossier avec --data ou COURSE_DATA.";
        }
        else if (!_provenance.IsOfficial)
        {
            yield return _provenance.OfficialMd5 is null
                ? "Il n’existe pas de fichier officiel pour ce jeu de données : rien ne permet de vérifier celui-ci."
                : "Ce fichier n’est pas, octet pour octet, le fichier officiel (il a pu être reconstruit à partir des images d’origine). Les scores peuvent s’écarter légèrement des chiffres publiés.";
        }

        yield return $"{_info.FrenchDescription} {_info.ClassCount} classes ; images de {_info.Height} × {_info.Width} pixels, {(_info.Channels == 1 ? "en niveaux de gris" : "en couleurs")}.";
        yield return $"Entraînement : {FrenchNumbers.Whole(_counts[0])} images ; validation : {FrenchNumbers.Whole(_counts[1])} ; test : {FrenchNumbers.Whole(_counts[2])}.";
        yield return _provenance.Source switch
        {
            DataSource.Synthetic => $"Graine du générateur : {_provenance.Seed}.",
            DataSource.Cache => $"Fichier : {_info.File.Name} (déjà téléchargé), md5 {_provenance.Md5}.",
            DataSource.Download => $"Fichier : {_info.File.Name} (téléchargé à l’instant), md5 {_provenance.Md5}.",
            _ => $"Fichier : {Path.GetFileName(_provenance.Path)} (votre dossier), md5 {_provenance.Md5}.",
        };
        yield return $"Licence des images d’origine : {_info.Licence.Name}{(_info.Licence.NonCommercial ? " (usage non commercial seulement)" : "")}. "
            + $"À citer : {string.Join(" ", _info.Citations.Select(citation => citation.Text))}";
    }

    private static string Explain(MissingSource step) => (step.Source, step.Reason) switch
    {
        (DataSource.LocalFile, MissingReason.NotConfigured) => "aucun dossier de données n’est indiqué",
        (DataSource.LocalFile, _) when step.NearMisses is { Count: > 0 } names =>
            $"le dossier indiqué ne contient pas le fichier, mais {string.Join(", ", names.Select(name => $"« {name} »"))} : "
            + "si c’est le bon fichier, renommez-le ; un suffixe tel que _64 désigne une autre taille d’image",
        (DataSource.LocalFile, _) => "le dossier indiqué ne contient pas le fichier",
        (DataSource.Cache, _) => "le fichier n’a pas encore été téléchargé",
        (_, MissingReason.Offline) => "le téléchargement est désactivé (COURSE_OFFLINE=1)",
        (_, MissingReason.NoDownload) => "ce jeu de données ne se télécharge pas",
        _ => "le serveur est injoignable",
    };

    private string ToHtml()
    {
        (string icon, string background, string border) = _provenance switch
        {
            { IsSynthetic: true } => ("⚠️", "#fdecea", "#b3261e"),
            { IsOfficial: true } => ("✅", "#eaf4ea", "#2e7d32"),
            _ => ("ℹ️", "#fff4e0", "#b26a00"),
        };
        StringBuilder html = new();
        html.Append(CultureInfo.InvariantCulture, $"<div role=\"note\" style=\"border:1px solid {border};border-left:6px solid {border};background:{background};color:#1b1b1b;padding:0.6em 1em;margin:0.5em 0;border-radius:4px\">");
        html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:0 0 0.4em 0;font-size:{(_provenance.IsSynthetic ? "1.25em" : "1em")}\"><strong>{icon} {Encode(Title)} : {Encode(_info.Title)}</strong></p>");
        foreach (string sentence in Sentences)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:0.2em 0\">{Encode(sentence)}</p>");
        }

        return html.Append("</div>").ToString();
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
