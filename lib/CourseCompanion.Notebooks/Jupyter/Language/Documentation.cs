using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace CourseCompanion.Notebooks.Jupyter.Language;

/// <summary>The declaration and the XML documentation of a symbol, as Markdown.</summary>
internal static partial class Documentation
{
    private static readonly string[] CoreLibraryFacades = ["System.Runtime", "System.Collections", "System.Threading", "System.Memory"];

    /// <summary>Describes a symbol as seen from a place of a cell.</summary>
    public static string Describe(ISymbol symbol, SemanticModel model, int position)
    {
        var text = new StringBuilder();
        text.Append("```csharp\n").Append(symbol.ToMinimalDisplayString(model, position)).Append("\n```\n");
        if (symbol is ILocalSymbol or IParameterSymbol or IRangeVariableSymbol)
        {
            return text.ToString();
        }

        if (Find(symbol, model.Compilation) is { } documentation)
        {
            AppendSections(text, documentation);
        }

        var container = symbol is INamedTypeSymbol ? symbol.ContainingNamespace : symbol.ContainingType as ISymbol;
        if (container is { IsImplicitlyDeclared: false } and not INamespaceSymbol { IsGlobalNamespace: true }
            and not INamedTypeSymbol { IsScriptClass: true })
        {
            text.Append(CultureInfo.InvariantCulture, $"\n*{container.ToDisplayString()}*\n");
        }

        return text.ToString();
    }

    private static XElement? Find(ISymbol symbol, Compilation compilation)
    {
        // A symbol may only point to what it overrides or implements.
        for (var depth = 0; depth < 8; depth++)
        {
            var found = FindOwn(symbol, compilation);
            if (found?.Element("inheritdoc") is null)
            {
                return found;
            }

            if (Base(symbol) is not { } inherited)
            {
                return null;
            }

            symbol = inherited;
        }

        return null;
    }

    private static ISymbol? Base(ISymbol symbol) => symbol switch
    {
        IMethodSymbol { OverriddenMethod: { } method } => method,
        IPropertySymbol { OverriddenProperty: { } property } => property,
        INamedTypeSymbol type => type.BaseType,
        _ => symbol.ContainingType?.AllInterfaces
            .SelectMany(type => type.GetMembers(symbol.Name))
            .FirstOrDefault(member => SymbolEqualityComparer.Default.Equals(
                symbol.ContainingType.FindImplementationForInterfaceMember(member), symbol)),
    };

