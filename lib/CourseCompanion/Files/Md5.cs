using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace CourseCompanion.Files;

/// <summary>The checksum by which the publishers identify their files.</summary>
[SuppressMessage("Security", "CA5351", Justification = "MD5 is what MedMNIST publishes; it finds damage and tells files apart, it proves no authorship.")]
internal static class Md5
{
    /// <summary>The checksum of a file, read in pieces.</summary>
    public static string OfFile(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 20);
        return Convert.ToHexStringLower(MD5.HashData(stream));
    }

    /// <summary>The checksum of what a stream has left.</summary>
    public static async Task<string> OfStreamAsync(Stream stream, CancellationToken cancellation) =>
        Convert.ToHexStringLower(await MD5.HashDataAsync(stream, cancellation).ConfigureAwait(false));

    /// <summary>The checksum of bytes in memory.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));
}
