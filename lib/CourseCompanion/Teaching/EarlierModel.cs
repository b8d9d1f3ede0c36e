using CourseCompanion.Data.Sources;
using CourseCompanion.Files;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Teaching;

/// <summary>
/// A model that an earlier chapter saved for the next ones, and whether it may be used: it must have learnt on the same images,
/// with the same ones labelled. Another seed labels other images, so its model has seen labels that are hidden now. One from the trial profile serves
/// in that profile only: it has learnt next to nothing.
/// </summary>
public sealed record EarlierModel
{
    private EarlierModel(string path, string? problem)
    {
        Path = path;
        Problem = problem;
    }

    /// <summary>Where the file is, or should be.</summary>
    public string Path { get; }

    /// <summary>Why the model cannot be used, a French sentence for the student; null if it can.</summary>
    public string? Problem { get; }

    /// <summary>Whether the model is there and fits.</summary>
    public bool IsUsable => Problem is null;

    /// <summary>Looks for the model in <see cref="CourseOutput"/>.</summary>
    /// <param name="fileName">Name of its file, a safetensors file with the metadata of <see cref="Describe"/>.</param>
    /// <param name="data">The data in use now.</param>
    /// <param name="seed">The seed in use now, which chose the labelled images.</param>
    public static EarlierModel Find(string fileName, DataProvenance data, int seed)
    {
        ArgumentNullException.ThrowIfNull(data);
        return At(CourseOutput.Locate(fileName), data, seed);
    }

    internal static EarlierModel At(string path, DataProvenance data, int seed) => new(path, FindProblem(path, data, seed));

    /// <summary>What a chapter writes about its model into the file, for <see cref="Find"/>.</summary>
    /// <param name="chapter">Name of the chapter.</param>
    /// <param name="data">The data the model learnt on.</param>
    /// <param name="seed">The seed that chose the labelled images.</param>
    public static IReadOnlyDictionary<string, string> Describe(string chapter, DataProvenance data, int seed)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(chapter);
        ArgumentNullException.ThrowIfNull(data);
        return new Dictionary<string, string>
        {
            ["chapter"] = chapter,
            ["dataset"] = data.Dataset,
            ["seed"] = FormattableString.Invariant($"{seed}"),
            ["md5"] = data.Md5,
            ["profile"] = Profile.Current.Name,
        };
    }

    /// <summary>Copies the weights into a module of the same architecture.</summary>
    /// <exception cref="InvalidOperationException">The model cannot be used.</exception>
    /// <exception cref="InvalidDataException">The file holds the weights of another architecture.</exception>
    public void LoadInto(nn.Module module)
    {
        if (Problem is not null)
        {
            throw new InvalidOperationException($"'{Path}' cannot be used: {Problem}");
        }

        Safetensors.LoadInto(module, Path);
    }

    private static string? FindProblem(string path, DataProvenance data, int seed)
    {
        string name = System.IO.Path.GetFileName(path);
        if (!File.Exists(path))
        {
            return $"Le fichier {name} n’est pas dans le dossier de sortie.";
        }

        try
        {
            using SafetensorsFile file = Safetensors.Load(path);
            if (file.Metadata.GetValueOrDefault("md5") != data.Md5)
            {
                return $"Le fichier {name} vient d’un modèle qui a appris sur d’autres images.";
            }

            if (file.Metadata.GetValueOrDefault("profile") == Profile.Essai.Name && Profile.Current != Profile.Essai)
            {
                return $"Le fichier {name} vient d’un essai de quelques secondes : ce modèle n’a presque rien appris.";
            }

            return file.Metadata.GetValueOrDefault("seed") == FormattableString.Invariant($"{seed}")
                ? null
                : $"Le fichier {name} vient d’un modèle qui connaît d’autres étiquettes (une autre graine) : il a vu des réponses cachées ici.";
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return $"Le fichier {name} est illisible.";
        }
    }
}
