using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Grading;
using static TorchSharp.torch;

namespace CourseCompanion.Notebooks.Tests.Grading;

public sealed class AnswerValuesTests
{
    private enum Colour
    {
        Red,
        Green,
    }

    private sealed record Situation(double Noise = 0, int PerClass = 3)
    {
        public bool LeftOrRight { get; init; }

        public int Sum => PerClass + 1;
    }

    private sealed record Plan(Func<double, double> View);

    private static T Travel<T>(T value)
    {
        Assert.True(AnswerValues.CanBeRead(typeof(T)), typeof(T).Name);
        var text = AnswerValues.Write(value)?.ToJsonString();
        return (T)AnswerValues.Read(text is null ? null : JsonNode.Parse(text), typeof(T))!;
    }

    [Fact]
    public void Numbers_texts_tuples_lists_and_records_arrive_as_they_were()
    {
        Assert.Equal(0.1 + 0.2, Travel(0.1 + 0.2));
        Assert.True(double.IsNaN(Travel(double.NaN)));
        Assert.Equal(float.NegativeInfinity, Travel(float.NegativeInfinity));
        Assert.Equal(long.MaxValue, Travel(long.MaxValue));
        Assert.Null(Travel<int?>(null));
        Assert.Equal(5, Travel<int?>(5));
        Assert.Equal("é\u2028\"", Travel("é\u2028\""));
        Assert.Null(Travel<string?>(null));
        Assert.Equal(Colour.Green, Travel(Colour.Green));
        Assert.Equal([1.5, -2], Travel<double[]>([1.5, -2]));
        Assert.Equal([[1, 2], []], Travel<double[][]>([[1, 2], []]));
        Assert.Equal([true, false], Travel<bool[]>([true, false]));
        Assert.Equal([1, 255], Travel<byte[]>([1, 255]));
        Assert.Equal((0.5, 3), Travel<(double Radius, int Groups)?>((0.5, 3)));
        Assert.Equal([("a", "b", 1)], Travel<(string Name, string Sum, int Label)[]>([("a", "b", 1)]));
        Assert.Equal([3, 4], Travel<List<int>>([3, 4]));
        Assert.Equal([3, 4], Travel<IReadOnlyList<int>>([3, 4]));
        Assert.Equal(2, Travel<IReadOnlyDictionary<string, int>>(new Dictionary<string, int> { ["x"] = 2 })["x"]);
        Assert.Equal(new Situation(0.2, 1) { LeftOrRight = true }, Travel(new Situation(0.2, 1) { LeftOrRight = true }));
    }

    [Fact]
    public void Tensors_arrive_with_type_shape_and_values()
    {
        using var scope = NewDisposeScope();
        foreach (var sent in (Tensor[])[rand(2, 3), arange(6).reshape(3, 2), tensor(new[] { true, false }), zeros(0, 4), tensor(2.5), rand(3, 4).t()])
        {
            var got = Travel(sent);
            Assert.Equal(sent.dtype, got.dtype);
            Assert.Equal(sent.shape, got.shape);
            Assert.True(sent.equal(got).all().item<bool>());
        }
    }

    [Fact]
    public void What_means_nothing_elsewhere_is_refused_by_both_sides()
    {
        using var linear = nn.Linear(2, 2);
        using var learning = rand(2).requires_grad_();
        Assert.All((object[])[(Func<int, int>)(n => n), linear, learning, typeof(int), new Plan(x => x), new int[2, 2]],
            value => Assert.Throws<ValueCannotTravelException>(() => AnswerValues.Write(value)));
        Assert.All((Type[])[typeof(Func<int>), typeof(nn.Module<Tensor, Tensor>), typeof(Plan), typeof(object), typeof(int[,]), typeof(Plan[]), typeof(Stream)],
            type => Assert.False(AnswerValues.CanBeRead(type), type.Name));
        Assert.NotNull(AnswerValues.Write(learning, isResult: true));
    }

    [Theory]
    [InlineData("\"x\"", typeof(int))]
    [InlineData("[]", typeof(int))]
    [InlineData("{}", typeof(int[]))]
    [InlineData("null", typeof(int))]
    [InlineData("\"1e999999\"", typeof(int))]
    [InlineData("[\"1\"]", typeof((int, int)))]
    [InlineData("{\"dtype\": \"Float32\", \"shape\": \"2\", \"data\": \"AAAA\"}", typeof(Tensor))]
    [InlineData("{\"dtype\": \"Float32\", \"shape\": \"-1\", \"data\": \"\"}", typeof(Tensor))]
    [InlineData("{\"dtype\": \"Float32\", \"shape\": \"99999999,99999999\", \"data\": \"\"}", typeof(Tensor))]
    [InlineData("{\"dtype\": \"Nothing\", \"shape\": \"1\", \"data\": \"\"}", typeof(Tensor))]
    public void Nonsense_is_no_value(string json, Type type) =>
        Assert.Throws<FormatException>(() => AnswerValues.Read(JsonNode.Parse(json), type));

    [Fact]
    public void What_a_function_did_to_its_argument_is_done_to_the_original()
    {
        int[] numbers = [1, 2];
        using var zero = zeros(2);
        using var one = ones(2);

        Assert.True(AnswerValues.CopyInto(numbers, (int[])[3, 4]));
        Assert.True(AnswerValues.CopyInto(zero, one));
        Assert.False(AnswerValues.CopyInto(numbers, (int[])[1]));

        Assert.Equal([3, 4], numbers);
        Assert.Equal(1f, zero[0].item<float>());
    }
}
