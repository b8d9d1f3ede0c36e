using CourseCompanion.Display;
using CourseCompanion.Work;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.Formatting;

namespace CourseCompanion.Interactive;

/// <summary>Long work in a cell of .NET Interactive (<see cref="LiveProgress"/>); outside of cells, lines on the console.</summary>
/// <remarks>By the kernel's events, since what <c>Kernel.display</c> returns updates nothing in Jupyter: its first display bears another name.</remarks>
internal sealed class KernelProgress : IProgressDisplay
{
    /// <inheritdoc/>
    public IProgressTask Start(string title, int steps)
    {
        if (KernelInvocationContext.Current is not { } cell)
        {
            return new ConsoleProgressDisplay().Start(title, steps);
        }

        string id = Guid.NewGuid().ToString("N");
        bool isShown = false;
        return new LiveProgress(Show, title, steps, TimeProvider.System);

        void Show(string line, string? bar)
        {
            FormattedValue text = new(MimeTypes.PlainText, line);
            FormattedValue[] bundle = bar is null ? [text] : [new FormattedValue(MimeTypes.Html, bar), text];
            cell.Publish(isShown
                ? new DisplayedValueUpdated(line, id, cell.Command, bundle)
                : new DisplayedValueProduced(line, cell.Command, bundle, id));
            isShown = true;
        }
    }
}
