namespace CourseCompanion.Graphs;

/// <summary>How far apart two points are.</summary>
public enum DistanceMetric
{
    /// <summary>Length of the difference of the two points.</summary>
    Euclidean,

    /// <summary>
    /// One minus the cosine of the angle between the two points, in [0, 2]: the length of a point does not matter. A point
    /// of length zero has no direction and is at distance 1 from every other.
    /// </summary>
    Cosine,
}
