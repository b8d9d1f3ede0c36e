using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using CourseCompanion.Files;
using CourseCompanion.French;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>
/// Looks into the files that a student hands in beside the notebook: weights are read as the course reads them, a text has headings, a page
/// says something. What they are worth, a person reads. The files come from anywhere: nothing in them runs.
/// </summary>
internal static partial class DeliverableCheck
{
    private const long LargestFile = 64L << 20;

    // What stands in these is not shown.
    private static readonly string[] Hidden = ["script", "style", "title", "noscript", "template"];

    /// <summary>Looks for a file in the student's own folder.</summary>
    /// <param name="submission">The notebook beside which it should lie.</param>
    /// <param name="name">Its name, as the chapter says it.</param>
    internal static Deliverable Of(Submission submission, string name)
    {
        if (!submission.HasOwnFolder)
        {
            return new Deliverable(name, DeliverableState.NotVerifiable);
        }
        try
        {
            var file = new FileInfo(Path.Combine(Path.GetDirectoryName(submission.File)!, Path.GetFileName(name)));
            return file.LinkTarget is not null ? Unusable("c’est un lien symbolique, qui n’est pas suivi")
                : !file.Exists ? new Deliverable(name, DeliverableState.Missing)
                // Opening a pipe waits for whoever writes to it, for ever; it has no length.
                : file.Length == 0 ? Unusable("fichier vide")
                : file.Length > LargestFile ? Unusable($"{file.Length >> 20} Mio, plus que les {LargestFile >> 20} Mio qui sont lus")
                : Path.GetExtension(name).ToUpperInvariant() switch
                {
                    ".SAFETENSORS" => Weights(file.FullName),
                    ".MD" => Text(File.ReadAllText(file.FullName)),
                    ".HTML" => Page(File.ReadAllText(file.FullName)),
                    _ => HandedIn(null),
                };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Unusable("fichier illisible");
        }

        Deliverable HandedIn(string? remark) => new(name, DeliverableState.HandedIn, remark);

        Deliverable Unusable(string remark) => new(name, DeliverableState.Unusable, remark);

        Deliverable Weights(string path)
        {
            try
            {
                using var weights = Safetensors.Load(path);
                return weights.Tensors.Count > 0 ? HandedIn(FrenchNumbers.Count(weights.Tensors.Count, "tenseur")) : Unusable("aucun tenseur");
            }
            catch (Exception error) when (error is InvalidDataException or ExternalException)
            {
                return Unusable("ce n’est pas un fichier safetensors lisible");
            }
        }

        Deliverable Text(string markdown) => Headings(markdown) is > 0 and var count ? HandedIn(FrenchNumbers.Count(count, "titre")) : Unusable("aucun titre");

        Deliverable Page(string html) => !html.Contains("<html", StringComparison.OrdinalIgnoreCase) && !html.Contains("<!doctype html", StringComparison.OrdinalIgnoreCase)
                ? Unusable("ce n’est pas une page HTML")
            : ShowsText(html) ? HandedIn(null) : Unusable("page sans texte");
    }

    /// <summary>Headings of a Markdown text, outside fenced code. Line by line: a stranger's text may be too deep for a parser.</summary>
    private static int Headings(string markdown)
    {
        var count = 0;
        var isCode = false;
        foreach (var line in markdown.AsSpan().EnumerateLines())
        {
            isCode ^= Fence().IsMatch(line);
            count += !isCode && Heading().IsMatch(line) ? 1 : 0;
        }
        return count;
    }

    /// <summary>Whether anything of a page can be read.</summary>
    private static bool ShowsText(string html)
    {
        for (var i = 0; i < html.Length; i++)
        {
            if (html[i] != '<')
            {
                if (char.IsLetterOrDigit(html[i]))
                {
                    return true;
                }
                continue;
            }
            var hidden = Array.Find(Hidden, name => html.AsSpan(i + 1).StartsWith(name, StringComparison.OrdinalIgnoreCase));
            var end = html.AsSpan(i).StartsWith("<!--", StringComparison.Ordinal) ? "-->" : hidden is null ? ">" : $"</{hidden}";
            i = html.IndexOf(end, i, StringComparison.OrdinalIgnoreCase);
            if (i < 0 || (hidden is not null && (i = html.IndexOf('>', i)) < 0))
            {
                return false;
            }
            i += hidden is null ? end.Length - 1 : 0;
        }
        return false;
    }

    [GeneratedRegex("^ {0,3}#{1,6}[ \t]+[^ \t#]")]
    private static partial Regex Heading();

    [GeneratedRegex("^ {0,3}(```|~~~)")]
    private static partial Regex Fence();
}
