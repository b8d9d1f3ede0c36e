namespace CourseCompanion.Notebooks.Formatting;

/// <summary>Writes values of one type as one MIME type.</summary>
/// <param name="Type">The type, possibly an open generic one; derived types are included.</param>
/// <param name="MimeType">What is written.</param>
/// <param name="Write">Writes a value, or returns false to decline it.</param>
internal sealed record ValueFormatter(Type Type, string MimeType, Func<object, TextWriter, bool> Write);
