using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using TorchSharp;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>A value that means nothing in another process: a function, a network, a tensor with a gradient.</summary>
internal sealed class ValueCannotTravelException(string message) : Exception(message);

/// <summary>
/// Values as JSON, from one process to another. The receiver says which type it expects and makes that type or none: a sender can choose
/// values, never types. Numbers, texts, enumerations, arrays, lists, tuples, dictionaries by text, tensors and records of these travel.
/// </summary>
internal static class AnswerValues
{
    private const int Deepest = 12;
    private const int Longest = 50_000_000;
    private const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance;

    /// <summary>Writes a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="isResult">Whether nobody asks for its gradient any more.</param>
    /// <param name="depth">How deep it lies in another.</param>
    /// <exception cref="ValueCannotTravelException">It means nothing elsewhere.</exception>
    internal static JsonNode? Write(object? value, bool isResult = false, int depth = 0) => value switch
    {
        _ when depth > Deepest => throw new ValueCannotTravelException("The value is nested too deeply."),
        null => null,
        bool or byte or sbyte or short or ushort or int or uint or long or ulong => JsonValue.Create(Convert.ToString(value, CultureInfo.InvariantCulture)),
        double number => JsonValue.Create(number.ToString("R", CultureInfo.InvariantCulture)),
        float number => JsonValue.Create(number.ToString("R", CultureInfo.InvariantCulture)),
        decimal number => JsonValue.Create(number.ToString(CultureInfo.InvariantCulture)),
        char or string => JsonValue.Create(value.ToString()),
        Enum => JsonValue.Create(value.ToString()),
        torch.Tensor tensor => WriteTensor(tensor, isResult),
        Delegate or torch.nn.Module or Type or Task or IntPtr => throw Refusal(value.GetType()),
        byte[] bytes => JsonValue.Create(Convert.ToBase64String(bytes)),
        ITuple tuple => new JsonArray([.. Enumerable.Range(0, tuple.Length).Select(i => Write(tuple[i], isResult, depth + 1))]),
        IDictionary dictionary => WriteDictionary(dictionary, isResult, depth),
        Array { Rank: > 1 } => throw Refusal(value.GetType()),
        IEnumerable items => new JsonArray([.. items.Cast<object?>().Take(Longest).Select(item => Write(item, isResult, depth + 1))]),
        _ => WriteRecord(value, isResult, depth),
    };

