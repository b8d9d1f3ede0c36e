using System.Xml.Linq;
using CourseCompanion.Charts;
using CourseCompanion.Work;
using Microsoft.CodeAnalysis;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>The examples of our own documentation are cells: whoever copies one into a notebook can execute it.</summary>
public sealed class DocumentationExampleTests : IDisposable
{
    // What the examples name without declaring it, as a chapter has it at hand.
    private const string Context = """
        var data = new { Train = new ImageSet(zeros(64, 3, 28, 28, ScalarType.Byte), arange(64).remainder(7), 7) };
        var moons = TwoMoons.Generate(perClass: 20);
        var points = moons.Points;
        var known = where(arange(40).remainder(10) == 0, moons.Labels, full_like(moons.Labels, -1));
        var net = nn.Linear(2, 2);
        var report = new { MacroAuc = 0.9, Accuracy = 0.8, MacroF1 = 0.5, BalancedAccuracy = 0.6 };
        var provenance = (Provenance)null;
        var (xs, ys) = (moons.X, moons.Y);
        record Answers(long[] Labels);
        var model = new { Predict = (Func<Tensor, Answers>)(places => new Answers(new long[places.shape[0]])) };
        double Gain(int seed) => seed % 3;
        """;

    // These want files, or a process of their own: they are compiled only.
    private static readonly string[] CompiledOnly =
    [
        "T:CourseCompanion.BrainScan.BrainScanMission",
        "T:CourseCompanion.BrainScan.ModelRegistry",
        "T:CourseCompanion.BrainScan.ScanFolder",
        "T:CourseCompanion.Data.MedicalDataset",
        "T:CourseCompanion.Data.SegmentationSet",
        "T:CourseCompanion.Models.PretrainedWeights",
        "T:CourseCompanion.Notebooks.Document.NotebookDocument",
        "T:CourseCompanion.Notebooks.Session.CSharpSession",
    ];

    private readonly SessionHost _host = new();

    public static TheoryData<string> Members => [.. Examples().Select(example => example.Member).Distinct()];

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Every_library_has_its_documentation_here() => Assert.InRange(Members.Count, 12, 200);

    [Theory]
    [MemberData(nameof(Members))]
    public async Task Example_is_a_cell(string member)
    {
        await _host.ValueAsync(Context);
        foreach (var (_, code) in Examples().Where(example => example.Member == member))
        {
            var name = member[2..];
            // The namespaces of the program that executes cells are not imported into them.
            var cell = name.StartsWith("CourseCompanion.Notebooks.", StringComparison.Ordinal)
                ? $"using {name[..name.LastIndexOf('.')]};\n{code}"
                : code;
            var script = _host.Session.LastScript!;
            Assert.Empty(script.ContinueWith<object>(cell, script.Options.WithReferences(Array.Empty<MetadataReference>()).WithImports(Array.Empty<string>()))
                .Compile().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
            if (!CompiledOnly.Contains(member))
            {
                await _host.ValueAsync(cell);
            }
        }
    }

    private static IEnumerable<(string Member, string Code)> Examples() =>
        from assembly in new[] { typeof(WorkContext).Assembly, typeof(Figure).Assembly, typeof(Notebooks.Document.NotebookDocument).Assembly }
        from member in XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
        from code in member.Descendants("code")
        // The compiler's generator documents a regular expression by its pattern.
        where !code.Parent!.Value.TrimStart().StartsWith("Pattern:", StringComparison.Ordinal)
        select (member.Attribute("name")!.Value, Dedent(code.Value));

    private static string Dedent(string code)
    {
        var lines = code.ReplaceLineEndings("\n").Trim('\n').Split('\n');
        var indent = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : "")).TrimEnd();
    }
}
