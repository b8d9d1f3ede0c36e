namespace CourseCompanion.Labelling.Dispatch;

/// <summary>What one may choose about a job.</summary>
public sealed record JobOptions
{
    /// <summary>Images per shard: what is done again when a worker dies. A minute's work is a good measure.</summary>
    public int ShardSize { get; init; } = 1000;

    /// <summary>Least probability to label by, in [0, 1]; what the model's file says if null.</summary>
    public double? Threshold { get; init; }

    /// <summary>Whether embeddings are kept.</summary>
    public bool KeepEmbeddings { get; init; }

    /// <summary>A secret by which results name images otherwise than by their path; null for their paths.</summary>
    public byte[]? PseudonymKey { get; init; }
}
