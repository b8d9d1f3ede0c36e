using System.Collections;
using System.Reflection;
using CourseCompanion.Display;

namespace CourseCompanion.Tests.Display;

public sealed class DisplayConventionTests
{
    [TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
    private class Greeting : IDisplayable
    {
        public IReadOnlyDictionary<string, string> ToMimeBundle() =>
            new Dictionary<string, string> { [MimeTypes.Html] = "<b>Bonjour</b>", [MimeTypes.PlainText] = "Bonjour" };
    }

    private sealed class LoudGreeting : Greeting;

    /// <summary>Does what .NET Interactive does, by names only.</summary>
    private static Dictionary<string, string> FormatByConvention(object value)
    {
        var attribute = value.GetType().GetCustomAttributes(true).Single(a => a.GetType().Name == "TypeFormatterSourceAttribute");
        var sourceType = (Type)attribute.GetType().GetProperty("FormatterSourceType")!.GetValue(attribute)!;
        var source = Activator.CreateInstance(sourceType)!;
        var formatters = (IEnumerable)source.GetType().GetMethod("CreateTypeFormatters")!.Invoke(source, null)!;
        var bundle = new Dictionary<string, string>();
        foreach (var formatter in formatters)
        {
            var mimeType = (string)formatter.GetType().GetProperty("MimeType")!.GetValue(formatter)!;
            var format = formatter.GetType().GetMethod("Format")!;
            Assert.Equal([typeof(object), typeof(TextWriter)], format.GetParameters().Select(p => p.ParameterType));
            using var writer = new StringWriter();
            if ((bool)format.Invoke(formatter, [value, writer])!)
            {
                bundle.Add(mimeType, writer.ToString());
            }
        }

        return bundle;
    }

    [Fact]
    public void A_displayable_object_is_formatted_through_names_alone()
    {
        var bundle = FormatByConvention(new Greeting());

        Assert.Equal(new Greeting().ToMimeBundle(), bundle);
    }

    [Fact]
    public void A_derived_class_inherits_its_base_class_formatters() =>
        Assert.Equal("Bonjour", FormatByConvention(new LoudGreeting())[MimeTypes.PlainText]);

    [Fact]
    public void Format_of_a_foreign_object_writes_nothing()
    {
        using var writer = new StringWriter();

        Assert.False(new DisplayableFormatter(MimeTypes.Html).Format("text", writer));
        Assert.Empty(writer.ToString());
    }

    [Fact]
    public void Every_displayable_class_of_the_library_follows_the_convention()
    {
        var offenders =
            from type in typeof(IDisplayable).Assembly.GetTypes()
            where type is { IsClass: true, IsAbstract: false } && typeof(IDisplayable).IsAssignableFrom(type)
            let attribute = type.GetCustomAttribute<TypeFormatterSourceAttribute>()
            where attribute?.FormatterSourceType != typeof(DisplayableFormatterSource)
                || attribute.PreferredMimeTypes is null
                || !attribute.PreferredMimeTypes.Contains(MimeTypes.PlainText)
            select type.FullName;

        Assert.Empty(offenders);
    }
}
