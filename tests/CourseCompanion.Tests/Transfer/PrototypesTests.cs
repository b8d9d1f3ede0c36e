using System.Text.Json;
using CourseCompanion.Transfer;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Transfer;

public class PrototypesTests
{
    [Fact]
    public void Answers_are_those_of_scikit_learns_nearest_centroid()
    {
        using var scope = NewDisposeScope();
        JsonElement golden = Golden.Load("Evaluation", "reliability_golden.json");

        Tensor found = Prototypes.Probabilities(
            tensor(golden.GetProperty("features").Matrix()), tensor(golden.GetProperty("labels").Longs()), tensor(golden.GetProperty("queries").Matrix()), 3, normalize: false);

        Assert.Equal(golden.GetProperty("centroid_answers").Longs(), found.argmax(1).data<long>());
        Assert.True(found.allclose(tensor(golden.GetProperty("centroid_probabilities").Matrix()), rtol: 1e-3, atol: 1e-4));
    }

    [Fact]
    public void One_label_a_class_by_hand()
    {
        // Directions (1, 0) and (0, 1); the question lies at 0 degrees: squared distances 0 and 2.
        using var scope = NewDisposeScope();
        Tensor features = tensor(new float[,] { { 5, 0 }, { 0, 0.1f } }), query = tensor(new float[,] { { 3, 0 } });

        Tensor found = Prototypes.Probabilities(features, arange(2, ScalarType.Int64), query, 3);

        double away = Math.Exp(-2);
        Assert.Equal([1 / (1 + away), away / (1 + away), 0], found.data<float>().Select(p => (double)p), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(0.5, Prototypes.Probabilities(features, arange(2, ScalarType.Int64), query, 2, temperature: 1e9)[0, 0].item<float>(), 1e-6);
    }

    [Fact]
    public void Every_image_is_answered_by_one_that_has_not_seen_it()
    {
        // A classifier that answers class 1 for what it has seen, and class 0 for what it has not.
        using var scope = NewDisposeScope();
        Tensor features = arange(23, ScalarType.Float32).unsqueeze(1), labels = arange(23, ScalarType.Int64).remainder(2);
        var sizes = new List<long>();

        Tensor found = OutOfFold.Probabilities(features, labels, 2, folds: 4, seed: 3, (known, classes, asked) =>
        {
            sizes.Add(asked.shape[0]);
            Assert.Equal(23, known.shape[0] + asked.shape[0]);
            Tensor seen = asked.eq(known.t()).any(1).to(ScalarType.Float32);
            return stack([seen.neg().add(1), seen], 1);
        });

        Assert.Equal(0, found.select(1, 1).sum().item<float>());
        Assert.Equal(23, found.sum().item<float>());
        Assert.Equal([5, 6, 6, 6], sizes.Order());
    }

    [Fact]
    public void Out_of_fold_answers_of_separable_classes_are_right()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        Tensor labels = arange(60, ScalarType.Int64).remainder(3);
        Tensor features = nn.functional.one_hot(labels, 3).@float().mul(6).add(randn([60, 3], generator: generator));

        Tensor found = OutOfFold.Probabilities(features, labels, 3);

        Assert.True(found.argmax(1).eq(labels).@double().mean().item<double>() > 0.95);
        Assert.Throws<ArgumentException>(() => OutOfFold.Probabilities(features.narrow(0, 0, 3), labels.narrow(0, 0, 3), 3));
    }
}
