using CourseCompanion.Notebooks.Export;

namespace CourseCompanion.Notebooks.Slides;

/// <summary>
/// reveal.js, which shows the slides: the files of its npm package as they are, kept in <c>reveal.js/</c> with their licence (MIT).
/// </summary>
internal static class RevealLibrary
{
    /// <summary>Version of the npm package.</summary>
    internal const string Version = "6.0.2";

    /// <summary>SHA-384 of each file, in base64: what <c>npm pack reveal.js@6.0.2</c> brings under <c>dist/</c>.</summary>
    internal static IReadOnlyDictionary<string, string> Checksums { get; } = new Dictionary<string, string>
    {
        ["reveal.js"] = "UilXW7W77EPIY5TmQGBrjhBPcfX40NqGwuIC8DGs6OeGTCxKy36B+DiOXtfqgk9S",
        ["reveal.css"] = "rKClnwfQQ2b7LYSOAhRvm5m4LS7QKciQTAXBpVvr30y6oGB+ZBBXlpDnvFqlv5Eu",
        ["notes.js"] = "XUVoTb/UbE06yoCUaqswCPKSUvPq3q4heijGsemnUSS/JEgW1lNnK0rKlNwjuz7O",
    };

    /// <summary>What the speaker's window says in English, and what a French speaker reads there.</summary>
    internal static IReadOnlyDictionary<string, string> French { get; } = new Dictionary<string, string>
    {
        [">Upcoming<"] = ">Ensuite<",
        [">Time <"] = ">Temps <",
        [">Click to Reset<"] = ">cliquer pour remettre à zéro<",
    };

    /// <summary>Reads one of the files.</summary>
    /// <param name="name">A name in <see cref="Checksums"/>.</param>
    internal static string Read(string name) => EmbeddedText.Read("Slides/reveal.js/" + name);
}
