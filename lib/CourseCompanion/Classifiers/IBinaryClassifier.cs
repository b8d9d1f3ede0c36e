using static TorchSharp.torch;

namespace CourseCompanion.Classifiers;

/// <summary>A classifier of two classes that has learnt. It keeps numbers, no tensors: nothing needs to be disposed of.</summary>
public interface IBinaryClassifier
{
    /// <summary>Scores [M], float64: the higher, the more class 1; above 0 the answer is class 1, unless another threshold is chosen.</summary>
    /// <param name="features">Features [M, D], as they come: the classifier standardises them as those it learnt from.</param>
    /// <exception cref="ArgumentException">The features are not [M, D].</exception>
    Tensor Scores(Tensor features);
}
