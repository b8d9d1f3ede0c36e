using System.Diagnostics;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using CourseCompanion.French;

namespace CourseCompanion.Notebooks.Session;

/// <summary>A process has one version of an assembly: the first that was loaded. A reference to another one would go unheeded.</summary>
internal static class LoadedAssemblies
{
    /// <summary>Why an assembly cannot be loaded any more, in French; null when it can, or is loaded already.</summary>
    /// <param name="path">Its file.</param>
    internal static string? Conflict(string path)
    {
        if (Identify(path) is not var (name, module))
        {
            return null;
        }
        var loaded = AppDomain.CurrentDomain.GetAssemblies()
            .Where(assembly => !assembly.IsDynamic && string.Equals(assembly.GetName().Name, name.Name, StringComparison.OrdinalIgnoreCase))
            .ToList();
        if (loaded.Count == 0 || loaded.Exists(assembly => assembly.ManifestModule.ModuleVersionId == module))
        {
            return null;
        }
        var (wanted, present) = Versions(path, name, loaded[0]);
        var isOwn = Path.GetDirectoryName(loaded[0].Location) + Path.DirectorySeparatorChar == AppContext.BaseDirectory;
        return FrenchText.Typeset(
            $"{name.Name} {wanted} n’est pas chargé : la version {present} est déjà chargée, et un noyau n’en charge qu’une. "
            + (isOwn
                ? "C’est celle dont ce noyau se sert : elle ne peut pas être remplacée."
                : "Redémarrez le noyau, puis demandez d’abord la version voulue."));
    }

    /// <summary>The two versions, by the numbers that tell them apart.</summary>
    private static (string Wanted, string Present) Versions(string path, AssemblyName name, Assembly loaded)
    {
        var present = loaded.GetName().Version;
        if (name.Version != present || loaded.Location.Length == 0)
        {
            return ($"{name.Version}", $"{present}");
        }
        var (wantedFile, presentFile) = (FileVersionInfo.GetVersionInfo(path).FileVersion, FileVersionInfo.GetVersionInfo(loaded.Location).FileVersion);
        return wantedFile != presentFile && wantedFile is not null && presentFile is not null
            ? (wantedFile, presentFile)
            : ($"{name.Version} (recompilé)", $"{present}");
    }

    private static (AssemblyName Name, Guid Module)? Identify(string path)
    {
        try
        {
            using var file = new PEReader(File.OpenRead(path));
            var metadata = file.GetMetadataReader();
            return (metadata.GetAssemblyDefinition().GetAssemblyName(), metadata.GetGuid(metadata.GetModuleDefinition().Mvid));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or BadImageFormatException or InvalidOperationException)
        {
            // The compiler says what is wrong with it.
            return null;
        }
    }
}
