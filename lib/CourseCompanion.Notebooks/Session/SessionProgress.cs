using CourseCompanion.Notebooks.Document;
using CourseCompanion.Work;

namespace CourseCompanion.Notebooks.Session;

/// <summary>Long work in a cell of the session (<see cref="LiveProgress"/>).</summary>
/// <param name="emit">Puts an output out.</param>
/// <param name="clock">Source of time.</param>
internal sealed class SessionProgress(Action<SessionOutput> emit, TimeProvider clock) : IProgressDisplay
{
    /// <summary>Whether an output is the line that a bar left: of no use to those who did not wait for it.</summary>
    internal static bool IsEnd(NotebookOutput output) =>
        output.Kind == NotebookOutputKind.DisplayData && output.MimeTypes.SequenceEqual(["text/plain"])
        && output.TextData("text/plain") is { } line && LiveProgress.IsEnd(line);

    /// <inheritdoc/>
    public IProgressTask Start(string title, int steps)
    {
        var id = "";
        return new LiveProgress(Show, title, steps, clock);

        void Show(string line, string? bar)
        {
            var bundle = MimeBundle.Of("text/plain", line);
            if (bar is not null)
            {
                bundle.Data["text/html"] = bar;
            }
            if (id.Length > 0)
            {
                emit(new UpdateDisplayOutput(bundle, id));
                return;
            }
            id = Guid.NewGuid().ToString("N");
            emit(new DisplayOutput(bundle, id));
        }
    }
}
