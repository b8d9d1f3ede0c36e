using System.Globalization;
using System.Security.Cryptography;
using CourseCompanion.Data.Sources;
using CourseCompanion.Files;
using CourseCompanion.Models;
using static TorchSharp.torch;

namespace CourseCompanion.BrainScan;

/// <summary>
/// A network that describes a scan by 512 numbers, together with everything that those numbers depend on: which weights, which
/// preprocessing.
/// </summary>
public sealed class ScanEncoder : IDisposable
{
    /// <summary>SqueezeNet 1.1 with weights learnt on ImageNet.</summary>
    public const string SqueezeNetName = "squeezenet";

    /// <summary>ResNet-18 with weights learnt on ImageNet; its file has to be fetched first (<c>course weights get resnet18</c>).</summary>
    public const string ResNet18Name = "resnet18";

    /// <summary>SqueezeNet 1.1 with random weights: the control. What it can do, the network's shape does, not what it has learnt.</summary>
    public const string RandomName = "random";

    /// <summary>Height and width to which scans are brought, in pixels, unless told otherwise.</summary>
    /// <remarks>
    /// SqueezeNet's features of the 99 labelled real scans tell tumours, by logistic regression and five folds drawn four times, at 0.87
    /// accuracy at 64 pixels, 0.85 at 128, 0.91 at 224 (AUC 0.92, 0.91, 0.95); random weights reach 0.71, 0.80 and 0.84.
    /// </remarks>
    public const int DefaultSize = 224;

    /// <summary>
    /// Scans per forward pass: few, so that what a layer writes is still in the processor's cache when the next one reads it. On two cores SqueezeNet
    /// describes three times as many a second as by 32.
    /// </summary>
    internal const int BatchSize = 8;

    // Changes whenever pixels reach the network otherwise.
    private const int PreprocessingVersion = 1;

    private readonly nn.Module _network;
    private readonly IFeatureExtractor _extractor;

    private ScanEncoder(string name, string checksum, int size, string? notice, nn.Module network)
    {
        Name = name;
        Checksum = checksum;
        Size = size;
        Notice = notice;
        _network = network;
        _extractor = (IFeatureExtractor)network;
        network.eval();
    }

    /// <summary>The names that <see cref="Load"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [SqueezeNetName, ResNet18Name, RandomName];

    /// <summary>The encoders that can be loaded here: those whose weights are on this machine, and random weights.</summary>
    /// <param name="options">Where weights are looked for; null takes everything from the environment.</param>
    public static IReadOnlyList<string> Available(DataOptions? options = null) =>
    [
        .. PretrainedWeights.Find(SqueezeNet.WeightFile, options).Path is null ? Array.Empty<string>() : [SqueezeNetName],
        .. PretrainedWeights.Find(ResNet18.WeightFile, options).Path is null ? Array.Empty<string>() : [ResNet18Name],
        RandomName,
    ];

    /// <summary>What it is: <see cref="RandomName"/> too where the weights asked for are absent.</summary>
    public string Name { get; }

    /// <summary>SHA-256 of the weights, in hexadecimal.</summary>
    public string Checksum { get; }

    /// <summary>Height and width to which scans are brought, in pixels.</summary>
    public int Size { get; }

    /// <summary>Number of features D.</summary>
    public long FeatureCount => _extractor.FeatureCount;

    /// <summary>For the student, in French: that the weights asked for are absent and random ones serve instead; null when they are there.</summary>
    public string? Notice { get; }

    /// <summary>How a file becomes the network's input. Another text means other features.</summary>
    public string Preprocessing => string.Create(
        CultureInfo.InvariantCulture, $"grey (BT.601), bilinear antialiased to {Size} x {Size}, [-1, 1], three equal channels, as the weights want it; version {PreprocessingVersion}");

    /// <summary>What its features are cached under: name and weights.</summary>
    public string Key => $"{Name}@{Checksum}";

    /// <summary>Makes an encoder. Where the weights of <see cref="SqueezeNetName"/> are absent, random ones serve, and <see cref="Notice"/> says so.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="size">Height and width to which scans are brought, in pixels.</param>
    /// <param name="options">Where weights are looked for; null takes everything from the environment.</param>
    /// <exception cref="ArgumentException">There is no such encoder.</exception>
    /// <exception cref="FileNotFoundException">The weights of <see cref="ResNet18Name"/> are absent; the message says how to get them.</exception>
    /// <exception cref="InvalidDataException">The weight file is damaged.</exception>
    public static ScanEncoder Load(string name = SqueezeNetName, int size = DefaultSize, DataOptions? options = null)
    {
        switch (name)
        {
            case RandomName:
                return Untaught(size, null);
            case SqueezeNetName:
                var squeezeNet = PretrainedWeights.Find(SqueezeNet.WeightFile, options);
                return squeezeNet.Path is { } path
                    ? new ScanEncoder(name, Sha256.OfFile(path), size, null, SqueezeNet.Load(path, size: size))
                    : Untaught(size, $"{squeezeNet.HowToGet} Le même réseau, avec des poids aléatoires, le remplace ici.");
            case ResNet18Name:
                var resNet = PretrainedWeights.Find(ResNet18.WeightFile, options);
                return resNet.Path is { } file
                    ? new ScanEncoder(name, Sha256.OfFile(file), size, null, ResNet18.Load(file, size: size))
                    : throw new FileNotFoundException(resNet.HowToGet, ResNet18.WeightFile);
            default:
                throw new ArgumentException($"There is no encoder '{name}': choose {string.Join(", ", Names)}.", nameof(name));
        }
    }

    /// <summary>Features of scans, as many as one likes: the network gets <see cref="BatchSize"/> at a time.</summary>
    /// <param name="images">uint8 [B, 1, <see cref="Size"/>, <see cref="Size"/>] on the CPU.</param>
    /// <returns>float32 [B, D].</returns>
    public Tensor Embed(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return cat([.. images.split(BatchSize).Select(Part)], 0).MoveToOuterDisposeScope();

        Tensor Part(Tensor few)
        {
            using var step = NewDisposeScope();
            Tensor scaled = Data.Preprocessing.Normalize(few);    // [b, 1, S, S], in [-1, 1]
            return _extractor.Features(scaled).MoveToOuterDisposeScope();
        }
    }

    /// <summary>The maps whose averages are the features: where in the scans each was found.</summary>
    /// <param name="images">uint8 [B, 1, <see cref="Size"/>, <see cref="Size"/>] on the CPU.</param>
    /// <returns>float32 [B, D, h, w].</returns>
    public Tensor Maps(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor scaled = Data.Preprocessing.Normalize(images);     // [B, 1, S, S], in [-1, 1]
        return ((IFeatureMaps)_extractor).Maps(scaled).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    /// <summary>SqueezeNet with weights from a generator of its own (He et al., 2015): the same on every call.</summary>
    private static ScanEncoder Untaught(int size, string? notice)
    {
        SqueezeNet network = new(ImageNetInput.Standardised, size);
        using (no_grad())
        {
            using Generator generator = new(42);
            foreach (var (name, weight) in network.named_parameters().OrderBy(entry => entry.name, StringComparer.Ordinal))
            {
                if (weight.dim() == 1)
                {
                    weight.zero_();
                }
                else
                {
                    weight.normal_(0, Math.Sqrt(2.0 / (weight.numel() / weight.shape[0])), generator);
                }
            }
        }

        return new ScanEncoder(RandomName, OfWeights(network), size, notice, network);
    }

    private static string OfWeights(nn.Module network)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, weight) in network.named_parameters().OrderBy(entry => entry.name, StringComparer.Ordinal))
        {
            hash.AppendData(weight.bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
