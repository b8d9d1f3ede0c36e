using CourseCompanion.Data;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Transfer;

/// <summary>
/// What a classifier says of labelled images that it has not learnt from, all of them, by cross-validation: each fold is answered by one that learnt from the
/// others. What confident learning, calibration and stacking start from.
/// </summary>
public static class OutOfFold
{
    /// <summary>Answers for every image.</summary>
    /// <param name="features">Features [N, D].</param>
    /// <param name="labels">Labels [N], int64, in [0, K).</param>
    /// <param name="classCount">Number of classes K.</param>
    /// <param name="folds">Number of folds, 2 or more; the images of each class are divided evenly.</param>
    /// <param name="seed">Which image is in which fold.</param>
    /// <param name="classify">Features and labels to learn from, and features in question, to probabilities; <see cref="LinearProbe"/> if null.</param>
    /// <returns>Probabilities [N, K], float32, in the order of the images.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit, or fewer images than folds.</exception>
    public static Tensor Probabilities(
        Tensor features, Tensor labels, int classCount, int folds = 5, int seed = 42, Func<Tensor, Tensor, Tensor, Tensor>? classify = null)
    {
        ProbeInput.Check(features, labels, features, classCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        if (features.shape[0] < folds)
        {
            throw new ArgumentException($"{features.shape[0]} images cannot be divided into {folds} folds.", nameof(folds));
        }

        classify ??= (known, classes, asked) => LinearProbe.Probabilities(known, classes, asked, classCount, c: 0.1);
        int[] foldOf = Divide(labels.cpu().data<long>().ToArray(), classCount, folds, seed);
        using var scope = NewDisposeScope();
        Tensor answers = zeros(features.shape[0], classCount, device: features.device);                  // [N, K]
        for (int fold = 0; fold < folds; fold++)
        {
            WorkContext.ThrowIfCancelled(default);
            using var part = NewDisposeScope();
            Tensor asked = Where(held => held == fold), known = Where(held => held != fold);
            answers.index_copy_(0, asked, classify(
                features.index_select(0, known), labels.index_select(0, known), features.index_select(0, asked)));

            Tensor Where(Func<int, bool> chosen) => tensor(
                Enumerable.Range(0, foldOf.Length).Where(image => chosen(foldOf[image])).Select(image => (long)image).ToArray(), device: features.device);
        }

        return answers.MoveToOuterDisposeScope();
    }

    /// <summary>Class by class, shuffled, one image to each fold in turn; the turn goes on from class to class.</summary>
    private static int[] Divide(long[] labels, int classCount, int folds, int seed)
    {
        var foldOf = new int[labels.Length];
        int turn = 0;
        for (int label = 0; label < classCount; label++)
        {
            int[] members = [.. Enumerable.Range(0, labels.Length).Where(image => labels[image] == label)];
            PortableRandom.For(seed, PortableRandom.Series("out of fold"), label).Shuffle(members.AsSpan());
            foreach (int image in members)
            {
                foldOf[image] = turn++ % folds;
            }
        }

        return foldOf;
    }
}
