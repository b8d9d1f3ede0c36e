using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace CourseCompanion.Notebooks.Formatting;

/// <summary>The public properties and fields of a type, read safely.</summary>
internal static class Members
{
    private const int MaxMembers = 40;
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<Member>> Cache = new();

    internal sealed record Member(string Name, Func<object, object?> Get);

    /// <summary>The readable public instance members, in declaration order; at most 40.</summary>
    internal static IReadOnlyList<Member> Of(Type type) => Cache.GetOrAdd(type, Find);

    /// <summary>Whether a type is a record, an anonymous type or a plain class whose members say more than its <c>ToString</c>.</summary>
    internal static bool DescribeType(Type type) =>
        !type.IsPrimitive && !type.IsEnum && Of(type).Count > 0 && (IsRecord(type) || !OverridesToString(type));

    /// <summary>Whether a type, or a base type of its own kind, has a <c>ToString</c> that someone wrote.</summary>
    internal static bool OverridesToString(Type type)
    {
        var declaring = type.GetMethod(nameof(ToString), Type.EmptyTypes)!.DeclaringType!;
        return declaring != typeof(object) && declaring != typeof(ValueType)
            && !declaring.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);
    }

    // The compiler gives every record this method; a record may still have a ToString of its own, which then is meant.
    private static bool IsRecord(Type type) =>
        type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is not null
        && type.GetMethod(nameof(ToString), Type.EmptyTypes) is { } toString
        && toString.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);

    private static List<Member> Find(Type type)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0 && IsReadable(property.PropertyType))
            // A property that hides one of a base class stands for both.
            .DistinctBy(property => property.Name)
            .Select(property => new Member(property.Name, property.GetValue));
        var fields = type.GetFields(BindingFlags.Public | BindingFlags.Instance)
            .Where(field => IsReadable(field.FieldType))
            .Select(field => new Member(field.Name, field.GetValue));
        return [.. properties.Concat(fields).Take(MaxMembers)];
    }

    private static bool IsReadable(Type type) => !type.IsByRef && !type.IsByRefLike && !type.IsPointer && !type.IsFunctionPointer;
}
