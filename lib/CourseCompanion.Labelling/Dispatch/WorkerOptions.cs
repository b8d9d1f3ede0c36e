using System.Globalization;
using CourseCompanion.Labelling.Images;
using CourseCompanion.Labelling.Shards;
using static TorchSharp.torch;

namespace CourseCompanion.Labelling.Dispatch;

/// <summary>What a worker may use, and how long it may be silent.</summary>
public sealed record WorkerOptions
{
    /// <summary>Images decoded at the same time.</summary>
    public int Cores { get; init; } = Environment.ProcessorCount;

    /// <summary>Where the network runs; the processor if null.</summary>
    public Device? Device { get; init; }

    /// <summary>How long a worker may be silent before its shard goes to another.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a worker may be at the same few images before it is taken to hang, on a disk of the network that answers no more for example.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Makes the source of a job's images; the folder that the job names if null.</summary>
    public Func<RunRequest, IImageSource>? Source { get; init; }

    /// <summary>Its name in results and tables: machine and process if not given.</summary>
    public string Name { get; init; } = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}");
}
