namespace CourseCompanion.Teaching;

/// <summary>Where a figure comes from, for those who show and publish it.</summary>
public interface IProvenance
{
    /// <summary>Whether the data were generated rather than real; every result then says so.</summary>
    bool IsSynthetic { get; }

    /// <summary>One French line for the foot of a table: data, seed, profile, device.</summary>
    string Summary { get; }

    /// <summary>Everything known (commit, seed, profile, dataset, checksum, device, versions), for machines.</summary>
    /// <returns>Names and plain values: texts, numbers, booleans.</returns>
    IReadOnlyDictionary<string, object?> ToDictionary();
}
