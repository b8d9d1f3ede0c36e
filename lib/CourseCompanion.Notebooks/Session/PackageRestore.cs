using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CourseCompanion.Files;
using CourseCompanion.Notebooks.Processes;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// Gets NuGet packages for a session: <c>dotnet restore</c> of a generated project, so that sources, proxies, caches and
/// version conflicts are settled as in any other project of the machine.
/// </summary>
/// <remarks>
/// All packages that a session asked for are restored together, so that what they share comes in one version. A package
/// that this program itself is made of keeps the version that is loaded.
/// </remarks>
internal sealed class PackageRestore
{
    private const string Framework = "net10.0";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly List<PackageRequest> _requests = [];
    private readonly HashSet<string> _nativeFolders = [];
    private bool _resolvesNative;

    /// <summary>Restores packages beside those restored before.</summary>
    /// <param name="requests">The packages.</param>
    /// <param name="cancellation">Ends the restore.</param>
    /// <returns>The full paths of the assemblies to refer to.</returns>
    /// <exception cref="PackageRestoreException">They cannot be had; the message is in French and says why.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    internal IReadOnlyList<string> Restore(IReadOnlyList<PackageRequest> requests, CancellationToken cancellation)
    {
        // The last request for a package counts, as in a cell that is executed again with another version.
        var wanted = _requests.Concat(requests)
            .GroupBy(request => request.Name, StringComparer.OrdinalIgnoreCase)
            .Select(group => group.Last())
            .OrderBy(request => request.Name, StringComparer.OrdinalIgnoreCase)
            .ToList();
        var folder = WriteProject(wanted);
        RunRestore(folder, wanted, cancellation);
        var (assemblies, requested) = ReadAssets(Path.Combine(folder, "obj", "project.assets.json"), requests);
        if (requested.Select(LoadedAssemblies.Conflict).FirstOrDefault(conflict => conflict is not null) is { } said)
        {
            throw new PackageRestoreException(said);
        }
        _requests.Clear();
        _requests.AddRange(wanted);
        return assemblies;
    }

