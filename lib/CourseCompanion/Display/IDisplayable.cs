namespace CourseCompanion.Display;

/// <summary>
/// Something a notebook can show. An implementing class also carries
/// <c>[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [...])]</c> so that it displays in .NET Interactive
/// too (<see cref="TypeFormatterSourceAttribute"/> tells why).
/// </summary>
public interface IDisplayable
{
    /// <summary>
    /// The object in every form it can take: MIME type (see <see cref="MimeTypes"/>) to content. Text is as is, JSON is
    /// serialised, images are base64. <see cref="MimeTypes.PlainText"/> is always there.
    /// </summary>
    /// <returns>A new dictionary, in the state of the object at this moment.</returns>
    IReadOnlyDictionary<string, string> ToMimeBundle();
}