    /// <summary>Whether values of a type can be read here: what the receiver decides by, whatever a sender says.</summary>
    internal static bool CanBeRead(Type type, int depth = 0)
    {
        if (depth > Deepest || type == typeof(object) || typeof(Delegate).IsAssignableFrom(type) || typeof(torch.nn.Module).IsAssignableFrom(type))
        {
            return false;
        }
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return CanBeRead(underlying, depth);
        }
        if (type == typeof(string) || type == typeof(decimal) || type.IsPrimitive || type.IsEnum || type == typeof(torch.Tensor))
        {
            return true;
        }
        if (type.IsArray)
        {
            return type.GetArrayRank() == 1 && CanBeRead(type.GetElementType()!, depth + 1);
        }
        if ((DictionaryValue(type) ?? ListItem(type)) is { } item)
        {
            return CanBeRead(item, depth + 1);
        }
        if (typeof(ITuple).IsAssignableFrom(type))
        {
            return type.GetGenericArguments() is { Length: > 0 and <= 7 } items && items.All(one => CanBeRead(one, depth + 1));
        }
        return HasConstructor(type) && Properties(type).All(property => CanBeRead(property.PropertyType, depth + 1));
    }

    /// <summary>Reads a value of a type.</summary>
    /// <param name="node">What was written.</param>
    /// <param name="type">The type that the receiver expects.</param>
    /// <param name="depth">How deep the value lies in another.</param>
    /// <exception cref="ValueCannotTravelException">Values of this type do not travel.</exception>
    /// <exception cref="FormatException">What was written is no value of this type.</exception>
    internal static object? Read(JsonNode? node, Type type, int depth = 0)
    {
        if (depth > Deepest)
        {
            throw new FormatException("The value is nested too deeply.");
        }
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return node is null ? null : Read(node, underlying, depth);
        }
        if (node is null)
        {
            return type.IsValueType ? throw new FormatException($"No value for {type.Name}.") : null;
        }
        try
        {
            return type switch
            {
                _ when type == typeof(string) => Text(node),
                _ when type == typeof(char) => char.Parse(Text(node)),
                _ when type == typeof(bool) => bool.Parse(Text(node)),
                _ when type.IsEnum => Enum.Parse(type, Text(node)),
                _ when type.IsPrimitive || type == typeof(decimal) => Convert.ChangeType(Text(node), type, CultureInfo.InvariantCulture),
                _ when type == typeof(torch.Tensor) => ReadTensor(node.AsObject()),
                _ when typeof(Delegate).IsAssignableFrom(type) || typeof(torch.nn.Module).IsAssignableFrom(type) || type == typeof(object) => throw Refusal(type),
                _ when type == typeof(byte[]) => Convert.FromBase64String(Text(node)),
                _ when type.IsArray => ReadArray(node.AsArray(), type.GetElementType()!, depth),
                _ when typeof(ITuple).IsAssignableFrom(type) => ReadTuple(node.AsArray(), type, depth),
                _ when DictionaryValue(type) is { } value => ReadDictionary(node.AsObject(), value, type, depth),
                _ when ListItem(type) is { } item => ReadList(node.AsArray(), item, type, depth),
                _ => ReadRecord(node.AsObject(), type, depth),
            };
        }
        catch (Exception error) when (error is InvalidOperationException or InvalidCastException or OverflowException or ArgumentException)
        {
            throw new FormatException($"No {type.Name}: {error.Message}", error);
        }
    }

    /// <summary>What a function did to an argument that it was given, done to the one that it stands for.</summary>
    /// <returns>Whether the argument can be changed so.</returns>
    internal static bool CopyInto(object? target, object? changed)
    {
        switch (target, changed)
        {
            case (Array to, Array from) when to.Length == from.Length:
                Array.Copy(from, to, to.Length);
                return true;
            case (torch.Tensor to, torch.Tensor from) when to.shape.SequenceEqual(from.shape):
                using (torch.no_grad())
                {
                    to.copy_(from);
                }
                return true;
            default:
                return false;
        }
    }

    private static ValueCannotTravelException Refusal(Type type) => new($"A value of type {type.Name} means nothing in another process.");

    private static string Text(JsonNode node) => node.GetValue<string>();

    private static JsonObject WriteTensor(torch.Tensor tensor, bool isResult)
    {
        if (tensor.requires_grad && !isResult)
        {
            throw new ValueCannotTravelException("A tensor with a gradient means nothing in another process.");
        }
        using var here = tensor.detach().cpu().contiguous();
        return new JsonObject
        {
            ["dtype"] = here.dtype.ToString(),
            ["shape"] = string.Join(',', here.shape),
            ["data"] = Convert.ToBase64String(here.bytes),
        };
    }

    private static torch.Tensor ReadTensor(JsonObject node)
    {
        var type = Enum.Parse<torch.ScalarType>(Text(node["dtype"]!));
        var shape = Text(node["shape"]!).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(size => long.Parse(size, CultureInfo.InvariantCulture)).ToArray();
        var data = Convert.FromBase64String(Text(node["data"]!));
        if (shape.Any(size => size < 0) || shape.Aggregate(1.0, (product, size) => product * size) > Longest)
        {
            throw new FormatException("No shape of a tensor.");
        }
        var tensor = torch.empty(shape, dtype: type);
        if (tensor.NumberOfElements * tensor.ElementSize != data.Length)
        {
            tensor.Dispose();
            throw new FormatException("The data do not fill the tensor.");
        }
        data.CopyTo(tensor.bytes);
        return tensor;
    }

    private static JsonObject WriteDictionary(IDictionary dictionary, bool isResult, int depth)
    {
        var written = new JsonObject();
        foreach (DictionaryEntry entry in dictionary)
        {
            written[entry.Key as string ?? throw Refusal(dictionary.GetType())] = Write(entry.Value, isResult, depth + 1);
        }
        return written;
    }

    private static JsonObject WriteRecord(object value, bool isResult, int depth)
    {
        var written = new JsonObject();
        foreach (var property in Properties(value.GetType()))
        {
            written[property.Name] = Write(property.GetValue(value), isResult, depth + 1);
        }
        return written;
    }

    // What a receiver can set again: by the constructor or by an initializer.
    private static IEnumerable<PropertyInfo> Properties(Type type)
    {
        var parameters = Constructor(type).GetParameters().Select(parameter => parameter.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return type.GetProperties(Public).Where(property => property.GetIndexParameters().Length == 0 && property.CanRead
            && (parameters.Contains(property.Name) || property.SetMethod is { IsPublic: true }));
    }

    private static bool HasConstructor(Type type) => FindConstructor(type) is not null;

    private static ConstructorInfo Constructor(Type type) => FindConstructor(type) ?? throw Refusal(type);

    private static ConstructorInfo? FindConstructor(Type type) => type.IsAbstract || type.IsInterface
        ? null
        : type.GetConstructors(Public).OrderByDescending(constructor => constructor.GetParameters().Length)
            .FirstOrDefault(constructor => constructor.GetParameters().All(parameter => parameter.Name is { } name
                && type.GetProperty(name, Public | BindingFlags.IgnoreCase)?.PropertyType == parameter.ParameterType));

    private static object ReadRecord(JsonObject node, Type type, int depth)
    {
        var constructor = Constructor(type);
        var parameters = constructor.GetParameters();
        var value = constructor.Invoke([.. parameters.Select(parameter =>
            Read(node.FirstOrDefault(entry => string.Equals(entry.Key, parameter.Name, StringComparison.OrdinalIgnoreCase)).Value, parameter.ParameterType, depth + 1))]);
        foreach (var property in Properties(type).Where(property => property.SetMethod is { IsPublic: true }))
        {
            property.SetValue(value, Read(node[property.Name], property.PropertyType, depth + 1));
        }
        return value;
    }

    private static Array ReadArray(JsonArray node, Type item, int depth)
    {
        if (item.IsArray && item.GetArrayRank() > 1)
        {
            throw Refusal(item);
        }
        var array = Array.CreateInstance(item, node.Count);
        for (var i = 0; i < node.Count; i++)
        {
            array.SetValue(Read(node[i], item, depth + 1), i);
        }
        return array;
    }

    private static object ReadTuple(JsonArray node, Type type, int depth)
    {
        var items = type.GetGenericArguments();
        if (items.Length != node.Count || items.Length > 7)
        {
            throw new FormatException($"No {type.Name}.");
        }
        return Activator.CreateInstance(type, [.. items.Select((item, i) => Read(node[i], item, depth + 1))])!;
    }

    private static Type? ListItem(Type type) =>
        type.IsGenericType && type.GetGenericArguments() is [var item] && type.IsAssignableFrom(typeof(List<>).MakeGenericType(item)) ? item : null;

    private static object ReadList(JsonArray node, Type item, Type type, int depth)
    {
        var array = ReadArray(node, item, depth);
        // An array is a list that nobody changes; List<T> itself is made of it.
        return type.IsInstanceOfType(array) ? array : Activator.CreateInstance(typeof(List<>).MakeGenericType(item), array)!;
    }

    private static Type? DictionaryValue(Type type) =>
        type.IsGenericType && type.GetGenericArguments() is [var key, var value] && key == typeof(string)
        && type.IsAssignableFrom(typeof(Dictionary<,>).MakeGenericType(key, value)) ? value : null;

    private static object ReadDictionary(JsonObject node, Type value, Type type, int depth)
    {
        var dictionary = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), value))!;
        foreach (var (key, item) in node)
        {
            dictionary[key] = Read(item, value, depth + 1);
        }
        return type.IsInstanceOfType(dictionary) ? dictionary : throw Refusal(type);
    }
}
