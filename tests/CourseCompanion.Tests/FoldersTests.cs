using System.Text.RegularExpressions;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Tests;

/// <summary>
/// Folders of the library use those of lower floors only: whoever reads one of them never has to read upwards. A folder may
/// use those named before its own line, and within a line none of its neighbours.
/// </summary>
public partial class FoldersTests
{
    // Ground floor first.
    private static readonly string[][] Floors =
    [
        ["French", "Files"],
        ["Display", "Work"],
        ["Data", "Evaluation"],
        ["Augmentations", "Models", "Results"],
        ["Tables", "Training"],
        ["Classifiers", "Graphs", "SelfSupervised", "SelfTraining", "SemiSupervised", "Transfer"],
        ["Adversarial", "Clustering", "Consistency", "Projection"],
        ["BrainScan", "Segmentation"],
        ["Experiments", "Teaching"],
    ];

    private static readonly string Library = Path.Combine(Repository.Root, "lib", "CourseCompanion");

    [Fact]
    public void Every_folder_has_a_floor_and_every_floor_a_folder() => Assert.Equal(
        Directory.EnumerateDirectories(Library).Select(Path.GetFileName).Where(name => name is not "bin" and not "obj").Order(StringComparer.Ordinal),
        Floors.SelectMany(floor => floor).Order(StringComparer.Ordinal));

    [Fact]
    public void Namespaces_are_those_of_the_folders() => Assert.Empty(SourceFiles()
        .Where(file => Declared().Match(File.ReadAllText(file)).Groups[1].Value != string.Join('.', FolderOf(file).Split(Path.DirectorySeparatorChar)))
        .Select(file => Path.GetRelativePath(Library, file)));

    [Fact]
    public void Folders_use_lower_floors_only()
    {
        Dictionary<string, int> floorOf = Floors.SelectMany((floor, height) => floor.Select(name => (name, height))).ToDictionary();
        IEnumerable<string> upwards =
            from file in SourceFiles()
            let folder = FolderOf(file).Split(Path.DirectorySeparatorChar)[0]
            from used in Used(File.ReadAllText(file))
            where used != folder && floorOf.TryGetValue(used, out int height) && height >= floorOf[folder]
            select $"{Path.GetRelativePath(Library, file)} uses {used}";
        Assert.Empty(upwards);
    }

    [Theory]
    [InlineData("using CourseCompanion.Teaching;", "Teaching")]
    [InlineData("using static CourseCompanion.Data.Sources.DatasetCatalog;", "Data")]
    [InlineData("using Store = CourseCompanion.Data.Sources.DataStore;", "Data")]
    [InlineData("    var profile = Work.Profile.Current;", "Work")]
    [InlineData("    CourseCompanion.Results.Metric metric;", "Results")]
    public void A_use_is_seen_however_it_is_written(string line, string folder) => Assert.Contains(folder, Used(line));

    [Theory]
    [InlineData("/// <see cref=\"Teaching.Exercice\"/>")]
    [InlineData("using Microsoft.Data.Analysis;")]
    [InlineData("    Bundle.Data.Count")]
    public void What_is_no_use_is_not_taken_for_one(string line) => Assert.Empty(Used(line));

    private static IEnumerable<string> SourceFiles() => Directory.EnumerateFiles(Library, "*.cs", SearchOption.AllDirectories)
        .Where(file => FolderOf(file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"));

    private static string FolderOf(string file) => Path.GetRelativePath(Library, Path.GetDirectoryName(file)!);

    // By a directive, or in the code by a name that begins with the folder's. Comments may point anywhere.
    private static IEnumerable<string> Used(string text) => text.Split('\n')
        .Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
        .SelectMany(line => Use().Matches(line))
        .Select(match => match.Groups[1].Value)
        .Where(Floors.SelectMany(floor => floor).Contains)
        .Distinct();

    [GeneratedRegex(@"^namespace CourseCompanion\.([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Declared();

    [GeneratedRegex(@"(?<![\w.])(?:CourseCompanion\.)?([A-Z]\w+)(?=[.;])")]
    private static partial Regex Use();
}
