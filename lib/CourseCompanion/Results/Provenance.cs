using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using CourseCompanion.Data;
using CourseCompanion.Data.Sources;
using CourseCompanion.Work;
using TorchSharp;

namespace CourseCompanion.Results;

/// <summary>
/// Where a figure comes from: which code, which data, which seeds, on what. Kept beside every published figure, so that it
/// can be made again and is never mistaken for one of other data.
/// </summary>
public sealed record Provenance
{
    /// <summary>Commit the library was built from; <c>unknown</c> for a build outside a clone.</summary>
    public required string Commit { get; init; }

    /// <summary>The seeds of everything random: one for a single run, all of them for a figure over several runs.</summary>
    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>Profile: <c>essai</c>, <c>rapide</c> or <c>complet</c>; null for a figure whose sizes no profile chose.</summary>
    public required string? Profile { get; init; }

    /// <summary>Name of the data set; null for a figure that uses none.</summary>
    public required string? Dataset { get; init; }

    /// <summary>MD5 of the data file, or of the images drawn by the generator, in hexadecimal; null without data.</summary>
    public required string? DatasetMd5 { get; init; }

    /// <summary>Where the data came from: a local file, the cache, a download, or the generator.</summary>
    public required string? DatasetSource { get; init; }

    /// <summary>Whether the images are generated look-alikes (<i>données synthétiques</i>) instead of real ones.</summary>
    public required bool Synthetic { get; init; }

    /// <summary>Device: <c>cpu</c> or <c>cuda:0</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Number of threads of the tensor engine.</summary>
    public required int Threads { get; init; }

    /// <summary>Tensor engine and its version, and that of the libtorch that was loaded.</summary>
    public required string Engine { get; init; }

    /// <summary>.NET runtime.</summary>
    public required string Runtime { get; init; }

    /// <summary>Operating system and processor architecture.</summary>
    public required string Platform { get; init; }

    /// <summary>Everything about a figure of one run, computed now in this process with the sizes of the current profile.</summary>
    /// <param name="data">The data it was computed on (<see cref="MedicalDataset.Provenance"/>); null if none.</param>
    /// <param name="seed">Seed of everything random.</param>
    /// <param name="device">Device of the computation; the CPU if null.</param>
    public static Provenance Capture(DataProvenance? data, int seed, torch.Device? device = null) =>
        OfRuns(data, [seed], device) with { Profile = Work.Profile.Current.Name };

    /// <summary>Everything about a figure over several runs, whose sizes no profile chose.</summary>
    /// <param name="data">The data it was computed on; null if none.</param>
    /// <param name="seeds">The seed of each run.</param>
    /// <param name="device">Device of the computation; the CPU if null.</param>
    public static Provenance OfRuns(DataProvenance? data, IEnumerable<int> seeds, torch.Device? device = null)
    {
        (string commit, _) = Describe(typeof(Provenance).Assembly);
        (_, string engineVersion) = Describe(typeof(torch).Assembly);
        int threads = torch.get_num_threads();   // which loads libtorch, if nothing has yet
        return new Provenance
        {
            Commit = commit,
            Seeds = [.. seeds],
            Profile = null,
            Dataset = data?.Dataset,
            DatasetMd5 = data?.Md5,
            DatasetSource = data?.Source.ToString(),
            Synthetic = data?.IsSynthetic ?? false,
            Device = (device ?? torch.CPU).ToString(),
            Threads = threads,
            Engine = $"{typeof(torch).Assembly.GetName().Name} {engineVersion} (libtorch {TensorEngine.LoadedVersion ?? "of unknown version"})",
            Runtime = RuntimeInformation.FrameworkDescription,
            Platform = $"{RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}",
        };
    }

    /// <summary>The record as JSON, with names in snake_case.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);

    /// <summary>What <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="JsonException">The text is not such JSON, or a part is missing.</exception>
    public static Provenance FromJson(string json) => JsonSerializer.Deserialize<Provenance>(json, Format) ?? throw new JsonException("There is no provenance.");

    private static JsonSerializerOptions Format { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    // The SDK appends the commit to the informational version: 0.1.0+98f70b8...
    private static (string Commit, string Version) Describe(Assembly assembly)
    {
        string informational = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        string[] parts = informational.Split('+', 2);
        return (parts.Length == 2 ? parts[1] : "unknown", parts[0]);
    }
}
