namespace CourseCompanion.Labelling.Images;

/// <summary>One image of a job.</summary>
/// <param name="Id">What the results call it: its path, or a pseudonym.</param>
/// <param name="Path">Its place below the job's folder of images, with <c>/</c> between folders on every system.</param>
public sealed record ImageReference(string Id, string Path);
