using System.Globalization;

namespace CourseCompanion.Notebooks;

/// <summary>
/// How the processes that run cells use libtorch's threads. OpenMP reads these variables once, when it is loaded, so that
/// only whoever starts the process can set them; what the user has set stays.
/// </summary>
internal static class NativeThreads
{
    // More than this many help no network of the course, and leave no room for a second notebook.
    private const int MaxThreads = 8;

    // How often a waiting thread looks before it sleeps. By default it looks for seconds, and beside any other busy program
    // the threads then wait for one another on the same core: on two cores, chapter 1's first training took ten times longer.
    private const string SpinCount = "10000";

    /// <summary>The variables to start a process with.</summary>
    /// <param name="environment">Reads a variable of the user's; null when unset.</param>
    internal static IReadOnlyDictionary<string, string> Variables(Func<string, string?> environment)
    {
        var threads = Math.Min(Environment.ProcessorCount, MaxThreads).ToString(CultureInfo.InvariantCulture);
        var variables = new Dictionary<string, string> { ["OMP_NUM_THREADS"] = Given("OMP_NUM_THREADS") ?? threads };
        if (Given("OMP_WAIT_POLICY") is null)
        {
            variables["GOMP_SPINCOUNT"] = Given("GOMP_SPINCOUNT") ?? SpinCount;
        }

        return variables;

        string? Given(string name) => environment(name) is { Length: > 0 } value ? value : null;
    }
}
