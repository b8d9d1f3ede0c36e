using CourseCompanion.BrainScan;
using CourseCompanion.Data.Sources;
using CourseCompanion.Files;
using static TorchSharp.torch;

namespace CourseCompanion.Labelling.Models;

/// <summary>The mission's model: a logistic regression on the 512 features by which an encoder describes a scan.</summary>
internal sealed class LinearHeadModel : LabellingModel
{
    private static readonly string[] Entries = ["deviations", "intercept", "means", "weights"];

    private readonly ScanEncoder _encoder;
    private readonly Tensor _means, _deviations, _weights, _intercept;

    public LinearHeadModel(SafetensorsFile file, Device device, DataOptions? options)
        : base(file, classCount: 2)
    {
        if (device.type != TorchSharp.DeviceType.CPU)
        {
            throw new NotSupportedException("The mission's encoder runs on the processor: leave --gpu out.");
        }

        string encoder = file.Metadata.GetValueOrDefault("encoder") ?? throw new InvalidDataException($"'{file.Path}' does not name its encoder: save it again by chapter 6.4.");
        _encoder = ScanEncoder.Load(encoder, options: options);
        if (file.Metadata.TryGetValue("encoder_sha256", out string? learnt) && learnt != _encoder.Checksum)
        {
            string here = _encoder.Checksum;
            _encoder.Dispose();
            throw new InvalidDataException($"'{file.Path}' was trained on features of {encoder} with weights {learnt[..12]}…; here are {here[..12]}…. Copy those weights to this machine.");
        }

        if (file.Tensors["means"].shape is not [var length] || length != _encoder.FeatureCount)
        {
            _encoder.Dispose();
            throw new InvalidDataException($"'{file.Path}' does not fit the {_encoder.FeatureCount} features of {encoder}.");
        }

        (_means, _deviations, _weights, _intercept) = (Own("means"), Own("deviations"), Own("weights"), Own("intercept"));
        Tensor Own(string name) => file.Tensors[name].to(ScalarType.Float64).DetachFromDisposeScope();
    }

    public override string Architecture => $"régression logistique sur les descripteurs de {_encoder.Name}";

    public override int Channels => 1;

    public override int Size => _encoder.Size;

    public override long EmbeddingLength => _encoder.FeatureCount;

    private protected override string Foundation => _encoder.Key;

    public static bool Fits(SafetensorsFile file) => file.Tensors.Keys.Order(StringComparer.Ordinal).SequenceEqual(Entries);

    public override Answers Label(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor features = _encoder.Embed(images);                                                                  // [B, D]
        Tensor scores = features.to(ScalarType.Float64).sub(_means).div(_deviations).mv(_weights).add(_intercept);  // [B], log-odds
        Tensor second = scores.sigmoid();
        Tensor probabilities = stack([second.neg().add(1), second], 1).to(ScalarType.Float32);                     // [B, 2]
        return new Answers(probabilities.MoveToOuterDisposeScope(), features.MoveToOuterDisposeScope());
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _encoder.Dispose();
            foreach (Tensor kept in (Tensor[])[_means, _deviations, _weights, _intercept])
            {
                kept.Dispose();
            }
        }
    }
}
