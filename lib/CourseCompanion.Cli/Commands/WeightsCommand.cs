using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using CourseCompanion.Data.Sources;
using CourseCompanion.Models;
using CourseCompanion.Notebooks.Processes;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course weights</c>: networks that have learnt elsewhere, which are here, and fetching them.</summary>
internal static class WeightsCommand
{
    private static readonly (string Name, string File, string Origin)[] Known =
    [
        ("squeezenet", SqueezeNet.WeightFile, "ImageNet; datasets/README.md says how to make the file"),
        ("resnet18", ResNet18.WeightFile, $"NuGet package {ResNet18Conversion.Package} {ResNet18Conversion.PackageVersion}: ./course weights get resnet18"),
    ];

    public static Command Create(CommandContext context) => new("weights", "Lists and fetches the weights of networks that have learnt elsewhere.")
    {
        CreateList(context),
        CreateGet(context),
    };

    private static Command CreateList(CommandContext context)
    {
        Command command = new("list", "The networks, and where their weights are.");
        command.Run(context, (_, _) =>
        {
            foreach ((string name, string file, string origin) in Known)
            {
                PretrainedWeights weights = PretrainedWeights.Find(file, DataCommand.Options(context));
                context.Output.WriteLine($"{name,-12} {weights.Path ?? $"not here ({origin})"}");
            }

            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static Command CreateGet(CommandContext context)
    {
        Argument<string> name = new("NAME") { Description = "resnet18." };
        Command command = new("get", "Fetches weights into the cache, unless their file is here.") { name };
        command.Run(context, async (parsed, cancellation) =>
        {
            string wanted = parsed.GetRequiredValue(name);
            if (wanted != "resnet18")
            {
                throw new UsageException(Known.Any(known => known.Name == wanted)
                    ? $"The weights of '{wanted}' come from no package: datasets/README.md says how to make their file."
                    : $"There are no weights '{wanted}'. There are: {string.Join(", ", Known.Select(known => known.Name))}.");
            }

            DataOptions options = DataCommand.Options(context);
            string path = PretrainedWeights.Find(ResNet18.WeightFile, options).Path ?? await GetResNet18Async(context, options, cancellation);
            context.Output.WriteLine(path);
            return ExitCode.Success;
        });
        return command;
    }

    private static async Task<string> GetResNet18Async(CommandContext context, DataOptions options, CancellationToken cancellation)
    {
        string onnx = await RestoreAsync(context, cancellation);
        string found = await Sha256Async(onnx, cancellation);
        if (found != ResNet18Conversion.Sha256)
        {
            throw new InvalidDataException(
                $"'{onnx}' is not the expected file: its SHA-256 is {found} instead of {ResNet18Conversion.Sha256}. Delete the folder of the package and try again.");
        }

        string path = Path.Combine(options.EffectiveCacheDirectory, "weights", ResNet18.WeightFile);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        ResNet18Conversion.Convert(onnx, path);
        return path;
    }

    // By the SDK, so that sources, proxies and the cache of packages are those of the machine.
    private static async Task<string> RestoreAsync(CommandContext context, CancellationToken cancellation)
    {
        context.Error.WriteLine($"Restoring {ResNet18Conversion.Package} {ResNet18Conversion.PackageVersion} (60 MB the first time)...");
        // Outside the clone, whose own settings are for what is built there.
        string folder = Directory.CreateTempSubdirectory("course-weights-").FullName;
        try
        {
            string project = Path.Combine(folder, "weights.csproj");
            await File.WriteAllTextAsync(project, $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <TargetFramework>net{Environment.Version.Major.ToString(CultureInfo.InvariantCulture)}.0</TargetFramework>
                  </PropertyGroup>
                  <ItemGroup>
                    <PackageDownload Include="{ResNet18Conversion.Package}" Version="[{ResNet18Conversion.PackageVersion}]" />
                  </ItemGroup>
                </Project>
                """, cancellation);
            await DotnetAsync(["restore", project, "--nologo", "-v", "quiet"], cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        // "global-packages: FOLDER"
        string answer = await DotnetAsync(["nuget", "locals", "global-packages", "--list"], cancellation);
        string packages = answer[(answer.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        string path = Path.Combine(
            packages, ResNet18Conversion.Package.ToLowerInvariant(), ResNet18Conversion.PackageVersion, ResNet18Conversion.FileInPackage);
        return File.Exists(path) ? path : throw new FileNotFoundException($"The package was restored but '{path}' is not there.");
    }

    private static async Task<string> DotnetAsync(string[] arguments, CancellationToken cancellation)
    {
        ChildResult result = await ChildProcess.RunAsync(
            "dotnet", arguments, new Dictionary<string, string?> { ["DOTNET_CLI_UI_LANGUAGE"] = "en" }, TimeSpan.FromMinutes(15), cancellation);
        return result.ExitCode == 0 ? result.Output : throw new IOException($"The package cannot be had: {(result.Output + result.Error).Trim()}");
    }

    private static async Task<string> Sha256Async(string path, CancellationToken cancellation)
    {
        await using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
    }
}
