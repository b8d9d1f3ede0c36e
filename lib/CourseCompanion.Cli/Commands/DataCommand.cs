using System.CommandLine;
using System.Globalization;
using CourseCompanion.Cli.Running;
using CourseCompanion.Data;
using CourseCompanion.Data.Sources;
using CourseCompanion.Files;
using CourseCompanion.French;

namespace CourseCompanion.Cli.Commands;

/// <summary><c>course data</c>: which data sets there are, which are here, fetching and checking them.</summary>
internal static class DataCommand
{
    public static Command Create(CommandContext context)
    {
        Option<DirectoryInfo> data = new Option<DirectoryInfo>("--data")
        {
            Description = "A folder with the data sets' files, searched with its subfolders. Default: COURSE_DATA.",
            HelpName = "DIR",
            Recursive = true,
        }.AcceptExistingOnly();
        Command command = new("data", "Lists, fetches and checks the data sets.")
        {
            data,
            CreateList(context, data),
            CreateGet(context, data),
            CreateVerify(context, data),
        };
        return command;
    }

    /// <summary>Where the data come from for this command line and environment.</summary>
    internal static DataOptions Options(CommandContext context, DirectoryInfo? folder = null) => new()
    {
        Directory = folder?.FullName ?? context.Environment("COURSE_DATA"),
        CacheDirectory = context.Environment("COURSE_CACHE"),
        Offline = context.Environment("COURSE_OFFLINE") == "1",
    };

    /// <summary>In a few words, where a data set's file is and whether it is the official one.</summary>
    internal static string Describe(DataEntry entry)
    {
        string place = entry.Source switch
        {
            DataSource.LocalFile => "your folder",
            DataSource.Download => "just downloaded",
            _ => "cache",
        };
        return entry.Checksum switch
        {
            ChecksumState.Missing when entry.Info.File.Url is null => "not here, no download",
            ChecksumState.Missing => "not here",
            ChecksumState.Official => $"official file, {place}",
            ChecksumState.NoOfficialFile => place,
            _ => $"{place}, not the official file",
        };
    }

    private static string DescribeSegmentation(DataOptions options) => SegmentationSet.Locate(options)?.Source switch
    {
        null => "not here, no download",
        DataSource.LocalFile => "your folder",
        _ => "cache",
    };

    private static Command CreateList(CommandContext context, Option<DirectoryInfo> data)
    {
        Command command = new("list", "The data sets of the course: images, licence, and what is here.");
        command.Run(context, (parsed, _) =>
        {
            DataOptions options = Options(context, parsed.GetValue(data));
            IReadOnlyList<DataEntry> entries = new DataStore(options).List();
            int width = entries.Max(entry => entry.Info.Name.Length) + 2;
            foreach (DataEntry entry in entries)
            {
                DatasetInfo info = entry.Info;
                long images = info.Train.Count + info.Validation.Count + info.Test.Count;
                context.Output.WriteLine(
                    $"{info.Name.PadRight(width)}{images.ToString("N0", CultureInfo.InvariantCulture),9} images, {info.ClassCount,2} classes  {info.Licence.Name,-16}  {Describe(entry)}");
            }

            // Not in the catalog: it has masks instead of classes, and no address.
            context.Output.WriteLine(
                $"{SegmentationSet.SetName.PadRight(width)}{SegmentationSet.PublishedCount.ToString("N0", CultureInfo.InvariantCulture),9} images, masks       {SegmentationSet.Licence,-16}  {DescribeSegmentation(options)}");
            context.Output.WriteLine();
            context.Output.WriteLine("What is not here is downloaded when a notebook asks for it ('course data get NAME' does it now), else generated.");
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static Command CreateGet(CommandContext context, Option<DirectoryInfo> data)
    {
        Argument<string> name = new("NAME") { Description = "A data set, such as dermamnist; 'course data list' names them." };
        Command command = new("get", "Downloads a data set into the cache, unless its file is here.") { name };
        command.Run(context, async (parsed, cancellation) =>
        {
            string wanted = parsed.GetRequiredValue(name);
            if (string.Equals(wanted, SegmentationSet.SetName, StringComparison.OrdinalIgnoreCase))
            {
                throw new UsageException($"{SegmentationSet.SetName} has no download. Put {SegmentationSet.FileName} into a folder and name it with --data or COURSE_DATA; without it slices are generated.");
            }

            if (!DatasetCatalog.Default.TryGet(wanted, out DatasetInfo? info))
            {
                IEnumerable<string> names = DatasetCatalog.Default.Datasets.Select(dataset => dataset.Name);
                string suggestion = NearestNames.Suggest(wanted, names);
                throw new UsageException($"There is no data set '{wanted}'." + (suggestion.Length > 0 ? suggestion : $" There are: {string.Join(", ", names)}."));
            }

            DownloadLines progress = new(context);
            DataEntry entry = await new DataStore(Options(context, parsed.GetValue(data))).GetAsync(info.Name, progress, cancellation);
            progress.End();
            context.Output.WriteLine($"{entry.Path} ({Describe(entry)})");
            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateVerify(CommandContext context, Option<DirectoryInfo> data)
    {
        Command command = new("verify", "Reads every file that is here: structure, labels, checksum. Exit code 1 when one is damaged.");
        command.Run(context, (parsed, _) =>
        {
            DataOptions options = Options(context, parsed.GetValue(data));
            IReadOnlyList<DataVerification> outcomes = new DataStore(options).Verify();
            foreach (DataVerification outcome in outcomes)
            {
                context.Output.WriteLine(outcome.Problem is null
                    ? $"ok       {outcome.Entry.Info.Name}  {outcome.Entry.Path} ({Describe(outcome.Entry)})"
                    : $"DAMAGED  {outcome.Entry.Info.Name}  {outcome.Problem}");
            }

            (string Path, string? Problem)? masks = VerifySegmentation(options);
            if (masks is var (path, problem))
            {
                context.Output.WriteLine(problem is null ? $"ok       {SegmentationSet.SetName}  {path} ({DescribeSegmentation(options)})" : $"DAMAGED  {SegmentationSet.SetName}  {problem}");
            }
            else if (outcomes.Count == 0)
            {
                context.Output.WriteLine("No file of a data set is here: nothing to check.");
            }

            return Task.FromResult(masks?.Problem is not null || outcomes.Any(outcome => outcome.Problem is not null) ? ExitCode.Failure : ExitCode.Success);
        });
        return command;
    }

    private static (string Path, string? Problem)? VerifySegmentation(DataOptions options)
    {
        if (SegmentationSet.Locate(options) is not var (_, path))
        {
            return null;
        }

        try
        {
            SegmentationSet.Read(path).Dispose();
            return (path, null);
        }
        catch (DataFormatException exception)
        {
            return (path, exception.Message);
        }
    }
}
