namespace CourseCompanion.Labelling.Images;

/// <summary>Where a worker gets the bytes of images from.</summary>
public interface IImageSource
{
    /// <summary>The whole of a file.</summary>
    /// <param name="path">Its place in the source, with <c>/</c> between folders.</param>
    /// <returns>Its bytes.</returns>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It must not be read: outside the source, or too large.</exception>
    byte[] Read(string path);
}
