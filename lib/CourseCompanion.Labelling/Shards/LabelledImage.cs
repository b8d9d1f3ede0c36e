namespace CourseCompanion.Labelling.Shards;

/// <summary>What is known of one image when its shard is done: an answer, or why there is none.</summary>
public sealed record LabelledImage
{
    /// <summary>What the results call the image.</summary>
    public required string Id { get; init; }

    /// <summary>SHA-256 of the file, in lower-case hexadecimal; null where it could not be read.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Name of the class; null where the model abstained or the image could not be read.</summary>
    public string? Label { get; init; }

    /// <summary>The highest of the probabilities, in [0, 1]; null where the image could not be read.</summary>
    public float? Confidence { get; init; }

    /// <summary>Probability of each class; empty where the image could not be read.</summary>
    public float[] Probabilities { get; init; } = [];

    /// <summary>The numbers by which the network describes the image; null unless asked for.</summary>
    public float[]? Embedding { get; init; }

    /// <summary>Why the image could not be read; null where it was.</summary>
    public string? Error { get; init; }

    /// <summary>Whether the model had an answer and was not sure enough of it: a human decides.</summary>
    public bool IsAbstained => Error is null && Label is null;
}
