using CourseCompanion.Display;
using CourseCompanion.Work;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Formatting;

namespace CourseCompanion.Interactive;

/// <summary>Long work in a cell of .NET Interactive (<see cref="LiveProgress"/>).</summary>
internal sealed class KernelProgress : IProgressDisplay
{
    /// <inheritdoc/>
    public IProgressTask Start(string title, int steps)
    {
        DisplayedValue? shown = null;
        return new LiveProgress(Show, title, steps, TimeProvider.System);

        void Show(string line, string? bar)
        {
            ProgressLine state = new(line, bar);
            if (shown is null)
            {
                shown = Kernel.display(state);
            }
            else
            {
                shown.Update(state);
            }
        }
    }

    /// <summary>What is shown of the work at one moment.</summary>
    [CourseCompanion.Display.TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
    private sealed record ProgressLine(string Line, string? Bar) : IDisplayable
    {
        public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
        {
            [MimeTypes.Html] = Bar ?? System.Net.WebUtility.HtmlEncode(Line),
            [MimeTypes.PlainText] = Line,
        };
    }
}
