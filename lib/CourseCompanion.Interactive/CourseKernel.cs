using System.Globalization;
using System.Net;
using CourseCompanion.Charts;
using CourseCompanion.Display;
using CourseCompanion.French;
using CourseCompanion.Tables;
using CourseCompanion.Work;
using Microsoft.Data.Analysis;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Formatting;
using Plotly.NET;
using TorchSharp;

namespace CourseCompanion.Interactive;

/// <summary>
/// The course inside .NET Interactive: what the course's own kernel does by itself. The chapters' first line, <c>#!import cours.csx</c>, calls it.
/// </summary>
public static class CourseKernel
{
    private static bool _isPrepared;

    /// <summary>Prepares the running kernel; called again, it does nothing.</summary>
    public static void Prepare()
    {
        if (_isPrepared)
        {
            return;
        }

        _isPrepared = true;
        NativeLibraries.Find();
        TensorEngine.ReadLogLevel();
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = FrenchNumbers.Culture;
        CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("fr-FR");
        CourseCompanion.Display.TypeFormatterSourceAttribute.LeavesPlotlyOut = IsJupyter && Environment.GetEnvironmentVariable("COURSE_HEADLESS") is null;
        WorkContext.Progress = new KernelProgress();
        StopTraining(Kernel.Root);
        DrawDiagrams(Kernel.Root);
        Show<torch.Tensor>(tensor => new Dictionary<string, string> { [MimeTypes.PlainText] = TensorText.Format(tensor) });
        Show<DataFrame>(table => new TableView(table).ToMimeBundle());
        Show<GenericChart>(chart => chart.HouseStyle().ToMimeBundle());
    }

    // The tool's own command; VS Code starts it by another.
    private static bool IsJupyter => Environment.GetCommandLineArgs().Contains("jupyter");

    // The front end's Stop cancels the command; training loops watch the course's token.
    private static void StopTraining(Kernel kernel) => kernel.AddMiddleware(async (command, context, next) =>
    {
        if (command is SubmitCode)
        {
            WorkContext.Cancellation = context.CancellationToken;
        }

        await next(command, context);
    });

    // Its own diagrams ask a server for what draws them.
    private static void DrawDiagrams(Kernel kernel) => kernel.FindKernelByName("mermaid")?.AddMiddleware(async (command, context, next) =>
    {
        if (command is SubmitCode cell)
        {
            context.Display(new MermaidDiagram(cell.Code));
        }
        else
        {
            await next(command, context);
        }
    });

    // Values of packages that the course did not write. Those of the course say themselves how they look (TypeFormatterSourceAttribute).
    private static void Show<T>(Func<T, IReadOnlyDictionary<string, string>> toBundle)
    {
        Formatter.Register<T>((value, writer) => writer.Write(Html(toBundle(value))), MimeTypes.Html);
        Formatter.Register<T>((value, writer) => writer.Write(toBundle(value)[MimeTypes.PlainText]), MimeTypes.PlainText);
        Formatter.SetPreferredMimeTypesFor(typeof(T), MimeTypes.Html, MimeTypes.PlainText);
    }

    private static string Html(IReadOnlyDictionary<string, string> bundle) =>
        bundle.TryGetValue(MimeTypes.Html, out string? html) ? html : $"<pre>{WebUtility.HtmlEncode(bundle[MimeTypes.PlainText])}</pre>";
}
