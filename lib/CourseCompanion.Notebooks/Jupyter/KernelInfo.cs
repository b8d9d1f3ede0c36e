using System.Reflection;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Jupyter.Protocol;

namespace CourseCompanion.Notebooks.Jupyter;

/// <summary>What the kernel says of itself. The language's fields are those that .NET notebooks have always carried.</summary>
internal static class KernelInfo
{
    public static string Version { get; } =
        typeof(KernelInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? "0";

    public static JsonObject Reply() => new()
    {
        ["status"] = "ok",
        ["protocol_version"] = MessageCodec.ProtocolVersion,
        ["implementation"] = "course-companion",
        ["implementation_version"] = Version,
        ["language_info"] = new JsonObject
        {
            ["name"] = "C#",
            ["version"] = "14.0",
            ["mimetype"] = "text/x-csharp",
            ["file_extension"] = ".cs",
            ["pygments_lexer"] = "csharp",
            ["codemirror_mode"] = "text/x-csharp",
        },
        ["banner"] = $"C# 14 (CourseCompanion {Version}, .NET {Environment.Version})",
        ["debugger"] = false,
        ["help_links"] = new JsonArray(
            new JsonObject
            {
                ["text"] = "C#",
                ["url"] = "https://learn.microsoft.com/fr-fr/dotnet/csharp/",
            },
            new JsonObject
            {
                ["text"] = "TorchSharp",
                ["url"] = "https://github.com/dotnet/TorchSharp/wiki",
            }),
    };
}
