using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>
/// Calls libtorch's operators by the name in their schema, <c>"name.overload"</c> or <c>"name"</c>, with the schema's
/// arguments in order; trailing ones may be left out and then take the schema's defaults. For instance
/// <code>Op.Call("add.Tensor", left, right, alpha)</code>
/// Operators are looked up once, at their first call, so that one that a given libtorch lacks only matters when used.
/// </summary>
internal static unsafe class Op
{
    private const int StackWords = 128;

    private static readonly ConcurrentDictionary<string, nint> Operators = new(StringComparer.Ordinal);

    /// <summary>Whether this libtorch has the operator.</summary>
    public static bool Exists(string name) => Operators.TryGetValue(name, out _) || Find(name) != 0;

    /// <summary>Calls an operator with one result.</summary>
    public static Tensor Call(string name, params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        Invoke(name, arguments, &result, 1);
        return ToTensor(name, result);
    }

    /// <summary>Calls an operator for its effect; its results (usually the tensor it changed) are dropped.</summary>
    public static void Run(string name, params ReadOnlySpan<Argument> arguments) => Invoke(name, arguments, null, 0);

    /// <summary>Calls an operator that changes its first argument, and returns that tensor.</summary>
    public static Tensor InPlace(string name, Tensor self, params ReadOnlySpan<Argument> rest)
    {
        Invoke(name, self, rest);
        return self;
    }

    /// <summary>Calls an operator with two results.</summary>
    public static (Tensor, Tensor) Call2(string name, params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[2];
        Invoke(name, arguments, results, 2);
        return (ToTensor(name, results[0]), ToTensor(name, results[1]));
    }

    /// <summary>Calls an operator with three results.</summary>
    public static (Tensor, Tensor, Tensor) Call3(string name, params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[3];
        Invoke(name, arguments, results, 3);
        return (ToTensor(name, results[0]), ToTensor(name, results[1]), ToTensor(name, results[2]));
    }

    /// <summary>Calls an operator whose result is a list of tensors.</summary>
    public static Tensor[] CallList(string name, params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        Invoke(name, arguments, &result, 1);
        return ToTensors(name, result);
    }

    /// <summary>Calls an operator whose result is a truth value.</summary>
    public static bool CallBool(string name, params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        Invoke(name, arguments, &result, 1);
        return result.Tag == ValueTag.Bool ? result.Bits != 0 : throw Unexpected(name, result);
    }

    /// <summary>Calls an operator whose result is a number.</summary>
    public static Scalar CallScalar(string name, params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        Invoke(name, arguments, &result, 1);
        return result.Tag is ValueTag.Int or ValueTag.Double or ValueTag.Bool
            ? new Scalar(result.Tag, result.Bits)
            : throw Unexpected(name, result);
    }

    private static void Invoke(string name, Tensor self, ReadOnlySpan<Argument> rest)
    {
        var arguments = new ArgumentBuffer();
        Span<Argument> all = arguments;
        all[0] = self;
        rest.CopyTo(all[1..]);
        Invoke(name, all[..(rest.Length + 1)], null, 0);
    }

    private static void Invoke(string name, ReadOnlySpan<Argument> arguments, NativeValue* results, int expected)
    {
        if (!Operators.TryGetValue(name, out var op))
        {
            op = Find(name);
            if (op == 0)
            {
                throw NativeError.Last();
            }
        }
        var words = 0;
        foreach (ref readonly var argument in arguments)
        {
            words += argument.Words;
        }
        if (words <= StackWords)
        {
            var scratch = stackalloc long[words];
            Invoke(name, op, arguments, scratch, results, expected);
        }
        else
        {
            fixed (long* scratch = new long[words])
            {
                Invoke(name, op, arguments, scratch, results, expected);
            }
        }
    }

    private static void Invoke(string name, nint op, ReadOnlySpan<Argument> arguments, long* scratch, NativeValue* results, int expected)
    {
        var values = stackalloc NativeValue[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            values[i] = arguments[i].ToNative(scratch);
            scratch += arguments[i].Words;
        }
        var count = NativeMethods.tsp_call(op, values, arguments.Length, results, expected);
        if (count < 0 && NativeError.LastIsOutOfMemory)
        {
            // Tensors that nobody disposed of may hold the memory that is missing.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            count = NativeMethods.tsp_call(op, values, arguments.Length, results, expected);
        }
        if (count < 0)
        {
            throw NativeError.Last();
        }
        if (count != expected)
        {
            throw new InvalidOperationException($"Operator '{name}' gave {count} results instead of {expected}.");
        }
    }

    private static nint Find(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var (family, overload) = dot < 0 ? (name, "") : (name[..dot], name[(dot + 1)..]);
        var op = NativeMethods.tsp_operator("aten::" + family, overload);
        if (op != 0)
        {
            Operators.TryAdd(name, op);
        }
        return op;
    }

    private static Tensor ToTensor(string name, NativeValue value) => value.Tag switch
    {
        ValueTag.Tensor => new Tensor((nint)value.Bits),
        _ => throw Unexpected(name, value),
    };

    private static Tensor[] ToTensors(string name, NativeValue value)
    {
        if (value.Tag != ValueTag.TensorList)
        {
            throw Unexpected(name, value);
        }
        var handles = (nint*)value.Bits;
        var tensors = new Tensor[value.Length];
        for (var i = 0; i < tensors.Length; i++)
        {
            tensors[i] = new Tensor(handles[i]);
        }
        NativeMethods.tsp_free_list((nint)value.Bits);
        return tensors;
    }

    private static InvalidOperationException Unexpected(string name, NativeValue value) =>
        new($"Operator '{name}' gave a result of kind {value.Tag}.");

    [InlineArray(16)]
    private struct ArgumentBuffer
    {
        private Argument _first;
    }
}
