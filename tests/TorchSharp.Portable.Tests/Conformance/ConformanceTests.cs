using System.Reflection;
using System.Runtime.InteropServices;

namespace TorchSharp.Portable.Tests.Conformance;

/// <summary>
/// The promise of lib/TorchSharp.Portable: what compiles against it compiles against the official TorchSharp, unchanged and
/// with the same meaning. So whatever is public here is public there, with the same signature; the rest must be internal.
/// </summary>
public sealed class ConformanceTests
{
    /// <summary>Differences that cannot be removed, each with the reason.</summary>
    private static readonly Dictionary<string, string> Allowed = new()
    {
        ["TorchSharp.Portable.Imaging.ImageDecoder: not in TorchSharp"] = ImageDecoding,
        ["TorchSharp.Portable.Imaging.DecodedImages: not in TorchSharp"] = ImageDecoding,
        ["TorchSharp.Portable.Imaging.ImageFailure: not in TorchSharp"] = ImageDecoding,
    };

    private const string ImageDecoding =
        "TorchSharp decodes no images; these stand in a namespace of their own, for code that is compiled with PORTABLE_ENGINE only.";

    [OfficialTorchSharpFact]
    public void Public_members_are_those_of_the_official_package()
    {
        using var context = new MetadataLoadContext(new PathAssemblyResolver(AssemblyPaths()));
        var ours = new ApiSurface(context.LoadFromAssemblyPath(typeof(torch).Assembly.Location));
        var official = new ApiSurface(context.LoadFromAssemblyPath(OfficialTorchSharp.Path!));

        var differences = ours.Types().SelectMany(type => Differences(type, official.Find(type))).ToList();

        Assert.Contains(ours.Types(), type => type.FullName == typeof(torch.Tensor).FullName);
        var unexpected = differences.Except(Allowed.Keys).ToList();
        Assert.True(unexpected.Count == 0, $"{unexpected.Count} differences:\n{string.Join("\n", unexpected)}");
        Assert.Empty(Allowed.Keys.Except(differences));
    }

    /// <summary>What of a type cannot be used in the same way on the official one; nothing where all of it can.</summary>
    internal static IEnumerable<string> Differences(Type ours, Type? official)
    {
        var name = ApiSurface.Name(ours);
        if (official is null)
        {
            yield return $"{name}: not in TorchSharp";
            yield break;
        }
        if (ApiSurface.Kind(ours) is var kind && ApiSurface.Kind(official) is var officialKind && kind != officialKind)
        {
            yield return $"{name}: {kind}, in TorchSharp {officialKind}";
        }
        if (official.IsSealed && !ours.IsSealed)
        {
            yield return $"{name}: sealed in TorchSharp";
        }
        if (ApiSurface.IsObsolete(official) && !ApiSurface.IsObsolete(ours))
        {
            yield return $"{name}: obsolete in TorchSharp";
        }
        var officialBases = ApiSurface.Ancestry(official).Concat(ApiSurface.Interfaces(official)).Select(ApiSurface.Name).ToHashSet();
        foreach (var type in ApiSurface.Ancestry(ours).Concat(ApiSurface.Interfaces(ours)))
        {
            if (!officialBases.Contains(ApiSurface.Name(type)))
            {
                yield return $"{name}: is a {ApiSurface.Name(type)}, but not in TorchSharp";
            }
        }
        foreach (var member in ApiSurface.Members(ours))
        {
            var signature = ApiSurface.Describe(member);
            var namesakes = ApiSurface.Members(official, member.Name).ToList();
            var same = namesakes.Find(candidate => ApiSurface.Describe(candidate) == signature);
            if (same is null)
            {
                yield return $"{name}\n    ours  {signature}\n   there  {Closest(signature, official, member)}";
            }
            else if (Incompatibility(member, same) is { } problem)
            {
                yield return $"{name}\n    ours  {signature}\n   there  {problem}";
            }
        }
        // Whoever implements or derives must find here everything that has to be written there.
        var derivable = ours.IsInterface || ApiSurface.Members(ours).OfType<ConstructorInfo>().Any();
        foreach (var demanded in ApiSurface.Members(official).Where(member => derivable && ApiSurface.IsAbstract(member)))
        {
            var signature = ApiSurface.Describe(demanded);
            if (!ApiSurface.Members(ours, demanded.Name).Any(member => ApiSurface.Describe(member) == signature))
            {
                yield return $"{name}\n    ours  nothing\n   there  abstract {signature}";
            }
        }
    }

    /// <summary>What the official type has instead: members of the same name, or the field in place of a property.</summary>
    private static string Closest(string signature, Type official, MemberInfo member)
    {
        var name = member is MethodInfo { IsSpecialName: true } ? member.Name[(member.Name.IndexOf('_', StringComparison.Ordinal) + 1)..] : member.Name;
        var there = ApiSurface.Members(official, member.Name).Concat(ApiSurface.Members(official, name)).Select(ApiSurface.Describe).Distinct()
            .OrderByDescending(candidate => candidate.Zip(signature).TakeWhile(pair => pair.First == pair.Second).Count())
            .Take(4).ToList();
        return there.Count == 0 ? "nothing of that name" : string.Join("\n      or  ", there);
    }

    private static string? Incompatibility(MemberInfo ours, MemberInfo official) =>
        ApiSurface.IsObsolete(official) && !ApiSurface.IsObsolete(ours) ? "obsolete"
        : ApiSurface.IsReadOnly(official) && !ApiSurface.IsReadOnly(ours) ? "read-only"
        : ApiSurface.IsAbstract(official) && !ApiSurface.IsAbstract(ours) ? "abstract"
        : ApiSurface.IsOverridable(ours) && !ApiSurface.IsOverridable(official) ? "not virtual"
        : null;

    /// <summary>The runtime's assemblies, the test's own, and those that the official package lies beside.</summary>
    private static IEnumerable<string> AssemblyPaths() =>
        new[] { RuntimeEnvironment.GetRuntimeDirectory(), AppContext.BaseDirectory }
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.dll"))
            .DistinctBy(Path.GetFileName);
}
