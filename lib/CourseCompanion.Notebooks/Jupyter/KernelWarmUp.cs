using CourseCompanion.Notebooks.Jupyter.Language;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Jupyter;

/// <summary>
/// What is started once cells can already run, while a student still reads: code that runs for the first time is compiled
/// then, and takes seconds. A cell that comes meanwhile waits for one evaluation at most, and gains by it.
/// </summary>
internal static class KernelWarmUp
{
    // What the compiler and the formatters meet in most cells.
    private const string TypicalExpression =
        """Enumerable.Range(0, 3).Select(i => new { Rang = i, Texte = $"{i / 2.0:0.0}" }).Where(row => row.Rang > 0).ToList()""";

    /// <summary>Warms up what the first cells need: compiler and formatters, then libtorch, then completion.</summary>
    public static void Run(CSharpSession session, LanguageService language)
    {
        try
        {
            session.WarmUpAsync(TypicalExpression).Wait();
            LoadEngine();
            language.WarmUp();
        }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException)
        {
            // The kernel was ended before it was warm.
        }
    }

    /// <summary>Loads libtorch: most chapters use it in their second cell.</summary>
    private static void LoadEngine()
    {
        try
        {
            TorchSharp.torch.zeros(1).Dispose();
        }
#pragma warning disable CA1031 // Whatever is wrong with the engine, the cell that needs it gets the same error and shows it.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
