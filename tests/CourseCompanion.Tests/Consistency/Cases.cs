using CourseCompanion.Consistency;
using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Consistency;

/// <summary>Batches small enough to be worked out by hand: an image is the logits that the network makes of it.</summary>
internal static class Cases
{
    /// <summary>A network that answers with its input: images [N, 1, 1, K] to logits [N, K].</summary>
    public static nn.Module<Tensor, Tensor> Identity => nn.Flatten();

    /// <summary>Logits whose probabilities are these: [N, K].</summary>
    public static Tensor Logits(double[,] probabilities) => tensor(probabilities).log().to(ScalarType.Float32);

    /// <summary>Images [N, 1, 1, K] of which <see cref="Identity"/> makes answers with these probabilities.</summary>
    public static Tensor Images(double[,] probabilities) => Logits(probabilities).unsqueeze(1).unsqueeze(1);

    public static SemiSupervisedBatch Batch(double[,] labelled, long[] labels, double[,] unlabelled, double progress = 0, long[]? rows = null) =>
        new(
            Images(labelled),
            tensor(labels),
            Images(unlabelled),
            tensor(rows ?? [.. Enumerable.Range(0, unlabelled.GetLength(0)).Select(row => (long)row)]),
            new Generator(5))
        {
            Progress = progress,
        };

    public static double Value(this StepLosses losses, string part = StepLosses.Unlabelled) =>
        losses.Parts.Single(loss => loss.Name == part).Value.item<float>();

    public static double Weight(this StepLosses losses, string part = StepLosses.Unlabelled) =>
        losses.Parts.Single(loss => loss.Name == part).Weight;

    public static float[] Floats(this Tensor? values) => values!.to(ScalarType.Float32).data<float>().ToArray();

    public static long[] Longs(this Tensor? values) => values!.data<long>().ToArray();

    public static void Close(IEnumerable<double> expected, Tensor actual) =>
        Assert.All(expected.Zip(actual.Floats(), (first, second) => Math.Abs(first - second)), difference => Assert.InRange(difference, 0, 1e-5));

    /// <summary>A few steps of stochastic gradient descent on <see cref="Liveness.Batch"/>.</summary>
    /// <returns>The loss of each step.</returns>
    public static double[] Train(nn.Module<Tensor, Tensor> student, SemiSupervisedMethod method, int first, int last)
    {
        using var generator = new Generator();
        using var optimizer = optim.SGD(student.parameters(), 0.1);
        var values = new List<double>();
        student.train();
        for (int step = first; step < last; step++)
        {
            using var scope = NewDisposeScope();
            SemiSupervisedBatch batch = Liveness.Batch(step, generator);
            StepLosses losses = method.Losses(student, batch);
            values.Add(losses.Total.item<float>());
            optimizer.zero_grad();
            losses.Total.backward();
            optimizer.step();
            method.AfterStep(student, batch);
        }

        return [.. values];
    }
}
