using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace TorchSharp.Portable.Tests.Conformance;

/// <summary>
/// What an assembly offers to code compiled against it: its visible types and members, written so that two assemblies can
/// be compared as text. Names of parameters, their order, types, default values and modifiers count, and so do names of
/// tuple elements; names of type parameters and nullability do not.
/// </summary>
internal sealed class ApiSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly Assembly _assembly;

    public ApiSurface(Assembly assembly) => _assembly = assembly;

    /// <summary>The types that other assemblies can name, nested ones included, in alphabetical order.</summary>
    public IEnumerable<Type> Types() => _assembly.GetTypes().Where(IsVisible).OrderBy(type => type.FullName, StringComparer.Ordinal);

    public Type? Find(Type type) => _assembly.GetType(type.FullName!) is { } found && IsVisible(found) ? found : null;

    /// <summary>The visible members that a type declares itself.</summary>
    public static IEnumerable<MemberInfo> Members(Type type) =>
        type.GetMembers(Declared).Where(member => member is MethodBase or FieldInfo && IsVisible(member));

    /// <summary>The visible members of a name that a type declares or inherits, without those that it overrides or hides.</summary>
    public static IEnumerable<MemberInfo> Members(Type type, string name)
    {
        IEnumerable<Type> owners = type.IsInterface ? [type, .. type.GetInterfaces()] : Ancestry(type);
        var hidden = new HashSet<string>();
        foreach (var owner in owners)
        {
            // Constructors are not inherited.
            var found = owner.GetMember(name, Declared)
                .Where(member => member is FieldInfo or MethodBase && (owner == type || member is not ConstructorInfo))
                .Where(member => IsVisible(member) && !hidden.Contains(ParameterTypes(member))).ToList();
            foreach (var member in found)
            {
                yield return member;
            }
            hidden.UnionWith(found.Select(ParameterTypes));
        }
    }

    /// <summary>A type and the classes it derives from.</summary>
    public static IEnumerable<Type> Ancestry(Type type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            yield return current;
        }
    }

    public static IEnumerable<Type> Interfaces(Type type) => type.GetInterfaces().Where(IsVisible);

    public static bool IsObsolete(MemberInfo member) => Attribute(member.CustomAttributes, nameof(ObsoleteAttribute)) is not null;

    /// <summary>Whether a derived class may, or must, override the member.</summary>
    public static bool IsOverridable(MemberInfo member) =>
        member is MethodInfo { IsVirtual: true, IsFinal: false } && !member.DeclaringType!.IsSealed;

    public static bool IsReadOnly(MemberInfo member) => member is FieldInfo { IsInitOnly: true };

    public static bool IsAbstract(MemberInfo member) => member is MethodInfo { IsAbstract: true };

    /// <summary>What kind of type it is, as far as code that uses it can tell, with the constraints of its parameters.</summary>
    public static string Kind(Type type) => TypeParameters(type.GetGenericArguments()) +
        (type.IsEnum ? "enum : " + Name(type.GetEnumUnderlyingType())
        : type.IsValueType ? "struct"
        : type.IsInterface ? "interface"
        : Ancestry(type).Any(ancestor => ancestor.FullName == typeof(MulticastDelegate).FullName) ? "delegate"
        : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : type.IsAbstract ? "abstract class"
        : "class");

    /// <summary>The member as C# would declare it, on one line.</summary>
    public static string Describe(MemberInfo member) => member switch
    {
        FieldInfo field => Access(field) + (field.IsLiteral ? "const " : field.IsStatic ? "static " : "") + Name(field.FieldType) + " " + field.Name
            + (field.IsLiteral ? " = " + Value(field.GetRawConstantValue()) : ""),
        MethodInfo method => Access(method) + (method.IsStatic ? "static " : "") + (method.IsSpecialName ? "special " : "")
            + Name(method.ReturnType) + TupleNames(method.ReturnParameter.CustomAttributes) + " " + method.Name
            + TypeParameters(method.GetGenericArguments()) + Parameters(method),
        ConstructorInfo constructor => Access(constructor) + "new" + Parameters(constructor),
        _ => throw new ArgumentException($"{member} is neither a field nor a method."),
    };

    public static string Name(Type type)
    {
        if (type.IsByRef || type.IsPointer)
        {
            return Name(type.GetElementType()!) + (type.IsByRef ? "&" : "*");
        }
        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[" + new string(',', type.GetArrayRank() - 1) + "]";
        }
        if (type.IsGenericParameter)
        {
            return (type.DeclaringMethod is null ? "!" : "!!") + type.GenericParameterPosition.ToString(CultureInfo.InvariantCulture);
        }
        var name = type.IsGenericType ? type.GetGenericTypeDefinition().FullName! : type.FullName!;
        return type.IsGenericType ? name + "<" + string.Join(", ", type.GetGenericArguments().Select(Name)) + ">" : name;
    }

    private static bool IsVisible(Type type) =>
        type.IsConstructedGenericType ? IsVisible(type.GetGenericTypeDefinition())
        : type.IsNested ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!)
        : type.IsPublic;

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        _ => false,
    };

    private static string Access(MemberInfo member) =>
        member is MethodBase { IsPublic: true } or FieldInfo { IsPublic: true } ? "public " : "protected ";

    private static string Parameters(MethodBase method)
    {
        var receiver = Attribute(method.CustomAttributes, nameof(ExtensionAttribute)) is null ? "" : "this ";
        return "(" + receiver + string.Join(", ", method.GetParameters().Select(Parameter)) + ")";
    }

    private static string ParameterTypes(MemberInfo member) =>
        member is MethodBase method ? string.Join(", ", method.GetParameters().Select(parameter => Name(parameter.ParameterType))) : "";

    private static string Parameter(ParameterInfo parameter)
    {
        var modifier = parameter.IsOut ? "out " : parameter.IsIn ? "in " : "";
        if (Attribute(parameter.CustomAttributes, nameof(ParamArrayAttribute)) is not null)
        {
            modifier = "params ";
        }
        var value = parameter.IsOptional ? " = " + Value(parameter.RawDefaultValue) : "";
        return modifier + Name(parameter.ParameterType) + TupleNames(parameter.CustomAttributes) + " " + parameter.Name + value;
    }

    private static string TypeParameters(Type[] parameters) =>
        parameters.Length == 0 ? "" : "<" + string.Join(", ", parameters.Select(Constraints)) + ">";

    private static string Constraints(Type parameter) => string.Join(" & ", parameter.GetGenericParameterConstraints().Select(Name)
        .Prepend((parameter.GenericParameterAttributes & GenericParameterAttributes.SpecialConstraintMask).ToString()));

    private static string TupleNames(IEnumerable<CustomAttributeData> attributes)
    {
        var names = Attribute(attributes, nameof(TupleElementNamesAttribute))?.ConstructorArguments[0].Value;
        return names is IEnumerable<CustomAttributeTypedArgument> list ? "{" + string.Join(", ", list.Select(name => name.Value ?? "_")) + "}" : "";
    }

    private static CustomAttributeData? Attribute(IEnumerable<CustomAttributeData> attributes, string name) =>
        attributes.FirstOrDefault(attribute => attribute.AttributeType.Name == name);

    private static string Value(object? value) => value switch
    {
        null or Missing => "null",
        string text => $"\"{text}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
