using System.Runtime.InteropServices;
using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests;

public class ErrorTests
{
    private static string MessageOf(Action action)
    {
        var message = Assert.Throws<ExternalException>(action).Message;
        Assert.DoesNotContain("Exception raised from", message, StringComparison.Ordinal);
        Assert.DoesNotContain("frame #", message, StringComparison.Ordinal);
        return message;
    }

    [Fact]
    public void Shapes_that_do_not_match_are_named() =>
        Assert.Contains("(2x3 and 2x3)", MessageOf(() => ones(2, 3).mm(ones(2, 3))), StringComparison.Ordinal);

    [Fact]
    public void Shapes_that_do_not_broadcast_are_named() =>
        Assert.Contains("must match the size", MessageOf(() => ones(2, 3).add(ones(4))), StringComparison.Ordinal);

    [Fact]
    public void Types_that_do_not_fit_are_named() =>
        Assert.Contains("Long", MessageOf(() => ones(2, 2).mm(ones(2, 2, dtype: int64))), StringComparison.Ordinal);

    [Fact]
    public void Integer_target_is_asked_for() =>
        Assert.Contains("long", MessageOf(() => Functional.nll_loss(ones(2, 3), ones(2), null, 1, -100)), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Gradient_of_something_that_has_none_is_refused() =>
        Assert.Contains("does not require grad", MessageOf(() => ones(2).sum().backward()), StringComparison.Ordinal);

    [Fact]
    public void Leaf_is_not_changed_in_place_under_gradients() =>
        Assert.Contains("leaf", MessageOf(() => ones(2, requires_grad: true).add_(1)), StringComparison.Ordinal);

    [Fact]
    public void Graph_used_twice_is_explained()
    {
        var loss = ones(2, requires_grad: true).exp().sum();
        loss.backward();
        Assert.Contains("second time", MessageOf(loss.backward), StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_that_cannot_be_had_is_an_exception() =>
        Assert.Contains("memory", MessageOf(() => zeros(1L << 40, 1L << 10)), StringComparison.Ordinal);

    [Fact]
    public void Operator_that_libtorch_lacks_is_named() =>
        Assert.Contains("no operator aten::no_such_thing", MessageOf(() => Op.Call("no_such_thing", ones(1))), StringComparison.Ordinal);

    [Fact]
    public void Wrong_number_of_arguments_is_explained() =>
        Assert.Contains("arguments", MessageOf(() => Op.Call("relu", ones(1), 1, 2)), StringComparison.Ordinal);

    [Fact]
    public void Reading_with_the_wrong_type_is_refused()
    {
        Assert.Throws<ArgumentException>(() => ones(1).item<double>());
        Assert.Throws<ArgumentException>(() => ones(1).data<long>());
        Assert.Throws<ArgumentException>(() => ones(2).item<float>());
    }

    [Fact]
    public void Array_that_is_too_short_is_refused() =>
        Assert.Throws<ArgumentException>(() => tensor(new float[5], [2, 3]));

    [Fact]
    public void Element_type_without_tensors_is_refused() =>
        Assert.Throws<NotSupportedException>(() => from_array(new[] { "text" }));

    [Fact]
    public void Unknown_device_is_refused() => Assert.Throws<ArgumentException>(() => device("gpu"));

    [Fact]
    public void Missing_gpu_is_refused()
    {
        if (!cuda.is_available())
        {
            Assert.Throws<InvalidOperationException>(() => ones(1).cuda());
            Assert.Throws<InvalidOperationException>(() => zeros(1, device: CUDA));
        }
    }

    [Fact]
    public void Disposed_tensor_is_refused()
    {
        var x = ones(1);
        x.Dispose();
        x.Dispose();
        Assert.Throws<InvalidOperationException>(() => x.add(1));
        Assert.Throws<InvalidOperationException>(() => cat([x]));
    }

    [Fact]
    public void Null_in_a_list_is_refused() => Assert.Throws<ArgumentNullException>(() => cat([ones(1), null!]));

    [Fact]
    public void Missing_native_library_says_what_to_do()
    {
        var error = Assert.Throws<DllNotFoundException>(() => NativeLibraryLoader.Load(NativeLibraryLoader.Candidates("/nowhere/lib.so")));
        Assert.Contains("./course doctor", error.Message, StringComparison.Ordinal);
        Assert.Contains("libtorch-dev", error.Message, StringComparison.Ordinal);
        Assert.Contains("/nowhere/lib.so", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Native_library_that_does_not_load_says_so()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, NativeLibraryLoader.FileName);
        File.WriteAllText(path, "not a library");
        var error = Assert.Throws<DllNotFoundException>(() => NativeLibraryLoader.Load(NativeLibraryLoader.Candidates(Path.GetDirectoryName(path))));
        Assert.Contains("does not load", error.Message, StringComparison.Ordinal);
    }
}
