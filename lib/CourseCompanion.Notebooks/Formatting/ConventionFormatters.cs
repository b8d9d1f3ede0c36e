using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;

namespace CourseCompanion.Notebooks.Formatting;

/// <summary>
/// Formatters that a type names itself, by .NET Interactive's convention: no reference needed, everything is found by
/// name. An attribute called <c>TypeFormatterSourceAttribute</c> (any namespace, inherited) has a public property
/// <c>FormatterSourceType</c>; that type has a public parameterless constructor and a method
/// <c>CreateTypeFormatters()</c> that returns a sequence; each of its items has a public <c>string MimeType</c> and a
/// public <c>bool Format(object, TextWriter)</c>.
/// </summary>
/// <remarks>
/// .NET Interactive puts out the MIME types of the attribute's <c>PreferredMimeTypes</c>, or one. Here all formatters
/// make one bundle, and the front end chooses.
/// </remarks>
internal static class ConventionFormatters
{
    private const string AttributeName = "TypeFormatterSourceAttribute";
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<ValueFormatter>> Cache = new();

    /// <summary>The formatters that a type or one of its base types names, in their order.</summary>
    internal static IReadOnlyList<ValueFormatter> For(Type type) => Cache.GetOrAdd(type, Find);

    private static List<ValueFormatter> Find(Type type)
    {
        var formatters = new List<ValueFormatter>();
        // The official TorchSharp brings a formatter of its own: a tensor shall look the same over either engine.
        if (typeof(TorchSharp.torch.Tensor).IsAssignableFrom(type))
        {
            return formatters;
        }
        // Base classes count, interfaces do not: a type must not look right here and wrong in .NET Interactive.
        var sources = type.GetCustomAttributes(inherit: true)
            .Where(attribute => attribute.GetType().Name == AttributeName)
            .Select(attribute => Property<Type>(attribute, "FormatterSourceType"))
            .OfType<Type>()
            .Distinct();
        foreach (var source in sources)
        {
            var instance = Activator.CreateInstance(source);
            if (source.GetMethod("CreateTypeFormatters", Type.EmptyTypes)?.Invoke(instance, null) is not IEnumerable created)
            {
                continue;
            }
            foreach (var formatter in created)
            {
                var format = formatter.GetType().GetMethod("Format", [typeof(object), typeof(TextWriter)]);
                if (Property<string>(formatter, "MimeType") is { } mimeType && format?.ReturnType == typeof(bool))
                {
                    formatters.Add(new ValueFormatter(type, mimeType, format.CreateDelegate<Func<object, TextWriter, bool>>(formatter)));
                }
            }
        }
        return formatters;
    }

    private static T? Property<T>(object instance, string name)
        where T : class =>
        instance.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.Instance)?.GetValue(instance) as T;
}
