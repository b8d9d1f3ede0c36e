using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Training;

/// <summary>
/// Small grey images whose class is the position of a bright stripe under noise: learnt in seconds, the same on every run.
/// </summary>
internal sealed class ToyImages : IDisposable
{
    public ToyImages(int perClass, int classCount = 3, int seed = 0, int noise = 110)
    {
        var random = new Random(seed);
        int count = perClass * classCount;
        var pixels = new byte[count * 28 * 28];
        var labels = new long[count];
        for (int image = 0; image < count; image++)
        {
            labels[image] = image % classCount;
            int top = 3 + ((int)labels[image] * 22 / classCount) + random.Next(3);
            for (int y = 0; y < 28; y++)
            {
                for (int x = 0; x < 28; x++)
                {
                    int level = 70 + (y >= top && y < top + 4 ? 60 : 0) + random.Next(noise) - (noise / 2);
                    pixels[(((image * 28) + y) * 28) + x] = (byte)Math.Clamp(level, 0, 255);
                }
            }
        }

        Pixels = tensor(pixels, ScalarType.Byte).reshape(count, 1, 28, 28).DetachFromDisposeScope();
        Labels = tensor(labels, ScalarType.Int64).DetachFromDisposeScope();
        Images = new ResidentImages(Pixels);
        ClassCount = classCount;
    }

    public int ClassCount { get; }

    public Tensor Pixels { get; }

    public Tensor Labels { get; }

    public ResidentImages Images { get; }

    public LabelledImages All => LabelledImages.All(Images, Labels);

    /// <summary>The first images of the set: as many of each class, as they alternate.</summary>
    public LabelledImages First(long count) =>
        new(Images, arange(count, dtype: ScalarType.Int64), Labels.narrow(0, 0, count).clone());

    /// <summary>Indices of all images but the first.</summary>
    public Tensor Rest(long from) => arange(from, Labels.shape[0], dtype: ScalarType.Int64);

    public void Dispose()
    {
        Images.Dispose();
        Pixels.Dispose();
        Labels.Dispose();
    }
}
