using System.CommandLine;

namespace CourseCompanion.Cli.Bench;

/// <summary>A measurement that <c>course bench NAME</c> runs.</summary>
internal interface IBenchmark
{
    /// <summary>What is typed after <c>bench</c>: lower case, words joined by hyphens.</summary>
    string Name { get; }

    /// <summary>One line that says what is measured.</summary>
    string Description { get; }

    /// <summary>Options of its own, besides those of <c>bench</c>.</summary>
    IReadOnlyList<Option> Options => [];

    /// <summary>The measurement with what was given for <see cref="Options"/>.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="UsageException">A value is none that it can work with.</exception>
    IBenchmark Configured(ParseResult parsed) => this;

    /// <summary>Runs the measurement; long, and on a machine of its own when the figures are to mean anything.</summary>
    /// <param name="log">Where remarks go (which data, which round); never the figures.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was requested.</exception>
    Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation);
}

/// <summary>What a measurement came to.</summary>
/// <param name="Figures">Name (snake_case, with its unit: <c>spread_seconds</c>, <c>peak_rss_mb</c>) and value of each figure.</param>
/// <param name="Provenance">What was measured on what: commit, device, data checksum, seed, versions; written as JSON.</param>
internal sealed record BenchmarkResult(IReadOnlyDictionary<string, double> Figures, object Provenance);
