using System.Reflection;
using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests.Gradients;

public class GradientTests
{
    /// <summary>What has no gradient: results that are indices, truth values, counts or random draws, and plain moves.</summary>
    private static readonly HashSet<string> WithoutGradient =
    [
        "all", "any", "argmax", "argmin", "argsort", "argwhere", "bfloat16", "bincount", "bool", "bucketize", "byte", "ceil", "count_nonzero", "cuda", "detach", "float", "floor",
        "floor_divide", "half", "histc", "int", "isclose", "isfinite", "isin", "isinf", "isnan", "isneginf", "isposinf", "long", "nonzero", "round", "sgn", "sign", "trunc", "unique",
        "bitwise_and", "bitwise_not", "bitwise_or", "bitwise_xor", "logical_and", "logical_not", "logical_or", "logical_xor",
        "eq", "ne", "lt", "le", "gt", "ge", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal",
        "bernoulli", "multinomial", "poisson", "normal", "matrix_rank", "one_hot", "searchsorted",
        "arange", "as_tensor", "empty", "empty_like", "eye", "from_array", "full", "full_like", "get_rng_state", "linspace", "logspace", "ones", "ones_like", "rand", "rand_like",
        "randint", "randn", "randn_like", "randperm", "sparse_coo_tensor", "sparse_csr_tensor", "tensor", "zeros", "zeros_like", "WrappedTensorDisposeScope",
        // These only change what the graph does with the tensor, or where it is owned.
        "requires_grad_", "with_requires_grad", "MoveToOuterDisposeScope", "DetachFromDisposeScope", "grad",
    ];

    public static TheoryData<string, int> Cases()
    {
        var data = new TheoryData<string, int>();
        for (var i = 0; i < GradientCases.All.Count; i++)
        {
            data.Add(GradientCases.All[i].Name, i);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradient_is_that_of_finite_differences(string name, int index)
    {
        var error = GradientCases.All[index].Error();
        Assert.True(error < 1e-5, $"{name}: analytic and numeric gradients differ by {error:g3}");
    }

    [Fact]
    public void Every_exposed_operation_has_a_gradient_case_or_no_gradient()
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var core = new[] { typeof(torch), typeof(Tensor), typeof(linalg), typeof(Functional) };
        var exposed = core
            .SelectMany(type => type.GetMethods(Declared).Where(method => method.IsPublic || type == typeof(Functional)))
            .Where(method => !method.IsSpecialName && GivesTensors(method.ReturnType))
            .Select(method => method.Name)
            // An in-place operation is checked against the one that makes a new tensor.
            .Where(name => !name.EndsWith('_') && !name.Contains('<', StringComparison.Ordinal))
            .ToHashSet();
        var known = GradientCases.All.Select(testCase => testCase.Name).Concat(WithoutGradient).ToHashSet();
        var missing = exposed.Except(known).Order().ToArray();
        Assert.True(missing.Length == 0, "No gradient case for: " + string.Join(", ", missing));
    }

    public static TheoryData<string> InPlaceNames() => [.. InPlace().Select(pair => Describe(pair.InPlace)).Order()];

    [Theory]
    [MemberData(nameof(InPlaceNames))]
    public void In_place_operation_gives_what_the_other_gives_and_returns_its_tensor(string description)
    {
        using var scope = NewDisposeScope();
        var (inPlace, plain) = InPlace().Single(pair => Describe(pair.InPlace) == description);
        var (low, high) = inPlace.Name is "acosh_" ? (1.2, 3.0) : (0.1, 0.9);
        manual_seed(5);
        var x = rand(3, 4, dtype: ScalarType.Float64) * (high - low) + low;
        if (inPlace.Name.StartsWith("bitwise", StringComparison.Ordinal))
        {
            x = (x * 10).to(ScalarType.Int64);
        }
        var arguments = inPlace.GetParameters().Select(parameter => Argument(parameter, x)).ToArray();
        var expected = (Tensor)plain.Invoke(x, arguments)!;
        var target = x.clone();
        var returned = (Tensor)inPlace.Invoke(target, arguments)!;
        Assert.Same(target, returned);
        Assert.True(target.to(expected.dtype).allclose(expected), $"{target} {expected}");
    }

    private static object? Argument(ParameterInfo parameter, Tensor like) => parameter.ParameterType switch
    {
        var type when type == typeof(Tensor) && parameter.Name == "mask" => like > 0.5,
        var type when type == typeof(Tensor) => like.flip(0).contiguous(),
        var type when type == typeof(Scalar) => (Scalar)0.5,
        var type when type == typeof(long) => 0L,
        var type when type == typeof(long?) => null,
        _ => parameter.HasDefaultValue ? parameter.DefaultValue is int number && parameter.ParameterType.IsEnum ? Enum.ToObject(parameter.ParameterType, number) : parameter.DefaultValue : null,
    };

    private static IEnumerable<(MethodInfo InPlace, MethodInfo Plain)> InPlace() =>
        from method in typeof(Tensor).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        where method.Name.EndsWith('_') && method.ReturnType == typeof(Tensor)
        where !method.GetParameters().Any(parameter => parameter.Name is "index" or "indices" or "generator" or "mat1")
        let plain = typeof(Tensor).GetMethod(method.Name[..^1], method.GetParameters().Select(parameter => parameter.ParameterType).ToArray())
        where plain is not null
        select (method, plain);

    private static string Describe(MethodInfo method) =>
        $"{method.Name}({string.Join(", ", method.GetParameters().Select(parameter => parameter.ParameterType.Name))})";

    private static bool GivesTensors(Type type) =>
        type == typeof(Tensor) || type == typeof(Tensor[]) || type == typeof(IList<Tensor>)
        || (type.IsGenericType && type.Name.StartsWith("ValueTuple", StringComparison.Ordinal) && type.GetGenericArguments()[0] == typeof(Tensor));
}
