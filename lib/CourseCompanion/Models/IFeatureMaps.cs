using static TorchSharp.torch;

namespace CourseCompanion.Models;

/// <summary>A network whose features are averages of maps: it can be asked where in the image a feature was found (<see cref="GradCam"/>).</summary>
public interface IFeatureMaps
{
    /// <summary>The maps [N, D, h, w] whose averages are the features [N, D].</summary>
    /// <param name="images">Images as <see cref="IFeatureExtractor.Features"/> takes them.</param>
    Tensor Maps(Tensor images);
}
