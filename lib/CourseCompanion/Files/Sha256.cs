using System.Security.Cryptography;

namespace CourseCompanion.Files;

/// <summary>The checksum that tells contents apart, and that nobody can imitate: SHA-256, in lower-case hexadecimal.</summary>
internal static class Sha256
{
    /// <summary>The checksum of a file, read in pieces.</summary>
    public static string OfFile(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 20);
        return OfStream(stream);
    }

    /// <summary>The checksum of what a stream has left.</summary>
    public static string OfStream(Stream stream) => Convert.ToHexStringLower(SHA256.HashData(stream));
}
