using System.Security.Cryptography;
using System.Text;
using CourseCompanion.Notebooks.Document;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>One notebook of the folder of submissions.</summary>
/// <param name="Student">Who handed it in.</param>
/// <param name="File">Its full path.</param>
/// <param name="Name">Its path as it is shown.</param>
/// <param name="Problem">Why it is not read, in French, or null.</param>
internal sealed record Submission(string Student, string File, string Name, string? Problem = null);

/// <summary>The folder of submissions: a notebook a student, or a folder a student with notebooks in it.</summary>
internal static class Submissions
{
    private const string Extension = ".ipynb";

    /// <summary>Everything that was handed in, in the order of names. Links are not followed: they can lead anywhere.</summary>
    internal static IReadOnlyList<Submission> In(string folder)
    {
        List<Submission> found = [];
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (entry.Name.StartsWith('.'))
            {
                continue;
            }
            if (entry.LinkTarget is not null)
            {
                found.Add(new Submission(Path.GetFileNameWithoutExtension(entry.Name), entry.FullName, entry.Name, "c’est un lien symbolique : il n’est pas suivi."));
            }
            else if (entry is DirectoryInfo student)
            {
                found.AddRange(OfStudent(student));
            }
            else if (entry.Name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            {
                found.Add(new Submission(Path.GetFileNameWithoutExtension(entry.Name), entry.FullName, entry.Name));
            }
        }
        return found;
    }

    private static IEnumerable<Submission> OfStudent(DirectoryInfo student)
    {
        var notebooks = student.EnumerateFiles("*", SearchOption.TopDirectoryOnly)
            .Where(file => file.Name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) && !file.Name.StartsWith('.'))
            .OrderBy(file => file.Name, StringComparer.Ordinal).ToList();
        if (notebooks.Count == 0)
        {
            return [new Submission(student.Name, student.FullName, student.Name + "/", "le dossier ne contient aucun notebook.")];
        }
        return notebooks.Select(file => new Submission(student.Name, file.FullName, $"{student.Name}/{file.Name}",
            file.LinkTarget is null ? null : "c’est un lien symbolique : il n’est pas suivi."));
    }

    /// <summary>Reads a notebook that anyone may have made.</summary>
    /// <returns>The notebook with its checksum, or why there is none, in French.</returns>
    internal static (NotebookDocument? Document, string Sum, string? Problem) Read(Submission submission, long mostBytes)
    {
        if (submission.Problem is { } known)
        {
            return (null, "", known);
        }
        try
        {
            using var file = new FileStream(submission.File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if ((File.GetAttributes(submission.File) & (FileAttributes.Device | FileAttributes.Directory)) != 0 || !file.CanSeek)
            {
                return (null, "", "ce n’est pas un fichier ordinaire.");
            }
            if (file.Length > mostBytes)
            {
                return (null, "", $"le fichier pèse {file.Length >> 20} Mio ; au-delà de {mostBytes >> 20} Mio, il n’est pas lu. Videz les sorties du notebook.");
            }
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return (NotebookDocument.Parse(bytes, submission.Name), Convert.ToHexStringLower(SHA256.HashData(bytes)), null);
        }
        catch (NotebookFormatException)
        {
            return (null, "", "ce n’est pas un notebook lisible (JSON au format Jupyter).");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (null, "", "le fichier ne peut pas être lu.");
        }
    }

    /// <summary>A name for a file: letters, digits and hyphens of the student's name, and a sum that keeps two apart.</summary>
    internal static string PageName(Submission submission)
    {
        var plain = new string([.. submission.Name.Replace(Extension, "", StringComparison.OrdinalIgnoreCase).Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' ? c : '-')]);
        var sum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(submission.Name)).AsSpan(0, 4));
        return $"{(plain.Length > 60 ? plain[..60] : plain).Trim('-')}-{sum}".TrimStart('-');
    }
}
