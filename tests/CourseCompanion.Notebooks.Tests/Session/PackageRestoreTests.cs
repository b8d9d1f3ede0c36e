using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>Packages that cannot be had: the student reads why, and what to do, and goes on.</summary>
public sealed class PackageRestoreTests : IDisposable
{
    // The variable of NuGet that names the sources, for the restore that the session starts.
    private const string Sources = "RestoreSources";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    private readonly SessionHost _host = new();
    private readonly string _empty = Directory.CreateTempSubdirectory("course-packages-").FullName;

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Sources, null);
        _host.Dispose();
        Directory.Delete(_empty);
    }

    [Fact]
    public async Task Package_that_no_source_knows_is_named_with_the_way_out()
    {
        Environment.SetEnvironmentVariable(Sources, _empty);

        await RefusesAsync("aucune source de paquets ne connaît ce nom", "Vérifiez l’orthographe");
    }

    [Fact]
    public async Task Without_the_network_the_package_is_named_with_the_way_out()
    {
        // Nothing listens there.
        Environment.SetEnvironmentVariable(Sources, "https://127.0.0.1:9/v3/index.json");

        await RefusesAsync("injoignable", "Internet", "une fois en étant connecté");
    }

    /// <summary>A global.json beside the notebook is for the student's own programs.</summary>
    [Fact]
    public async Task Folder_of_the_notebook_has_no_say_in_how_packages_are_restored()
    {
        Environment.SetEnvironmentVariable(Sources, _empty);
        var folder = Directory.CreateTempSubdirectory("course-global-json-").FullName;
        File.WriteAllText(Path.Combine(folder, "global.json"), """{ "sdk": { "version": "99.0.100", "rollForward": "disable" } }""");
        var before = Environment.CurrentDirectory;
        try
        {
            Environment.CurrentDirectory = folder;

            await RefusesAsync("aucune source de paquets ne connaît ce nom");
        }
        finally
        {
            Environment.CurrentDirectory = before;
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task RefusesAsync(params string[] parts)
    {
        await _host.RunAsync("var kept = 1;");

        var result = await _host.RunAsync("#r \"nuget: Paquet.Imaginaire, 1.2.3\"\nConsole.WriteLine(\"jamais\");", patience: Patience);

        Assert.Equal((ExecutionStatus.Error, "PackageRestoreException"), (result.Status, result.Error!.Name));
        Assert.StartsWith("Impossible de charger Paquet.Imaginaire", result.Error.Value, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, result.Error.Value, StringComparison.Ordinal));
        Assert.Empty(_host.Stdout);
        // The cell's display does not go on saying that it is searching.
        Assert.Equal("Non chargé : Paquet.Imaginaire 1.2.3.", _host.Outputs.OfType<UpdateDisplayOutput>().Last().Bundle.PlainText);
        Assert.Equal("1", await _host.ValueAsync("kept"));
    }
}
