namespace CourseCompanion.Notebooks.Jupyter.Zmtp;

/// <summary>A peer broke the ZMTP protocol or one of our limits; its connection is closed.</summary>
internal sealed class ZmtpException(string message) : IOException(message);
