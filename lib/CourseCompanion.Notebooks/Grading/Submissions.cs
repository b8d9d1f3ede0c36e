using System.Security.Cryptography;
using System.Text;
using CourseCompanion.Notebooks.Document;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>One notebook of the folder of submissions.</summary>
/// <param name="Student">Who handed it in.</param>
/// <param name="File">Its full path.</param>
/// <param name="Name">Its path as it is shown.</param>
/// <param name="Problem">Why it is not read, in French, or null.</param>
/// <param name="HasOwnFolder">Whether its folder is the student's, so that what lies beside it is too.</param>
internal sealed record Submission(string Student, string File, string Name, string? Problem = null, bool HasOwnFolder = false);

/// <summary>The folder of submissions: a notebook a student, or a folder a student with notebooks in it.</summary>
internal static class Submissions
{
    private const string Extension = ".ipynb";

    /// <summary>Everything that was handed in, in the order of names. Links are not followed: they can lead anywhere.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="except">A folder that may lie in it and is no student's: that of the marks.</param>
    internal static IReadOnlyList<Submission> In(string folder, string? except = null)
    {
        except = except is null ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(except));
        List<Submission> found = [];
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (entry.Name.StartsWith('.') || entry.FullName == except)
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

    /// <summary>What one student handed in; a folder that cannot be read is that student's problem, not the class's.</summary>
    internal static IReadOnlyList<Submission> OfStudent(DirectoryInfo student)
    {
        try
        {
            List<Submission> notebooks = [.. student.EnumerateFiles("*", SearchOption.TopDirectoryOnly)
                .Where(file => file.Name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) && !file.Name.StartsWith('.'))
                .OrderBy(file => file.Name, StringComparer.Ordinal)
                .Select(file => new Submission(student.Name, file.FullName, $"{student.Name}/{file.Name}",
                    file.LinkTarget is null ? null : "c’est un lien symbolique : il n’est pas suivi.", HasOwnFolder: true))];
            return notebooks.Count > 0 ? notebooks : OfFolder("le dossier ne contient aucun notebook.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return OfFolder("le dossier ne peut pas être lu.");
        }

        IReadOnlyList<Submission> OfFolder(string problem) => [new Submission(student.Name, student.FullName, student.Name + "/", problem)];
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
            // Opening a pipe waits for whoever writes to it, for ever; it has no length, as a device has none.
            if (new FileInfo(submission.File).Length == 0)
            {
                return (null, "", "le fichier est vide, ou n’est pas un fichier ordinaire.");
            }
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
        var sum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(submission.Name)).AsSpan(0, 16));
        return $"{(plain.Length > 60 ? plain[..60] : plain).Trim('-')}-{sum}".TrimStart('-');
    }
}
