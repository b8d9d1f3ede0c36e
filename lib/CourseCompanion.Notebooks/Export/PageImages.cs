using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Document;

namespace CourseCompanion.Notebooks.Export;

/// <summary>
/// Puts the images that a text names into the page itself: those pasted into its cell (<c>attachment:</c>), and files beside
/// the notebook. A page may be sent to anyone, so nothing outside the notebook's folder ever gets into it.
/// </summary>
/// <param name="folder">The notebook's folder; null: files stay where they are.</param>
internal sealed partial class PageImages(string? folder)
{
    private const string Attachment = "attachment:";
    private const long MaxBytes = 16 << 20;

    private static readonly Dictionary<string, string> MimeTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".gif"] = "image/gif",
        [".svg"] = "image/svg+xml",
        [".webp"] = "image/webp",
    };

    /// <summary>The HTML with the images of its <c>img</c> elements inside, as far as they are here.</summary>
    internal string Embed(string html, JsonObject? attachments) => Source().Replace(html, match =>
    {
        var address = WebUtility.HtmlDecode(match.Groups["address"].Value);
        return (address.StartsWith(Attachment, StringComparison.Ordinal) ? Pasted(address[Attachment.Length..], attachments) : OfFile(address)) is { } data
            ? $"{match.Groups["before"].Value}\"{data}\""
            : match.Value;
    });

    private static string? Pasted(string name, JsonObject? attachments)
    {
        if (attachments?[Uri.UnescapeDataString(name)] is not JsonObject data || data.Count == 0)
        {
            return null;
        }
        var (mime, content) = data.First();
        return $"data:{WebUtility.HtmlEncode(mime)};base64,{WebUtility.HtmlEncode(MultilineText.Read(content).ReplaceLineEndings(""))}";
    }

    private string? OfFile(string address)
    {
        if (folder is null || address.Length == 0 || address[0] is '/' or '#' || address.Contains(':', StringComparison.Ordinal))
        {
            // An address of the Internet, or one that only its author's machine knows.
            return null;
        }
        try
        {
            var root = Real(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
            var file = Real(Path.GetFullPath(Path.Combine(folder, Uri.UnescapeDataString(address.Split('?', '#')[0]))));
            return file.StartsWith(root, StringComparison.Ordinal) && MimeTypes.TryGetValue(Path.GetExtension(file), out var mime)
                && new FileInfo(file) is { Exists: true, Length: <= MaxBytes }
                ? $"data:{mime};base64,{Convert.ToBase64String(File.ReadAllBytes(file))}"
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The path without symbolic links, which could lead out of the folder: each part is looked at.</summary>
    private static string Real(string path)
    {
        var real = Path.GetPathRoot(path)!;
        foreach (var part in path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            FileSystemInfo entry = Directory.Exists(real) ? new DirectoryInfo(real) : new FileInfo(real);
            real = entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? real;
        }
        return real;
    }

    [GeneratedRegex("""(?<before><img\b[^>]*?\bsrc\s*=\s*)(?<quote>["'])(?<address>.*?)\k<quote>""", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Source();
}
