namespace CourseCompanion.Work;

/// <summary>Shows how far long work has come: lines on a console, a live bar in a notebook.</summary>
public interface IProgressDisplay
{
    /// <summary>Begins to show a piece of work.</summary>
    /// <param name="title">What is being done, in French.</param>
    /// <param name="steps">Number of steps it takes.</param>
    /// <returns>Where the work reports; disposing it ends the display, also after a failure.</returns>
    IProgressTask Start(string title, int steps);
}

/// <summary>A piece of work being shown.</summary>
public interface IProgressTask : IDisposable
{
    /// <summary>Says how many steps are done. Cheap enough to call at every step: displays drop what comes too often.</summary>
    /// <param name="step">Steps done so far.</param>
    /// <param name="detail">What the reader may want to see beside it, in French, for example the current loss.</param>
    void Report(int step, string? detail = null);
}
