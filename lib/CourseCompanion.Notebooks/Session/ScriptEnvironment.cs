using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using CourseCompanion.Labelling.Dispatch;
using CourseCompanion.Labelling.Reports;
using CourseCompanion.Labelling.Shards;
using CourseCompanion.Labelling.Simulation;
using CourseCompanion.Notebooks.Interactive;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;

namespace CourseCompanion.Notebooks.Session;

/// <summary>What cells see: references, imports and compiler options. Made once per session and shared by all cells.</summary>
internal static class ScriptEnvironment
{
    private static readonly string[] DefaultImports =
    [
        "System",
        "System.IO",
        "System.Linq",
        "System.Collections.Generic",
        "System.Threading.Tasks",
        typeof(DisplayFunctions).Namespace!,
        typeof(DisplayFunctions).FullName!,
    ];

    // What cells use of the library for labelling. To ask it for all its types would load its database drivers into every session.
    private static readonly string[] LabellingImports =
    [
        typeof(LabellingJob).Namespace!,
        typeof(LabellingReport).Namespace!,
        typeof(LabellingRun).Namespace!,
        typeof(ClusterStudy).Namespace!,
    ];

    // Packages that cells use without #r. Their namespaces are not imported: Plotly.NET has a Chart of its own, and much else.
    private static readonly string[] Preloaded =
        ["Plotly.NET", "Plotly.NET.CSharp", "FSharp.Core", "DynamicObj", "Microsoft.Data.Analysis", "Microsoft.ML.DataView"];

    /// <summary>The options of the first submission. Later ones inherit its references and imports.</summary>
    internal static ScriptOptions CreateOptions(SessionOptions options, IReadOnlyList<Assembly> assemblies)
    {
        var baseDirectory = Path.GetFullPath(options.BaseDirectory ?? Environment.CurrentDirectory);
        return ScriptOptions.Default
            .WithLanguageVersion(LanguageVersion.Latest)
            .WithOptimizationLevel(OptimizationLevel.Release)
            // Line numbers in the stack traces of students' errors.
            .WithEmitDebugInformation(true)
            .WithFileEncoding(Encoding.UTF8)
            .WithReferences(References(assemblies))
            .WithImports(Imports(assemblies))
            .WithMetadataResolver(ScriptMetadataResolver.Default.WithBaseDirectory(baseDirectory))
            .WithSourceResolver(new SourceFileResolver([], baseDirectory));
    }

    /// <summary>The course library with its charts, its tensor engine, this library, and what cells may use beside them.</summary>
    internal static IReadOnlyList<Assembly> DefaultAssemblies() =>
    [
        typeof(ScriptEnvironment).Assembly,
        typeof(Work.WorkContext).Assembly,
        typeof(Charts.Figure).Assembly,
        typeof(LabellingJob).Assembly,
        typeof(TorchSharp.torch).Assembly,
        .. Preloaded.Select(Assembly.Load),
    ];

    /// <summary>To be called with each cell before it is compiled.</summary>
    /// <param name="text">The cell.</param>
    internal static void Prepare(string text)
    {
        // Before the first chart: its default template makes each of them slow. Starting it takes 0.2 s, too long for every session.
        if (text.Contains("Plotly.NET", StringComparison.Ordinal))
        {
            Charts.PlotlyNet.DropDefaultTemplate();
        }
    }

    private static IEnumerable<MetadataReference> References(IReadOnlyList<Assembly> assemblies)
    {
        // The whole framework, but nothing of what this program itself happens to use (compiler, console, tests).
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var trusted = ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "").Split(Path.PathSeparator);
        return trusted
            .Where(path => Path.GetDirectoryName(path) == framework)
            .Concat(assemblies.Select(assembly => assembly.Location))
            .Distinct()
            .Select(path => MetadataReference.CreateFromFile(path));
    }

    private static ImmutableArray<string> Imports(IReadOnlyList<Assembly> assemblies)
    {
        var imports = new List<string>(DefaultImports);
        if (assemblies.Contains(typeof(TorchSharp.torch).Assembly))
        {
            imports.Add(typeof(TorchSharp.torch).Namespace!);
            imports.Add(typeof(TorchSharp.torch).FullName!);
        }
        if (assemblies.Contains(typeof(LabellingJob).Assembly))
        {
            imports.AddRange(LabellingImports);
        }
        // Only namespaces that exist: an import of an absent one would be an error in every cell.
        imports.AddRange(assemblies
            .Where(assembly => assembly != typeof(ScriptEnvironment).Assembly && assembly != typeof(LabellingJob).Assembly && !Preloaded.Contains(assembly.GetName().Name))
            .SelectMany(assembly => assembly.GetExportedTypes())
            .Select(type => type.Namespace)
            .OfType<string>()
            .Where(name => name == "CourseCompanion" || name.StartsWith("CourseCompanion.", StringComparison.Ordinal))
            .Distinct()
            .Order(StringComparer.Ordinal));
        return [.. imports];
    }
}
