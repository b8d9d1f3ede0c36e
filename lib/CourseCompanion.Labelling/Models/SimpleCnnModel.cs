using CourseCompanion.Data;
using CourseCompanion.Files;
using CourseCompanion.Models;
using static TorchSharp.torch;

namespace CourseCompanion.Labelling.Models;

/// <summary>The small network of chapters 1 to 4, for images that are brought to 28 x 28 pixels.</summary>
internal sealed class SimpleCnnModel : LabellingModel
{
    private readonly SimpleCnn _network;
    private readonly Device _device;

    public SimpleCnnModel(SafetensorsFile file, Device device)
        : base(file, (int)file.Tensors["classifier.weight"].shape[0])
    {
        // Channels and widths stand in the shapes of the two convolutions [out, in, 3, 3].
        long[] first = file.Tensors["features.0.weight"].shape, second = file.Tensors["features.4.weight"].shape;
        Channels = (int)first[1];
        _device = device;
        _network = new SimpleCnn(Channels, ClassNames.Count, (int)first[0], (int)second[0], device);
        Safetensors.LoadInto(_network, file.Path);
        _network.eval();
    }

    public override string Architecture => "SimpleCnn";

    public override int Channels { get; }

    public override int Size => SimpleCnn.ImageSize;

    public override long EmbeddingLength => _network.FeatureCount;

    public static bool Fits(SafetensorsFile file)
    {
        return Shape("features.0.weight") is [_, 1 or 3, 3, 3] && Shape("features.4.weight") is [_, _, 3, 3] && Shape("classifier.weight") is [>= 2, _];

        long[] Shape(string name) => file.Tensors.TryGetValue(name, out Tensor? weight) ? weight.shape : [];
    }

    public override Answers Label(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor features = _network.Features(Preprocessing.Normalize(images.to(_device)));   // [B, D]
        Tensor probabilities = _network.Classify(features).softmax(1);                      // [B, K]
        return new Answers(probabilities.cpu().MoveToOuterDisposeScope(), features.cpu().MoveToOuterDisposeScope());
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _network.Dispose();
        }
    }
}
