using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CourseCompanion.EndToEnd.Browser;

/// <summary>
/// axe-core, which finds what keeps people from reading a page: the very file of its npm package (MPL-2.0), which the NuGet package
/// Deque.AxeCore.Commons carries. Tests only; it is part of nothing that the course ships.
/// </summary>
internal static class AxeCore
{
    /// <summary>SHA-256 of <c>axe.min.js</c> in <c>npm pack axe-core@4.14.0</c>.</summary>
    public const string Checksum = "20c09fe157a8a34a30e241aaa1fcdade657734f08ab379ecfbeb7d45cc46e878";

    private static readonly Lazy<string> Text = new(() =>
    {
        var package = Assembly.Load("Deque.AxeCore.Commons");
        using var stream = package.GetManifestResourceStream(package.GetManifestResourceNames().Single(name => name.EndsWith("axe.min.js", StringComparison.Ordinal)))!;
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        Assert.Equal(Checksum, Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray())));
        return Encoding.UTF8.GetString(bytes.ToArray());
    });

    /// <summary>What of WCAG 2.2 AA and of the usual structure the page at hand breaks: one line a rule and element.</summary>
    public static async Task<string> ViolationsAsync(BrowserSession browser)
    {
        await browser.EvaluateAsync(Text.Value + "; undefined");
        // A picture of a grid says what its caption says, by intent: that one remark on style is left out.
        var found = await browser.EvaluateAsync("""
            axe.run(document, { preload: false, resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], rules: { "image-redundant-alt": { enabled: false } } })
              .then((result) => result.violations.flatMap((rule) => rule.nodes.map((node) => rule.id + ": " + node.target.join(" ") + " " + node.failureSummary)))
            """);
        return string.Join('\n', found.Deserialize<string[]>()!);
    }
}