    private static string WriteProject(List<PackageRequest> wanted)
    {
        var references = string.Concat(wanted.Select(
            request => $"    <PackageReference Include=\"{request.Name}\" Version=\"{request.Version}\" />\n"));
        var project =
            "<Project Sdk=\"Microsoft.NET.Sdk\">\n"
            + "  <PropertyGroup>\n"
            + $"    <TargetFramework>{Framework}</TargetFramework>\n"
            + $"    <RuntimeIdentifier>{RuntimeInformation.RuntimeIdentifier}</RuntimeIdentifier>\n"
            + "    <SelfContained>false</SelfContained>\n"
            + "    <NuGetAudit>false</NuGetAudit>\n"
            + "  </PropertyGroup>\n"
            + "  <ItemGroup>\n" + references + "  </ItemGroup>\n"
            + "</Project>\n";
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(project)))[..16];
        var folder = Path.Combine(Path.GetTempPath(), $"course-packages-{Environment.UserName}", name);
        Directory.CreateDirectory(folder);
        AtomicFile.WriteAllText(Path.Combine(folder, "packages.csproj"), project);
        return folder;
    }

    private static void RunRestore(string folder, List<PackageRequest> wanted, CancellationToken cancellation)
    {
        var names = string.Join(", ", wanted.Select(request => request.Name));
        ChildResult result;
        try
        {
            result = ChildProcess.RunAsync(
                "dotnet",
                ["restore", "packages.csproj", "--nologo", "-v", "quiet", "-nodeReuse:false"],
                new Dictionary<string, string?> { ["DOTNET_CLI_UI_LANGUAGE"] = "en" },
                Limit,
                cancellation,
                workingDirectory: folder).GetAwaiter().GetResult();
        }
        catch (TimeoutException)
        {
            throw new PackageRestoreException(string.Create(
                CultureInfo.InvariantCulture,
                $"La recherche de {names} dure depuis plus de {Limit.TotalMinutes} minutes et a été abandonnée."));
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new PackageRestoreException($"Impossible de chercher {names} : la commande « dotnet » est introuvable ({error.Message}).");
        }
        if (result.ExitCode != 0)
        {
            throw new PackageRestoreException(Explain((result.Output + result.Error).Trim(), names));
        }
    }

    private static string Explain(string output, string names)
    {
        // NuGet's codes: https://learn.microsoft.com/nuget/reference/errors-and-warnings
        var reason =
            output.Contains("NU1101", StringComparison.Ordinal) ? "aucune source de paquets ne connaît ce nom. Vérifiez l’orthographe."
            : output.Contains("NU1102", StringComparison.Ordinal) || output.Contains("NU1103", StringComparison.Ordinal)
                ? "le paquet existe, mais pas dans cette version."
            : output.Contains("NU1301", StringComparison.Ordinal)
                ? "la source de paquets est injoignable. Cette machine est-elle connectée à Internet ? "
                    + "Hors connexion, seuls les paquets déjà téléchargés une fois peuvent être chargés : "
                    + "exécutez cette cellule une fois en étant connecté, ou passez-vous de ce paquet."
            : output.Contains("NU1202", StringComparison.Ordinal) ? "le paquet n’est pas compatible avec cette version de .NET."
            : "« dotnet restore » a échoué.";
        return $"Impossible de charger {names} : {reason}\n{output}";
    }

    /// <returns>The assemblies to refer to, and those of the packages that were asked for just now.</returns>
    private (List<string> Assemblies, List<string> Requested) ReadAssets(string path, IReadOnlyList<PackageRequest> requests)
    {
        var assets = JsonNode.Parse(File.ReadAllText(path))!;
        var folders = assets["packageFolders"]!.AsObject().Select(folder => folder.Key).ToList();
        var target = assets["targets"]!.AsObject().Last(entry => entry.Key.StartsWith(Framework, StringComparison.Ordinal)).Value!.AsObject();
        var own = Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll").Select(Path.GetFileName).ToHashSet();
        var assemblies = new List<string>();
        var requested = new List<string>();
        foreach (var (name, library) in target)
        {
            var root = assets["libraries"]![name]?["path"]?.GetValue<string>();
            if (root is null || folders.Select(f => Path.Combine(f, root)).FirstOrDefault(Directory.Exists) is not { } folder)
            {
                continue;
            }

            foreach (var (file, _) in library!["runtime"]?.AsObject() ?? [])
            {
                if (!file.EndsWith(".dll", StringComparison.Ordinal))
                {
                    continue;
                }
                if (!own.Contains(Path.GetFileName(file)))
                {
                    assemblies.Add(Path.Combine(folder, file));
                }
                if (requests.Any(request => string.Equals(request.Name, name.Split('/')[0], StringComparison.OrdinalIgnoreCase)))
                {
                    requested.Add(Path.Combine(folder, file));
                }
            }

            foreach (var (file, _) in library["native"]?.AsObject() ?? [])
            {
                _nativeFolders.Add(Path.GetDirectoryName(Path.Combine(folder, file))!);
            }
        }

        if (_nativeFolders.Count > 0 && !_resolvesNative)
        {
            _resolvesNative = true;
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => LoadNative(name);
        }

        return (assemblies, requested);
    }

    private nint LoadNative(string name)
    {
        foreach (var folder in _nativeFolders)
        {
            foreach (var file in (string[])[name, $"lib{name}.so", $"{name}.so", $"lib{name}.dylib", $"{name}.dll"])
            {
                if (NativeLibrary.TryLoad(Path.Combine(folder, file), out var handle))
                {
                    return handle;
                }
            }
        }

        return 0;
    }
}

/// <summary>Packages cannot be had; the message is for the student.</summary>
internal sealed class PackageRestoreException(string message) : Exception(message);
