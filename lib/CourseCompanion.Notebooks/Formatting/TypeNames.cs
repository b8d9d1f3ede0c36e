using System.Runtime.CompilerServices;

namespace CourseCompanion.Notebooks.Formatting;

/// <summary>Types as their users know them.</summary>
internal static class TypeNames
{
    /// <summary>The name of a type as C# writes it.</summary>
    internal static string Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Of(underlying) + "?";
        }
        if (type.IsArray)
        {
            return $"{Of(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        }
        if (IsAnonymous(type))
        {
            return "";
        }
        var keyword = Type.GetTypeCode(type) switch
        {
            _ when type.IsEnum => null,
            TypeCode.Boolean => "bool",
            TypeCode.Byte => "byte",
            TypeCode.SByte => "sbyte",
            TypeCode.Char => "char",
            TypeCode.Decimal => "decimal",
            TypeCode.Double => "double",
            TypeCode.Single => "float",
            TypeCode.Int16 => "short",
            TypeCode.Int32 => "int",
            TypeCode.Int64 => "long",
            TypeCode.UInt16 => "ushort",
            TypeCode.UInt32 => "uint",
            TypeCode.UInt64 => "ulong",
            TypeCode.String => "string",
            _ => type == typeof(object) ? "object" : null,
        };
        if (keyword is not null)
        {
            return keyword;
        }
        var name = type.Name;
        var tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0
            ? name
            : $"{name[..tick]}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>";
    }

    private static bool IsAnonymous(Type type) =>
        type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) && type.Name.Contains("AnonymousType", StringComparison.Ordinal);

    /// <summary>The form of a generic interface that a type implements, or is; null if none.</summary>
    internal static Type? Implemented(Type type, Type generic) => AllImplemented(type, generic).FirstOrDefault();

    /// <summary>All of them: a type may be a sequence of several.</summary>
    internal static IEnumerable<Type> AllImplemented(Type type, Type generic) => type.GetInterfaces().Prepend(type)
        .Where(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == generic);

    /// <summary><c>Task</c> or <c>Task&lt;T&gt;</c>, whatever the compiler derived from it.</summary>
    internal static Type OfTask(Task task)
    {
        for (var type = task.GetType(); type != typeof(Task); type = type.BaseType!)
        {
            // The result of an async method without one is of a hidden type.
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>))
            {
                return type.GetGenericArguments()[0].IsVisible ? type : typeof(Task);
            }
        }
        return typeof(Task);
    }
}