    private static XElement? FindOwn(ISymbol symbol, Compilation compilation)
    {
        symbol = symbol is IMethodSymbol { ReducedFrom: { } extension } ? extension : symbol.OriginalDefinition;
        if (symbol.GetDocumentationCommentXml() is { Length: > 0 } xml)
        {
            return Parse(xml);
        }

        if (symbol.GetDocumentationCommentId() is not { } id
            || symbol.ContainingAssembly is not { } assembly
            || compilation.GetMetadataReference(assembly) is not PortableExecutableReference { FilePath: { } path })
        {
            return null;
        }

        foreach (var file in DocumentationFiles(path))
        {
            if (FindMember(file, id) is { } member)
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>
    /// The files in which an assembly's documentation may be: beside it, or, for the framework, in the SDK's reference
    /// pack, whose assemblies are cut differently from those that run.
    /// </summary>
    private static IEnumerable<string> DocumentationFiles(string assemblyPath)
    {
        var name = Path.GetFileNameWithoutExtension(assemblyPath);
        var folder = Path.GetDirectoryName(assemblyPath)!;
        yield return Path.ChangeExtension(assemblyPath, ".xml");
        if (ReferencePack(folder) is not { } pack)
        {
            yield break;
        }

        yield return Path.Combine(pack, name + ".xml");
        if (name == "System.Private.CoreLib")
        {
            foreach (var facade in CoreLibraryFacades)
            {
                yield return Path.Combine(pack, facade + ".xml");
            }
        }
    }

    private static string? ReferencePack(string frameworkFolder)
    {
        // <dotnet>/shared/Microsoft.NETCore.App/10.0.1 -> <dotnet>/packs/Microsoft.NETCore.App.Ref/10.0.1/ref/net10.0
        var packs = Path.Combine(frameworkFolder, "..", "..", "..", "packs", "Microsoft.NETCore.App.Ref");
        if (!Directory.Exists(packs))
        {
            return null;
        }

        return Directory.EnumerateDirectories(packs)
            .Select(folder => Path.Combine(folder, "ref", $"net{Environment.Version.Major}.0"))
            .LastOrDefault(Directory.Exists);
    }

    /// <summary>
    /// The element of a member. The file is searched as text: reading tens of thousands of members to find one would
    /// take a hundred times longer.
    /// </summary>
    private static XElement? FindMember(string file, string id)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        var text = File.ReadAllText(file);
        var start = text.IndexOf($"<member name=\"{id}\"", StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.IndexOf("</member>", start, StringComparison.Ordinal);
        return end < 0 ? null : Parse(text[start..(end + "</member>".Length)]);
    }

    private static XElement? Parse(string xml)
    {
        try
        {
            return XElement.Parse(xml);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static void AppendSections(StringBuilder text, XElement member)
    {
        AppendText(text, null, member.Element("summary"));
        AppendList(text, "Paramètres", member.Elements("param"), "name");
        AppendList(text, "Paramètres de type", member.Elements("typeparam"), "name");
        AppendText(text, "Valeur", member.Element("value"));
        AppendText(text, "Retourne", member.Element("returns"));
        AppendList(text, "Exceptions", member.Elements("exception"), "cref");
        AppendText(text, "Remarques", member.Element("remarks"));
        AppendText(text, "Exemple", member.Element("example"));
    }

    private static void AppendText(StringBuilder text, string? title, XElement? element)
    {
        if (element is not null && Markdown(element) is { Length: > 0 } content)
        {
            text.Append('\n').Append(title is null ? "" : $"**{title}** : ").Append(content).Append('\n');
        }
    }

    private static void AppendList(StringBuilder text, string title, IEnumerable<XElement> elements, string nameAttribute)
    {
        var first = true;
        foreach (var element in elements)
        {
            if (first)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n**{title}**\n\n");
                first = false;
            }

            text.Append(CultureInfo.InvariantCulture, $"- `{ShortName((string?)element.Attribute(nameAttribute))}` : {Markdown(element)}\n");
        }
    }

    private static string Markdown(XElement element)
    {
        var text = new StringBuilder();
        AppendNodes(text, element.Nodes());
        return text.ToString().Trim();
    }

    private static void AppendNodes(StringBuilder text, IEnumerable<XNode> nodes)
    {
        foreach (var node in nodes)
        {
            if (node is XText plain)
            {
                text.Append(WhiteSpace().Replace(plain.Value, " "));
            }
            else if (node is XElement element)
            {
                AppendElement(text, element);
            }
        }
    }

    private static void AppendElement(StringBuilder text, XElement element)
    {
        switch (element.Name.LocalName)
        {
            case "see" or "seealso" when element.IsEmpty:
                var target = element.Attribute("cref") ?? element.Attribute("langword") ?? element.Attribute("href");
                text.Append('`').Append(ShortName(target?.Value)).Append('`');
                break;
            case "paramref" or "typeparamref":
                text.Append('`').Append(element.Attribute("name")?.Value).Append('`');
                break;
            case "c":
                text.Append('`').Append(element.Value).Append('`');
                break;
            case "code":
                text.Append("\n\n```csharp\n").Append(element.Value.Trim('\r', '\n')).Append("\n```\n\n");
                break;
            case "para":
                text.Append("\n\n");
                AppendNodes(text, element.Nodes());
                text.Append("\n\n");
                break;
            case "item":
                text.Append("\n- ");
                AppendNodes(text, element.Nodes());
                break;
            default:
                AppendNodes(text, element.Nodes());
                break;
        }
    }

    /// <summary><c>M:System.Math.Abs(System.Int32)</c> becomes <c>Math.Abs</c>, <c>T:System.ArgumentException</c> its last part.</summary>
    private static string ShortName(string? cref)
    {
        if (cref is not [var kind, ':', ..])
        {
            return cref ?? "";
        }

        var name = cref[2..].Split('(')[0];
        var parts = name.Split('.');
        var kept = kind is 'T' or 'N' || parts.Length < 2 ? parts[^1..] : parts[^2..];
        return GenericArity().Replace(string.Join('.', kept), "");
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex(@"`+\d+")]
    private static partial Regex GenericArity();
}
