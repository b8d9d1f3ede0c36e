using static TorchSharp.torch;

namespace CourseCompanion.Models;

/// <summary>A network whose features before the last layer can be read: the embedding that chapters 2 and 5 build on.</summary>
public interface IFeatureExtractor
{
    /// <summary>Number of features D of one image.</summary>
    long FeatureCount { get; }

    /// <summary>Features [N, D] of images [N, C, H, W].</summary>
    Tensor Features(Tensor images);
}
