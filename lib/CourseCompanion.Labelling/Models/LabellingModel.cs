using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CourseCompanion.Data.Sources;
using CourseCompanion.Files;
using static TorchSharp.torch;

namespace CourseCompanion.Labelling.Models;

/// <summary>
/// A model of the course that labels images, read from a safetensors file: the mission's (a linear classifier on the features of an encoder,
/// chapter 6.4) or the small network of chapters 1 to 4.
/// </summary>
public abstract class LabellingModel : IDisposable
{
    /// <summary>Changes whenever pixels reach a network otherwise, or its numbers become a label otherwise.</summary>
    public const int PipelineVersion = 1;

    /// <summary>Names under which a file may say more about itself.</summary>
    internal const string ClassesEntry = "classes", ThresholdEntry = "label_threshold", CurveEntry = "risk_coverage";

    private protected LabellingModel(WeightFile file, int classCount)
    {
        Path = file.Path;
        Checksum = Sha256.OfFile(file.Path);
        ClassNames = ReadNames(file, classCount);
        Threshold = ReadThreshold(file);
        RiskCoverage = file.Metadata.GetValueOrDefault(CurveEntry);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>SHA-256 of the file, in lower-case hexadecimal.</summary>
    public string Checksum { get; }

    /// <summary>SHA-256 of all that decides an answer: this file, the encoder's weights, how pixels are prepared.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{Checksum} {Foundation} {Size} {Channels} version {PipelineVersion}"))));

    /// <summary>Names of the K classes.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The least probability at which the file's makers let it label without a human; null where the file does not say.</summary>
    public double? Threshold { get; }

    /// <summary>The risk-coverage curve that the threshold comes from, as JSON [[coverage, risk, confidence], ...]; null where the file does not say.</summary>
    public string? RiskCoverage { get; }

    /// <summary>French name of the architecture.</summary>
    public abstract string Architecture { get; }

    /// <summary>Channels of the images: 1 for grey, 3 for colour.</summary>
    public abstract int Channels { get; }

    /// <summary>Height and width to which images are brought, in pixels.</summary>
    public abstract int Size { get; }

    /// <summary>Numbers D of an embedding.</summary>
    public abstract long EmbeddingLength { get; }

    /// <summary>What it stands on besides its own file, by checksum; empty where nothing.</summary>
    private protected virtual string Foundation => "";

    /// <summary>Reads a model.</summary>
    /// <param name="path">A safetensors file of the course.</param>
    /// <param name="device">Where to compute; the processor if null.</param>
    /// <param name="options">Where an encoder's weights are looked for; null takes everything from the environment.</param>
    /// <exception cref="FileNotFoundException">The file, or the encoder that it needs, is not here; the message says how to get it.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or of no model that can label.</exception>
    public static LabellingModel Load(string path, Device? device = null, DataOptions? options = null)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no model '{path}'. Chapter 6.4 saves one: 06-4-modele.safetensors.", path);
        }

        using SafetensorsFile file = Safetensors.Load(path);
        return LinearHeadModel.Fits(file) ? new LinearHeadModel(file, device ?? CPU, options)
            : SimpleCnnModel.Fits(file) ? new SimpleCnnModel(file, device ?? CPU)
            : throw new InvalidDataException(
                $"'{path}' is of no model that can label: it holds {string.Join(", ", file.Tensors.Keys.Order(StringComparer.Ordinal).Take(6))}. "
                + "Take the classifier that chapter 6.4 saves, or a SimpleCnn of chapters 1 to 4.");
    }

    /// <summary>Labels a batch.</summary>
    /// <param name="images">uint8 [B, <see cref="Channels"/>, <see cref="Size"/>, <see cref="Size"/>] on the CPU.</param>
    public abstract Answers Label(Tensor images);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the network.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected abstract void Dispose(bool disposing);

    private static string[] ReadNames(WeightFile file, int count)
    {
        if (file.Metadata.GetValueOrDefault(ClassesEntry) is not { } text)
        {
            return [.. Enumerable.Range(0, count).Select(label => label.ToString(CultureInfo.InvariantCulture))];
        }

        string[] names;
        try
        {
            names = JsonSerializer.Deserialize<string[]>(text) ?? [];
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The names of the classes in '{file.Path}' are not a JSON list of texts: {text}", exception);
        }

        return names.Length == count && names.Distinct(StringComparer.Ordinal).Count() == count && !names.Any(string.IsNullOrWhiteSpace)
            ? names
            : throw new InvalidDataException($"'{file.Path}' answers for {count} classes, but names {text}.");
    }

    private static double? ReadThreshold(WeightFile file)
    {
        if (file.Metadata.GetValueOrDefault(ThresholdEntry) is not { } text)
        {
            return null;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double threshold) && threshold is >= 0 and <= 1
            ? threshold
            : throw new InvalidDataException($"'{file.Path}' says that it labels from '{text}' on: a probability lies in [0, 1].");
    }
}
