using CourseCompanion.Data.Sources;
using CourseCompanion.Files;
using static TorchSharp.torch;

namespace CourseCompanion.Models;

/// <summary>
/// Where the weights of a network that has learnt elsewhere are on this machine. They are never downloaded nor replaced by
/// others: when the file is absent, <see cref="HowToGet"/> says so, and what needs it is left out.
/// </summary>
/// <example>
/// <code>
/// PretrainedWeights weights = PretrainedWeights.Find(SqueezeNet.WeightFile);
/// if (weights.Path is { } path)
/// {
///     using SqueezeNet network = SqueezeNet.Load(path);
/// }
/// </code>
/// </example>
public sealed class PretrainedWeights
{
    /// <summary>Environment variable that names a folder of weight files.</summary>
    public const string Variable = "COURSE_WEIGHTS";

    private const string FolderName = "weights";

    private PretrainedWeights(string fileName, string? path, IReadOnlyList<string> searched)
    {
        FileName = fileName;
        Path = path;
        Searched = searched;
    }

    /// <summary>Name of the file, such as <see cref="SqueezeNet.WeightFile"/>.</summary>
    public string FileName { get; }

    /// <summary>Where the file is, or null when it is nowhere.</summary>
    public string? Path { get; }

    /// <summary>The folders searched, in order, up to the one that had the file.</summary>
    public IReadOnlyList<string> Searched { get; }

    /// <summary>For the student, in French: that the file is absent, where it was looked for and how to get it.</summary>
    public string HowToGet =>
        $"Le fichier de poids « {FileName} » n’est pas sur cette machine (dossiers consultés : {string.Join(", ", Searched)}). "
        + $"Placez-le dans l’un d’eux, ou dans un dossier désigné par la variable {Variable}. "
        + "La commande « ./course weights list » et la page datasets/README.md disent comment l’obtenir.";

    /// <summary>
    /// Looks for a weight file, in this order: the folder that <c>COURSE_WEIGHTS</c> names; a folder <c>weights</c> in the data
    /// folder (<c>--data</c>, <c>COURSE_DATA</c>), then beside it; the folder <c>weights</c> of the cache.
    /// </summary>
    /// <param name="fileName">Name of the file, without folders.</param>
    /// <param name="options">The data folder and the cache; null takes both from the environment.</param>
    /// <returns>What was found: <see cref="Path"/> is null when there is no such file.</returns>
    /// <exception cref="ArgumentException">The name is empty or holds a folder.</exception>
    /// <exception cref="DirectoryNotFoundException"><c>COURSE_WEIGHTS</c> names a folder that does not exist.</exception>
    public static PretrainedWeights Find(string fileName, DataOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(fileName);
        if (System.IO.Path.GetFileName(fileName) != fileName)
        {
            throw new ArgumentException($"'{fileName}' is not the name of a file without folders.", nameof(fileName));
        }

        List<string> searched = [];
        foreach (string folder in Folders(options ?? new DataOptions()))
        {
            searched.Add(folder);
            string path = System.IO.Path.Combine(folder, fileName);
            if (File.Exists(path))
            {
                return new PretrainedWeights(fileName, path, searched);
            }
        }

        return new PretrainedWeights(fileName, null, searched);
    }

    /// <summary>Makes a network of a weight file: the input it wants, the network, its weights.</summary>
    internal static TNetwork Load<TNetwork>(string path, ImageNetInput? input, Func<ImageNetInput, TNetwork> make, string classifierPrefix)
        where TNetwork : nn.Module
    {
        using WeightFile file = WeightFile.Load(path);
        TNetwork network = make(input ?? InputOf(file));
        try
        {
            WeightImport.Into(network, file.Tensors, path, name => name.StartsWith(classifierPrefix, StringComparison.Ordinal) ? null : name);
            network.eval();
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static ImageNetInput InputOf(WeightFile file)
    {
        try
        {
            return ImageNetInput.FromMetadata(file.Metadata)
                ?? throw new InvalidDataException($"its header has no entry '{ImageNetInput.HeaderEntry}'");
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException(
                $"'{file.Path}' does not tell which input its network wants: {exception.Message}. Name it when loading: "
                + $"{nameof(ImageNetInput)}.{nameof(ImageNetInput.Standardised)} for torchvision's weights, "
                + $"{nameof(ImageNetInput)}.{nameof(ImageNetInput.BlueGreenRed)} for Caffe's.", exception);
        }
    }

    private static IEnumerable<string> Folders(DataOptions options)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } named && !string.IsNullOrWhiteSpace(named))
        {
            yield return Directory.Exists(named) ? System.IO.Path.GetFullPath(named) : throw new DirectoryNotFoundException(
                $"The weight folder '{named}' (named by {Variable}) does not exist. Correct the name, or unset the variable.");
        }

        if (options.EffectiveDirectory is { } data)
        {
            string folder = System.IO.Path.GetFullPath(data).TrimEnd(System.IO.Path.DirectorySeparatorChar);
            yield return System.IO.Path.Combine(folder, FolderName);
            if (System.IO.Path.GetDirectoryName(folder) is { } parent)
            {
                yield return System.IO.Path.Combine(parent, FolderName);
            }
        }

        yield return System.IO.Path.Combine(options.EffectiveCacheDirectory, FolderName);
    }
}
